"""Where an element lies in the one around it: its `transform`, and the view box of an <svg> or <symbol>."""

from __future__ import annotations

import re
from typing import Final

from dcode.geometry.svg_import.numbers import MM_PER_PX, angle, length, numbers
from dcode.geometry.svg_import.tree import Element
from dcode.geometry.transform import Transform

_CALL: Final = re.compile(r"[\s,]*([A-Za-z]+)\s*\(([^()]*)\)[\s,]*")
_SHARES: Final = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}
_WORDS: Final = {"left": "0", "top": "0", "center": "50%", "right": "100%", "bottom": "100%"}
_ALIGN: Final = re.compile(r"x(Min|Mid|Max)Y(Min|Mid|Max)")

Box = tuple[float, float, float, float]  # x, y, width, height


def transform(text: str) -> Transform:
    """The map of a `transform` attribute or property. Raises ValueError for what is none."""
    text = text.strip()
    result, position = Transform(), 0
    if text == "none":
        return result
    while position < len(text):
        match = _CALL.match(text, position)
        if match is None:
            raise ValueError(f"{text[position : position + 40]!r} is not a transform")
        result = result.after(_called(match[1].lower(), match[2].replace(",", " ").split(), match[2]))
        position = match.end()
    return result


def origin(text: str, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """The point that `transform-origin` means; `box` is the x, y, width and height that percentages and words are of.

    Raises ValueError for what is none.
    """
    words = text.replace(",", " ").split()[:2] or ["0"]
    if words[0] in ("top", "bottom") or words[-1] in ("left", "right"):
        words.reverse()
    if len(words) == 1:
        words = ["center", words[0]] if words[0] in ("top", "bottom") else [words[0], "center"]
    x, y = (length(_WORDS.get(word, word), whole) for word, whole in zip(words, box[2:], strict=True))
    return box[0] + x, box[1] + y


def _called(name: str, parts: list[str], text: str) -> Transform:
    try:
        values = list(map(float, parts))
    except ValueError:
        values = _with_units(name, parts, text)
    count = len(values)
    if name == "translate" and count in (1, 2):
        return Transform.shift(values[0], values[1] if count == 2 else 0.0)
    if name == "scale" and count in (1, 2):
        return Transform.scale(*values)
    if name == "rotate" and count in (1, 3):
        return Transform.turn(values[0], (values[1], values[2]) if count == 3 else (0.0, 0.0))
    if name == "matrix" and count == 6:
        return Transform(*values)
    if name in ("translatex", "translatey", "scalex", "scaley", "skewx", "skewy") and count == 1:
        return _on_one_axis(name, values[0])
    raise ValueError(f"'{name}({text[:40]})' is not a transform")


def _on_one_axis(name: str, value: float) -> Transform:
    if name.startswith("translate"):
        return Transform.shift(value, 0.0) if name[-1] == "x" else Transform.shift(0.0, value)
    if name.startswith("scale"):
        return Transform.scale(value, 1.0) if name[-1] == "x" else Transform.scale(1.0, value)
    return Transform.shear(value, 0.0) if name[-1] == "x" else Transform.shear(0.0, value)


def _with_units(name: str, parts: list[str], text: str) -> list[float]:
    """The values as CSS writes them, with units, or as compact as SVG allows: "1-2"."""
    try:
        if name.startswith(("rotate", "skew")):
            return [angle(parts[0]), *(length(part) for part in parts[1:])]
        return [length(part, 1.0) for part in parts]
    except ValueError:
        return numbers(text)


def view_box(element: Element) -> Box | None:
    """The view box; None when there is none or it is empty. Raises ValueError for what is none."""
    text = element.attributes.get("viewBox")
    if text is None:
        return None
    box = numbers(text)
    if len(box) != 4 or box[2] < 0 or box[3] < 0:
        raise ValueError(f"{text[:40]!r} is not a view box")
    return (box[0], box[1], box[2], box[3]) if box[2] > 0 and box[3] > 0 else None


def box_into(box: Box, width: float, height: float, how: str) -> Transform:
    """Brings a view box into a viewport of that size at the origin, as preserveAspectRatio says."""
    x, y, across, down = box
    scale_x, scale_y = width / across, height / down
    if how.strip() == "none":
        return Transform(scale_x, 0.0, 0.0, scale_y, -x * scale_x, -y * scale_y)
    match = _ALIGN.search(how)
    share_x, share_y = (_SHARES[match[1]], _SHARES[match[2]]) if match else (0.5, 0.5)
    scale = max(scale_x, scale_y) if "slice" in how else min(scale_x, scale_y)
    left, top = share_x * (width - across * scale), share_y * (height - down * scale)
    return Transform(scale, 0.0, 0.0, scale, left - x * scale, top - y * scale)


def page_size(root: Element) -> tuple[float, float] | None:
    """Width and height of the page in px; None when the file says neither a size nor a view box.

    A width or height that is missing or in per cent is that of the view box, scaled as the other one is.
    Raises ValueError for lengths that are none.
    """
    box = view_box(root)
    said = [root.attributes.get(name, "").strip() for name in ("width", "height")]
    known = [None if not text or text.endswith("%") or text == "auto" else length(text) for text in said]
    width, height = known
    if box is not None:
        if width is None and height is None:
            return box[2], box[3]
        width = box[2] * (height or 0.0) / box[3] if width is None else width
        height = box[3] * width / box[2] if height is None else height
    if width is None or height is None:
        return None
    if not (width > 0 and height > 0):
        raise ValueError("the page has no size")
    return width, height


def to_paper(page: tuple[float, float]) -> Transform:
    """From px, y down, the origin in the upper left corner, to mm, y up, the origin in the centre of the page."""
    width, height = page
    return Transform(MM_PER_PX, 0.0, 0.0, -MM_PER_PX, -width / 2 * MM_PER_PX, height / 2 * MM_PER_PX)
