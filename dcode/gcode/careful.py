"""The careful interpreter: one line at a time, and every line that the fast paths do not take.

It is the truth about what a program means; the fast paths are held to it bit by bit.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Final, NamedTuple

from dcode.errors import GcodeError
from dcode.gcode.analyse import analyse
from dcode.gcode.arcs import Point, centre_of, chords
from dcode.gcode.meaning import Meaning
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.notes import GIVE_UP_AFTER, Notes, refusal
from dcode.gcode.parse import decode, parse_line
from dcode.gcode.reading import Reading
from dcode.gcode.source import Source
from dcode.gcode.state import Op, PlainState, State, act, begin

MOST_STEPS: Final = 20_000_000  # rows; an arc that would pass it ends the program. 55 hours at 100 rows a second
_REMEMBERED: Final = 4_096  # lines understood once and kept by their text
_LONGEST_REMEMBERED: Final = 200  # bytes


class _Way(NamedTuple):
    """Where a line leads: the ends of its moves in machine coordinates, and the height of the pen at their end."""

    points: list[Point]
    z: float | None


_NOWHERE: Final = _Way([], None)


class Interpreter:
    """Carries out lines on a state and appends what the machine has to do to a motion.

    `data` is the whole source: some lines mean one thing or the other by what follows.
    """

    def __init__(self, data: bytes, reading: Reading, state: State | None = None) -> None:
        self.reading = reading
        self.state: State = PlainState() if state is None else state
        begin(self.state, reading)
        self.motion = Motion((self.state.x, self.state.y))
        self.notes = Notes()
        self.lines = 0  # read; whoever hands them in counts
        self.ended = 0  # the line that ended the program; 0: not yet
        self.motors_off: dict[str, tuple[int, int]] = {}  # by code: its first line, and the rows before it
        self._source = Source(data)
        self._known: dict[bytes, Meaning | GcodeError] = {}
        self._arc_absolute = False
        self._z = reading.z_up or 0.0
        self._offset_z = 0.0
        self._tool: int | None = None  # in the holder
        self._selected: int | None = None  # by T

    def read_line(self, raw: bytes, line: int) -> None:
        """Understand one line of the source and carry it out."""
        self.carry_out(self.understand(raw, line), line)

    def understand(self, raw: bytes, line: int) -> Meaning | GcodeError:
        """What a line asks for, or why it is refused; the same text is only looked at once."""
        known = self._known.get(raw)
        if known is not None:
            return known
        meaning: Meaning | GcodeError
        try:
            meaning = analyse(parse_line(decode(raw, line), line), self.reading)
        except GcodeError as error:
            meaning = error.with_traceback(None)  # which would keep the frames alive
        worth = isinstance(meaning, GcodeError) or not meaning.axes or "Z" in meaning.axes
        if worth and line > 1 and len(raw) <= _LONGEST_REMEMBERED:  # line 1 may begin with a byte-order mark
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[raw] = meaning
        return meaning

    def carry_out(self, meaning: Meaning | GcodeError, line: int) -> None:
        """Do what the line asks for; of a line that is refused nothing is done."""
        if isinstance(meaning, Meaning):
            try:
                self._carry_out(meaning, line)
                return
            except GcodeError as error:
                meaning = error.with_traceback(None)
        self.notes.refuse(line, meaning)
        if self.notes.fatal >= GIVE_UP_AFTER:
            self.notes.refuse(line, refusal("size", f"gave up after {GIVE_UP_AFTER} lines that cannot run"))
            self.ended = line

    def _carry_out(self, meaning: Meaning, line: int) -> None:
        if meaning.tape and line != self._source.opening_line:
            self.ended = line
            return
        way = self._way(meaning, line)  # refuses what cannot be, before anything changes
        for remark in meaning.remarks:
            self.notes.remark(line, remark.kind, remark.message, remark.column)
        self._set_modes(meaning)
        for op, value in meaning.ops:
            self._act(op, value, line)
        self._change_pen(meaning, line)
        if meaning.use == "home":
            self._home(line)
        elif meaning.use == "set":
            self._set_position(meaning.axes or {})
        elif meaning.use == "reset":
            self.state.offset_x = self.state.offset_y = self._offset_z = 0.0
        else:
            self._move(way, line)
        if meaning.motors_off:
            self.motors_off.setdefault(meaning.motors_off, (line, len(self.motion)))
        if meaning.pause is not None:
            self._pause(meaning.pause, line)
        if meaning.end:
            self.ended = line

    def _act(self, op: int, value: float, line: int) -> None:
        row = act(self.state, op, value)
        if row is not None:
            self.motion.append(row[0], self.state.x, self.state.y, row[1], line)

    def _set_modes(self, meaning: Meaning) -> None:
        state = self.state
        if meaning.scale is not None:
            state.scale = meaning.scale
        if meaning.relative is not None:
            state.relative = meaning.relative
        if meaning.arc_absolute is not None:
            self._arc_absolute = meaning.arc_absolute
        if meaning.motion is not None:
            state.mode = meaning.motion
        if meaning.feed is not None:
            moving = meaning.motion is not None or (meaning.use == "move" and meaning.axes)
            if moving and state.mode == 0:
                state.travel_feed = meaning.feed * state.scale
            else:
                state.draw_feed = meaning.feed * state.scale
                state.draw_feed_given = True

    def _way(self, meaning: Meaning, line: int) -> _Way:
        """Where the line leads, with the modes that it sets itself."""
        axes = meaning.axes
        if not axes or meaning.use != "move":
            return _NOWHERE
        state = self.state
        scale = state.scale if meaning.scale is None else meaning.scale
        relative = state.relative if meaning.relative is None else meaning.relative
        mode = state.mode if meaning.motion is None else meaning.motion

        def target(letter: str, here: float, offset: float) -> float:
            if letter not in axes:
                return here
            return axes[letter] * scale + (here if relative else offset)

        end = target("X", state.x, state.offset_x), target("Y", state.y, state.offset_y)
        z = target("Z", self._z, self._offset_z) if "Z" in axes else None
        centred = "I" in axes or "J" in axes or "R" in axes
        if mode < 2:
            if centred:
                raise refusal("arc", "I, J and R belong to G2 and G3")
            return _Way([end] if "X" in axes or "Y" in axes else [], z)
        if not centred and "X" not in axes and "Y" not in axes:
            return _Way([], z)
        points = self._arc(axes, end, mode == 2, scale, meaning.arc_absolute, line)
        return _Way(points, z)

    def _arc(
        self, axes: Mapping[str, float], end: Point, clockwise: bool, scale: float, absolute: bool | None, line: int
    ) -> list[Point]:
        state = self.state
        here = state.x, state.y
        i, j, radius = axes.get("I"), axes.get("J"), axes.get("R")
        if radius is not None:
            if i is not None or j is not None:
                raise refusal("arc", "an arc with both R and a centre (I, J)")
            centre = centre_of(here, end, radius * scale, clockwise)
        elif i is None and j is None:
            raise refusal("arc", "an arc without I, J or R")
        elif self._arc_absolute if absolute is None else absolute:
            if i is None or j is None:
                raise refusal("arc", "an absolute centre (G90.1) needs both I and J")
            centre = i * scale + state.offset_x, j * scale + state.offset_y
        else:
            centre = state.x + (i or 0.0) * scale, state.y + (j or 0.0) * scale
        points = chords(here, end, centre, clockwise, self.reading.arc_tolerance)
        if len(self.motion) + len(points) > MOST_STEPS:
            self.ended = line
            raise refusal("size", f"the program has more than {MOST_STEPS} steps")
        return points

    def _move(self, way: _Way, line: int) -> None:
        state = self.state
        down: bool | None = None
        if way.z is not None:
            self._z = way.z
            down = not self.reading.lifts_at(way.z)
            if not down:  # a slanting move leaves the paper at once and reaches it only at its end
                self._act(Op.PEN, 0.0, line)
        before = [(state.x, state.y), *way.points]
        if points := [point for point, last in zip(way.points, before, strict=False) if point != last]:
            self._go(points, line)
        if down:
            self._act(Op.PEN, 1.0, line)

    def _go(self, points: list[Point], line: int) -> None:
        state = self.state
        kind, feed = (Kind.DRAW, state.draw_feed) if state.down else (Kind.TRAVEL, state.travel_feed)
        state.x, state.y = points[-1]
        if state.down and not state.draw_feed_given and not state.unfed_line:
            state.unfed_line = line
        if len(points) == 1:
            self.motion.append(kind, state.x, state.y, feed, line)
        else:
            self.motion.extend(
                {
                    "kind": bytes([kind]) * len(points),
                    "x": array("d", [x for x, _ in points]).tobytes(),
                    "y": array("d", [y for _, y in points]).tobytes(),
                    "value": array("f", [feed]).tobytes() * len(points),
                    "line": array("I", [line]).tobytes() * len(points),
                }
            )

    def _home(self, line: int) -> None:
        self._act(Op.PEN, 0.0, line)
        self.state.x, self.state.y = self.reading.home[0] + 0.0, self.reading.home[1] + 0.0
        self.motion.append(Kind.HOME, self.state.x, self.state.y, 0.0, line)

    def _set_position(self, axes: Mapping[str, float]) -> None:
        state = self.state
        if "X" in axes:
            state.offset_x = state.x - axes["X"] * state.scale
        if "Y" in axes:
            state.offset_y = state.y - axes["Y"] * state.scale
        if "Z" in axes:
            self._offset_z = self._z - axes["Z"] * state.scale

    def _change_pen(self, meaning: Meaning, line: int) -> None:
        if meaning.tool is not None:
            self._selected = meaning.tool
        if not meaning.change and (meaning.tool is None or self._source.changes_pens_by_m6):
            if meaning.tool is not None and meaning.tool_text and not len(self.motion):
                self.motion.holder = meaning.tool, meaning.tool_text
            return
        if self._selected is None:
            self._pause("change the pen", line)
        elif self._selected != self._tool:
            self._tool = self._selected
            was_down = self.state.down
            self._act(Op.PEN, 0.0, line)
            if meaning.tool_text:
                self.motion.texts[len(self.motion)] = meaning.tool_text
            self.motion.append(Kind.PEN_CHANGE, self.state.x, self.state.y, self._tool, line)
            self._act(Op.PEN, float(was_down), line)

    def _pause(self, message: str, line: int) -> None:
        if message:
            self.motion.texts[len(self.motion)] = message
        self.motion.append(Kind.PAUSE, self.state.x, self.state.y, 0.0, line)
