"""After anything at all, the pen is nowhere but between what is surely on the paper and what was sent."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dcode.firmware.command import Command, CommandKind
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place, before, beginning, end, lies_on
from dcode.jobs.watermarks import ON_PATH_MM, Watermarks

Point = tuple[float, float]
Points = list[tuple[float, float]]

START = Place(0, 0.0, 0.0)


def moves(*ends: Point, kind: CommandKind = CommandKind.DRAW) -> list[Command]:
    """One command a row, to each of these points."""
    return [Command(f"G1 X{x} Y{y}", row, kind=kind, end=(x, y)) for row, (x, y) in enumerate(ends)]


def barrier(row: int = -1) -> Command:
    return Command("G4 P0", row, kind=CommandKind.BARRIER)


def place_after(command: Command) -> Place:
    assert command.end
    return Place(command.row + 1, *command.end)


def sent(*commands: Command, planner_lines: int = 2) -> Watermarks:
    """Watermarks of a run that has sent these commands."""
    marks = Watermarks(START, planner_lines, (0.0, 0.0))
    for command in commands:
        marks.sending(command, place_after(command) if command.end else None)
    return marks


@pytest.fixture
def line() -> list[Command]:
    """Five moves to the right, 10 mm each."""
    return moves((10, 0), (20, 0), (30, 0), (40, 0), (50, 0))


# -- acknowledgements ------------------------------------------------------------------------------------------------


def test_what_goes_out_is_sent_and_nothing_more(line):
    marks = sent(*line)
    assert (marks.sent, marks.acked, marks.executed) == (Place(5, 50, 0), START, START)


def test_what_is_acknowledged_may_still_wait_in_the_planner(line):
    marks = sent(*line, planner_lines=2)
    for command, executed in zip(line, [START, START, Place(1, 10, 0), Place(2, 20, 0), Place(3, 30, 0)], strict=True):
        marks.taken(command)
        assert marks.acked == place_after(command)
        assert marks.executed == executed


def test_a_firmware_without_a_planner_has_drawn_what_it_acknowledges(line):
    marks = sent(*line, planner_lines=0)
    marks.taken(line[0])
    assert marks.executed == Place(1, 10, 0)


def test_a_barrier_proves_all_before_it(line):
    wait = barrier()
    marks = sent(*line[:3], wait, *line[3:], planner_lines=20)
    for command in (*line[:3], wait):
        marks.taken(command)
    assert marks.executed == marks.acked == Place(3, 30, 0)
    assert marks.sent == Place(5, 50, 0)


def test_a_pen_takes_no_room_in_the_planner(line):
    pen = Command("M3 S10", 1, kind=CommandKind.PEN, pen="down")
    marks = Watermarks(START, 1, (0.0, 0.0))
    for command, place in ((line[0], Place(1, 10, 0)), (pen, Place(2, 10, 0))):
        marks.sending(command, place)
        marks.taken(command)
    assert (marks.acked, marks.executed) == (Place(2, 10, 0), START)


def test_an_acknowledgement_that_never_came_is_no_reason_to_wait(line):
    marks = sent(*line)
    marks.taken(line[2])
    assert marks.acked == Place(3, 30, 0)
    assert marks.executed == Place(1, 10, 0)


def test_an_acknowledgement_that_comes_twice_counts_once(line):
    marks = sent(*line)
    for command in (line[0], line[0], line[1], line[0]):
        marks.taken(command)
    assert (marks.acked, marks.executed) == (Place(2, 20, 0), START)


def test_commands_that_are_not_the_runs_leave_it_where_it_is(line):
    lift, wait = Command("M3 S90", kind=CommandKind.PEN, pen="up"), barrier()
    away = Command("G1 X0 Y99", kind=CommandKind.TRAVEL, end=(0.0, 99.0))
    marks = sent(line[0])
    for command in (lift, away, wait):
        marks.sending(command)
    assert marks.sent == Place(1, 10, 0)
    for command in (line[0], lift, away, wait):
        marks.taken(command)
    assert marks.sent == marks.acked == marks.executed == Place(1, 10, 0)


# -- what is not carried out -----------------------------------------------------------------------------------------


def test_a_withdrawn_command_was_never_sent(line):
    marks = sent(*line[:3])
    marks.withdrawn(line[2])
    marks.withdrawn(line[1])
    assert marks.sent == Place(1, 10, 0)
    again = Command("G1 X10 Y5", 1, kind=CommandKind.DRAW, end=(10.0, 5.0))
    marks.sending(again, Place(2, 10, 5))
    assert marks.reported((10.0, 2.0))  # between where the first ended and where the new one does
    marks.taken(line[0])
    marks.taken(again)
    assert marks.acked == Place(2, 10, 5)


def test_only_the_last_command_can_be_withdrawn(line):
    marks = sent(*line[:2])
    marks.withdrawn(line[0])
    assert marks.sent == Place(2, 20, 0)


def test_nothing_behind_a_refused_command_counts(line):
    wait = barrier()
    marks = sent(*line, wait)
    marks.taken(line[0])
    marks.refused(line[1])
    for command in (line[1], *line[2:], wait):
        marks.taken(command)
    assert marks.acked == marks.sent == Place(5, 50, 0)
    assert marks.executed == Place(1, 10, 0)


def test_a_refused_command_that_counted_already_takes_back_what_followed(line):
    """Of two refusals the earlier one decides, whichever is heard first."""
    marks = sent(*line, planner_lines=0)
    marks.refused(line[3])
    marks.refused(line[1])
    for command in line:
        marks.taken(command)
    assert marks.executed == Place(1, 10, 0)


def test_a_refusal_of_nobody_knows_what_leaves_only_what_the_last_barrier_proved(line):
    wait = barrier()
    marks = sent(line[0], wait, *line[1:], planner_lines=0)
    for command in (line[0], wait, line[1], line[2]):
        marks.taken(command)
    assert marks.executed == Place(3, 30, 0)
    marks.refused(None)
    assert marks.executed == Place(1, 10, 0)
    marks.taken(line[3])
    assert not marks.reported((99.0, 99.0))
    assert marks.reported((45.0, 0.0))
    assert marks.executed == Place(1, 10, 0)


def test_after_a_reset_no_acknowledgement_proves_anything_of_before(line):
    lift, wait = Command("M3 S90", kind=CommandKind.PEN, pen="up"), barrier()
    marks = sent(*line)
    for command in line[:3]:
        marks.taken(command)
    marks.freeze()
    for command in (lift, wait):
        marks.sending(command)
    for command in (lift, wait):
        marks.taken(command)
    assert marks.executed == Place(1, 10, 0)
    assert marks.sent == Place(5, 50, 0)


# -- reports ---------------------------------------------------------------------------------------------------------


def test_a_report_proves_what_comes_before_it(line):
    marks = sent(*line, planner_lines=20)
    for command in line[:4]:
        marks.taken(command)
    assert marks.reported((34.0, 0.1))
    assert marks.executed == Place(3, 30, 0)


def test_a_report_may_name_a_command_whose_acknowledgement_is_on_its_way(line):
    marks = sent(*line)
    assert marks.reported((34.0, 0.0))
    assert (marks.acked, marks.executed) == (START, Place(3, 30, 0))
    marks.taken(line[0])  # and it does not fall back when that comes
    assert marks.executed == Place(3, 30, 0)


def test_a_report_from_beside_the_path_is_told(line):
    marks = sent(*line)
    assert not marks.reported((34.0, ON_PATH_MM + 0.01))
    assert not marks.reported((50.0 + ON_PATH_MM + 0.01, 0.0))
    assert marks.executed == START


def test_with_nothing_on_its_way_any_place_is_as_good():
    assert sent().reported((99.0, 99.0))


def test_where_a_path_crosses_itself_the_earlier_way_counts():
    """The gondola at a crossing may be on the first of the two ways: what lies between is not proved."""
    loop = moves((20, 0), (20, 10), (10, 10), (10, -10), (0, -10))
    marks = sent(*loop, planner_lines=20)
    for command in loop[:4]:
        marks.taken(command)
    assert marks.reported((10.0, 0.0))
    assert marks.executed == START
    assert marks.reported((15.0, 10.0))
    assert marks.executed == Place(2, 20, 10)
    assert marks.reported((10.0, 0.0))  # the second time, the first way is behind it
    assert marks.executed == Place(3, 10, 10)
    assert marks.reported((10.0, -5.0))
    assert marks.executed == Place(3, 10, 10)


def test_on_the_way_back_along_the_same_line_nothing_is_taken_back():
    back_and_forth = moves((10, 0), (0, 0), (10, 0), (0, 0))
    marks = sent(*back_and_forth, planner_lines=20)
    for at in ((5.0, 0.0), (9.0, 0.0), (3.0, 0.0), (8.0, 0.0)):
        assert marks.reported(at)
        assert marks.executed == START
    for command in back_and_forth:
        marks.taken(command)
    assert marks.executed == START


# -- a stop in the middle --------------------------------------------------------------------------------------------


def test_a_stop_in_a_line_is_known_to_the_point(line):
    marks = sent(*line, planner_lines=20)
    marks.taken(line[0])
    marks.stopped((27.0, 0.0))
    assert marks.sent == marks.acked == marks.executed == Place(2, 27, 0)


def test_a_stop_in_a_line_that_was_reported_before_is_known_to_the_point(line):
    marks = sent(*line, planner_lines=20)
    marks.taken(line[0])
    assert marks.reported((25.0, 0.0))
    marks.stopped((27.0, 0.0))
    assert marks.sent == marks.acked == marks.executed == Place(2, 27, 0)


def test_a_stop_in_the_first_line_after_a_barrier_is_known_to_the_point(line):
    wait = barrier()
    marks = sent(line[0], wait, *line[1:], planner_lines=20)
    for command in (line[0], wait, line[1]):
        marks.taken(command)
    marks.stopped((13.0, 0.0))
    assert marks.sent == marks.executed == Place(1, 13, 0)


def test_a_stop_a_little_beside_the_path_is_a_place_on_it(line):
    """As reported by a firmware that bows its chords: ink that went on from there would run beside the drawing."""
    marks = sent(*line, planner_lines=20)
    marks.taken(line[0])
    marks.stopped((27.0, 0.08))
    assert marks.executed == Place(2, 27, 0)


def test_a_stop_where_two_ways_cross_leaves_both_possible():
    loop = moves((20, 0), (20, 10), (10, 10), (10, -10), (0, -10))
    marks = sent(*loop, planner_lines=20)
    marks.stopped((10.0, 0.0))
    assert (marks.executed, marks.sent) == (Place(0, 10, 0), Place(3, 10, 0))


def test_lifting_after_a_stop_that_leaves_two_ways_possible_does_not_choose_the_later():
    loop = moves((20, 0), (20, 10), (10, 10), (10, -10), (0, -10))
    lift, wait = Command("M3 S90", kind=CommandKind.PEN, pen="up"), barrier()
    marks = sent(*loop, planner_lines=20)
    marks.stopped((10.0, 0.0))
    for command in (lift, wait):
        marks.sending(command)
    for command in (lift, wait):
        marks.taken(command)
    assert marks.executed == Place(0, 10, 0)


def test_a_stop_beside_the_path_proves_nothing_and_lifting_after_it_does_not_either(line):
    lift, wait = Command("M3 S90", kind=CommandKind.PEN, pen="up"), barrier()
    marks = sent(*line, planner_lines=20)
    marks.taken(line[0])
    marks.stopped((27.0, 5.0))
    assert marks.executed == START
    assert marks.sent == Place(5, 50, 0)
    for command in (lift, wait):
        marks.sending(command)
        marks.taken(command)
    assert marks.executed == START


def test_a_stop_on_the_way_to_where_the_run_goes_on_leaves_it_there():
    way = Command("G1 X10 Y0", kind=CommandKind.TRAVEL, end=(10.0, 0.0))
    marks = Watermarks(Place(4, 10.0, 0.0), 20, (0.0, 0.0))
    marks.sending(way)
    marks.stopped((6.0, 0.0))
    assert marks.sent == marks.executed == Place(4, 10, 0)


def test_a_stop_behind_a_row_without_commands_is_still_a_place_of_the_motion():
    """A pause in a stroke has no command: the place before the next one names the pause's row."""
    motion = Motion()
    for kind, x in ((Kind.DRAW, 10.0), (Kind.PAUSE, 10.0), (Kind.DRAW, 20.0)):
        motion.append(kind, x, 0.0, 0.0, 1)
    first, then = moves((10, 0), (20, 0))
    then = then._replace(row=2)
    marks = sent(first, planner_lines=20)
    marks.sending(then, Place(3, 20, 0))
    marks.taken(first)
    marks.stopped((14.0, 0.0))
    for place in (marks.executed, marks.sent):
        assert lies_on(motion, place), place
        assert not before(motion, place, Place(2, 14, 0)) and not before(motion, Place(2, 14, 0), place)


def test_commands_after_a_stop_count_from_there(line):
    marks = sent(*line, planner_lines=1)
    marks.stopped((27.0, 0.0))
    rest = [Command("G1 X30", 2, kind=CommandKind.DRAW, end=(30.0, 0.0)), *line[3:]]
    for command in rest:
        marks.sending(command, place_after(command))
    assert marks.sent == Place(5, 50, 0)
    assert marks.reported((28.0, 0.0))
    for command in rest:
        marks.taken(command)
    assert marks.executed == Place(4, 40, 0)


# -- anything in any order -------------------------------------------------------------------------------------------


class Job:
    """Rows and their commands, cut into pieces as a translator does, some rows without any."""

    def __init__(self, points: Points, pieces: list[int], pens: list[int]) -> None:
        self.motion = Motion((0.0, 0.0))
        for (x, y), pen in zip(points, pens, strict=True):
            if pen == 1:
                self.motion.append(Kind.PEN_DOWN, *self.motion.position_before(len(self.motion)), 0.0, 1)
            elif pen == 2:
                self.motion.append(Kind.PAUSE, *self.motion.position_before(len(self.motion)), 0.0, 1)
            self.motion.append(Kind.DRAW, x, y, 0.0, 1)
        self._pieces = pieces

    def from_(self, place: Place) -> list[tuple[Command, Place]]:
        """The commands from a place on, each with where the run is after it."""
        made, at = [], (place.x, place.y)
        for row in range(place.row, len(self.motion)):
            step = self.motion[row]
            if step.kind is Kind.PEN_DOWN:
                made.append((Command("M3", row, kind=CommandKind.PEN), Place(row + 1, *at)))
            elif step.kind is Kind.DRAW and (step.x, step.y) != at:
                to, count = (step.x, step.y), self._pieces[row % len(self._pieces)]
                for n in range(1, count + 1):
                    end = (at[0] + (to[0] - at[0]) * n / count, at[1] + (to[1] - at[1]) * n / count)
                    after = Place(row + 1, *to) if n == count else Place(row, *end)
                    made.append((Command("G1", row, kind=CommandKind.DRAW, end=end), after))
                at = to
        return made


class Firmware(RuleBasedStateMachine):
    """A firmware with a receive buffer and a planner, and the watermarks of what it is sent.

    `truth` is how far it has drawn in order; a refused line ends that, for what follows is drawn from a wrong place.
    """

    WINDOW = 6

    @initialize(
        points=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12),
        pieces=st.lists(st.integers(1, 3), min_size=1, max_size=3),
        data=st.data(),
        depth=st.integers(0, 4),
    )
    def begin(self, points: Points, pieces: list[int], data: st.DataObject, depth: int) -> None:
        pens = data.draw(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=len(points), max_size=len(points)))
        self.job = Job([(10.0 * x, 10.0 * y) for x, y in points], pieces, pens)
        self.depth = depth
        start = beginning(self.job.motion)
        self.marks = Watermarks(start, depth, self.job.motion.start)
        self.to_send = deque(self.job.from_(start))
        self.wire: deque[tuple[Command, Place | None]] = deque()  # sent, not read by the firmware
        self.acks: deque[Command] = deque()  # on their way
        self.old_acks: list[Command] = []
        self.planner: deque[tuple[Command, Place | None]] = deque()
        self.truth, self.at, self.drawn_from = start, self.job.motion.start, self.job.motion.start
        self.in_order = True  # no line was refused
        self.over = False  # the run is: after a refusal or a reset only the lifting follows

    def _send(self, command: Command, place: Place | None) -> None:
        self.marks.sending(command, place)
        self.wire.append((command, place))

    @property
    def has_room(self) -> bool:
        return len(self.wire) + len(self.acks) < self.WINDOW

    @precondition(lambda self: self.to_send and self.has_room and not self.over)
    @rule(barrier=st.booleans())
    def send(self, barrier: bool) -> None:
        command, place = self.to_send.popleft()
        self._send(command, place)
        if barrier:
            self._send(Command("G4 P0", command.row, kind=CommandKind.BARRIER), place)

    @precondition(lambda self: self.to_send and not self.over)
    @rule()
    def send_and_take_back(self) -> None:
        command, place = self.to_send[0]
        self.marks.sending(command, place)
        self.marks.withdrawn(command)

    @precondition(lambda self: self.has_room)
    @rule(barrier=st.booleans())
    def send_something_of_our_own(self, barrier: bool) -> None:
        kind = CommandKind.BARRIER if barrier else CommandKind.QUERY
        self._send(Command("$I", kind=kind), None)

    @precondition(lambda self: self.wire)
    @rule()
    def read_a_line(self) -> None:
        """The firmware reads a line when it can: a move when the planner has room, anything else when it is empty."""
        command, place = self.wire[0]
        if command.end is not None:
            if len(self.planner) >= max(1, self.depth):
                return
            self.planner.append(self.wire.popleft())
            if self.depth == 0:  # it draws before it answers
                self.draw_to_the_end()
        elif self.planner and command.kind is not CommandKind.QUERY:
            return
        else:
            self.wire.popleft()
            if place is not None and self.in_order:
                self.truth = place
        self.acks.append(command)

    @precondition(lambda self: self.planner)
    @rule(part=st.sampled_from([0.1, 0.5, 0.9]))
    def draw(self, part: float) -> None:
        command, place = self.planner[0]
        assert command.end
        to = command.end
        self.at = (self.at[0] + part * (to[0] - self.at[0]), self.at[1] + part * (to[1] - self.at[1]))
        if place is not None and self.in_order:
            self.truth = Place(command.row, *self.at)

    @precondition(lambda self: self.planner)
    @rule()
    def draw_to_the_end(self) -> None:
        command, place = self.planner.popleft()
        assert command.end
        self.at = command.end
        if place is not None and self.in_order:
            self.truth = place

    @precondition(lambda self: self.acks)
    @rule(lost=st.integers(0, 1))
    def hear_an_acknowledgement(self, lost: int) -> None:
        for _ in range(min(lost, len(self.acks) - 1)):
            self.acks.popleft()
        command = self.acks.popleft()
        self.marks.taken(command)
        self.old_acks.append(command)

    @precondition(lambda self: self.old_acks)
    @rule(data=st.data())
    def hear_an_old_acknowledgement_again(self, data: st.DataObject) -> None:
        self.marks.taken(data.draw(st.sampled_from(self.old_acks)))

    @precondition(lambda self: self.planner and self.in_order)
    @rule()
    def report(self) -> None:
        assert self.marks.reported(self.at)

    @precondition(lambda self: not self.over)
    @rule(lift=st.booleans())
    def stop_and_go_on(self, lift: bool) -> None:
        """A brake with a known place: all buffers are dropped, the pen is lifted, the run begins again where it is."""
        self._lose_buffers()
        self.marks.stopped(self.at)
        begin = self.marks.executed
        if lift:
            self._lift()
        assert lies_on(self.job.motion, begin), begin
        self.to_send = deque(self.job.from_(begin))
        way = Command("G1", kind=CommandKind.TRAVEL, end=(begin.x, begin.y))
        for command in (way, Command("G4 P0", kind=CommandKind.BARRIER)):
            self.marks.sending(command)
            self.marks.taken(command)
        self.at, self.truth = (begin.x, begin.y), begin

    @precondition(lambda self: not self.over)
    @rule(lift=st.booleans())
    def reset(self, lift: bool) -> None:
        """The firmware starts anew and has forgotten all; the run is over."""
        self.marks.freeze()
        self._lose_buffers()
        self.over = True
        if lift:
            self._lift()

    @precondition(lambda self: self.wire and self.in_order and self.wire[0][0].end is not None)
    @rule(known=st.booleans())
    def refuse_a_line(self, known: bool) -> None:
        """What follows is drawn all the same, but not from where it should be."""
        command, _ = self.wire.popleft()
        for heard in self.acks:  # answers come in order
            self.marks.taken(heard)
        self.acks.clear()
        self.marks.refused(command if known else None)
        while self.planner:  # in front of the refused one, and in order
            self.draw_to_the_end()
        self.in_order, self.over = False, True

    def _lose_buffers(self) -> None:
        self.wire.clear()
        self.acks.clear()
        self.planner.clear()

    def _lift(self) -> None:
        for command in (Command("M3", kind=CommandKind.PEN), Command("G4 P0", kind=CommandKind.BARRIER)):
            self.marks.sending(command)
            self.marks.taken(command)

    @invariant()
    def the_pen_is_between_executed_and_sent(self) -> None:
        motion, marks = self.job.motion, self.marks
        assert not before(motion, self.truth, marks.executed), f"{marks.executed} is not drawn: {self.truth}"
        assert not before(motion, marks.sent, self.truth), f"{self.truth} was never sent: {marks.sent}"
        assert not before(motion, marks.acked, marks.executed) or self.depth or not self.acks
        assert not before(motion, end(motion), marks.sent)


Firmware.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_the_pen_is_always_between_what_is_executed_and_what_was_sent = Firmware.TestCase


def test_the_model_draws_what_it_is_given():
    """The reference that the watermarks are held against cuts rows into pieces without leaving anything out."""
    job = Job([(10, 0), (10, 10), (10, 10)], [2, 3], [0, 1, 2])
    commands = job.from_(START)
    ends = [(0.0, 0.0)] + [command.end for command, _ in commands if command.end]
    assert all(a != b for a, b in pairwise(ends)) and ends[-1] == (10, 10)
    assert [place for _, place in commands][-1] == Place(3, 10, 10)
    assert all(lies_on(job.motion, place) for _, place in commands)
