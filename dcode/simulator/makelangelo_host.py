"""What the reports, settings and line commands of the legacy Makelangelo-firmware do."""

from __future__ import annotations

from typing import Final

from dcode.simulator import makelangelo_eeprom
from dcode.simulator.firmware import Program
from dcode.simulator.makelangelo_board import Handlers, MakelangeloBoard, handles
from dcode.simulator.makelangelo_line import Words

COMMANDS: Final[Handlers] = {}

_VERSION: Final = "Firmware v11\n"


def greeting(robot: MakelangeloBoard) -> str:
    """M100, without the empty lines before it."""
    return (
        f"HELLO WORLD! I AM POLARGRAPH #{robot.eeprom.uid}\n{_VERSION}{_built(robot)}"
        "Please see http://makelangelo.com/ for more information.\n"
        "Try these (with a newline): G00,G01,G02,G03,G04,G28,G90,G91,G92,M18,M101,M100,M114\n"
    )


def _built(robot: MakelangeloBoard) -> str:
    return f"Built {robot.build.built}\n"


@handles(COMMANDS, "M114")
def _report_position(robot: MakelangeloBoard, words: Words) -> Program:
    """Only when everything is drawn: the one barrier there is."""
    yield from robot.finish()
    yield from robot.tell(robot.report_position())


@handles(COMMANDS, "M100")
def _help(robot: MakelangeloBoard, words: Words) -> Program:
    yield from robot.tell("\n\n" + greeting(robot))


@handles(COMMANDS, "M101")
def _limits(robot: MakelangeloBoard, words: Words) -> Program:
    """A<axis> T<max> B<min>. The frame of the kinematics goes with the limits."""
    axis = words.number("A")
    if axis is not None and 0 <= axis < 3:
        for letter, side in (("T", robot.eeprom.high), ("B", robot.eeprom.low)):
            value = words.number(letter)
            if value is not None:
                side[int(axis)] = value
        robot.stored.low, robot.stored.high = list(robot.eeprom.low), list(robot.eeprom.high)
        robot.resettle()
    yield from robot.tell(makelangelo_eeprom.limits(robot.eeprom))


@handles(COMMANDS, "M92")
def _steps(robot: MakelangeloBoard, words: Words) -> Program:
    _change(robot.eeprom.steps, words)
    robot.resettle()
    yield from robot.tell(makelangelo_eeprom.steps(robot.eeprom))


@handles(COMMANDS, "M203")
def _rates(robot: MakelangeloBoard, words: Words) -> Program:
    _change(robot.eeprom.rates, words)
    robot.resettle()
    yield from robot.tell(makelangelo_eeprom.rates(robot.eeprom))


@handles(COMMANDS, "M205")
def _corners(robot: MakelangeloBoard, words: Words) -> Program:
    deviation, shortest = words.number("J"), words.number("B")
    if deviation is not None:
        robot.eeprom.deviation = min(max(deviation, 0.01), 0.3)
    if shortest is not None:
        robot.eeprom.shortest = min(max(int(shortest), 0), 30000)
    robot.resettle()
    yield from robot.tell(makelangelo_eeprom.corners(robot.eeprom))


def _change(values: list[float], words: Words) -> None:
    for motor, letter in enumerate("XYT"):
        value = words.number(letter)
        if value is not None:
            values[motor] = value


@handles(COMMANDS, "D6")
def _home(robot: MakelangeloBoard, words: Words) -> Program:
    for axis, letter in enumerate("XYZ"):
        value = words.number(letter)
        if value is not None:
            robot.eeprom.home[axis] = robot.stored.home[axis] = value
    yield from robot.tell(makelangelo_eeprom.home(robot.eeprom))


@handles(COMMANDS, "D7", "D8")
def _calibration(robot: MakelangeloBoard, words: Words) -> Program:
    if words.code == 7:
        for belt, letter in enumerate("LR"):
            value = words.number(letter)
            if value is not None:
                robot.eeprom.calibration[belt] = value
    yield from robot.tell(makelangelo_eeprom.calibration(robot.eeprom))


@handles(COMMANDS, "D9", "M500")
def _store(robot: MakelangeloBoard, words: Words) -> Program:
    robot.stored = robot.eeprom.copy()
    return iter(())


@handles(COMMANDS, "M501", "M502")
def _load(robot: MakelangeloBoard, words: Words) -> Program:
    robot.eeprom = robot.stored.copy() if words.code == 501 else makelangelo_eeprom.factory()
    robot.resettle()
    return iter(())


@handles(COMMANDS, "M503")
def _everything(robot: MakelangeloBoard, words: Words) -> Program:
    position = robot.report_position()
    yield from robot.tell(makelangelo_eeprom.everything(robot.eeprom, _VERSION, _built(robot), position))


@handles(COMMANDS, "D5")
def _version(robot: MakelangeloBoard, words: Words) -> Program:
    yield from robot.tell(_VERSION)


@handles(COMMANDS, "D10", "D14")
def _hardware(robot: MakelangeloBoard, words: Words) -> Program:
    yield from robot.tell("D10 V5\n" if words.code == 10 else "D14 POLARGRAPH\n")


@handles(COMMANDS, "D0")
def _timer(robot: MakelangeloBoard, words: Words) -> Program:
    """How fast the motors would be jogged. The jog itself, L and R in steps, is left out: hosts do not use it."""
    delay = int(1e6 / (max(robot.feed, 0.1) * makelangelo_eeprom.DEFAULT_STEPS))
    yield from robot.tell(
        f"Step delay={delay}\nfeed rate={robot.feed:.2f}\nUNITS_PER_STEP=1.80\nSTEPPER_TIMER_PRESCALE=8\n"
        "HAL_TIMER_RATE=2000000\nSTEPPER_TIMER_RATE=2000000\nSTEPPER_TIMER_TICKS_PER_US=2\n"
    )


# --- the line to the host


@handles(COMMANDS, "M110")
def _line_number(robot: MakelangeloBoard, words: Words) -> Program:
    number = words.number("N")
    if number is not None:
        robot.numbering.expected = int(number)
    return iter(())


@handles(COMMANDS, "D50")
def _strict(robot: MakelangeloBoard, words: Words) -> Program:
    switch = words.number("S")
    if switch is not None:
        robot.numbering.strict = bool(switch)
    yield from robot.tell(f"D50 S{int(robot.numbering.strict)}")
