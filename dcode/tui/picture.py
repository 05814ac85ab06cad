"""The sheet as characters: the ink of a path by how far it is drawn, what is under it and what is over it.

A character has one look, so where several meet in one the one that says most is shown: what is on the paper before
what is still to come, and what is on its way to the paper before both. Pure: no terminal, no colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.braille import ACROSS, BLANK, NEVER, UPRIGHT, Codes, Raster, characters, dotted, filled, touched
from dcode.geometry.lines import Lines, Mask
from dcode.tui.path import Path, Segments
from dcode.tui.tones import Tones, largest, least
from dcode.tui.view import View


class Look(IntEnum):
    """How a character looks; what that is in colours and attributes is for the widget's style sheet to say."""

    GROUND = 0
    UNREACHABLE = 1
    FRAME = 2
    TRAVEL = 3
    PENDING = 4
    DRAWN = 5
    SENT = 6  # gone out to the machine, and not proved to be on the paper
    UNCERTAIN = 7
    CURSOR = 8
    PEN = 9


LOOKS: Final = len(Look)
Looks = npt.NDArray[np.uint8]  # Look + LOOKS * (number of the pen's colour)
# Looks that are seen on a blank too, being underlined or reversed.
_ON_BLANKS: Final = np.array([look in (Look.SENT, Look.UNCERTAIN, Look.CURSOR) for look in Look])
Kind = TypeVar("Kind", bound=np.generic)
Ints = npt.NDArray[np.intp]

PEN_UP: Final = "○"
PEN_DOWN: Final = "◉"
CURSOR: Final = "┼"
_DASH: Final = 3  # of so many dots of a travel move, one is shown
_HATCH: Final = 4  # dots between the stripes of what cannot be reached

_LOOK_AGAIN: Final = 1.05  # times the rows
_NOTHING: Final = Lines.of(())


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not change while a job is drawn. Millimetres, y up."""

    area: Bounds | None = None
    unreachable: Lines = _NOTHING
    uncertain: Lines = _NOTHING


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows before `executed` are on the paper, rows before `sent` are with the machine. `pen`: where, and down."""

    executed: int = 0
    sent: int = 0
    pen: tuple[float, float] | None = None
    pen_down: bool = False
    cursor: tuple[float, float] | None = None


class Picture:
    """What is seen in a view. `codes` and `looks`, shape (rows, columns), are up to date after `compose`."""

    def __init__(self, view: View, ground: Ground, *, moves: bool) -> None:
        """`moves`: with the ways on which the pen is up."""
        self.view = view
        self.done = 0  # rows of the path that are in it
        self.ink = Raster(view.columns, view.rows)
        self.codes: Codes = np.full((view.rows, view.columns), BLANK, np.uint16)
        self.looks: Looks = np.zeros((view.rows, view.columns), np.uint8)
        self._moves = moves
        self._travels: Mask = np.zeros(self.ink.first.shape, np.bool_)
        self.colour([])
        self._looked_at = 0  # rows that there were when the tones were looked at
        self._tones = Tones()
        self._ground_codes, self._ground_looks = self._under(ground)
        self._uncertain, self._letters = self._over(ground.uncertain)
        self._shown = Progress()

    def colour(self, changes: Sequence[tuple[int, int]]) -> None:
        """From which rows of the path on ink has another colour: rows ascending, and its number, 0 for none."""
        self._change_rows = np.array([row for row, _ in changes], np.int32)
        self._colours = np.array([0, *(colour for _, colour in changes)], np.uint8)

    def add(self, path: Path, end: int) -> Ints:
        """Draw the path's rows up to `end`; the rows of characters that are no longer as they were."""
        begin, self.done = self.done, end
        index = self.ink.add(*self._in_dots(path.ink(begin, end)))
        if self._moves:
            x0, y0, x1, y1, _ = self._in_dots(path.travels(begin, end))
            height, width = self._travels.shape
            dashes = touched(x0, y0, x1, y1, width, height, every=_DASH)[0]
            self._travels.reshape(-1)[dashes] = True
            index = np.concatenate([index, dashes])
        return self._lines_of(index)

    def tone(self) -> bool:
        """Look at how dark it is where it is darkest, and shade by that; whether that changes anything.

        Not after every few rows more of the path: by them that hardly changes.
        """
        if self.done < _LOOK_AGAIN * self._looked_at:
            return False
        self._looked_at = self.done
        before, self._tones = (
            self._tones,
            Tones.of(self._by_character(self.ink.count), self._by_character(self.ink.first)),
        )
        return not self._tones.like(before)

    def show(self, progress: Progress) -> Ints:
        """Go by this progress from now on; the rows of characters that are no longer as they were."""
        before, self._shown = self._shown, progress
        lines = [self._between(before.executed, progress.executed), self._between(before.sent, progress.sent)]
        marks = {place for one in (before, progress) for place in (one.pen, one.cursor) if place}
        cells = [cell for place in marks if (cell := self.view.cell(*place))]
        return np.union1d(np.concatenate(lines), np.array([row for row, _ in cells], np.intp))

    def compose(self, lines: Ints | None = None) -> Ints:
        """Make some rows of characters anew, None: all; what of them looks different now.

        Shape (n, 3): a row, its first column that does, and the one after the last.
        """
        lines = np.arange(self.view.rows) if lines is None else lines
        if not len(lines):
            return np.empty((0, 3), np.intp)
        before = self.codes[lines], self.looks[lines]
        self._inked(lines)
        self._marked(lines)
        changed = (self.codes[lines] != before[0]) | (self.looks[lines] != before[1])
        here = changed.any(axis=1)
        first, last = changed[here].argmax(axis=1), changed[here, ::-1].argmax(axis=1)
        return np.stack([lines[here], first, self.view.columns - last], axis=1)

    def runs(self, row: int) -> Iterator[tuple[str, int]]:
        """A row as texts that each have one look. Blanks belong to the run before them, where they show nothing."""
        codes, looks = self.codes[row], self.looks[row]
        begins = np.arange(len(codes))
        begins[(codes == BLANK) & ~_ON_BLANKS[looks % LOOKS]] = 0
        np.maximum.accumulate(begins, out=begins)
        looks = np.where(_ON_BLANKS[looks[begins] % LOOKS], looks, looks[begins])
        text = codes.astype("<u2").tobytes().decode("utf-16-le").replace(chr(BLANK), " ")  # one byte, not three
        ends = [*(np.flatnonzero(looks[1:] != looks[:-1]) + 1).tolist(), len(text)]
        for begin, end in zip([0, *ends], ends, strict=False):
            yield text[begin:end], int(looks[begin])

    def _inked(self, lines: Ints) -> None:
        first = self._by_character(self.ink.first)[lines]
        level = (first != NEVER).view(np.uint8) + (first < self._shown.sent)  # 1: to come, 2: drawn or on its way
        level += (first < self._shown.sent) & (first >= self._shown.executed)  # 3: on its way
        most = largest(level)
        lit = (level > 0) & (level >= np.minimum(most, 2)[:, None, :, None])
        lit &= self._tones.kept(self._by_character(self.ink.count)[lines], first)
        codes = characters(lit.reshape(len(lines) * UPRIGHT, -1))
        looks = most + np.uint8(Look.PENDING - 1)
        if len(self._change_rows):
            begun = least(np.where(lit, first, NEVER))
            looks += LOOKS * self._colours[np.searchsorted(self._change_rows, begun, "right")]
        bare = most == 0
        codes[bare], looks[bare] = self._ground_codes[lines][bare], self._ground_looks[lines][bare]
        if self._moves:
            dashed = characters(self._by_character(self._travels)[lines].reshape(len(lines) * UPRIGHT, -1))
            codes[bare] |= dashed[bare]
            looks[(looks == Look.GROUND) & (dashed != BLANK)] = Look.TRAVEL
        self.codes[lines], self.looks[lines] = codes, looks

    def _marked(self, lines: Ints) -> None:
        """What is over the ink."""
        codes, here = self._uncertain[lines], self._uncertain[lines] != BLANK
        shown_codes, shown_looks = self.codes[lines], self.looks[lines]
        shown_codes[here], shown_looks[here] = codes[here], Look.UNCERTAIN
        self.codes[lines], self.looks[lines] = shown_codes, shown_looks
        for cell, letter in self._letters.items():
            self._put(lines, cell, letter, Look.UNCERTAIN)
        shown = self._shown
        if shown.cursor:
            self._put(lines, self.view.cell(*shown.cursor), CURSOR, Look.CURSOR)
        if shown.pen:
            self._put(lines, self.view.cell(*shown.pen), PEN_DOWN if shown.pen_down else PEN_UP, Look.PEN)

    def _put(self, lines: Ints, cell: tuple[int, int] | None, character: str, look: Look) -> None:
        if cell and cell[0] in lines:
            self.codes[cell], self.looks[cell] = ord(character), look

    def _in_dots(self, segments: Segments) -> Segments:
        x0, y0, x1, y1, rows = segments
        left, top, scale = np.float32(self.view.left), np.float32(self.view.top), np.float32(1 / self.view.dot)
        return (x0 - left) * scale, (top - y0) * scale, (x1 - left) * scale, (top - y1) * scale, rows

    def _between(self, one: int, other: int) -> Ints:
        """The rows of characters with dots that are begun by rows of the path from one to another."""
        if one == other:
            return np.empty(0, np.intp)
        first = self.ink.first
        touched_ones = (first >= min(one, other)) & (first < max(one, other))
        return np.asarray(np.flatnonzero(touched_ones.reshape(self.view.rows, -1).any(axis=1)))

    def _lines_of(self, index: npt.NDArray[np.int64]) -> Ints:
        """The rows of characters with dots, by their flat indices."""
        here = np.zeros(self.view.rows, np.bool_)
        here[index // (UPRIGHT * ACROSS * self.view.columns)] = True
        return np.flatnonzero(here)

    def _by_character(self, dots: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
        """Dots as shape (rows, 4, columns, 2)."""
        return dots.reshape(self.view.rows, UPRIGHT, self.view.columns, ACROSS)

    def _lines_in_dots(self, lines: Lines) -> Lines:
        return Lines((lines.points - (self.view.left, self.view.top)) / (self.view.dot, -self.view.dot), lines.starts)

    def _dotted(self, lines: Lines) -> Mask:
        """The dots of polylines."""
        return dotted(self._lines_in_dots(lines), self.view.columns, self.view.rows)

    def _under(self, ground: Ground) -> tuple[Codes, Looks]:
        """The frame of the work area, and stripes where the machine cannot go."""
        height, width = self.ink.first.shape
        stripes = (np.arange(height)[:, None] + np.arange(width)) % _HATCH == 0
        codes = characters(filled(self._lines_in_dots(ground.unreachable), width, height) & stripes)
        looks: Looks = np.where(codes != BLANK, Look.UNREACHABLE, Look.GROUND).astype(np.uint8)
        if ground.area:
            frame = characters(self._dotted(Lines.of([[*ground.area.corners, ground.area.corners[0]]])))
            here = frame != BLANK
            codes[here], looks[here] = frame[here], Look.FRAME
        return codes, looks

    def _over(self, uncertain: Lines) -> tuple[Codes, Mapping[tuple[int, int], str]]:
        """The stretch that may or may not be on the paper, and the letters at its ends."""
        letters = {}
        if len(uncertain):
            for name, (x, y) in (("B", uncertain.points[-1]), ("A", uncertain.points[0])):
                if cell := self.view.cell(x, y):
                    letters[cell] = name
        return characters(self._dotted(uncertain)), letters
