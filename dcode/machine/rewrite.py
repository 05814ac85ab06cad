"""Writes a motion anew, stroke by stroke, keeping it honest: ink only where it is asked for."""

from __future__ import annotations

from dcode.gcode.motion import Kind, Motion

Point = tuple[float, float]


class Rewriter:
    """Builds a motion out of another one's rows; each method takes the row that is the reason for what it adds.

    It knows where the gondola is and whether the pen is down, and adds the travels and pen moves that follow from it.
    """

    __slots__ = ("_at", "_down", "_down_value", "_lifted", "_source", "_travel_feed", "_up_value", "motion")

    def __init__(self, source: Motion, travel_feed: float) -> None:
        self.motion = Motion(source.start)
        self.motion.holder = source.holder
        self._source = source
        self._travel_feed = travel_feed  # mm/min, for travels that are not in the source
        self._at = source.start
        self._down = False
        self._lifted = False  # the pen has been told to be up, and not to be down since
        self._down_value = self._up_value = 0.0

    def home(self, row: int) -> None:
        self.lift(row)
        self._at = self._source.x[row], self._source.y[row]
        self._add(row, Kind.HOME, self._source.value[row])

    def travel(self, row: int, to: Point) -> None:
        self._go(row, to, self._source.value[row])

    def draw(self, row: int, start: Point, end: Point) -> None:
        """Ink from `start` to `end`, from wherever the gondola is."""
        self._lower(row, start)
        self._at = end
        self._add(row, Kind.DRAW, self._source.value[row])

    def pen_down(self, row: int, at: Point) -> None:
        self._down_value = self._source.value[row]
        self._lower(row, at)

    def pen_up(self, row: int) -> None:
        """Lift the pen, unless it was told so already."""
        self._up_value = self._source.value[row] if self._source.kind[row] == Kind.PEN_UP else self._up_value
        if not self._lifted:
            self._add(row, Kind.PEN_UP, self._up_value)
        self._down, self._lifted = False, True

    def stay(self, row: int) -> None:
        """A row that does not move: a dwell, a pause, a change of pens."""
        if row in self._source.texts:
            self.motion.texts[len(self.motion)] = self._source.texts[row]
        self._add(row, self._source.kind[row], self._source.value[row])

    def lift(self, row: int) -> None:
        """Lift the pen if it is down."""
        if self._down:
            self.pen_up(row)

    def _lower(self, row: int, at: Point) -> None:
        if self._down and self._at == at:
            return
        if self._at != at:
            self._go(row, at, self._travel_feed)
        self._add(row, Kind.PEN_DOWN, self._down_value)
        self._down, self._lifted = True, False

    def _go(self, row: int, to: Point, feed: float) -> None:
        self.lift(row)
        self._at = to
        self._add(row, Kind.TRAVEL, feed)

    def _add(self, row: int, kind: int, value: float) -> None:
        self.motion.append(kind, *self._at, value, self._source.line[row])
