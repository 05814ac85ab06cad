"""What Marlin 2.1's motion commands and M280 do. A handler is a part of the firmware's program: it may wait."""

from __future__ import annotations

from math import ceil, hypot
from typing import Final

from dcode.simulator import marlin_settings
from dcode.simulator.firmware import Program
from dcode.simulator.marlin_command import Command
from dcode.simulator.marlin_idle import Handlers, Killed, MarlinIdle, handles
from dcode.simulator.marlin_reports import position

MOVES: Final[Handlers] = {}

_HOMING_MM_S: Final = 50.0
# With the gondola at the end stops, G28 took this long (transcripts/marlin21_*): bumps, backing off, three axes.
_BUMPS_SECONDS: Final = 2.415

_SERVO_SECONDS: Final = 0.3  # SERVO_DELAY
_RAMP_SECONDS: Final = 0.05  # between two steps of M280 T, each of which then takes SERVO_DELAY as well


@handles(MOVES, "G0", "G1", "G2", "G3")
def _move(marlin: MarlinIdle, command: Command) -> Program:
    unhomed = "".join(axis for axis in "XYZ" if axis not in marlin.homed)
    if marlin.end_stops and unhomed:  # NO_MOTION_BEFORE_HOMING: said, and acked like any other line
        yield from marlin.tell(f"echo:Home {unhomed} First\r\n")
        return
    mover = marlin.mover
    end = mover.destination(command)
    if command.code in ("G0", "G1"):
        end = mover.limited(end)
        steps = mover.line(end)
        if steps is None:
            return
    else:
        steps = mover.arc(command, end)
        if steps is None:
            yield from marlin.tell("Error:G2/G3 bad parameters\n")
            return
        steps = [(mover.limited(point), length) for point, length in steps]
    for point, length in steps:
        yield from marlin.go(point, length)
    mover.current = end


@handles(MOVES, "G4")
def _dwell(marlin: MarlinIdle, command: Command) -> Program:
    seconds = command.value("S")
    if seconds is None:
        seconds = (command.value("P") or 0.0) / 1000
    yield from marlin.synchronize()
    yield from marlin.dwell(seconds)


@handles(MOVES, "G20", "G21")
def _units(marlin: MarlinIdle, command: Command) -> Program:
    marlin.mover.unit = 25.4 if command.code == "G20" else 1.0
    return iter(())


@handles(MOVES, "G90", "G91")
def _distances(marlin: MarlinIdle, command: Command) -> Program:
    marlin.mover.relative = command.code == "G91"
    return iter(())


@handles(MOVES, "G92")
def _relabel(marlin: MarlinIdle, command: Command) -> Program:
    mover = marlin.mover
    x, y, z = (
        now if (value := command.value(letter)) is None else value * mover.unit
        for letter, now in zip("XYZ", mover.current, strict=True)
    )
    if (x, y, z) != mover.current:
        mover.relabel((x, y, z))
    yield from marlin.tell(position(mover.current, mover.live_steps()))


@handles(MOVES, "G28")
def _home(marlin: MarlinIdle, command: Command) -> Program:
    """To the end stops, if there are any; the logical position then is the configured one, whatever the truth."""
    mover, plotter = marlin.mover, marlin.plotter
    axes = {axis for axis in "XYZ" if axis in command.words} or set("XYZ")
    yield from marlin.synchronize()
    if not marlin.end_stops:
        area = marlin.settings["M665"]
        longest = 1.5 * max(area["R"] - area["L"], area["T"] - area["B"])
        yield from marlin.dwell(longest / _HOMING_MM_S)
        raise Killed("Homing Failed")
    (x, y), truth = plotter.paper, marlin.setup.truth
    switches = marlin.home[0], marlin.home[1]
    if truth:
        switches = truth.hangs(switches)
    if hypot(x - switches[0], y - switches[1]) > 0.05:
        mover.relabel((x, y, 0.0))  # after a quick stop the labels may be out of every belt's reach
        plotter.add_line(plotter.label_of(switches), _HOMING_MM_S)
        yield from marlin.synchronize()
    yield from marlin.dwell(_BUMPS_SECONDS)
    marlin.homed |= axes
    mover.relabel(marlin.home)
    yield from marlin.tell(position(mover.current, mover.live_steps()))


@handles(MOVES, "M18", "M84")
def _motors_off(marlin: MarlinIdle, command: Command) -> Program:
    if command.value("S") is None:  # else it is the time after which they are to go off
        yield from marlin.synchronize()


@handles(MOVES, "M400")
def _finish(marlin: MarlinIdle, command: Command) -> Program:
    yield from marlin.synchronize()


@handles(MOVES, "M410")
def _quick_stop(marlin: MarlinIdle, command: Command) -> Program:
    if not marlin.build.emergency_parser:  # which has done it long since
        yield from marlin.quick_stop()


@handles(MOVES, "M211")
def _soft_endstops(marlin: MarlinIdle, command: Command) -> Program:
    """The limits told are those of the build, whatever M665 says."""
    switch = command.value("S")
    if switch is not None:
        marlin.mover.clamps = bool(switch)
        return
    area = marlin_settings.FACTORY["M665"] if marlin.setup.captured else marlin.settings["M665"]
    on = marlin.mover.clamps
    yield from marlin.tell(f"  M211 S{int(on)} ; {'ON' if on else 'OFF'}\n")
    yield from marlin.tell(
        f"  Min:  X{area['L']:.2f} Y{area['B']:.2f} Z0.00   Max:  X{area['R']:.2f} Y{area['T']:.2f} Z100.00\n"
    )


@handles(MOVES, "M220")
def _feed_percent(marlin: MarlinIdle, command: Command) -> Program:
    percent = command.value("S")
    if percent is not None:
        marlin.mover.percent = max(1.0, percent)
    else:
        yield from marlin.tell(f"FR:{marlin.mover.percent:.0f}%\n")


# --- the pen


@handles(MOVES, "M280")
def _servo(marlin: MarlinIdle, command: Command) -> Program:
    """Waits for the motion, then for the servo, which has no power afterwards (DEACTIVATE_SERVOS_AFTER_MOVE)."""
    index = command.whole("P")
    if index is None:
        return
    yield from marlin.synchronize()
    angle = command.whole("S")
    if not 0 <= index < marlin.servos:
        yield from marlin.tell(f"Error:Servo {index} out of range\n")
    elif angle is None:
        yield from marlin.tell(f"echo: Servo {index}: {marlin.servo_reading}\n")
    elif angle < 0:
        marlin.servo.release(marlin.now)
    else:
        yield from _turn_servo(marlin, min(angle, 180), index, command.whole("T") or 0)


def _turn_servo(marlin: MarlinIdle, angle: int, index: int, milliseconds: int) -> Program:
    ramp = min(max(milliseconds, 0), 10000) / 1000
    steps = ceil(ramp / (_RAMP_SECONDS + _SERVO_SECONDS))
    before, start = marlin.servo_reading, marlin.now
    for _ in range(steps):
        yield from marlin.dwell(_RAMP_SECONDS)
        part = min(1.0, (marlin.now - start) / ramp)
        yield from _aim(marlin, round(before + (angle - before) * part), index)
    yield from _aim(marlin, angle, index)


def _aim(marlin: MarlinIdle, angle: int, index: int) -> Program:
    marlin.servo_reading = angle
    if index == marlin.setup.machine.pen.servo_index:
        marlin.servo.aim(angle, marlin.now)
    yield from marlin.dwell(_SERVO_SECONDS)
    marlin.servo.release(marlin.now)
