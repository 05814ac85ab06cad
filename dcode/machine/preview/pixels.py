"""A scene in pixels, and as a PNG."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Points
from dcode.geometry.mixing import Bytes, Tones, mixed, rgb_of, roots_of, srgb_of
from dcode.machine.preview import looks
from dcode.machine.preview.coverage import View, coverage
from dcode.machine.preview.dots import Dots
from dcode.machine.preview.reachable import held_between
from dcode.machine.preview.scene import Scene

LONGEST: Final = 2048  # pixels of the longer side, when no scale is asked for
MOST_PIXELS: Final = 100_000_000  # as of pictures that are read
_COMPRESSION: Final = 4  # of PNG: twice as fast as 6, and a tenth larger
_BAND: Final = 1 << 21  # pixels that are worked on at a time: 24 MB of light
_CORNERS: Final = 32  # of a ring


def view_of(page: Bounds, scale: float | None = None, longest: int = LONGEST, most: int = MOST_PIXELS) -> View:
    """A page in pixels: `scale` of them a mm, or as many as make its longer side `longest`.

    Raises DrawingError for more than `most` of them.
    """
    scale = scale or longest / max(page.width, page.height)
    if not 0 < page.width * page.height * scale * scale <= most:
        width, height = (f"{side * scale:.0f}" for side in (page.width, page.height))
        raise DrawingError(f"{width} by {height} pixels are too many for a picture", limit=most)
    return View.of(page, 1 / scale)


def png_of(scene: Scene, scale: float | None = None, longest: int = LONGEST) -> bytes:
    """The picture as a PNG that knows how large it is on paper. See `view_of`."""
    view = view_of(scene.page, scale, longest)
    return png(pixels_of(scene, view), view.pixel_mm, scene.title)


def png(colours: Bytes, pixel_mm: float, title: str = "") -> bytes:
    """Colours, shape (height, width, 3), as a file."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    if title:
        told.add_itxt("Title", title)
    file, per_inch = io.BytesIO(), 25.4 / pixel_mm
    Image.fromarray(colours).save(file, "PNG", dpi=(per_inch, per_inch), pnginfo=told, compress_level=_COMPRESSION)
    return file.getvalue()


def pixels_of(scene: Scene, view: View) -> Bytes:
    """The picture as sRGB, shape (height, width, 3)."""
    found = np.empty((view.height, view.width, 3), dtype=np.uint8)
    pens, ways = pens_of(scene, view), Ways.of(scene, view)
    rows = max(1, _BAND // view.width)
    for first in range(0, view.height, rows):
        band = view.rows(first, rows)
        light = ground(scene, band)
        if len(scene.travels):
            ways.draw(light, coverage(scene.travels, band, ways.width_mm))
        inks = ((colour, coverage(lines, band, width)) for (colour, width), lines in pens.items())
        light = mixed(inks, light)
        mark(light, scene, band)
        found[first : first + rows] = srgb_of(light)
    return found


@dataclass(frozen=True, slots=True)
class Ways:
    """How ways with the pen up are drawn: where many are, they hide no more than a line of the finest ink would be."""

    width_mm: float
    most: np.float32  # of a pixel that they cover

    @classmethod
    def of(cls, scene: Scene, view: View) -> Ways:
        """For a picture with the view's pixels."""
        finest = min((layer.width_mm for layer in scene.ink.layers), default=view.pixel_mm)
        return cls(looks.travel_mm(scene.ink, scene.page), np.float32(min(1.0, finest / view.pixel_mm)))

    def draw(self, light: Tones, share: Tones) -> None:
        """Paint the share of each pixel that ways cover over what there is, in place."""
        cover(light, np.minimum(share, self.most), looks.TRAVEL, looks.TRAVEL_SHADE)


def pens_of(scene: Scene, view: View) -> dict[tuple[str, float], Lines]:
    """What each pen draws, by its colour and width in mm: in pixels the order does not matter."""
    pens = dict[tuple[str, float], list[Lines]]()
    for layer in Dots.of(scene.ink, view.pixel_mm).shown(scene.ink):
        pens.setdefault((layer.colour, layer.width_mm), []).append(layer.lines)
    return {pen: Lines.joined(lines) for pen, lines in pens.items()}


def ground(scene: Scene, view: View) -> Tones:
    """What is under the ink (see vector.ground), as roots of light, shape (height, width, 3)."""
    light = np.empty((view.height, view.width, 3), dtype=np.float32)
    light[:] = _roots(looks.AROUND)
    cover(light, _within(scene.paper, view), looks.PAPER, 1.0)
    if len(scene.unreachable) and scene.limits is not None:
        columns = np.asarray(view.left + (np.arange(view.width) + 0.5) * view.pixel_mm, dtype=np.float64)
        low, high = held_between(scene.limits.reach, columns, scene.page.bottom, scene.page.top)
        rows = view.top - np.arange(view.height + 1)[:, None] * view.pixel_mm
        reached = np.diff(np.clip(rows, low, high), axis=0) / -view.pixel_mm
        cover(light, (1 - reached).astype(np.float32), looks.UNREACHABLE, looks.UNREACHABLE_SHADE)
    if scene.frame is not None:
        outline = Lines.of([[*scene.frame.corners, scene.frame.corners[0]]])
        veil(light, outline, view, looks.FRAME, looks.seen(looks.FRAME_MM, scene.page), 1.0)
    veil(light, scene.strays, view, looks.STRAY, looks.seen(looks.STRAY_MM, scene.page), looks.STRAY_SHADE)
    return light


def veil(light: Tones, lines: Lines, view: View, colour: str, width_mm: float, shade: float) -> None:
    """Draw lines over what there is, in place; `shade` says how much of that they hide."""
    if len(lines):
        cover(light, coverage(lines, view, width_mm), colour, shade)


def mark(light: Tones, scene: Scene, view: View) -> None:
    """Draw rings around the places where limits are left, in place."""
    longer = max(scene.page.width, scene.page.height)
    rings = _rings(scene.exits, looks.EXIT_RADIUS * longer)
    veil(light, rings, view, looks.STRAY, looks.EXIT_WIDTH * longer, 1.0)


def _rings(centres: Points, radius: float) -> Lines:
    turns = np.linspace(0, 2 * math.pi, _CORNERS + 1)
    ring = radius * np.column_stack([np.cos(turns), np.sin(turns)])
    ring[-1] = ring[0]
    starts = np.arange(0, len(ring) * len(centres) + 1, len(ring))
    return Lines((centres[:, None, :] + ring).reshape(-1, 2), starts)


def _within(bounds: Bounds, view: View) -> Tones:
    """The share of each pixel that is in a rectangle."""
    x = view.left + np.arange(view.width + 1) * view.pixel_mm
    y = view.top - np.arange(view.height + 1) * view.pixel_mm
    across = np.diff(np.clip(x, bounds.left, bounds.right)) / view.pixel_mm
    down = np.diff(np.clip(y, bounds.bottom, bounds.top)) / -view.pixel_mm
    return np.asarray(down[:, None] * across, dtype=np.float32)


def cover(light: Tones, share: Tones, colour: str, shade: float) -> None:
    """Paint a share of each pixel over what there is, in place; `shade` says how much of that the paint hides."""
    for channel, root in enumerate(_roots(colour).tolist()):
        light[..., channel] += (np.float32(root) - light[..., channel]) * (share * np.float32(shade))


def _roots(colour: str) -> Tones:
    return roots_of(rgb_of(colour))
