"""From rows of motion to the lines of one firmware: its commands, units, axes and limits.

Lines that are sent in order leave out what the one before has said already: an axis that does not change, the feed.
Nothing is left out across a pause, a jog or a reset: what is unchanged is judged against the position that the caller
gives, and every public call but `row` forgets the feed.
"""

from __future__ import annotations

from collections.abc import Iterable

from dcode.errors import ConfigError
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.move_lines import MoveLines
from dcode.firmware.pen_lines import PenLines, dwell
from dcode.firmware.profile import FirmwareProfile
from dcode.gcode.motion import Kind, Step
from dcode.gcode.write import shortest
from dcode.machine.machine import Machine

Point = tuple[float, float]


class Translator:
    """Writes one dialect for one machine. Positions are mm, y up; feeds mm/min; every command is one line."""

    def __init__(self, profile: FirmwareProfile, machine: Machine) -> None:
        self._profile, self._machine = profile, machine
        self.pen, self.moves = PenLines(profile, machine), MoveLines(profile, machine)

    # -- rows of a program ---------------------------------------------------------------------------------------------

    def row(self, step: Step, at: Point, row: int) -> list[Command]:
        """The lines of one row, the gondola being at `at`; none for a move that goes nowhere, a pause, a pen change.

        All lines of a row carry its number.
        """
        speeds = self.pen.settings
        match step.kind:
            case Kind.DRAW:
                return self.moves.move(CommandKind.DRAW, at, (step.x, step.y), step.value or speeds.draw_speed, row)
            case Kind.TRAVEL:
                return self.moves.move(CommandKind.TRAVEL, at, (step.x, step.y), step.value or speeds.travel_speed, row)
            case Kind.PEN_UP:
                return self.pen.lift(row)
            case Kind.PEN_DOWN:
                return self.pen.lower(row, at)
            case Kind.DWELL:
                return dwell(self._profile, step.value, row)
            case Kind.HOME:
                return self._home(at, row)
            case Kind.PEN_CHANGE:
                self.pen.take(int(step.value))
        return []

    def as_machine_says(self) -> None:
        """Nothing is other than machine.json says any more: neither pens nor feeds."""
        self.pen.as_machine_says()
        self.moves.as_machine_says()

    def _home(self, at: Point, row: int) -> list[Command]:
        if self._machine.end_stops:
            return [*self.pen.lift(row), *self._homing(row)]
        home, feed = self._machine.home, self.pen.settings.travel_speed
        return [*self.pen.lift(row), *self.moves.move(CommandKind.TRAVEL, at, home, feed, row)]

    # -- what is asked for outside a program ---------------------------------------------------------------------------

    def preamble(self) -> list[Command]:
        """The modes that every later line relies on."""
        self.moves.forget_feed()
        return [Command(text, kind=CommandKind.MODES) for text in self._profile.commands.preamble]

    def pen_up(self) -> list[Command]:
        self.moves.forget_feed()
        return self.pen.lift(-1)

    def pen_down(self, angle: float | None = None, at: Point | None = None) -> list[Command]:
        """Lower the pen, to the machine's angle, the wall's height at `at` counted in, or to another angle, degrees."""
        self.moves.forget_feed()
        return self.pen.lower(-1, at, angle)

    def pen_angle(self, angle: float) -> list[Command]:
        """Turn the pen's servo to an angle, degrees."""
        self.moves.forget_feed()
        return self.pen.turn(angle)

    def pen_to(self, height: float, seconds: float, pen: str) -> list[Command]:
        """Bring the pen to a height in its own unit (degrees; mm on an axis), which is its `pen` state then; wait."""
        self.moves.forget_feed()
        return self.pen.bring(height, seconds, pen, -1)

    def travel(self, to: Point, at: Point, feed: float | None = None) -> list[Command]:
        """A straight move from `at`, at the travel speed or another. The pen is up: the caller sees to that."""
        self.moves.forget_feed()
        return self.moves.move(CommandKind.TRAVEL, at, to, feed or self.pen.settings.travel_speed, -1)

    def set_position(self, x: float, y: float) -> list[Command]:
        """Tell the firmware that the gondola is at (x, y)."""
        self.moves.forget_feed()
        aside = [self._set_position(x + 1, y + 1, -1)] if self._profile.commands.set_position_twice else []
        return [*aside, self._set_position(x, y, -1)]

    def homing(self) -> list[Command]:
        """Find home by the end-stops. Raises ConfigError where the profile has no command for it."""
        self.moves.forget_feed()
        return self._homing(-1)

    def unlock(self) -> list[Command]:
        """End an alarm, where the firmware locks itself; nothing elsewhere. Only at a user's word."""
        self.moves.forget_feed()
        text = self._profile.commands.unlock
        return [Command(text, kind=CommandKind.CONSOLE)] if text else []

    def barrier(self) -> list[Command]:
        """Acknowledged once everything before it is carried out."""
        self.moves.forget_feed()
        return [Command(self._profile.commands.barrier, kind=CommandKind.BARRIER)]

    def heard_out(self, commands: Iterable[Command]) -> list[Command]:
        """Commands and, where a firmware acknowledges before it speaks, one that is acknowledged after that."""
        commands = list(commands)
        late = self._profile.commands.barrier_reply is not None and commands[-1:] != self.barrier()
        return [*commands, *self.barrier()] if late and commands else commands

    def verbatim(self, line: str) -> Command:
        """A line as a user typed it."""
        self.moves.forget_feed()
        commands = self._profile.commands
        kinds = {commands.barrier: CommandKind.BARRIER, commands.home: CommandKind.HOME}
        return Command(line, kind=kinds.get(line, CommandKind.CONSOLE))

    # -- the rest ------------------------------------------------------------------------------------------------------

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
        decimals, down = self._profile.moves.decimals, -1.0 if self._profile.y_down else 1.0
        text = self._profile.commands.set_position.format(x=shortest(x, decimals), y=shortest(y * down, decimals))
        return Command(text, row, 0.0, CommandKind.POSITION, (x, y))
