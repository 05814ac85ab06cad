"""Through the file from element to element, as it is painted: what is drawn, where, how, and cut by what."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Final, NamedTuple

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.curves import MOST_POINTS, flatten
from dcode.geometry.lines import Lines
from dcode.geometry.svg_import.css import Declarations, StyleSheet
from dcode.geometry.svg_import.faces import Faces
from dcode.geometry.svg_import.items import Item, Region
from dcode.geometry.svg_import.letters import Around, length_of
from dcode.geometry.svg_import.numbers import length
from dcode.geometry.svg_import.outlines import PathPen
from dcode.geometry.svg_import.placement import box_into, origin, transform, view_box
from dcode.geometry.svg_import.shapes import SHAPES, Viewport, diagonal, draw_rectangle
from dcode.geometry.svg_import.style import LEFT_OUT, Style, Styles, is_drawn
from dcode.geometry.svg_import.text import Outlined, Written, written
from dcode.geometry.svg_import.track import Along, Track, track_of
from dcode.geometry.svg_import.tree import DEEPEST, Element
from dcode.geometry.svg_import.united import may_overlap
from dcode.geometry.transform import Transform

MOST_DRAWN: Final = 500_000  # elements and letters, each as often as `use` shows it: about ten seconds
_COARSE_EM: Final = 0.01  # how far off a letter's outline may be to tell whether its parts overlap
_CONTAINERS: Final = frozenset({"g", "a", "svg", "switch", "use", "text"})
# What has no ink of its own, or shows only where something refers to it.
_SILENT: Final = frozenset(
    {"defs", "symbol", "clipPath", "style", "title", "desc", "metadata", "marker", "script", "view", "cursor"}
    | {"linearGradient", "radialGradient", "pattern", "filter", "mask", "font", "font-face", "color-profile"}
)


class _Place(NamedTuple):
    """What an element has from those around it."""

    transform: Transform
    style: Style
    viewport: Viewport
    clips: tuple[Region, ...] = ()
    layer: Element | None = None
    group: Element | None = None
    using: tuple[Element, ...] = ()  # what `use` and clip-path have followed to come here
    in_clip: bool = False


def _is_for_us(child: Element) -> bool:
    """Whether a <switch> takes the child: where there are several languages, English or one that is not told."""
    languages = child.attributes.get("systemLanguage", "en").replace(",", " ").split()
    return any(language.lower().startswith("en") for language in languages) and not child.attributes.get(
        "requiredExtensions"
    )


class Walk:
    """`items` in the order of painting; `notes` counts what was left out, by a sentence for each kind."""

    def __init__(self, root: Element, font_name: str | None = None, faces: Faces | None = None) -> None:
        self.pen = PathPen()
        self.items = list[Item]()
        self.notes = Counter[str]()
        self._root, self._font_name, self._faces = root, font_name, faces
        self._ids = dict[str, Element]()
        self._shapes = dict[tuple[int, Viewport], int]()
        self._regions = dict[tuple[int, Transform], Region]()
        self._letters = dict[Outlined, tuple[int, bool]]()  # the shape, and whether its parts may overlap
        self._tracks = dict[tuple[int, Viewport, bool], Track | None]()
        self._letter_styles = dict[tuple[Style, float], Style]()
        self._drawn = self._vertices = 0
        sheet = StyleSheet()
        self._index(root, sheet)
        if sheet.ignored:
            self.notes["style rules that are not understood"] = sheet.ignored
        self._styles = Styles(sheet, self.notes)

    def draw(self, to_paper: Transform, page: Viewport) -> None:
        """Everything on a page of that size in px. `to_paper` is from px to mm. Raises DrawingError."""
        style, _, shows = self._style(self._root, Style(), page)
        if shows:
            place = _Place(to_paper, style, page)
            self._children(self._root, self._into_viewport(self._root, place, page, clip=False))

    def _index(self, element: Element, sheet: StyleSheet) -> None:
        waiting = [element]
        while waiting:
            here = waiting.pop()
            if "id" in here.attributes:
                self._ids.setdefault(here.attributes["id"], here)
            if here.tag == "style":
                sheet.add(here.text)
            waiting += reversed([child for child in here.content if isinstance(child, Element)])

    def _style(self, element: Element, around: Style, viewport: Viewport) -> tuple[Style, Declarations, bool]:
        """Its style, what it declares for itself, and whether it and what is in it shows at all."""
        style, said = self._styles.of(element, around, diagonal(viewport))
        return style, said, not said or is_drawn(said)

    def _children(self, element: Element, place: _Place) -> None:
        for child in element.content:
            if isinstance(child, Element):
                self._element(child, place)

    def _element(self, element: Element, place: _Place) -> None:
        tag = element.tag
        self._count(element, 1)
        if tag not in SHAPES and tag not in _CONTAINERS:
            if tag not in _SILENT and tag[:1] != "?" and ":" not in tag:
                self.notes[f"<{tag[:40]}> is not drawn"] += 1
            return
        style, said, shows = self._style(element, place.style, place.viewport)
        if not shows:
            return
        if said:
            inner = self._placed(element, place, style, said)
        else:
            inner = place if style is place.style else place._replace(style=style)
        if tag in SHAPES:
            self._shape(element, inner)
        else:
            self._container(element, inner)

    def _count(self, element: Element, more: int) -> None:
        self._drawn += more
        if self._drawn > MOST_DRAWN:
            raise element.error(f"more than {MOST_DRAWN} elements to draw, each <use> and letter counted", MOST_DRAWN)

    def _placed(self, element: Element, place: _Place, style: Style, said: Declarations) -> _Place:
        """The place inside an element that says something of itself: its transform, style and clip path."""
        where, clips = place.transform, place.clips
        try:
            if "transform" in said:
                where = where.after(self._transform(element, place, said))
        except ValueError as error:
            raise element.error(str(error)) from error
        for name in LEFT_OUT.intersection(said):
            if said[name] != "none":
                self.notes[f"{name} is not followed"] += 1
        inner = place._replace(transform=where, style=style)
        if said.get("clip-path", "none") != "none":
            region = self._clip_path(element, said["clip-path"], inner)
            clips = clips if region is None else (*clips, region)
            inner = inner._replace(clips=clips)
        return inner

    def _transform(self, element: Element, place: _Place, said: Declarations) -> Transform:
        """The element's own, about its origin. Raises ValueError."""
        turned = transform(said["transform"])
        if "transform-origin" not in said:
            return turned
        box = (0.0, 0.0, *place.viewport)  # CSS Transforms 1, 9: of the view box, at the origin of its coordinates
        if said.get("transform-box") in ("fill-box", "content-box", "stroke-box", "border-box"):
            bounds = self._bounding_box(element, place)
            if bounds is not None:
                box = (bounds.left, bounds.bottom, bounds.width, bounds.height)
        x, y = origin(said["transform-origin"], box)
        return Transform.shift(x, y).after(turned).after(Transform.shift(-x, -y))

    def _container(self, element: Element, place: _Place) -> None:
        tag = element.tag
        if tag == "use":
            self._use(element, place)
        elif tag == "svg":
            self._nested(element, place, self._size(element, place, element.attributes))
        elif tag == "text":
            self._text(element, place)
        elif tag == "switch":
            drawn = [child for child in element.children if child.tag in _CONTAINERS or child.tag in SHAPES]
            if drawn:
                self._element(next(filter(_is_for_us, drawn), drawn[0]), place)
        else:
            self._children(element, self._in_group(element, place))

    def _in_group(self, element: Element, place: _Place) -> _Place:
        if place.layer is None and element.attributes.get("inkscape:groupmode") == "layer":
            place = place._replace(layer=element)
        if place.group is None and element.parent is self._root:
            place = place._replace(group=element)
        return place

    def _shape(self, element: Element, place: _Place) -> None:
        """A shape's outline is read once, however often `use` shows it."""
        if place.style.dashes and "pathLength" in element.attributes:  # mostly for an animation that begins empty
            place = place._replace(style=replace(place.style, dashes=()))
            self.notes["dashes in parts of a pathLength are drawn through"] += 1
        key = id(element), place.viewport
        shape = self._shapes.get(key)
        if shape is None:
            try:
                SHAPES[element.tag](element.attributes, self.pen, place.viewport)
            except ValueError as error:
                raise element.error(str(error)) from error
            shape = self.pen.shape()
            if place.using:
                self._shapes[key] = shape
        self._add(shape, place)

    def _add(self, shape: int, place: _Place, *, is_text: bool = False, overlaps: bool = False) -> None:
        style = place.style
        shown = style.visible if place.in_clip else style.stroked is not None or style.filled is not None
        # A map that flattens all to a line or a point shows nothing of it (CSS Transforms 1, 12).
        if shown and shape >= 0 and place.transform.determinant != 0:
            self._vertices += self.pen.vertices(shape)
            if self._vertices > MOST_POINTS:
                raise DrawingError(f"more than {MOST_POINTS} points to draw, each <use> counted", limit=MOST_POINTS)
            self.items.append(
                Item(shape, place.transform, style, place.clips, place.layer, place.group, is_text, overlaps)
            )

    def _use(self, element: Element, place: _Place) -> None:
        attributes = element.attributes
        target = self._referred(element, attributes.get("href") or attributes.get("xlink:href", ""), place)
        if target is None:
            return
        x, y = self._lengths(element, (("x", "0", place.viewport[0]), ("y", "0", place.viewport[1])))
        where = place.transform.after(Transform.shift(x, y)) if x or y else place.transform
        place = place._replace(transform=where, using=(*place.using, target))
        if target.tag not in ("symbol", "svg"):
            self._element(target, place)
            return
        style, said, shows = self._style(target, place.style, place.viewport)
        if shows:
            inner = self._placed(target, place, style, said)
            self._nested(target, inner, self._size(element, place, {**target.attributes, **attributes}))

    def _referred(self, element: Element, reference: str, place: _Place) -> Element | None:
        """The element that is meant; None, with a note, where there is none. What leads back to itself is an error."""
        target = self._ids.get(reference.strip()[1:]) if reference.strip().startswith("#") else None
        if target is None:
            self.notes["references to what is not in the file"] += 1
            return None
        above: Element | None = element
        while above is not None and above is not target:
            above = above.parent
        if above is target or target in place.using or len(place.using) >= DEEPEST:
            raise element.error(f"#{reference.strip()[1:41]} is used inside itself")
        return target

    def _size(self, element: Element, place: _Place, attributes: dict[str, str]) -> Viewport:
        wide, high = place.viewport
        sizes = (attributes.get(name, "100%") for name in ("width", "height"))
        texts = ["100%" if text == "auto" else text for text in sizes]
        try:
            return length(texts[0], wide), length(texts[1], high)
        except ValueError as error:
            raise element.error(str(error)) from error

    def _nested(self, element: Element, place: _Place, size: Viewport) -> None:
        """An <svg> or <symbol>: its own coordinates, cut at its edges unless it says that it overflows."""
        if not (size[0] > 0 and size[1] > 0):
            return
        x, y = 0.0, 0.0
        if element.tag == "svg":
            x, y = self._lengths(element, (("x", "0", place.viewport[0]), ("y", "0", place.viewport[1])))
        place = place._replace(transform=place.transform.after(Transform.shift(x, y)))
        said = self._style(element, place.style, place.viewport)[1]
        clip = said.get("overflow", "hidden") not in ("visible", "auto")
        self._children(element, self._into_viewport(element, place, size, clip=clip))

    def _into_viewport(self, element: Element, place: _Place, size: Viewport, *, clip: bool) -> _Place:
        if clip:
            draw_rectangle(self.pen, 0.0, 0.0, *size)
            edge = Region([Item(self.pen.shape(), place.transform, Style())])
            place = place._replace(clips=(*place.clips, edge))
        try:
            box = view_box(element)
        except ValueError as error:
            raise element.error(str(error)) from error
        if box is None:
            return place._replace(viewport=size)
        inner = box_into(box, *size, element.attributes.get("preserveAspectRatio", ""))
        return place._replace(transform=place.transform.after(inner), viewport=box[2:])

    def _text(self, element: Element, place: _Place) -> None:
        def style_of(part: Element, around: Style) -> Style | None:
            style, _, shows = self._style(part, around, place.viewport)
            return style if shows else None

        def along(part: Element) -> Along | None:
            return self._along(part, place)

        self._count(element, length_of(element))
        try:
            around = Around(style_of, along, place.viewport, self.notes)
            letters = written(element, place.style, around, self._font_name, self._faces)
        except ValueError as error:
            raise element.error(str(error)) from error
        for index, letter in enumerate(letters):
            if isinstance(letter.glyph, Outlined):
                self._outlined(letter, letter.glyph, place)
                continue
            for stroke in letter.glyph.strokes:
                self.pen.straight([value for x, y in stroke for value in letter.place.apply(x, y)])
            following = letters[index + 1] if index + 1 < len(letters) else None
            if following is None or isinstance(following.glyph, Outlined) or following.style is not letter.style:
                self._add(self.pen.shape(), place._replace(style=letter.style), is_text=True)

    def _along(self, element: Element, place: _Place) -> Along | None:
        """The path of a textPath: its own, or that of the shape that it names, which it may be read against."""
        attributes = element.attributes
        shape, where, said = element, Transform(), attributes.get("path", "")
        if said in ("", "none"):
            named = self._referred(element, attributes.get("href") or attributes.get("xlink:href", ""), place)
            if named is None or named.tag not in SHAPES:
                return None
            shape = named
            if turned := self._style(shape, place.style, place.viewport)[1].get("transform"):
                where = transform(turned)
        key = id(shape), place.viewport, attributes.get("side") == "right"
        if key not in self._tracks:
            draw = SHAPES["path"] if shape is element else SHAPES[shape.tag]
            draw({"d": said} if shape is element else shape.attributes, self.pen, place.viewport)
            drawn = self.pen.shape()
            outline = self.pen.appearances([drawn], [where])[0] if drawn >= 0 else None
            self._tracks[key] = None if outline is None else track_of(outline, backwards=key[2])
        track = self._tracks[key]
        if track is None:
            return None
        offset = attributes.get("startOffset", "0").strip()
        begins = length(offset, track.length, place.style.font_size)
        if (counted := shape.attributes.get("pathLength")) and not offset.endswith("%") and float(counted) > 0:
            begins *= track.length / float(counted)
        return Along(track, begins)

    def _outlined(self, letter: Written, glyph: Outlined, place: _Place) -> None:
        """A letter's outline is read once, an em its unit; it is then a shape as others are."""
        if not letter.scale > 0:
            return
        if glyph not in self._letters:
            glyph.face.draw(glyph.char, self.pen)
            shape = self.pen.shape()
            self._letters[glyph] = shape, shape >= 0 and may_overlap(self._flat(shape))
        look = letter.style, letter.scale
        if look not in self._letter_styles:
            width = letter.style.stroke_width / letter.scale  # in ems, as the shape is
            self._letter_styles[look] = replace(
                letter.style, stroke_width=width, fill_rule="nonzero", clip_rule="nonzero"
            )
        where = place.transform.after(letter.place)
        shape, overlaps = self._letters[glyph]
        self._add(shape, place._replace(transform=where, style=self._letter_styles[look]), overlaps=overlaps)

    def _flat(self, shape: int) -> Lines:
        """A letter's outline, roughly."""
        return flatten(self.pen.appearances([shape], [Transform()])[0], _COARSE_EM)

    def _lengths(self, element: Element, asked: tuple[tuple[str, str, float], ...]) -> list[float]:
        try:
            return [length(element.attributes.get(name, default), whole) for name, default, whole in asked]
        except ValueError as error:
            raise element.error(str(error)) from error

    def _clip_path(self, element: Element, reference: str, place: _Place) -> Region | None:
        """The region that `url(#id)` means here; None, with a note, where it means none."""
        name = reference.removeprefix("url(").partition(")")[0].strip().strip("\"'")
        target = self._referred(element, name, place)
        if target is None or target.tag != "clipPath":
            return None
        where = place.transform
        if target.attributes.get("clipPathUnits") == "objectBoundingBox":
            box = self._bounding_box(element, place)
            if box is None:
                return Region()
            where = where.after(Transform(box.width, 0.0, 0.0, box.height, box.left, box.bottom))
        key = id(target), where
        if key not in self._regions:
            self._regions[key] = self._region(target, place._replace(transform=where, using=(*place.using, target)))
        return self._regions[key]

    def _region(self, target: Element, place: _Place) -> Region:
        style, said, _ = self._style(target, Style(), place.viewport)
        inner = self._placed(target, place._replace(clips=(), in_clip=True), style, said)
        outside, self.items = self.items, []
        self._children(target, inner._replace(clips=()))
        items, self.items = self.items, outside
        return Region(items, inner.clips)

    def _bounding_box(self, element: Element, place: _Place) -> Bounds | None:
        """What an element covers in its own coordinates, strokes and clips not counted."""
        bare = place._replace(transform=Transform(), clips=(), in_clip=True)
        outside, self.items = self.items, []
        if element.tag in SHAPES:
            self._shape(element, bare)
        else:
            self._container(element, bare)
        items, self.items = self.items, outside
        if not items:
            return None
        outline, _ = self.pen.appearances([item.shape for item in items], [item.transform for item in items])
        bounds = outline.lines.bounds
        if bounds is None or not math.isfinite(bounds.width + bounds.height):
            return None
        return flatten(outline, max(bounds.width, bounds.height, 1e-9) * 1e-4).bounds
