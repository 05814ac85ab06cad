from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fake_daemon import DONE_JOB, ROOT, SQUARE, Refusal, a_status, job_event, plotting

ASKS = {
    "kind": "pen",
    "pen": 2,
    "name": "red fineliner",
    "colour": "#cc0000",
    "message": "Put in pen 2, red fineliner (#cc0000), then: dcode resume",
}
QUESTION = "Put in pen 2, red fineliner (#cc0000), then Enter (t: touch test,"
CHANGE = {"event": "pen_change", "job": 12, "asks": ASKS}
PEN = {
    "pen": 1,
    "name": "fine",
    "colour": "#000000",
    "in_hand": True,
    "metres": 98.0,
    "minutes": 70.0,
    "strokes": 9,
    "metres_ever": 198.0,
    "minutes_ever": 90.0,
    "dry_after_m": 100.0,
    "left_m": 2.0,
    "fresh_at": None,
}


def waits_for_a_pen(daemon: Any, **answers: Any) -> Any:
    waiting = a_status(state="paused", asks=ASKS)
    events = [CHANGE, job_event(DONE_JOB)]
    return daemon(answers={"status": waiting, "plotter.pen_changed": a_status()} | answers, events=events)


def test_a_person_is_asked_for_the_pen_and_says_that_it_is_in(daemon, plain_talk, horse: Path):
    fake = waits_for_a_pen(daemon)
    person = plain_talk("plot", horse, "--yes")
    person.answer(QUESTION, b"t\n")
    person.answer(QUESTION, b"what\n")
    person.answer(QUESTION, b"\n")
    assert person.end()[0] == 0
    assert (fake.asked("plotter.touch_test"), fake.asked("plotter.pen_changed")) == ([{}], [{}])


@pytest.mark.parametrize(
    ("typed", "method", "params"),
    [
        (b"f\n", "plotter.pen_changed", {"fresh": True}),
        (b"b 3m\n", "plotter.pen_changed", {"back_mm": 3000.0}),
        (b"c\n", "job.cancel", {"job": 12}),
    ],
)
def test_other_answers_are_a_letter(daemon, plain_talk, horse: Path, typed: bytes, method: str, params: dict[str, Any]):
    fake = waits_for_a_pen(daemon)
    person = plain_talk("plot", horse, "--yes")
    person.answer(QUESTION, typed)
    assert person.end()[0] == 0
    assert fake.asked(method) == [params]


def test_who_audits_says_at_the_change_of_pens_how_far_it_is_off(daemon, plain_talk, horse: Path):
    fake = waits_for_a_pen(daemon, **{"plotter.drift": Refusal("JobError", "500 mm are no drift.")})
    fake.events.insert(0, job_event(plotting(50, state="paused", audit="mark")))
    person = plain_talk("plot", horse, "--yes", "--audit", "mark")
    person.hear("not over it: a DX DY")
    person.answer(QUESTION, b"a 500 0\n")
    person.answer("Correct it? [Y/n]", b"n\n")
    person.hear("500 mm are no drift.")
    person.answer(QUESTION, b"\n")
    assert person.end()[0] == 0
    assert fake.asked("plotter.drift") == [{"dx": 500.0, "dy": 0.0, "correct": False}]
    assert fake.asked("plotter.pen_changed") == [{}]


def test_what_the_daemon_refuses_is_told_and_the_job_is_followed_on(daemon, plain_talk, horse: Path):
    waits_for_a_pen(daemon, **{"plotter.pen_changed": Refusal("MachineNotReady", "The pen is being lifted.")})
    person = plain_talk("plot", horse, "--yes")
    person.answer(QUESTION, b"\n")
    person.hear("The pen is being lifted.")
    assert person.end()[0] == 0


def test_who_cannot_be_asked_is_told_and_nothing_goes_on_by_itself(dcode, daemon, horse: Path):
    fake = waits_for_a_pen(daemon)
    ended = dcode("plot", horse)
    assert (ended.code, ASKS["message"] in ended.err) == (0, True)
    assert fake.asked("plotter.pen_changed") == []


def test_a_job_that_waits_already_asks_whoever_comes_to_watch(daemon, plain_talk):
    waiting = a_status(state="paused", asks=ASKS, job={"id": 12, "name": "horse.gcode", "state": "paused"})
    snapshot = {"status": waiting, "jobs": [plotting(50, state="paused")]}
    fake = waits_for_a_pen(daemon, status=waiting, subscribe=snapshot, **{"job.list": {"jobs": snapshot["jobs"]}})
    fake.events.pop(0)
    person = plain_talk("watch")
    person.answer(QUESTION, b"\n")
    person.end()
    assert fake.asked("plotter.pen_changed") == [{}]


def test_the_pen_goes_deeper_and_lighter_by_steps(dcode, daemon):
    fake = daemon(answers={"plotter.adjust": a_status(pen_offset=2.0, feed_override=80)})
    assert "feed 80 %, pen 2° deeper" in dcode("pen", "deeper").out
    dcode("pen", "lighter", 0.5)
    assert fake.asked("plotter.adjust") == [{"pen_degrees": 1.0}, {"pen_degrees": -0.5}]


def test_adjust_says_what_it_is_told(dcode, daemon):
    kept = {"changes": {"pen.down_angle": 37.0}}
    fake = daemon(answers={"plotter.adjust": a_status(), "plotter.keep_adjusted": kept})
    dcode("adjust", "--feed", 120, "--lighter", 2)
    dcode("adjust", "--undo")
    assert fake.asked("plotter.adjust") == [
        {"pen_degrees": -2.0, "feed": 120.0, "undo": False},
        {"pen_degrees": None, "feed": None, "undo": True},
    ]
    assert dcode("adjust", "--keep").out == "machine.json: pen.down_angle = 37\n"
    assert [dcode("adjust", *words).code for words in ([], ["--keep", "--undo"], ["--feed", 201])] == [2, 2, 2]


ADJUSTED = DONE_JOB | {"feed_override": 120.0, "pen_offsets": {"0": 2.0}}


def test_what_was_adjusted_is_kept_by_a_yes(daemon, plain_talk, horse: Path):
    kept = {"changes": {"pen.down_angle": 38.0}}
    fake = daemon(answers={"plotter.keep_adjusted": kept}, events=[job_event(ADJUSTED)])
    person = plain_talk("plot", horse, "--yes")
    person.answer("The feed was 120 % and the pen was 2° deeper. Keep that in machine.json? [y/N]", b"y\n")
    person.hear("machine.json: pen.down_angle = 38")
    assert person.end()[0] == 0
    assert fake.asked("plotter.keep_adjusted") == [{"job": 12}]


def test_without_a_terminal_it_is_not_kept_and_that_is_said(dcode, daemon, horse: Path):
    fake = daemon(events=[job_event(ADJUSTED)])
    assert "not kept. dcode adjust --keep" in dcode("plot", horse).err
    assert fake.asked("plotter.keep_adjusted") == []


def test_the_ledger_shows_what_each_pen_has_drawn_and_has_left(dcode, daemon):
    fake = daemon(answers={"pens.ledger": {"pens": [PEN]}, "pens.fresh": {"pens": [PEN | {"metres": 0.0}]}})
    line = dcode("pen", "ledger").out.splitlines()[1]
    assert all(part in line for part in ("*", "fine", "98.00 m", "1 h 10 min", "2.00 of 100 m"))
    dcode("pen", "fresh")
    dcode("pen", "fresh", 3)
    assert fake.asked("pens.fresh") == [{}, {"pen": 3}]
    assert [dcode("pen", *words).code for words in (("fresh", 0), ("up", 3))] == [2, 2]


def test_the_status_tells_the_ink_of_the_pen_that_is_in_and_what_is_asked(dcode, daemon):
    daemon(answers={"status": a_status(pen_in_hand=PEN, asks=ASKS, message=ASKS["message"])})
    lines = dcode("status").out.splitlines()
    assert "pen 1, fine: 98.00 m in 1 h 10 min, about 2.00 m left" in "".join(lines)
    assert [line.split()[0] for line in lines].count("asks") == 1
    assert "message" not in [line.split()[0] for line in lines]


def test_a_paused_job_goes_back_by_a_length(dcode, daemon):
    fake = daemon(answers={"job.list": {"jobs": [plotting(5, state="paused")]}, "plotter.resume": a_status()})
    assert dcode("resume", "--back", "3m").code == 0
    assert fake.asked("plotter.resume") == [{"how": "back", "back_mm": 3000.0}]
    assert dcode("resume", "--back", "far").code == 2


def test_check_and_estimate_warn_of_a_pen_that_runs_dry(dcode, daemon, tmp_path: Path):
    told = json.loads((ROOT / "configs" / "machine.json").read_text())
    told["pen"]["dry_after_m"] = 100
    machine, program = tmp_path / "machine.json", tmp_path / "square.gcode"
    machine.write_text(json.dumps(told))
    program.write_text(SQUARE * 20)
    assert "runs dry" not in dcode("check", program, "--machine", machine).err
    daemon(answers={"pens.ledger": {"pens": [PEN]}})
    for command in ("check", "estimate"):
        assert "Pen 1 is to draw 4.0 m and has about 2.0 m left" in dcode(command, program, "--machine", machine).err


def test_a_warning_of_the_daemon_is_told_before_the_job_begins(dcode, daemon, horse: Path):
    commit = {"job": plotting(0, state="ready"), "report": {"ok": True}, "warnings": ["Pen 1 runs dry."]}
    daemon(answers={"job.commit": commit}, events=[job_event(DONE_JOB)])
    assert "Pen 1 runs dry." in dcode("plot", horse).err
