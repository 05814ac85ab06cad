"""A simulated plotter that is not as machine.json says, behind a real daemon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.simulated import SimulatedPort
from dcode.errors import ConfigError
from dcode.simulator.truth import Truth
from dcode.simulator.wall import load_wall
from tests.ruler import ruler_of_told

SQUARE = """M280 P0 S90
G0 X-100 Y-100 F6000
M280 P0 S40
G1 X100 Y-100
G1 X100 Y100
G1 X-100 Y100
G1 X-100 Y-100
M280 P0 S90
"""

Starter = Callable[..., "Rig"]  # noqa: F821  # conftest.Rig: a conftest cannot be imported


def draw(machine: Any, tmp_path: Path) -> dict[str, Any]:
    """The square, as the wall has it."""
    job = machine.wait_for_job(machine.queue(SQUARE, require_ready=True)["id"], "done", "failed", "interrupted")
    assert job["state"] == "done"
    file = tmp_path / "ink.json"
    machine.client.call("sim.ink", path=str(file))
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def test_what_is_drawn_is_what_the_crooked_wall_makes_of_it(rig: Starter, tmp_path: Path) -> None:
    told = draw(rig("sim:makelangelo?wall=crooked"), tmp_path)
    machine = load_machine(data_dir("configs") / "machine.json")
    truth = Truth(load_wall("crooked"), machine)
    assert told["truth"]["steps_per_mm"] == 100.0
    ruler = ruler_of_told(told)
    for x, y in ((-100, -100), (100, -100), (100, 100), (-100, 100)):
        assert ruler.is_drawn(*truth.lands((x, y), machine.anchors, 80.0), within=0.2)
    assert told["ink"][-1]["deepest"] > 2.5  # the pen-down angle of machine.json presses hard on this wall


def test_a_file_of_ones_own_may_be_named(rig: Starter, tmp_path: Path) -> None:
    wall = tmp_path / "wall.toml"
    wall.write_text("[servo]\ntouch_angle = 30.0\n")
    told = draw(rig(f"sim:marlin?wall={wall}&speed=0"), tmp_path)
    assert told["ink"] == [] and told["truth"]["flat_touch_angle"] == 30.0


def test_a_wall_that_there_is_not_is_said(rig: Starter, tmp_path: Path) -> None:
    machine = rig(f"sim:grbl?wall={tmp_path / 'none.toml'}")
    with pytest.raises(ConfigError, match=r"none\.toml.*cannot be read"):
        machine.client.call("plotter.connect")


def test_the_ports_name_says_which_wall() -> None:
    assert SimulatedPort.parse("sim:grbl?wall=crooked&speed=3", None, 1.0) == SimulatedPort("grbl", 3.0, "crooked")
    assert SimulatedPort.parse("sim?wall=/a/b.toml", None, 1.0) == SimulatedPort("makelangelo", 1.0, "/a/b.toml")
    with pytest.raises(ConfigError, match="wall=FILE"):
        SimulatedPort.parse("sim?walls=crooked", None, 1.0)
