"""From a prompt to ink through a real daemon, with workers that do well and workers that do not."""

from __future__ import annotations

import os
import re
import signal
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.client.launch import Target
from dcode.errors import DcodeError
from tests.daemon.conftest import Rig
from tests.daemon.ink_file import polylines

ROOT = Path(__file__).parents[2]
ENGINES = ("Fake", "Endless", "Killed")
SQUARE = "G21 G90\nM280 P0 S90\nG0 X10 Y10 F1000\nM280 P0 S40\nG1 X110 Y10 F500\nG1 X110 Y110\nM280 P0 S90\n"

Message = dict[str, Any]


@pytest.fixture
def with_fakes(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers know the fake engines, by their names in small letters."""
    named = " ".join(f"--engine {name.lower()}=tests.generation.fake_engines:{name}" for name in ENGINES)
    script = short_dir / "python"
    script.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m dcode.generation.worker {named}\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("DCODE_GENERATION_PYTHON", str(script))


def drawn(rig: Rig, prompt: str, **wish: Any) -> Message:
    """The job of a prompt, once it is drawn or has failed."""
    job = rig.client.call("job.draw", prompt=prompt, **wish)
    return rig.wait_for_job(job["id"], "ready", "failed")


def program(rig: Rig, job: Message) -> str:
    return b64decode(rig.client.call("job.read", job=job["id"])["data"]).decode()


def wait_until_at_it(rig: Rig) -> None:
    """Until the worker of the endless drawing is in the middle of it."""
    while (event := next(rig.events))["event"] != "drawn" or event["stage"] != "endless":
        pass


def test_a_prompt_becomes_ink_after_a_yes(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = drawn(daemon, "a horse", engine="library", seed=3, width_mm=100.0, height_mm=80.0, require_ready=True)
    assert (job["state"], job["held"], job["prompt"]) == ("ready", True, "a horse")
    assert daemon.status()["state"] == "idle"

    assert not daemon.client.call("job.confirm", job=job["id"])["held"]
    assert daemon.wait_for_job(job["id"], "done", "failed", "interrupted")["state"] == "done"
    points = [point for line in polylines(daemon.ink()) for point in line]
    width, height = (max(axis) - min(axis) for axis in zip(*points, strict=True))
    assert max(width / 100, height / 80) == pytest.approx(1, abs=0.01)
    assert min(width / 100, height / 80) <= 1.01


def test_a_wish_that_is_confirmed_beforehand_is_plotted_without_a_question(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = daemon.client.call("job.draw", prompt="a star", engine="library", confirmed=True, require_ready=True)
    assert daemon.wait_for_job(job["id"], "done", "failed")["state"] == "done"


def test_the_same_seed_gives_the_same_program(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    first, again, other = (drawn(daemon, "a cat", engine="library", seed=seed) for seed in (5, 5, 6))
    assert program(daemon, first) == program(daemon, again) != program(daemon, other)


@pytest.mark.usefixtures("with_fakes")
def test_another_drawing_of_several_can_be_taken(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = drawn(daemon, "squares", engine="fake", seed=40, count=3)
    shown = daemon.client.call("job.drawings", job=job["id"])
    assert [one["source"][:3] for one in shown["drawings"]] == ["pid"] * 3
    assert [(one["strokes"], one["points"]) for one in shown["drawings"]] == [(1, 5)] * 3
    assert shown["chosen"] == 0
    picked = daemon.client.call("job.pick", job=job["id"], drawing=2)
    assert picked["report"]["ok"]
    assert daemon.client.call("job.drawings", job=job["id"])["chosen"] == 2
    with pytest.raises(DcodeError, match="has 3 drawings"):
        daemon.client.call("job.pick", job=job["id"], drawing=3)


def test_a_prompt_that_no_word_is_known_of_fails_with_a_sentence(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = drawn(daemon, "qwxzv", engine="library")
    assert job["state"] == "failed"
    assert "qwxzv" in job["reason"]


def test_an_engine_that_does_not_exist_fails_the_job_and_nothing_else(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = drawn(daemon, "a horse", engine="stroeks")
    assert (job["state"], job["reason"]) == ("failed", "There is no engine 'stroeks'. Did you mean strokes?")


def test_a_size_beyond_the_sheet_fails_with_the_edge(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = drawn(daemon, "a horse", engine="library", width_mm=3000.0, height_mm=3000.0)
    assert job["state"] == "failed"
    assert re.search(r"work area .* over the \w+ edge", job["reason"])


@pytest.mark.usefixtures("with_fakes")
def test_a_worker_that_is_killed_fails_its_job_and_the_plot_goes_on(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim?speed=30")
    daemon.client.call("plotter.connect")
    plot = daemon.queue(SQUARE)
    daemon.wait_for_job(plot["id"], "plotting")
    job = drawn(daemon, "anything", engine="killed")
    assert job["state"] == "failed"
    assert "lost in the middle of the drawing" in job["reason"]
    assert daemon.wait_for_job(plot["id"], "done", "failed", "interrupted")["state"] == "done"
    assert drawn(daemon, "squares", engine="fake", seed=9)["state"] == "ready"


@pytest.mark.usefixtures("with_fakes")
def test_a_drawing_that_is_cancelled_ends_at_once(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = daemon.client.call("job.draw", prompt="for ever", engine="endless")
    wait_until_at_it(daemon)
    assert daemon.client.call("job.cancel", job=job["id"])["state"] == "cancelled"
    assert drawn(daemon, "squares", engine="fake", seed=9)["state"] == "ready"


@pytest.mark.usefixtures("with_fakes")
def test_a_daemon_that_was_killed_draws_what_was_not_finished(rig: Callable[..., Rig], short_dir: Path) -> None:
    daemon = rig("sim")
    job = daemon.client.call("job.draw", prompt="for ever", engine="endless", seed=77)
    wait_until_at_it(daemon)
    os.kill(daemon.pid, signal.SIGKILL)

    again = Rig(daemon.state, Target("sim"))
    try:
        wait_until_at_it(again)
        shown = again.client.call("job.show", job=job["id"])
        assert (shown["state"], shown["prompt"]) == ("drawing", "for ever")
        again.client.call("job.cancel", job=job["id"])
    finally:
        again.close()


def test_a_wish_is_refused_where_the_machine_could_not_plot(rig: Callable[..., Rig], serve_plotter: Any) -> None:
    link, _ = serve_plotter("makelangelo")
    daemon = rig(link, "makelangelo")
    with pytest.raises(DcodeError, match="position is not known"):
        daemon.client.call("job.draw", prompt="a horse", require_ready=True)
    assert daemon.client.call("job.list")["jobs"] == []


def test_a_held_drawing_lets_others_pass(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    held = drawn(daemon, "a horse", engine="library", require_ready=True)
    plot = daemon.queue(SQUARE)
    assert daemon.wait_for_job(plot["id"], "done", "failed")["state"] == "done"
    assert daemon.job(held["id"])["state"] == "ready"
    with pytest.raises(DcodeError, match="waits for no yes"):
        daemon.client.call("job.confirm", job=plot["id"])
