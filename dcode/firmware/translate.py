"""From rows of motion to the lines of one firmware: its commands, units, axes and limits.

Lines that are sent in order leave out what the one before has said already: an axis that does not change, the feed.
Nothing is left out across a pause, a jog or a reset: what is unchanged is judged against the position that the caller
gives, and every public call but `row` forgets the feed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from dcode.errors import ConfigError, LimitError
from dcode.firmware.command import Command as Command
from dcode.firmware.command import CommandKind
from dcode.firmware.feed_pace import FULL, FeedPace
from dcode.firmware.framing import Framing
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import Reply, ReplyKind
from dcode.firmware.status import Reports
from dcode.gcode.motion import Kind, Step
from dcode.gcode.write import shortest
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine

Point = tuple[float, float]

# A length that is a whole number of segments but for rounding is not cut once more.
_ROUNDING: Final = 1e-9


class Translator:
    """Writes one dialect for one machine. Positions are mm, y up; feeds mm/min; every command is one line."""

    def __init__(self, profile: FirmwareProfile, machine: Machine) -> None:
        self._profile, self._machine = profile, machine
        self._pen = machine.pen
        self._room = Framing(profile).room
        self._max_feed = profile.max_feed_of(machine)
        self._per_minute = 60.0 if profile.moves.feed_unit == "mm/s" else 1.0
        self._down = -1.0 if profile.y_down else 1.0
        self._feed = ""  # as the firmware was last told
        self._number = 0  # of the pen
        self._deeper: dict[int, float] = {}  # degrees, by pen
        self._pace = FULL
        self.fastest = 0.0  # mm/min, of all that was told

    # -- rows of a program ---------------------------------------------------------------------------------------------

    def row(self, step: Step, at: Point, row: int) -> list[Command]:
        """The lines of one row, the gondola being at `at`; none for a move that goes nowhere, a pause, a pen change.

        All lines of a row carry its number.
        """
        match step.kind:
            case Kind.DRAW:
                return self._move(CommandKind.DRAW, at, (step.x, step.y), step.value or self._pen.draw_speed, row)
            case Kind.TRAVEL:
                return self._move(CommandKind.TRAVEL, at, (step.x, step.y), step.value or self._pen.travel_speed, row)
            case Kind.PEN_UP:
                return self._raise(row)
            case Kind.PEN_DOWN:
                return self._lower(row, None, at)
            case Kind.DWELL:
                return self._dwell(step.value, row)
            case Kind.HOME:
                return self._home(at, row)
            case Kind.PEN_CHANGE:
                self.take_pen(int(step.value))
        return []

    def take_pen(self, number: int) -> None:
        """From now on with that pen's angles and speeds."""
        self._number, self._pen = number, self._machine.named_pen(number).pen

    # -- while a job is drawn ------------------------------------------------------------------------------------------

    @property
    def pen_number(self) -> int:
        """The pen that was taken; 0 for the machine's own."""
        return self._number

    @property
    def deeper(self) -> float:
        """Degrees that the pen which was taken is lowered further than machine.json says; above 0 presses harder."""
        return self._deeper.get(self._number, 0.0)

    @property
    def deeper_by_pen(self) -> dict[int, float]:
        """The same for all pens that differ."""
        return {pen: degrees for pen, degrees in self._deeper.items() if degrees}

    def go_deeper(self, degrees: float) -> None:
        """Lower the pen that was taken so many degrees further than machine.json says, from the next time on.

        Raises LimitError where that is beyond what its servo or axis turns, or as high as the raised pen.
        """
        low, high = self._profile.pen.z_range if self._profile.pen.method == "z" else self._profile.pen.angles
        wall = self._machine.height_map
        spread = wall.span if wall else (0.0, 0.0)
        lowered = self._lowered(degrees)
        for height in (lowered + spread[0], lowered + spread[1]):
            if not low <= height <= high:
                limit = low if height < low else high
                message = f"The pen would be lowered to {shortest(height, 2)}, and goes from {low:g} to {high:g}."
                raise LimitError(message, axis="pen", value=height, limit=limit)
        if (lowered - self.raised) * (self._lowered(0.0) - self.raised) <= 0.0:
            message = "So much lighter, the pen would not leave its raised height."
            raise LimitError(message, axis="pen", value=lowered, limit=self.raised)
        self._deeper[self._number] = degrees

    def as_machine_says(self) -> None:
        """Nothing is other than machine.json says any more: neither pens nor feeds."""
        self._deeper.clear()
        self.take_pace(FULL)
        self.fastest = 0.0

    def take_pace(self, pace: FeedPace) -> None:
        """From now on with other feeds than the program says."""
        self._pace = pace

    def deepened(self, at: Point) -> Command:
        """Bring the lowered pen to its height anew, in mid-stroke; only where the firmware's servo turns at once."""
        return Command(self._pen_text(self._height_at(at)), -1, 0.0, CommandKind.PEN, pen="down")

    @property
    def max_rest_seconds(self) -> float:
        """How long the pen may rest on the paper without moving."""
        return self._pen.max_rest_seconds

    def _home(self, at: Point, row: int) -> list[Command]:
        if self._machine.end_stops:
            return [*self._raise(row), *self._homing(row)]
        to = self._machine.home
        return [*self._raise(row), *self._move(CommandKind.TRAVEL, at, to, self._pen.travel_speed, row)]

    # -- what is asked for outside a program ---------------------------------------------------------------------------

    def preamble(self) -> list[Command]:
        """The modes that every later line relies on."""
        self._feed = ""
        return [Command(text, kind=CommandKind.MODES) for text in self._profile.commands.preamble]

    def pen_up(self) -> list[Command]:
        self._feed = ""
        return self._raise(-1)

    def pen_down(self, angle: float | None = None, at: Point | None = None) -> list[Command]:
        """Lower the pen, to the machine's angle, the wall's height at `at` counted in, or to another angle, degrees."""
        self._feed = ""
        return self._lower(-1, angle, at)

    def pen_angle(self, angle: float) -> list[Command]:
        """Turn the pen's servo to an angle, degrees."""
        self._feed = ""
        seconds = max(self._pen.raise_seconds, self._pen.lower_seconds)
        return self._turn(self._own(angle), seconds, shortest(angle, 1), -1)

    @property
    def raised(self) -> float:
        """The height at which the pen is up, in its own unit."""
        return self._own(self._pen.up_angle, self._pen.z_up)

    def pen_to(self, height: float, seconds: float, pen: str) -> list[Command]:
        """Bring the pen to a height in its own unit (degrees; mm on an axis), which is its `pen` state then; wait."""
        self._feed = ""
        return self._turn(height, seconds, pen, -1)

    def travel(self, to: Point, at: Point, feed: float | None = None) -> list[Command]:
        """A straight move from `at`, at the travel speed or another. The pen is up: the caller sees to that."""
        self._feed = ""
        return self._move(CommandKind.TRAVEL, at, to, feed or self._pen.travel_speed, -1)

    def set_position(self, x: float, y: float) -> list[Command]:
        """Tell the firmware that the gondola is at (x, y)."""
        self._feed = ""
        aside = [self._set_position(x + 1, y + 1, -1)] if self._profile.commands.set_position_twice else []
        return [*aside, self._set_position(x, y, -1)]

    def homing(self) -> list[Command]:
        """Find home by the end-stops. Raises ConfigError where the profile has no command for it."""
        self._feed = ""
        return self._homing(-1)

    def unlock(self) -> list[Command]:
        """End an alarm, where the firmware locks itself; nothing elsewhere. Only at a user's word."""
        self._feed = ""
        text = self._profile.commands.unlock
        return [Command(text, kind=CommandKind.CONSOLE)] if text else []

    def barrier(self) -> list[Command]:
        """Acknowledged once everything before it is carried out."""
        self._feed = ""
        return [Command(self._profile.commands.barrier, kind=CommandKind.BARRIER)]

    def epilogue(self) -> list[Command]:
        """The end of a job where it stands: the pen up, and everything carried out."""
        return [*self.pen_up(), *self.barrier()]

    def parking(self, at: Point) -> list[Command]:
        """The end of a job at home: the pen up, the way there, and everything carried out."""
        return [*self.pen_up(), *self.travel(self._machine.home, at), *self.barrier()]

    def heard_out(self, commands: Iterable[Command]) -> list[Command]:
        """Commands and, where a firmware acknowledges before it speaks, one that is acknowledged after that."""
        commands = list(commands)
        late = self._profile.commands.barrier_reply is not None and commands[-1:] != self.barrier()
        return [*commands, *self.barrier()] if late and commands else commands

    def identify(self) -> list[Command]:
        """Ask the firmware what it is; its answer is for `FirmwareProfile.adapted` and `detect.recognise`."""
        return [Command(self._profile.commands.identify, kind=CommandKind.QUERY)]

    def ask_position(self) -> list[Command]:
        """Ask where the gondola is; nothing where that comes with the status."""
        text = self._profile.commands.ask_position
        return [Command(text, kind=CommandKind.QUERY)] if text else []

    def read_position(self, replies: Iterable[str]) -> Point | None:
        """The position in what the firmware said, mm, y up; None if there is none."""
        pattern = self._profile.replies.position
        if pattern is not None:
            for text in replies:
                if found := pattern.search(text):
                    return Reports(self._profile).read(Reply(ReplyKind.STATUS, text, None, found.groupdict()))[1]
        return None

    def ask_limits(self) -> list[Command]:
        """Ask for the area that the firmware itself keeps moves in; nothing where it has none or does not say."""
        text = self._profile.commands.limits
        return [Command(text, kind=CommandKind.QUERY)] if text else []

    def read_limits(self, replies: Iterable[str]) -> Bounds | None:
        """That area, mm, y up; None if there is none."""
        texts, said = list(replies), self._profile.replies
        if said.limits is None or (said.no_limits and any(map(said.no_limits.search, texts))):
            return None
        found = next((match for text in texts if (match := said.limits.search(text))), None)
        if found is None:
            return None
        xs = sorted((float(found["x0"]), float(found["x1"])))
        ys = sorted((float(found["y0"]) * self._down, float(found["y1"]) * self._down))
        return Bounds(xs[0], xs[1], ys[1], ys[0])

    def verbatim(self, line: str) -> Command:
        """A line as a user typed it."""
        self._feed = ""
        commands = self._profile.commands
        kinds = {commands.barrier: CommandKind.BARRIER, commands.home: CommandKind.HOME}
        return Command(line, kind=kinds.get(line, CommandKind.CONSOLE))

    # -- moves ---------------------------------------------------------------------------------------------------------

    def _move(self, kind: CommandKind, at: Point, to: Point, feed: float, row: int) -> list[Command]:
        moves = self._profile.moves
        drawing = kind is CommandKind.DRAW
        letter = "G1" if drawing else moves.travel
        feed = self._pace.told(min(feed, self._max_feed), self._max_feed)
        self.fastest = max(self.fastest, feed)
        longest = moves.segment_draw_mm if drawing else moves.segment_travel_mm
        length = math.hypot(to[0] - at[0], to[1] - at[1])
        pieces = math.ceil(length / longest - _ROUNDING) if longest else 1
        if pieces <= 1:
            command = self._line(letter, at, to, feed, row, kind, length)
            return [] if command is None else [command]
        return self._pieces(letter, at, to, feed, row, kind, length, pieces)

    def _pieces(
        self, letter: str, at: Point, to: Point, feed: float, row: int, kind: CommandKind, length: float, pieces: int
    ) -> list[Command]:
        commands: list[Command] = []
        for n in range(1, pieces + 1):
            part = n / pieces
            end = to if n == pieces else (at[0] + (to[0] - at[0]) * part, at[1] + (to[1] - at[1]) * part)
            start = commands[-1].end if commands and commands[-1].end else at
            command = self._line(letter, start, end, feed, row, kind, length / pieces)
            if command is not None:
                commands.append(command)
        return commands

    def _line(
        self, letter: str, at: Point, to: Point, feed: float, row: int, kind: CommandKind, length: float
    ) -> Command | None:
        """One straight line as the firmware is to have it; None when at its precision nothing changes."""
        decimals = self._profile.moves.decimals
        feed_text = shortest(feed / self._per_minute, 3)
        while True:
            text = self._text(letter, at, to, decimals)
            if text == letter:
                return None
            if feed_text != self._feed:
                text = f"{text} F{feed_text}"
            if len(text) <= self._room or decimals <= 1:
                break
            decimals -= 1
        self._feed = feed_text
        feed *= self._pace.firmware
        return Command(text, row, length / feed * 60, kind, to, feed)

    def _text(self, letter: str, at: Point, to: Point, decimals: int) -> str:
        x, y = shortest(to[0], decimals), shortest(to[1] * self._down, decimals)
        text = letter
        if x != shortest(at[0], decimals):
            text = f"{text} X{x}"
        if y != shortest(at[1] * self._down, decimals):
            text = f"{text} Y{y}"
        return text

    # -- the rest ------------------------------------------------------------------------------------------------------

    def _raise(self, row: int) -> list[Command]:
        return self._turn(self.raised, self._pen.raise_seconds, "up", row)

    def _lower(self, row: int, angle: float | None, at: Point | None) -> list[Command]:
        """Where the wall comes nearer to the pen, or lies deeper, that is counted in: here, and at no other moment."""
        height = self._height_at(at) if angle is None else self._own(angle)
        return self._turn(height, self._pen.lower_seconds, "down", row)

    def _height_at(self, at: Point | None) -> float:
        """Of the lowered pen, with the wall's height counted in where the place is known."""
        wall, height = self._machine.height_map, self._lowered(self.deeper)
        return height if at is None or wall is None else height + wall.offset(self._machine.work_area, at)

    def _lowered(self, deeper: float) -> float:
        """Of the lowered pen in its own unit, so many degrees further down; on an axis by their share of the way."""
        pen = self._pen
        down = self._own(pen.down_angle, pen.z_down)
        if not deeper:
            return down
        turn = abs(pen.down_angle - pen.up_angle) or 1.0
        return down + deeper * (down - self.raised) / turn

    def _turn(self, height: float, seconds: float, pen: str, row: int) -> list[Command]:
        """Bring the pen to a height in its own unit. Where the firmware waits for its servo, only for what is more."""
        how, text = self._profile.pen, self._pen_text(height)
        lines = [Command(line, row, 0.0, CommandKind.PEN) for line in how.before]
        own_wait = 0.0 if how.settle else self._profile.planning.servo_seconds
        wait = self._dwell(seconds - own_wait, row)
        if not wait:
            return [*lines, Command(text, row, seconds, CommandKind.PEN, pen=pen)]
        lines.append(Command(text, row, own_wait, CommandKind.PEN))
        return [*lines, *(command._replace(kind=CommandKind.PEN, pen=pen) for command in wait)]

    def _pen_text(self, height: float) -> str:
        how = self._profile.pen
        return how.template.format(
            index=self._pen.servo_index,
            angle=shortest(height, how.angle_decimals),
            s=round(max(1.0, self._spindle(height))),
            z=shortest(height, 2),
        )

    def _own(self, angle: float, z: float | None = None) -> float:
        """An angle in the pen's own unit; on an axis the height `z`, or else the one that the angle stands for."""
        if not self._profile.pen.in_mm:
            return angle
        return self._height(angle) if z is None else z

    def _spindle(self, angle: float) -> float:
        """S for a servo angle: the range of the one laid over the other. S0 would switch the output off."""
        how = self._profile.pen
        part = (angle - how.angle_low) / (how.angle_high - how.angle_low)
        return how.s_low + part * (how.s_high - how.s_low)

    def _height(self, angle: float) -> float:
        """Z for a servo angle: the machine's two angles are the two heights."""
        how, pen = self._profile.pen, self._machine.pen
        if pen.up_angle == pen.down_angle:
            return how.z_up
        part = (angle - pen.down_angle) / (pen.up_angle - pen.down_angle)
        return how.z_down + part * (how.z_up - how.z_down)

    def _dwell(self, seconds: float, row: int) -> list[Command]:
        if seconds <= 0:
            return []
        text = self._profile.commands.dwell.format(seconds=shortest(seconds, 3), ms=round(seconds * 1000))
        return [Command(text, row, seconds, CommandKind.DWELL)]

    def _homing(self, row: int) -> list[Command]:
        commands = self._profile.commands
        if not commands.home:
            raise ConfigError(
                f"{self._profile.title} has no homing command in its profile", key="commands.home", value=""
            )
        home = self._machine.home
        find = Command(commands.home, row, 0.0, CommandKind.HOME, home)
        return [find] if commands.home_sets_position else [find, self._set_position(*home, row)]

    def _set_position(self, x: float, y: float, row: int) -> Command:
        decimals = self._profile.moves.decimals
        text = self._profile.commands.set_position.format(x=shortest(x, decimals), y=shortest(y * self._down, decimals))
        return Command(text, row, 0.0, CommandKind.POSITION, (x, y))
