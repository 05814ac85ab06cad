"""A prompt that is typed, the drawing that comes, and what becomes of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal

ROOT = Path(__file__).parents[2]


def test_a_horse_is_drawn_again_and_kept(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin")
    daemon.client.call("plotter.connect")
    terminal = screen(daemon, columns=80, rows=24)
    terminal.see("● IDLE")
    terminal.press("d")
    terminal.see("Prompt")
    terminal.press("a horse", "enter")
    terminal.see("strokes in", "keep it", "1 dot")
    terminal.press("a")
    terminal.see_no("keep it")
    terminal.see("strokes in", "keep it")
    first, second = sorted(daemon.client.call("job.list")["jobs"], key=lambda job: int(job["id"]))
    assert (first["state"], second["state"], second["held"]) == ("cancelled", "ready", True)
    terminal.press("enter")
    terminal.see("✓ It is queued.")
    assert daemon.wait_for_job(second["id"], "done", "failed")["state"] == "done"
    assert daemon.ink().count("<path") + daemon.ink().count("<polyline") > 0


def test_nothing_is_asked_for_without_a_prompt(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin")
    terminal = screen(daemon)
    terminal.see("queue is empty")
    terminal.press("d")
    terminal.see("Prompt")
    terminal.press("enter")
    terminal.see("Type what is to be drawn.")
    assert daemon.client.call("job.list")["jobs"] == []


def test_a_drawing_is_plotted_while_it_is_drawn(
    rig: Callable[..., Rig], screen: Callable[..., Terminal], short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = short_dir / "python"
    engine = "--engine live=tests.generation.fake_engines:Live"
    script.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m dcode.generation.worker {engine}\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("DCODE_GENERATION_PYTHON", str(script))
    daemon = rig("sim:marlin")
    terminal = screen(daemon)
    terminal.see("queue is empty")
    wish = {"engine": "live", "live": True, "confirmed": True, "seed": 6}
    job = daemon.client.call("job.draw", prompt="for ever", width_mm=60, height_mm=60, **wish)
    terminal.see('"for ever"', "▶ plotting", "▶ PLOTTING")
    terminal.press("j")
    terminal.see("Jobs", "▶ plotting")
    terminal.press("x")
    terminal.see("Cancel job")
    terminal.press("y")
    terminal.see("cancelled")
    assert daemon.wait_for_job(job["id"], "cancelled", "done", "failed")["state"] == "cancelled"
