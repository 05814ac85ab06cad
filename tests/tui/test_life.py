"""The screen comes and goes; the plot does not notice."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from dcode.client.address import Address
from dcode.client.sync import Client
from tests.daemon.conftest import Rig
from tests.tui.terminal import Terminal, tui

SQUARE = (
    "G21\nG90\nG0 X-50 Y-50\nM280 P0 S40\n"
    + "G1 X50 Y-50 F500\nG1 X50 Y50\nG1 X-50 Y50\nG1 X-50 Y-50\n" * 5
    + "M280 P0 S90\n"
)


def test_without_a_daemon_it_offers_to_start_one_and_that_one_outlives_it(short_dir: Path) -> None:
    state = short_dir / "state"
    environment = {**os.environ, "DCODE_CONFIG_DIR": str(short_dir / "config")}
    terminal = tui(environment, "--state-dir", str(state))
    try:
        terminal.see("NO DAEMON", "No daemon runs", "simulated plotter")
        terminal.press("s")
        terminal.see("IDLE")
        terminal.press("q")
        assert terminal.ended() == 0
        with Client(Address.find(state).socket) as client:
            assert client.call("status")["port"].startswith("sim")
            client.call("daemon.stop", when="now")
    finally:
        terminal.close()


def test_a_job_is_watched_to_its_end(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin?speed=20")
    terminal = screen(daemon)
    terminal.see("queue is empty")
    job = daemon.queue(SQUARE, "square.gcode")
    terminal.see("square.gcode", "plotting")
    daemon.wait_for_job(job["id"], "done")
    terminal.see("✓ done", "No job is at the machine")


def test_closing_the_screen_leaves_the_job_alone(rig: Callable[..., Rig], screen: Callable[..., Terminal]) -> None:
    daemon = rig("sim:marlin?speed=20")
    job = daemon.queue(SQUARE, "square.gcode")
    terminal = screen(daemon)
    terminal.see("▶ plotting")
    terminal.press("q")
    assert terminal.ended() == 0
    assert daemon.wait_for_job(job["id"], "done", "failed", "interrupted")["state"] == "done"
