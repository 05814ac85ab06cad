from __future__ import annotations

import pytest

from dcode.generation.keeper import MOVES, Action, Do, Keeper, Limits, Why, WorkerState, WrongState

LIMITS = Limits(idle_seconds=60.0, seconds=30.0, start_seconds=20.0, cancel_seconds=3.0, end_seconds=2.0)
START, END, KILL = Action(Do.START), Action(Do.END), Action(Do.KILL)


def send(number: int) -> Action:
    return Action(Do.SEND, number)


def fail(number: int, why: Why) -> Action:
    return Action(Do.FAIL, number, why)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper(LIMITS)


@pytest.fixture
def drawing(keeper: Keeper) -> Keeper:
    """At request 1 since second 10."""
    keeper.ask(1, 0.0)
    keeper.ready(10.0)
    return keeper


def test_a_worker_is_started_by_the_first_request_and_asked_once_it_is_ready(keeper: Keeper):
    assert keeper.ask(1, 0.0) == [START]
    assert keeper.ask(2, 1.0) == []
    assert keeper.ready(5.0) == [send(1)]
    assert keeper.answered(9.0) == [send(2)]
    assert (keeper.state, keeper.waiting) == (WorkerState.DRAWING, 0)


def test_it_ends_when_nothing_was_wanted_for_a_while_and_not_before(drawing: Keeper):
    drawing.answered(15.0)
    assert drawing.deadline == 75.0
    assert drawing.handle_timeout(74.9) == []
    assert drawing.handle_timeout(75.0) == [END]
    assert drawing.gone(76.0) == []
    assert (drawing.state, drawing.deadline) == (WorkerState.ABSENT, None)


def test_a_request_while_it_ends_gets_a_new_one(drawing: Keeper):
    drawing.answered(15.0)
    drawing.handle_timeout(75.0)
    assert drawing.ask(2, 75.5) == []
    assert drawing.gone(76.0) == [START]


def test_it_is_killed_when_it_does_not_end(drawing: Keeper):
    drawing.answered(15.0)
    drawing.handle_timeout(75.0)
    assert drawing.handle_timeout(77.0) == [KILL]
    assert drawing.deadline is None


def test_a_drawing_that_takes_too_long_fails_when_its_worker_is_gone(drawing: Keeper):
    drawing.ask(2, 20.0)
    assert drawing.handle_timeout(40.0) == [END]
    assert drawing.gone(41.0) == [fail(1, Why.TOO_LONG), START]


def test_a_crash_fails_the_drawing_at_work_and_no_other(drawing: Keeper):
    drawing.ask(2, 11.0)
    assert drawing.gone(12.0) == [fail(1, Why.LOST), START]
    assert drawing.ready(13.0) == [send(2)]


def test_one_that_does_not_start_fails_one_request_after_the_other(keeper: Keeper):
    keeper.ask(1, 0.0)
    keeper.ask(2, 0.0)
    assert keeper.gone(1.0) == [fail(1, Why.NOT_STARTED), START]
    assert keeper.gone(2.0) == [fail(2, Why.NOT_STARTED)]
    assert keeper.state is WorkerState.ABSENT


def test_one_that_does_not_get_ready_is_ended(keeper: Keeper):
    keeper.ask(1, 0.0)
    assert keeper.handle_timeout(20.0) == [END]
    assert keeper.ready(20.5) == []
    assert keeper.gone(21.0) == [fail(1, Why.SLOW_START)]


def test_a_cancel_that_is_heard_keeps_the_worker(drawing: Keeper):
    drawing.ask(2, 11.0)
    assert drawing.cancel(1, 12.0) == [Action(Do.CANCEL, 1)]
    assert drawing.answered(13.0) == [send(2)]


def test_a_cancel_that_is_not_heard_ends_it_and_fails_nobody(drawing: Keeper):
    drawing.cancel(1, 12.0)
    assert drawing.deadline == 15.0
    assert drawing.handle_timeout(15.0) == [END]
    assert drawing.handle_timeout(17.0) == [KILL]
    assert drawing.gone(17.1) == []


def test_who_waits_and_leaves_is_not_drawn_for(drawing: Keeper):
    drawing.ask(2, 11.0)
    assert drawing.cancel(2, 12.0) == []
    assert drawing.answered(13.0) == []
    assert drawing.state is WorkerState.IDLE


def test_an_answer_that_comes_after_the_end_was_decided_changes_nothing(drawing: Keeper):
    drawing.end(12.0, Why.GARBAGE)
    assert drawing.answered(12.1) == []
    assert drawing.end(12.2) == []
    assert drawing.gone(13.0) == [fail(1, Why.GARBAGE)]


def test_every_state_can_come_to_its_end_and_none_stays_for_ever():
    assert set(MOVES) == set(WorkerState)
    for state, targets in MOVES.items():
        assert targets, state
        if state not in (WorkerState.ABSENT, WorkerState.ENDING):
            assert {WorkerState.ENDING, WorkerState.ABSENT} <= targets


def test_a_move_that_is_not_in_the_table_is_an_error(keeper: Keeper):
    with pytest.raises(WrongState, match="absent to idle"):
        keeper.ready(0.0)
