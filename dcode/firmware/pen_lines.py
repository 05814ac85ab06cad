"""The pen as the lines of one firmware: which of them is in, how high it goes in the firmware's unit, and the waiting.

A height is counted in the pen's own unit: degrees of a servo, mm of an axis (pen_scale.py says which).
"""

from __future__ import annotations

from dcode.errors import LimitError
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.pen_scale import own_wait
from dcode.firmware.profile import FirmwareProfile
from dcode.gcode.write import shortest
from dcode.machine.machine import Machine

Point = tuple[float, float]


class PenLines:
    """Writes for the pen that was taken, at first the machine's own. `row` -1 is no row of a program."""

    def __init__(self, profile: FirmwareProfile, machine: Machine) -> None:
        self._profile, self._machine = profile, machine
        self._own_wait = own_wait(profile)
        self._deeper: dict[int, float] = {}  # degrees, by pen
        self.number = 0  # of the pen that was taken; 0 for the machine's own
        self.settings = machine.pen  # its angles, speeds and waits

    def take(self, number: int) -> None:
        """From now on with that pen's angles and speeds."""
        self.number, self.settings = number, self._machine.named_pen(number).pen

    # -- other than machine.json says ----------------------------------------------------------------------------------

    @property
    def deeper(self) -> float:
        """Degrees that the pen which was taken is lowered further than machine.json says; above 0 presses harder."""
        return self._deeper.get(self.number, 0.0)

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
        self._deeper[self.number] = degrees

    def as_machine_says(self) -> None:
        """No pen is lowered otherwise than machine.json says any more."""
        self._deeper.clear()

    # -- lines ---------------------------------------------------------------------------------------------------------

    def lift(self, row: int) -> list[Command]:
        return self.bring(self.raised, self.settings.raise_seconds, "up", row)

    def lower(self, row: int, at: Point | None, angle: float | None = None) -> list[Command]:
        """To the machine's angle or another one, degrees.

        Where the wall comes nearer to the pen, or lies deeper, that is counted in: here, and at no other moment.
        """
        height = self._height_at(at) if angle is None else self._own(angle)
        return self.bring(height, self.settings.lower_seconds, "down", row)

    def deepened(self, at: Point) -> Command:
        """Bring the lowered pen to its height anew, in mid-stroke; only where the firmware's servo turns at once."""
        return Command(self._text(self._height_at(at)), -1, 0.0, CommandKind.PEN, pen="down")

    def turn(self, angle: float) -> list[Command]:
        """To an angle of its servo, degrees."""
        seconds = max(self.settings.raise_seconds, self.settings.lower_seconds)
        return self.bring(self._own(angle), seconds, shortest(angle, 1), -1)

    def bring(self, height: float, seconds: float, pen: str, row: int) -> list[Command]:
        """To a height, which is its `pen` state then. Where the firmware waits for its servo, only for what is more."""
        text = self._text(height)
        lines = [Command(line, row, 0.0, CommandKind.PEN) for line in self._profile.pen.before]
        wait = dwell(self._profile, seconds - self._own_wait, row)
        if not wait:
            return [*lines, Command(text, row, seconds, CommandKind.PEN, pen=pen)]
        lines.append(Command(text, row, self._own_wait, CommandKind.PEN))
        return [*lines, *(command._replace(kind=CommandKind.PEN, pen=pen) for command in wait)]

    def _text(self, height: float) -> str:
        how = self._profile.pen
        return how.template.format(
            index=self.settings.servo_index,
            angle=shortest(height, how.angle_decimals),
            s=round(max(1.0, self._spindle(height))),
            z=shortest(height, 2),
        )

    # -- heights -------------------------------------------------------------------------------------------------------

    @property
    def raised(self) -> float:
        """The height at which the pen is up."""
        return self._own(self.settings.up_angle, self.settings.z_up)

    def _height_at(self, at: Point | None) -> float:
        """Of the lowered pen, with the wall's height counted in where the place is known."""
        wall, height = self._machine.height_map, self._lowered(self.deeper)
        return height if at is None or wall is None else height + wall.offset(self._machine.work_area, at)

    def _lowered(self, deeper: float) -> float:
        """Of the lowered pen, so many degrees further down; on an axis by their share of the way."""
        pen = self.settings
        down = self._own(pen.down_angle, pen.z_down)
        if not deeper:
            return down
        turn = abs(pen.down_angle - pen.up_angle) or 1.0
        return down + deeper * (down - self.raised) / turn

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


def dwell(profile: FirmwareProfile, seconds: float, row: int) -> list[Command]:
    """Wait, after all before it is carried out; nothing for no time."""
    if seconds <= 0:
        return []
    text = profile.commands.dwell.format(seconds=shortest(seconds, 3), ms=round(seconds * 1000))
    return [Command(text, row, seconds, CommandKind.DWELL)]
