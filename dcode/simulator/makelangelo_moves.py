"""What the motion and pen commands of the legacy Makelangelo-firmware do."""

from __future__ import annotations

from typing import Final

from dcode.simulator.firmware import Program
from dcode.simulator.makelangelo_board import Handlers, MakelangeloBoard, handles
from dcode.simulator.makelangelo_eeprom import Three
from dcode.simulator.makelangelo_line import Words
from dcode.simulator.makelangelo_motion import MAX_ACCELERATION, MAX_FEED, arc, line

MOVES: Final[Handlers] = {}

_HOMING_MM_S: Final = 50.0  # not measured


def _target(robot: MakelangeloBoard, words: Words) -> Three:
    x, y, z = (
        now if (value := words.number(axis)) is None else now + value if robot.relative else value
        for axis, now in zip("XYZ", robot.position, strict=True)
    )
    return x, y, z


def _speeds(robot: MakelangeloBoard, words: Words) -> float:
    """The feed, mm/s; takes over A."""
    acceleration = words.number("A")
    if acceleration is not None:
        robot.acceleration = min(max(acceleration, 1.0), MAX_ACCELERATION)
        robot.resettle()
    feed = words.number("F")
    return robot.feed if feed is None else min(max(feed, 0.0), MAX_FEED)


@handles(MOVES, "G0", "G1")
def _line(robot: MakelangeloBoard, words: Words) -> Program:
    """A move beyond a limit is said, without a line end, and dropped."""
    feed = _speeds(robot, words)
    target = _target(robot, words)
    refusals = "".join(_beyond(robot, axis, value) for axis, value in enumerate(target) if "XYZ"[axis] in words)
    if refusals:
        yield from robot.tell(refusals)
        return
    robot.feed = feed
    for point, length in line(robot.position, target, feed):
        yield from robot.go(point, feed, length)
    yield from _planned(robot)


def _beyond(robot: MakelangeloBoard, axis: int, value: float) -> str:
    low, high = robot.eeprom.low[axis], robot.eeprom.high[axis]
    if value > high:
        return f"LIMIT MAX {axis} | pos[i] = {value:.2f} | axies[i].limitMax = {high:.2f}"
    if value < low:
        return f"LIMIT MIN {axis} | pos[i] = {value:.2f} | axies[i].limitMin = {low:.2f}"
    return ""


@handles(MOVES, "G2", "G3")
def _arc(robot: MakelangeloBoard, words: Words) -> Program:
    """Nobody looks at the limits here."""
    feed = _speeds(robot, words)
    x, y, _ = robot.position
    center = []
    for letter, now in (("I", x), ("J", y)):
        value = words.number(letter)
        center.append(now if value is None else now + value if robot.relative else value)
    target = _target(robot, words)
    robot.feed = feed
    for point in arc(robot.position, target, (center[0], center[1]), words.code == 2):
        for end, length in line(robot.position, point, feed):
            yield from robot.go(end, feed, length)
    yield from _planned(robot)


def _planned(robot: MakelangeloBoard) -> Program:
    """The fork's ack. N is the number that is expected next; B is a bool in disguise, not the room in the ring."""
    if robot.build.ok_lines:
        yield from robot.tell(f"OK N{robot.numbering.expected} P{robot.plotter.room()} B1\n")


@handles(MOVES, "G4")
def _dwell(robot: MakelangeloBoard, words: Words) -> Program:
    """S is milliseconds, P is seconds: the reverse of Marlin."""
    yield from robot.finish()
    yield from robot.pause((words.number("S") or 0.0) / 1000 + (words.number("P") or 0.0))


@handles(MOVES, "G28")
def _find_home(robot: MakelangeloBoard, words: Words) -> Program:
    """To the switches, where the belts have their calibrated lengths, and from there home."""
    if not robot.setup.machine.end_stops or not robot.eeprom.usable:
        return
    eeprom = robot.eeprom
    yield from robot.finish()
    robot.servo.aim(robot.setup.machine.pen.up_angle, robot.now)
    yield from robot.tell("Find Home...\n")
    angle = robot.position[2]
    switches = (*eeprom.belts().position(*eeprom.calibration), angle)
    robot.teleport((*robot.plotter.paper, angle))
    x, y, _ = robot.plotter.label_of(robot.switches or (switches[0], switches[1]))
    for point, length in line(robot.position, (x, y, angle), _HOMING_MM_S):
        yield from robot.go(point, _HOMING_MM_S, length)
    yield from robot.finish()
    yield from robot.pause(0.5)
    robot.teleport(switches)
    yield from robot.tell(robot.report_position())
    home = (eeprom.home[0], eeprom.home[1], angle)
    for point, length in line(robot.position, home, robot.feed):
        yield from robot.go(point, robot.feed, length)
    yield from robot.tell("Done.\n")


@handles(MOVES, "G90", "G91")
def _distances(robot: MakelangeloBoard, words: Words) -> Program:
    robot.relative = words.code == 91
    return iter(())


@handles(MOVES, "G92")
def _teleport(robot: MakelangeloBoard, words: Words) -> Program:
    yield from robot.finish()
    robot.teleport(_target(robot, words))


@handles(MOVES, "M17", "M18")
def _motors(robot: MakelangeloBoard, words: Words) -> Program:
    yield from robot.tell(f"M{words.code}")


@handles(MOVES, "M112")
def _stop(robot: MakelangeloBoard, words: Words) -> Program:
    robot.stop()
    return iter(())


# --- the pen


@handles(MOVES, "M280")
def _servo(robot: MakelangeloBoard, words: Words) -> Program:
    """Waits for the motion, not for the servo; with T, for the milliseconds in which it is led there."""
    yield from robot.tell("M280")
    yield from robot.finish()
    index, angle = int(words.number("P") or 0), words.number("S")
    if index != 0 or angle is None or not 0 <= angle <= 180:
        return
    seconds = (words.number("T") or 0.0) / 1000
    robot.servo.aim(int(angle), robot.now, seconds)
    yield from robot.pause(seconds)


@handles(MOVES, "D13")
def _pen_angle(robot: MakelangeloBoard, words: Words) -> Program:
    angle = words.number("Z")
    if angle is not None:
        robot.servo.aim(angle, robot.now)
        robot.teleport((robot.position[0], robot.position[1], angle))
    return iter(())
