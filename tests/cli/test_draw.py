"""`dcode draw`: what is asked of the daemon, what a person is shown and asked, and what is written."""

from __future__ import annotations

import signal
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fake_daemon import DONE_JOB, SQUARE, FakeDaemon, Refusal, a_job, a_status, job_event

HELD = a_job(name="a horse", prompt="a horse", held=True)
QUESTION = "[p]lot it, [a]gain, [v]ary the words, [q]uit?"


def drawing(**changes: Any) -> dict[str, Any]:
    about = {"engine": "strokes", "model": "small", "seed": 7, "score": 0.5, "source": None}
    return about | {"strokes": 1, "points": 3, "seconds": 0.25} | changes


@pytest.fixture
def machine(daemon) -> Callable[..., FakeDaemon]:
    """A daemon that has drawn a horse as soon as it is asked for one, and plots it once there is a yes."""

    def start(drawings: list[dict[str, Any]] | None = None, **answers: Any) -> FakeDaemon:
        came = {"job": HELD, "drawings": drawings or [drawing()], "chosen": 0, "notes": []}
        known = {
            "job.draw": a_job(state="drawing", name="a horse", prompt="a horse", held=True),
            "job.drawings": came,
            "job.read": {"data": b64encode(SQUARE.encode()).decode(), "size": len(SQUARE)},
            "subscribe": {"status": a_status(), "jobs": [HELD]},
        }
        names = {name.replace("_", "."): answer for name, answer in answers.items()}
        return daemon(answers=known | names, events=[job_event(DONE_JOB)])

    return start


def test_the_drawing_is_shown_and_plotted_after_a_yes(machine, plain_talk) -> None:
    fake = machine()
    person = plain_talk("draw", "a horse", "--seed", 7)
    person.hear("⠀")
    person.hear("a horse: by strokes (small), seed 7, score 0.50")
    person.answer(QUESTION, b"p\n")
    code, out = person.end()
    assert (code, "is plotted" in out) == (0, True)
    assert fake.asked("job.confirm") == [{"job": 12}]


def test_another_of_several_drawings_can_be_kept(machine, plain_talk) -> None:
    fake = machine([drawing(), drawing(seed=8), drawing(seed=9)])
    person = plain_talk("draw", "a horse", "--count", 3)
    person.answer("[n]ext of 3", b"n\n")
    person.hear("seed 8")
    person.answer("[n]ext of 3", b"p\n")
    person.end()
    assert fake.asked("job.pick") == [{"job": 12, "drawing": 1}]
    assert len(fake.asked("job.draw")) == len(fake.asked("job.confirm")) == 1


def test_again_asks_for_drawings_by_other_seeds(machine, plain_talk) -> None:
    fake = machine()
    person = plain_talk("draw", "a horse", "--seed", 7, "--count", 1)
    person.answer(QUESTION, b"a\n")
    person.answer(QUESTION, b"q\n")
    code, _ = person.end()
    assert [wish["seed"] for wish in fake.asked("job.draw")] == [7, 8]
    assert fake.asked("job.cancel") == [{"job": 12}, {"job": 12}]
    assert code == 130
    assert not fake.asked("job.confirm")


def test_vary_asks_for_other_words_by_the_same_seed(machine, plain_talk) -> None:
    fake = machine()
    person = plain_talk("draw", "a horse", "--seed", 7)
    person.answer(QUESTION, b"v\n")
    person.answer("In other words [a horse]:", b"a pony\n")
    person.answer(QUESTION, b"q\n")
    person.end()
    assert [(wish["prompt"], wish["seed"]) for wish in fake.asked("job.draw")] == [("a horse", 7), ("a pony", 7)]


def test_an_interrupt_at_the_question_takes_the_drawing_off_the_queue(machine, plain_talk) -> None:
    fake = machine()
    person = plain_talk("draw", "a horse")
    person.hear(QUESTION)
    person.process.send_signal(signal.SIGINT)
    code, _ = person.end()
    assert (code, fake.asked("job.cancel")) == (130, [{"job": 12}])


def test_without_a_person_a_drawing_waits_for_a_yes(machine, dcode, tmp_path: Path) -> None:
    fake = machine()
    ended = dcode("draw", "a horse", "-o", tmp_path / "horse.svg", "--json")
    assert ended.code == 0
    assert (ended.json["plot"]["state"], ended.json["engine"], ended.json["seed"]) == ("ready", "strokes", 7)
    assert "<svg" in (tmp_path / "horse.svg").read_text()
    assert not fake.asked("job.confirm")


def test_with_yes_nobody_is_asked(machine, dcode) -> None:
    fake = machine()
    ended = dcode("draw", "a horse", "--yes", "--json", "--size", "A4", "--engine", "strokes")
    assert (ended.code, ended.json["plot"]["state"]) == (0, "done")
    (wish,) = fake.asked("job.draw")
    assert (wish["width_mm"], wish["height_mm"], wish["engine"], wish["require_ready"]) == (210, 297, "strokes", True)


def test_a_wish_that_came_to_nothing_has_an_exit_code_of_its_own(machine, dcode) -> None:
    failed = a_job(state="failed", reason="There is no engine 'x'.")
    machine(subscribe={"status": a_status(), "jobs": [failed]})
    ended = dcode("draw", "a horse")
    assert (ended.code, "There is no engine 'x'." in ended.err) == (5, True)


def test_a_machine_that_is_not_ready_is_said_before_anything_is_drawn(machine, dcode) -> None:
    machine(job_draw=Refusal("MachineNotReady", "The plotter's position is not known.", reason="unregistered"))
    assert dcode("draw", "a horse").code == 4


def test_a_live_drawing_that_was_never_complete_says_why_it_ended(machine, dcode, tmp_path: Path) -> None:
    why = "The rest of it was not drawn: the worker was lost."
    ended = a_job(state="interrupted", rows=9, row=9, reason=why)
    machine(
        job_draw=ended,
        job_read=Refusal("JobError", "Job 12 has no program yet."),
        subscribe={"status": a_status(), "jobs": [ended]},
    )
    told = dcode("draw", "a horse", "--live", "--yes", "-o", tmp_path / "horse.gcode", "--json")
    assert (told.code, told.json["state"], told.json["reason"]) == (1, "interrupted", why)
    assert not (tmp_path / "horse.gcode").exists()


def test_without_plotting_no_daemon_is_needed(dcode, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("horse.gcode", "horse.png")]
    wish = ("draw", "a horse", "--no-plot", "--engine", "library", "--seed", 3, "--size", "100x80")
    ended = dcode(*wish, "-o", files[0], "--preview", files[1], "--json")
    assert ended.code == 0
    assert {"engine", "model", "seed", "score", "source", "strokes", "points", "seconds", "file"} <= set(ended.json)
    assert (ended.json["engine"], ended.json["seed"], ended.json["file"]) == ("library", 3, str(files[0]))
    assert dcode("check", files[0]).code == 0
    assert files[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["  "], "The prompt is empty"),
        (["a horse", "--size", "A9"], "is no size"),
        (["horse " * 1666 + "abcd"], "The prompt has 10000 characters; 2000 are the most."),
        (["a horse", "-o", "horse.txt", "--no-plot"], "end its name in .gcode or .svg"),
        (["a horse", "-o", "nowhere/horse.svg", "--no-plot"], "there is no folder"),
        (["a horse", "--preview", "horse.txt"], "end its name in .svg, .png or .gif"),
        (["a horse", "--preview", "nowhere/horse.png"], "there is no folder"),
        (["a horse", "--detach", "--no-plot"], "--detach does not wait"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_starts(dcode, words: list[str], sentence: str) -> None:
    ended = dcode("draw", *words)
    assert (ended.code, sentence in ended.err) == (2, True)
