"""How an element is drawn: what it says itself, what rules say of it, and what it has from the elements around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from dcode.geometry.svg_import.colours import colour, resolved
from dcode.geometry.svg_import.css import Declarations, StyleSheet, declarations
from dcode.geometry.svg_import.numbers import length
from dcode.geometry.svg_import.tree import Element

_INHERITED: Final = frozenset(
    {
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-dashoffset",
        "fill-rule",
        "clip-rule",
        "fill-opacity",
        "stroke-opacity",
        "visibility",
        "color",
        "font-size",
        "font-family",
        "font-style",
        "font-weight",
        "letter-spacing",
        "word-spacing",
        "text-anchor",
    }
)
# What changes the ink and is not followed: the reader of the drawing is told.
LEFT_OUT: Final = frozenset({"mask", "filter", "marker", "marker-start", "marker-mid", "marker-end"})
_PLACING: Final = frozenset({"transform", "transform-origin", "transform-box"})
_OWN: Final = frozenset({"display", "clip-path", "opacity", "overflow"}) | _PLACING | LEFT_OUT
_PROPERTIES: Final = _INHERITED | _OWN
# An element without any of these looks as the one around it.
_SPEAKS: Final = _PROPERTIES | {"style", "font"}
_SIZES: Final = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_WEIGHTS: Final = {"normal": 400.0, "bold": 700.0}
_NOT_A_SIZE: Final = re.compile(
    r"normal|small-caps|[1-9]00|bold|bolder|lighter|italic|oblique|(\w+-)?(condensed|expanded)"
)


@dataclass(frozen=True, slots=True)
class Style:
    """What elements have from those around them. Colours are #rrggbb or None for no paint; sizes in user units."""

    fill: str | None = "#000000"
    stroke: str | None = None
    stroke_width: float = 1.0
    dashes: tuple[float, ...] = ()  # dash, gap, dash, gap ...; none is a whole line
    dash_offset: float = 0.0
    fill_rule: str = "nonzero"
    clip_rule: str = "nonzero"
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0
    visible: bool = True
    colour: str = "#000000"
    font_size: float = 16.0
    font_family: str = ""
    font_weight: float = 400.0
    italic: bool = False
    letter_spacing: float = 0.0
    word_spacing: float = 0.0
    text_anchor: str = "start"

    @property
    def filled(self) -> str | None:
        """The colour of its inside, None for none; next to transparent is none."""
        return self.fill if self.visible and self.fill_opacity > 0.01 else None

    @property
    def stroked(self) -> str | None:
        """The colour of its line, None for none."""
        return self.stroke if self.visible and self.stroke_opacity > 0.01 and self.stroke_width > 0 else None


_NOTHING: Final = Declarations()


class Styles:
    """Works out styles. What cannot be read counts as not said, as in browsers; `notes` counts it."""

    def __init__(self, sheet: StyleSheet, notes: Counter[str]) -> None:
        self.sheet, self._notes = sheet, notes

    def of(self, element: Element, around: Style, diagonal: float) -> tuple[Style, Declarations]:
        """The element's style and its declarations that are its own; `diagonal` is what 100 % of a width means."""
        attributes = element.attributes
        if not self.sheet and _SPEAKS.isdisjoint(attributes):
            return around, _NOTHING
        own = {name: value for name, value in attributes.items() if name in _PROPERTIES or name == "font"}
        inline, inline_important = declarations(attributes["style"]) if "style" in attributes else (_NOTHING, _NOTHING)
        ruled, ruled_important = self.sheet.declared(element) if self.sheet else (_NOTHING, _NOTHING)
        layers = [own, ruled, inline, ruled_important, inline_important]
        said = _merged(layers)
        try:
            return _styled(around, said, diagonal), said
        except ValueError:
            said = self._understood(layers, around, diagonal)
            return _styled(around, said, diagonal), said

    def _understood(self, layers: list[Declarations], around: Style, diagonal: float) -> Declarations:
        """What is said, the last of each that can be read. A paint that cannot is black: what is painted shall show."""
        readable, unread = list[Declarations](), set[str]()
        for layer in layers:
            readable.append({})
            for name, value in _with_font(layer).items():
                value = resolved(value)
                try:
                    _styled(around, {name: value}, diagonal)
                    readable[-1][name] = value
                except ValueError:
                    unread.add(name)
                    self._notes[f"values of {name} that are not understood"] += 1
        return dict.fromkeys(unread & {"fill", "stroke"}, "black") | _merged(readable)


def _merged(layers: Iterable[Declarations]) -> Declarations:
    said = Declarations()
    for layer in layers:
        said.update(_with_font(layer))
    return said


def _styled(around: Style, said: Declarations, diagonal: float) -> Style:
    """The style with what is said of it. Raises ValueError for what cannot be read."""
    _opacity(said.get("opacity") or "1")
    changes = {name: value for name, value in said.items() if name in _INHERITED and value != "inherit"}
    return _changed(around, changes, diagonal) if changes else around


def _changed(style: Style, said: Declarations, diagonal: float) -> Style:
    """The style with declarations carried out; those that others depend on first."""
    new: dict[str, Any] = {}
    if "font-size" in said:
        new["font_size"] = _font_size(said["font-size"], style.font_size)
    if "color" in said and (read := colour(said["color"])) is not None:
        new["colour"] = read[0]
    current, font_size = new.get("colour", style.colour), new.get("font_size", style.font_size)
    for name in ("fill", "stroke"):
        key = f"{name}_opacity"
        if f"{name}-opacity" in said:
            new[key] = _opacity(said[f"{name}-opacity"])
        if name in said:
            paint, opacity = _paint(said[name], current)
            new[name] = paint if opacity > 0.01 else None
    if "stroke-width" in said:
        new["stroke_width"] = length(said["stroke-width"], diagonal, font_size)
    if "stroke-dasharray" in said:
        new["dashes"] = _dashes(said["stroke-dasharray"], diagonal, font_size)
    if "stroke-dashoffset" in said:
        new["dash_offset"] = length(said["stroke-dashoffset"], diagonal, font_size)
    for name, key in (("fill-rule", "fill_rule"), ("clip-rule", "clip_rule")):
        if said.get(name) in ("evenodd", "nonzero"):
            new[key] = said[name]
    if "visibility" in said:
        new["visible"] = said["visibility"] == "visible"
    if "font-family" in said:
        new["font_family"] = said["font-family"].lower()
    if "font-style" in said:
        new["italic"] = said["font-style"].startswith(("italic", "oblique"))
    if "font-weight" in said:
        new["font_weight"] = _weight(said["font-weight"], style.font_weight)
    for name, key in (("letter-spacing", "letter_spacing"), ("word-spacing", "word_spacing")):
        if name in said:
            new[key] = _spacing(said[name], font_size)
    if "text-anchor" in said:
        new["text_anchor"] = said["text-anchor"]
    return replace(style, **new)


def _paint(text: str, current: str) -> tuple[str | None, float]:
    """A colour or None for no paint, and its opacity. A gradient or pattern is its fallback, or the colour black."""
    text = text.partition("icc-color(")[0].strip()  # SVG 1.1, 11.2: the same colour once more, for print
    if text.startswith("url("):
        text = text.partition(")")[2].strip() or "black"
    if text == "none":
        return None, 1.0
    if text.lower() in ("currentcolor", "context-fill", "context-stroke"):
        return current, 1.0
    read = colour(text)
    if read is None:
        raise ValueError(f"{text[:40]!r} is not a colour")
    return read


def _dashes(text: str, diagonal: float, font_size: float) -> tuple[float, ...]:
    """Lengths of dashes and gaps; none where they say nothing, or a length is negative (SVG 2, 13.5.6)."""
    found = (
        () if text == "none" else tuple(length(word, diagonal, font_size) for word in text.replace(",", " ").split())
    )
    if not sum(found) > 0 or min(found) < 0:
        return ()
    return found * 2 if len(found) % 2 else found


def _opacity(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def _font_size(text: str, around: float) -> float:
    if text in ("smaller", "larger"):
        return around / 1.2 if text == "smaller" else around * 1.2
    return _SIZES[text] if text in _SIZES else length(text, around, around)


def _weight(text: str, around: float) -> float:
    """The weight, 400 for a normal and 700 for a bold one; as the text around it where that cannot be read."""
    if text in ("bolder", "lighter"):  # CSS Fonts 4, 2.2.1
        steps = ((350, 400, 100), (550, 700, 100), (750, 900, 400), (1000, 900, 700))
        bolder, lighter = next((up, down) for below, up, down in steps if around < below or below == 1000)
        return float(bolder if text == "bolder" else lighter)
    try:
        return min(max(float(_WEIGHTS.get(text) or text), 1.0), 1000.0)
    except ValueError:
        return around


def _spacing(text: str, font_size: float) -> float:
    """What is added between letters or words, in user units. What cannot be read is nothing, as in browsers."""
    try:
        return 0.0 if text == "normal" else length(text, font_size, font_size)
    except ValueError:
        return 0.0


def _with_font(said: Declarations) -> Declarations:
    """The declarations with what the short form `font` says among them, wherever nothing longer says it."""
    if "font" not in said:
        return said
    words = re.sub(r"\s*/\s*", "/", said["font"]).split()
    begin = next((place for place, word in enumerate(words) if not _NOT_A_SIZE.fullmatch(word)), len(words))
    rest = {name: value for name, value in said.items() if name != "font"}
    if len(words) < begin + 2:  # `caption`, `inherit` and the like
        return rest
    short = {"font-style": "normal", "font-weight": "normal"}
    for word in words[:begin]:
        if word in ("italic", "oblique"):
            short["font-style"] = word
        elif word in ("bold", "bolder", "lighter") or word.isdigit():
            short["font-weight"] = word
    size, family = words[begin].partition("/")[0], " ".join(words[begin + 1 :])
    try:
        _font_size(size, 16.0)
    except ValueError:
        return rest
    return {**short, "font-size": size, "font-family": family, **rest}


def is_drawn(said: Declarations) -> bool:
    """Whether the element and what is in it shows at all."""
    return said.get("display") != "none" and _opacity(said.get("opacity") or "1") > 0.01
