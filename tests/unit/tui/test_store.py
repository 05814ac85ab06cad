"""The store: what every widget reads, changed by what the daemon tells."""

from __future__ import annotations

from typing import Any

from dcode.tui.store import WIRE_LINES, LinkState, Part, Store
from tests.cli.fake_daemon import a_job, a_status, job_event, plotting, status_event, wire_event, wire_line


def begun(*jobs: dict[str, Any]) -> Store:
    store = Store()
    store.begin({"status": a_status(), "jobs": []}, list(jobs), None)
    return store


def test_a_daemon_that_answers_takes_the_place_of_all_that_was_known() -> None:
    store = begun(a_job(id=1))
    store.told({"event": "drawn", "job": 1, "stage": "s", "done": 1})
    store.linked(LinkState.LOST, "The daemon hung up.")
    assert not store.live and store.jobs
    changes = store.begin({"status": a_status(state="alarm"), "jobs": []}, [a_job(id=7)], None)
    assert changes == frozenset(Part)
    assert (store.live, store.status["state"], list(store.jobs), store.drawn) == (True, "alarm", [7], {})


def test_events_change_their_part_and_nothing_else() -> None:
    store = begun(a_job(id=1))
    asks = {"kind": "pen", "message": "Put in pen 2."}
    told = [
        (status_event(state="homing"), Part.STATUS),
        (job_event(plotting(5, id=1)), Part.JOBS),
        ({"event": "drawn", "job": 1, "stage": "s", "done": 1}, Part.DRAWN),
        ({"event": "notice", "kind": "fault", "message": "The port went away."}, Part.NOTICES),
        ({"event": "pen_change", "job": 1, "asks": asks}, Part.PEN_CHANGE),
        (wire_event(wire_line("M114")), Part.WIRE),
        ({"event": "machine", "machine": {"path": "m.json", "values": {}, "others": []}}, Part.MACHINE),
        ({"event": "forgotten", "job": 1}, Part.JOBS),
    ]
    for event, part in told:
        assert store.told(event) == {part}, event
    assert store.status["asks"] == asks
    assert (store.jobs, store.drawn) == ({}, {})
    assert store.notices[-1].message == "The port went away."


def test_an_event_of_a_later_version_changes_nothing() -> None:
    assert begun().told({"event": "colours", "colours": 3}) == frozenset()
    assert begun().told({}) == frozenset()


def test_the_job_at_the_machine_the_interrupted_one_and_those_that_wait_are_told_apart() -> None:
    store = begun(
        plotting(3, id=1),
        a_job(id=2),
        a_job(id=3, state="drawing"),
        a_job(id=4, state="interrupted", ended=5.0),
        a_job(id=5, state="interrupted", ended=9.0),
        a_job(id=6, state="done", ended=10.0),
    )
    assert store.current == store.jobs[1]
    assert store.interrupted == store.jobs[5]
    assert [job["id"] for job in store.waiting] == [2, 3]
    store.told(job_event(a_job(id=1, state="done")))
    assert store.current is None


def test_what_was_drawn_so_far_goes_when_the_drawing_is_there() -> None:
    store = begun(a_job(id=1, state="drawing"))
    store.told({"event": "drawn", "job": 1, "stage": "s", "done": 1})
    store.told(job_event(a_job(id=1, state="drawing")))
    assert store.drawn
    store.told(job_event(a_job(id=1, state="ready", held=True)))
    assert not store.drawn


def test_the_order_of_the_queue_is_the_daemons() -> None:
    store = begun(a_job(id=1), a_job(id=2))
    assert store.ordered([a_job(id=2), a_job(id=1)]) == {Part.JOBS}
    assert list(store.jobs) == [2, 1]


def test_lines_of_the_wire_that_were_left_out_are_told_and_old_ones_go() -> None:
    store = begun()
    store.told(wire_event(wire_line("M1"), missed=12))
    assert [line["text"] for line in store.wire] == ["12 lines of the wire were left out here", "M1"]
    store.told(wire_event(*(wire_line(f"G{n}") for n in range(WIRE_LINES))))
    assert (len(store.wire), store.wire_count) == (WIRE_LINES, WIRE_LINES + 2)
