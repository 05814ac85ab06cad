"""A drawing as it comes to be, as an animated GIF: each frame adds the ink that was laid since the last one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Points
from dcode.geometry.mixing import Bytes, Tones, mixed, rgb_of, srgb_of
from dcode.machine.preview import looks
from dcode.machine.preview.coverage import View, add_ink
from dcode.machine.preview.dots import Dots
from dcode.machine.preview.gif import Gif, Indices
from dcode.machine.preview.pixels import Ways, ground, mark, pixels_of, view_of
from dcode.machine.preview.scene import Scene
from dcode.machine.preview.timeline import Piece, Timeline

LONGEST: Final = 800  # pixels of the longer side, when no scale is asked for
_MOST_PIXELS: Final = 16_000_000  # half a gigabyte while it is made
_A_SECOND: Final = 20  # frames: viewers slow down what is much faster
_FEWEST, _MOST = 24, 400  # frames
_LAST: Final = 200  # hundredths of a second that the finished drawing stays
_COLOURS: Final = 62  # of the picture, beside those of the paper and the pen
_LEVELS: Final = 32  # of a channel, by which the nearest of them is found

Window = tuple[slice, slice]


def frames_in(seconds: float) -> int:
    """Into how many pictures a moving one is divided."""
    return min(_MOST, max(_FEWEST, round(seconds * _A_SECOND)))


def gif_of(
    scene: Scene, timeline: Timeline, seconds: float, scale: float | None = None, longest: int = LONGEST
) -> bytes:
    """The drawing in so many seconds, over and over, each part as fast, in proportion, as the machine draws it.

    A dot is the pen: of a size that is seen, not its own. At the end there is none. See `pixels.view_of` for the size.
    """
    view, count = view_of(scene.page, scale, longest, _MOST_PIXELS), frames_in(seconds)
    palette = _Palette(pixels_of(scene, view))
    gif = Gif(view.width, view.height, palette.colours)
    ends = np.round(np.arange(1, count + 1) * (100 * seconds / count)).astype(int)
    for frame, hundredths in zip(
        _Film(scene, view, palette).frames(timeline, count), np.diff(ends, prepend=0), strict=True
    ):
        gif.show(frame, int(hundredths))
    gif.show(frame, _LAST)
    return gif.ended()


class _Palette:
    """The colours of a finished picture, and which of them is nearest to any other. The first is the pen's."""

    def __init__(self, finished: Bytes) -> None:
        from PIL import Image

        few = Image.fromarray(finished).quantize(_COLOURS, Image.Quantize.MEDIANCUT)
        found = np.array(few.getpalette(), dtype=np.uint8).reshape(-1, 3)
        self.colours = np.concatenate([[rgb_of(looks.PEN), rgb_of(looks.PAPER)], found]).astype(np.uint8)
        steps = np.arange(_LEVELS) * 255 // (_LEVELS - 1)
        cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
        apart = np.stack([((cube - colour) ** 2).sum(axis=1) for colour in self.colours[1:].astype(np.int64)])
        self._nearest = (1 + apart.argmin(axis=0)).astype(np.uint8)

    def indices(self, colours: Bytes) -> Indices:
        """For colours, shape (..., 3), which one each is shown with."""
        steps = (colours.astype(np.intp) * (_LEVELS - 1) + 127) // 255
        return np.asarray(self._nearest[(steps[..., 0] * _LEVELS + steps[..., 1]) * _LEVELS + steps[..., 2]])


class _Film:
    """The picture as far as it is drawn."""

    def __init__(self, scene: Scene, view: View, palette: _Palette) -> None:
        self._scene, self._view, self._palette = scene, view, palette
        self._ways, self._dots = Ways.of(scene, view), Dots.of(scene.ink, view.pixel_mm)
        self._ground = ground(scene, view)
        mark(self._ground, scene, view)
        self._travels = view.blank()
        self._inks = dict[tuple[str, float], Tones]()
        self._frame = palette.indices(srgb_of(self._ground))
        self._changed = np.zeros_like(self._frame, dtype=np.bool_)

    def frames(self, timeline: Timeline, count: int) -> Iterator[Indices]:
        """The pictures at `count` moments, the last of them the end."""
        moments = timeline.moments(count)
        places = self._view.pixels(timeline.places(moments))
        for number, piece in enumerate(timeline.pieces(moments)):
            self._add(piece)
            yield self._frame if number == count - 1 else self._with_pen(places[number])

    def _add(self, piece: Piece) -> None:
        """Lay the ink of a piece, and show it."""
        before = piece.before
        if len(self._scene.travels) and len(piece.travels):
            self._lay(self._travels, piece.travels, self._ways.width_mm, None)
        for layer in self._dots.shown(piece.ink):
            tones = self._inks.setdefault((layer.colour, layer.width_mm), self._view.blank())
            self._lay(tones, layer.lines, layer.width_mm, before)
            before = None
        self._show(np.flatnonzero(self._changed))
        self._changed[:] = False

    def _lay(self, tones: Tones, lines: Lines, width_mm: float, before: tuple[float, float] | None) -> None:
        window = self._window(lines, width_mm)
        was = tones[window].copy()
        add_ink(tones, lines, self._view, width_mm, before)
        self._changed[window] |= tones[window] != was

    def _show(self, pixels: npt.NDArray[np.intp]) -> None:
        """Bring some pixels of the picture up to date."""
        light = self._ground.reshape(-1, 3)[pixels]
        self._ways.draw(light, self._travels.ravel()[pixels])
        light = mixed(((colour, tones.ravel()[pixels]) for (colour, _), tones in self._inks.items()), light)
        self._frame.ravel()[pixels] = self._palette.indices(srgb_of(light))

    def _window(self, lines: Lines, width_mm: float) -> Window:
        """The pixels in which lines are seen."""
        places, reach = self._view.pixels(lines.points), width_mm / self._view.pixel_mm / 2 + 2
        size = (self._view.width, self._view.height)
        left, top = np.clip(places.min(axis=0) - reach, 0, size).astype(int).tolist()
        right, bottom = np.clip(np.ceil(places.max(axis=0) + reach), 0, size).astype(int).tolist()
        return slice(top, bottom), slice(left, right)

    def _with_pen(self, place: Points) -> Indices:
        """A copy of the picture with a dot at a place."""
        frame, view = self._frame.copy(), self._view
        radius = looks.PEN_RADIUS * max(view.width, view.height)
        reach = math.ceil(radius)
        column, row = np.clip(np.nan_to_num(place), -reach, (view.width + reach, view.height + reach)).tolist()
        left, top = max(0, int(column) - reach), max(0, int(row) - reach)
        window = frame[top : max(0, int(row) + reach + 1), left : max(0, int(column) + reach + 1)]
        down, across = np.ogrid[: window.shape[0], : window.shape[1]]
        window[np.hypot(across + left + 0.5 - column, down + top + 0.5 - row) <= radius] = 0
        return frame
