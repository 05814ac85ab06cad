"""A run hands out the lines of a motion one by one, from any place on, and knows where it is after each."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.daemon.run import Run
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import builtin_profiles
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, before, beginning, end, ink_mm, lies_on, pen_is_down, strokes_between
from dcode.geometry.bounds import Bounds
from dcode.machine.ledger import InkGauge
from dcode.machine.machine import Machine, NamedPen, Pen

Point = tuple[float, float]
Segment = tuple[Point, Point]

PROFILES = builtin_profiles(Path(__file__).parents[3] / "firmware_profiles")
BLUE = NamedPen("blue", "#0000ff", Pen(up_angle=80.0, down_angle=20.0))
MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5), pens=(BLUE,))

T, D, UP, DOWN = Kind.TRAVEL, Kind.DRAW, Kind.PEN_UP, Kind.PEN_DOWN
BARRIER = CommandKind.BARRIER


def motion_of(*rows: tuple[Kind, float, float] | tuple[Kind, float, float, float]) -> Motion:
    motion = Motion()
    for line, (kind, x, y, *value) in enumerate(rows, start=1):
        motion.append(kind, x, y, value[0] if value else 0.0, line)
    return motion


def run_of(motion: Motion, begin: Place | None = None, *, profile: str = "grbl", wary: bool = False) -> Run:
    return Run(1, motion, Translator(PROFILES[profile], MACHINE), begin, wary=wary)


class Machinist:
    """Takes what a run hands out, as the plotter does: goes on over the program's own stops, and knows what is drawn.

    `drawn` are straight pieces; `taken` are the commands, each with the place after it.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.at: Point = (run.place.x, run.place.y)
        self.pen_down = run.pen_down
        self.drawn: list[Segment] = []
        self.taken: list[tuple[Command, Place]] = []
        self.stops = 0

    def take(self) -> Command | None:
        """The next command, carried out."""
        command = self.run.next(self.at)
        while command is None and self.run.stop is not None:
            self.run.stop = None
            self.stops += 1
            command = self.run.next(self.at)
        if command is None:
            return None
        self.taken.append((command, self.run.place))
        if command.pen is not None:
            self.pen_down = command.pen == "down"
        if command.end is not None:
            if self.pen_down:
                self.drawn.append((self.at, command.end))
            assert (command.kind is CommandKind.DRAW) == self.pen_down, command
            self.at = command.end
        return command

    def finish(self) -> Machinist:
        while self.take():
            pass
        return self


def merged(segments: list[Segment]) -> list[Segment]:
    """Straight pieces as long as they are, however they were cut."""
    whole: list[Segment] = []
    for a, b in segments:
        if a == b:
            continue
        if whole and whole[-1][1] == a and _goes_on(*whole[-1], b):
            whole[-1] = (whole[-1][0], b)
        else:
            whole.append((a, b))
    return whole


def _goes_on(a: Point, b: Point, c: Point) -> bool:
    return math.dist(a, b) + math.dist(b, c) - math.dist(a, c) < 1e-9


def rest_of(motion: Motion, place: Place) -> list[Segment]:
    """What is to be drawn from a place on."""
    return merged([pair for stroke in strokes_between(motion, place, end(motion)) for pair in pairwise(stroke)])


def flat(segments: list[Segment]) -> list[float]:
    return [value for a, b in segments for value in (*a, *b)]


def inside(motion: Motion, row: int, part: float) -> Place:
    (ax, ay), (bx, by) = motion.position_before(row), motion.position_before(min(row + 1, len(motion)))
    return Place(row, ax + part * (bx - ax), ay + part * (by - ay))


@pytest.fixture
def two_strokes() -> Motion:
    """A stroke of 12 + 12 mm in an L, a travel of 10 mm, a stroke of 5 mm."""
    return motion_of(
        (T, 10, 0),
        (DOWN, 10, 0),
        (D, 22, 0),  # row 2
        (D, 22, 12),
        (UP, 22, 12),
        (T, 32, 12),  # row 5
        (DOWN, 32, 12),
        (D, 32, 17),
        (UP, 32, 17),
    )


@st.composite
def motions(draw: st.DrawFn) -> Motion:
    """Any rows that the interpreter makes: DRAW with the pen down, TRAVEL with it up, stops and dwells anywhere."""
    motion, (x, y), down = Motion(), (0.0, 0.0), False
    wanted = st.sampled_from(["move"] * 5 + ["pen", "pen", "dwell", "pause", "change", "home", "still"])
    for word in draw(st.lists(wanted, min_size=1, max_size=14)):
        value = 0.0
        match word:
            case "move":
                x, y = float(draw(st.integers(-20, 20))), float(draw(st.integers(-20, 20)))
                kind = D if down else T
            case "still":
                kind = D if down else T
            case "pen":
                down = not down
                kind = DOWN if down else UP
            case "home":
                (x, y), down, kind = (0.0, 0.0), False, Kind.HOME
            case "dwell":
                kind, value = Kind.DWELL, float(draw(st.sampled_from([0.0, 1.0, 30.0])))
            case "pause":
                kind = Kind.PAUSE
            case _:
                kind, value = Kind.PEN_CHANGE, float(draw(st.integers(0, 2)))
        motion.append(kind, x, y, value, len(motion) + 1)
    return motion


# -- rows to commands ------------------------------------------------------------------------------------------------


def test_rows_become_lines_and_each_brings_the_run_on(two_strokes):
    run = run_of(two_strokes)
    assert (run.place, run.between_strokes, run.next_row) == (beginning(two_strokes), True, 0)
    taken = Machinist(run).finish().taken
    assert [(command.text, command.row, place) for command, place in taken[:9]] == [
        ("G1 X5 F1000", 0, Place(0, 5, 0)),
        ("G1 X10", 0, Place(1, 10, 0)),
        ("M3 S222", 1, Place(1, 10, 0)),
        ("G4 P0.3", 1, Place(2, 10, 0)),
        ("G1 X14 F500", 2, Place(2, 14, 0)),
        ("G1 X18", 2, Place(2, 18, 0)),
        ("G1 X22", 2, Place(3, 22, 0)),
        ("G1 Y4", 3, Place(3, 22, 4)),
        ("G1 Y8", 3, Place(3, 22, 8)),
    ]
    assert run.finished and run.place == end(two_strokes)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_place_lies_on_the_way_and_none_goes_back(two_strokes, profile):
    taken = Machinist(run_of(two_strokes, profile=profile)).finish().taken
    for command, place in taken:
        assert lies_on(two_strokes, place), (command, place)
    assert not any(before(two_strokes, later, earlier) for (_, earlier), (_, later) in pairwise(taken))
    assert taken[-1][1] == end(two_strokes)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_stroke_ends_with_a_barrier_of_its_row(two_strokes, profile):
    taken = [command for command, _ in Machinist(run_of(two_strokes, profile=profile)).finish().taken]
    barriers = [number for number, command in enumerate(taken) if command.kind is BARRIER]
    assert [taken[number].row for number in barriers] == [4, 8]
    for number in barriers:  # the pen is up first
        assert taken[number - 1].pen == "up" or taken[number - 1].row == taken[number].row


def test_where_lines_may_get_lost_a_stroke_begins_with_a_barrier(two_strokes):
    taken = [command for command, _ in Machinist(run_of(two_strokes, wary=True)).finish().taken]
    lowering = [number for number, command in enumerate(taken) if command.row in (1, 6)]
    for first in (lowering[0], lowering[len(lowering) // 2]):
        assert taken[first].kind is BARRIER
        assert taken[first - 1].kind is CommandKind.TRAVEL


def test_a_pen_that_is_down_already_is_not_waited_for():
    motion = motion_of((DOWN, 0, 0), (DOWN, 0, 0), (D, 5, 0))
    kinds = [command.kind for command, _ in Machinist(run_of(motion, wary=True)).finish().taken]
    assert kinds.count(BARRIER) == 1


def test_homing_without_end_stops_lifts_goes_and_waits():
    motion = motion_of((T, 20, 0), (DOWN, 20, 0), (Kind.HOME, 0, 0))
    machinist = Machinist(run_of(motion)).finish()
    assert machinist.at == (0, 0)
    assert not machinist.drawn
    assert machinist.taken[-1][0].kind is BARRIER
    assert all(lies_on(motion, place) for _, place in machinist.taken)


def test_a_move_that_goes_nowhere_has_no_line():
    motion = motion_of((T, 0, 0), (T, 10, 0), (T, 10, 0), (Kind.DWELL, 10, 0, 0.0))
    machinist = Machinist(run_of(motion)).finish()
    assert [command.row for command, _ in machinist.taken] == [1, 1]
    assert machinist.run.finished


def test_a_motion_of_nothing_is_finished_at_once():
    run = run_of(Motion((3.0, 4.0)))
    assert run.next((3.0, 4.0)) is None
    assert run.finished and run.stop is None


# -- stops of the program --------------------------------------------------------------------------------------------


def test_a_pause_stops_the_run_and_stays_until_it_is_lifted():
    motion = motion_of((DOWN, 0, 0), (D, 4, 0), (Kind.PAUSE, 4, 0), (D, 8, 0))
    run = run_of(motion)
    while run.next((0.0, 0.0)):
        pass
    assert (run.stop, run.finished, run.place, run.pen_down) == (Kind.PAUSE, False, Place(3, 0, 0), True)
    assert run.next((4.0, 0.0)) is None
    run.stop = None
    command = run.next((4.0, 0.0))
    assert command and command.end == (8, 0)


def test_a_pen_change_takes_that_pens_angles():
    motion = motion_of((Kind.PEN_CHANGE, 0, 0, 1.0), (DOWN, 0, 0), (D, 4, 0))
    run = run_of(motion, profile="makelangelo")
    assert run.next((0.0, 0.0)) is None
    assert run.stop is Kind.PEN_CHANGE
    run.stop = None
    texts = []
    while command := run.next((0.0, 0.0)):
        texts.append(command.text)
    assert "M280 P0 S20" in texts


def test_who_begins_after_a_pen_change_has_that_pen():
    motion = motion_of((Kind.PEN_CHANGE, 0, 0, 1.0), (T, 5, 0), (DOWN, 5, 0), (D, 9, 0))
    taken = Machinist(run_of(motion, Place(1, 0, 0), profile="makelangelo")).finish().taken
    assert "M280 P0 S20" in [command.text for command, _ in taken]


# -- dwells ----------------------------------------------------------------------------------------------------------


def pens(motion: Motion) -> list[tuple[str, bool]]:
    """The lines that dwell long, with whether the pen is down meanwhile."""
    machinist, found = Machinist(run_of(motion)), []
    while command := machinist.take():
        if command.kind is CommandKind.DWELL and command.seconds >= 5:
            found.append((command.text, machinist.pen_down))
    assert machinist.pen_down is True
    return found


def test_a_long_dwell_with_the_pen_down_is_spent_with_it_up():
    assert pens(motion_of((DOWN, 0, 0), (D, 4, 0), (Kind.DWELL, 4, 0, 10.5), (D, 8, 0))) == [("G4 P10.5", False)]


def test_as_long_as_a_pen_may_rest_it_rests():
    assert pens(motion_of((DOWN, 0, 0), (D, 4, 0), (Kind.DWELL, 4, 0, 10.0), (D, 8, 0))) == [("G4 P10", True)]


def test_the_pen_that_was_taken_says_how_long_it_may_rest():
    felt = NamedPen("felt", "#000000", Pen(max_rest_seconds=6.0))
    machine = Machine(1219.2, 1524.0, MACHINE.work_area, pens=(felt,))
    motion = motion_of((Kind.PEN_CHANGE, 0, 0, 1.0), (DOWN, 0, 0), (Kind.DWELL, 0, 0, 7.0), (D, 4, 0))
    machinist = Machinist(Run(1, motion, Translator(PROFILES["grbl"], machine)))
    while (command := machinist.take()) and not (command.kind is CommandKind.DWELL and command.seconds == 7.0):
        pass
    assert machinist.pen_down is False


def test_a_long_dwell_with_the_pen_up_is_a_dwell():
    motion = motion_of((Kind.DWELL, 0, 0, 60.0))
    assert [command.text for command, _ in Machinist(run_of(motion)).finish().taken] == ["G4 P60"]


# -- from any place on -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", range(10))
@pytest.mark.parametrize("part", [0.0, 0.3, 0.75])
@pytest.mark.parametrize("profile", ["grbl", "marlin", "makelangelo"])
def test_from_any_place_exactly_the_rest_is_drawn(two_strokes, row, part, profile):
    place = inside(two_strokes, row, part)
    machinist = Machinist(run_of(two_strokes, place, profile=profile))
    assert machinist.run.place == place
    assert machinist.pen_down is pen_is_down(two_strokes, place)
    machinist.finish()
    assert flat(merged(machinist.drawn)) == pytest.approx(flat(rest_of(two_strokes, place)))
    assert sum(math.dist(a, b) for a, b in machinist.drawn) == pytest.approx(
        ink_mm(two_strokes, place, end(two_strokes))
    )


@given(motions(), st.data(), st.booleans())
def test_from_any_place_of_any_motion_exactly_the_rest_is_drawn(motion, data, wary):
    place = inside(motion, data.draw(st.integers(0, len(motion))), data.draw(st.sampled_from([0.0, 0.25, 0.5])))
    machinist = Machinist(run_of(motion, place, wary=wary)).finish()
    assert flat(merged(machinist.drawn)) == pytest.approx(flat(rest_of(motion, place)))
    places = [place, *(after for _, after in machinist.taken)]
    assert all(lies_on(motion, after) for after in places)
    assert not any(before(motion, later, earlier) for earlier, later in pairwise(places))
    assert machinist.stops == sum(kind in (Kind.PAUSE, Kind.PEN_CHANGE) for kind in motion.kind[place.row :])


@given(motions(), st.data())
def test_what_was_taken_and_the_rest_from_the_place_after_it_are_the_whole(motion, data):
    """Wherever a run breaks off behind a command, a new one begins at the place it had come to."""
    whole = Machinist(run_of(motion)).finish()
    if not whole.taken:
        return
    broken = Machinist(run_of(motion))
    for _ in range(data.draw(st.integers(1, len(whole.taken)))):
        broken.take()
    again = Machinist(run_of(motion, broken.run.place)).finish()
    assert flat(merged(broken.drawn + again.drawn)) == pytest.approx(flat(merged(whole.drawn)))


# -- held and rewound ------------------------------------------------------------------------------------------------


def taken_until(machinist: Machinist, wanted: Callable[[Command], bool]) -> Machinist:
    while (command := machinist.take()) and not wanted(command):
        pass
    return machinist


def test_a_run_that_is_held_in_a_line_makes_the_rest_of_it_anew(two_strokes):
    tools = Translator(PROFILES["grbl"], MACHINE)
    machinist = taken_until(Machinist(Run(1, two_strokes, tools)), lambda command: command.end == (14, 0))
    run = machinist.run
    assert (run.between_strokes, run.next_row) == (False, 2)
    run.hold(machinist.at)
    tools.pen_up()
    assert (run.place, run.next_row, run.pen_down) == (Place(2, 14, 0), 2, True)
    assert machinist.take().text == "G1 X18 F500"  # the feed is said again: a jog may have changed it
    machinist.finish()
    assert flat(merged(machinist.drawn)) == pytest.approx(flat(rest_of(two_strokes, beginning(two_strokes))))


def test_a_run_that_is_held_between_rows_stays_as_it_is(two_strokes):
    machinist = taken_until(Machinist(run_of(two_strokes)), lambda command: command.end == (22, 0))
    machinist.run.hold(machinist.at)
    assert machinist.run.place == Place(3, 22, 0)
    assert machinist.take().end == (22, 4)


def test_a_run_that_is_held_before_the_pen_is_down_knows_it_to_be_up(two_strokes):
    """The barrier before the pen-down has gone out, the pen-down has not: the pen must not come down elsewhere."""
    machinist = taken_until(Machinist(run_of(two_strokes, wary=True)), lambda command: command.kind is BARRIER)
    machinist.run.hold(machinist.at)
    assert machinist.run.place == Place(1, 10, 0)
    assert machinist.run.pen_down is False
    machinist.finish()
    assert flat(merged(machinist.drawn)) == pytest.approx(flat(rest_of(two_strokes, beginning(two_strokes))))


def test_a_run_that_is_held_while_the_pen_goes_up_lifts_it_again(two_strokes):
    machinist = taken_until(Machinist(run_of(two_strokes)), lambda command: command.row == 4)
    machinist.run.hold(machinist.at)
    assert machinist.run.place == Place(4, 22, 12)
    machinist.finish()
    assert flat(merged(machinist.drawn)) == pytest.approx(flat(rest_of(two_strokes, beginning(two_strokes))))


@pytest.mark.parametrize("place", [Place(2, 13, 0), Place(3, 22, 0), Place(1, 10, 0), Place(0, 4, 0), Place(9, 32, 17)])
def test_a_run_that_is_rewound_goes_on_from_there(two_strokes, place):
    machinist = taken_until(Machinist(run_of(two_strokes)), lambda command: command.end == (22, 8))
    run = machinist.run
    run.rewind(place)
    assert (run.place, run.pen_down, run.next_row) == (place, pen_is_down(two_strokes, place), place.row)
    again = Machinist(run).finish()
    assert flat(merged(again.drawn)) == pytest.approx(flat(rest_of(two_strokes, place)))


def test_a_run_that_was_finished_or_stopped_can_be_rewound():
    motion = motion_of((DOWN, 0, 0), (D, 4, 0), (Kind.PAUSE, 4, 0), (D, 8, 0))
    stopped = run_of(motion)
    while stopped.next((0.0, 0.0)):
        pass
    stopped.rewind(Place(1, 2, 0))
    assert stopped.stop is None
    finished = Machinist(run_of(motion)).finish().run
    finished.rewind(Place(3, 5, 0))
    assert not finished.finished
    assert flat(merged(Machinist(finished).finish().drawn)) == pytest.approx([5, 0, 8, 0])


def test_a_program_begins_with_the_angles_of_the_pen_that_is_in() -> None:
    motion = motion_of((DOWN, 0, 0), (D, 10, 0), (UP, 0, 0))
    listed = Run(1, motion, Translator(PROFILES["marlin"], MACHINE), gauge=InkGauge(MACHINE, 1))
    unlisted = Run(1, motion, Translator(PROFILES["marlin"], MACHINE), gauge=InkGauge(MACHINE, 7))
    firsts = [run.next((0.0, 0.0)) for run in (listed, unlisted)]
    assert [first.text for first in firsts if first] == ["M280 P0 S20", "M280 P0 S40"]


def test_the_pen_that_a_program_begins_with_is_asked_for_where_another_one_was_put_in() -> None:
    motion = motion_of((DOWN, 0, 0), (D, 10, 0), (UP, 0, 0))
    motion.holder = (1, "blue")
    gauge = InkGauge(MACHINE, 2)
    run = Run(1, motion, Translator(PROFILES["marlin"], MACHINE), gauge=gauge)
    assert run.next((0.0, 0.0)) is None
    assert (run.stop, run.place.row) == (Kind.PEN_CHANGE, 0)
    gauge.take(1, fresh=False)
    run.go_on()
    first = run.next((0.0, 0.0))
    assert first and first.text == "M280 P0 S20"
