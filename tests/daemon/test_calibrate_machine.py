"""The machine guide against a real daemon and a simulated plotter whose wall is not as machine.json says."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dcode.config.machine_file import load_machine
from dcode.machine.calibration import card
from dcode.machine.machine import Machine
from dcode.machine.sheet import drawable
from dcode.simulator.truth import Truth
from dcode.simulator.wall import load_wall
from tests.ruler import Ruler, ruler_of_told

Starter = Callable[..., "Rig"]  # noqa: F821  # conftest.Rig: a conftest cannot be imported

WALL = """[belts]
motor_distance_mm = 1235.0
pulley_teeth = 16
left_offset_mm = 9.0
right_offset_mm = -6.0
skew_degrees = 0.3
"""
SQUARE = ((-350.0, 350.0), (350.0, 350.0), (350.0, -350.0), (-350.0, -350.0))


@pytest.fixture
def own_machine(short_dir: Path) -> Path:
    file = short_dir / "machine.json"
    pen = {"up_angle": 90, "down_angle": 40, "travel_speed": 9000, "draw_speed": 9000}
    area = {"left": -380, "right": 380, "top": 380, "bottom": -380}
    file.write_text(json.dumps({"machine": {"width_mm": 1219.2, "height_mm": 1524.0}, "work_area": area, "pen": pen}))
    return file


def measure(machine: Any, tmp_path: Path, seed: int, sigma: float = 0.0) -> Ruler:
    file = tmp_path / "ink.json"
    machine.client.call("sim.ink", path=str(file))
    return ruler_of_told(json.loads(file.read_text()), sigma, seed)


def lands(place: tuple[float, float], believed: Machine, truth: Truth, *, on_belts: bool) -> tuple[float, float]:
    """Where the ink of a place is, while the firmware still has its 80 steps per mm."""
    if on_belts:
        return truth.lands(place, believed.anchors, 80.0)
    x, y = truth.turned(truth.start(believed.home), back=True)
    ratio = 80.0 / truth.steps_per_mm
    return truth.turned((x + place[0] * ratio, y + place[1] * ratio))


def guided(machine: Any, tmp_path: Path, believed: Machine, truth: Truth, *, on_belts: bool) -> dict[str, Any]:
    """Draw ruler and card, measure them, and go on to the settings."""

    def there(marks: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        """About where they are: which of all crossings is the mark."""
        return {name: lands(place, believed, truth, on_belts=on_belts) for name, place in marks.items()}

    client = machine.client
    view = client.call("calibrate.begin", guide="machine")["view"]
    assert view["step"] == "begin"
    client.call("calibrate.answer", choice="draw", values={})
    sheet, home = drawable(believed), believed.home
    marks = card.ruler_marks(sheet, home)
    ink = measure(machine, tmp_path, 1, 0.3)
    ends = ink.crossings(there(marks), 2.0)
    long = ink.distance(ends["M"], ends["N"])
    client.call("calibrate.answer", choice="card", values={card.RULER: long})
    asked = card.card_marks(sheet, home, long / math.dist(marks["M"], marks["N"]))
    ink = measure(machine, tmp_path, 2, 0.3)
    found = ink.crossings(there(asked), 2.0)
    typed = ink.distances(found, card.DISTANCES)
    if on_belts:
        left, right = truth.belts.left_anchor, truth.belts.right_anchor
        typed |= {"motors": ink.distance(left, right), "left_K": ink.distance(left, found["K"])}
        typed |= {"right_G": ink.distance(right, found["G"])}
    view = client.call("calibrate.answer", choice="fit", values=typed)["view"]
    assert view["step"] == "result", view
    facts = {fact["label"]: fact["value"] for fact in view["facts"]}
    view = client.call("calibrate.answer", choice="settings", values={})["view"]
    return facts | {"lines": [fact["value"] for fact in view["facts"]]}


def square_error(machine: Any, tmp_path: Path) -> float:
    """Draw a square of 700 mm and measure its sides and diagonals."""
    before = len(measure(machine, tmp_path, 3).strokes)
    moves = [f"G1 X{x} Y{y}" for x, y in (*SQUARE[1:], SQUARE[0])]
    start = f"G0 X{SQUARE[0][0]} Y{SQUARE[0][1]} F9000"
    program = "\n".join(["G90", "M280 P0 S90", start, "M280 P0 S40", "G1 F9000", *moves, "M280 P0 S90", ""])
    job = machine.wait_for_job(machine.queue(program, require_ready=True)["id"], "done", "failed", "interrupted")
    assert job["state"] == "done"
    points = [point for stroke in measure(machine, tmp_path, 3).strokes[before:] for point in stroke]
    corners = [max(points, key=lambda point: point[0] * x + point[1] * y) for x, y in SQUARE]
    ways = combinations(range(4), 2)
    return max(abs(math.dist(corners[a], corners[b]) - math.dist(SQUARE[a], SQUARE[b])) for a, b in ways)


@pytest.mark.parametrize("profile", ["makelangelo", "marlin", "grblhal"])
def test_a_crooked_machine_draws_a_true_square_once_it_is_calibrated(
    rig: Starter, short_dir: Path, tmp_path: Path, own_machine: Path, profile: str
) -> None:
    on_belts = profile != "grblhal"  # the simulated one drives rails
    wall = short_dir / "wall.toml"
    wall.write_text(WALL)
    machine = rig(f"sim:{profile}?wall={wall}", machine=own_machine)
    believed = load_machine(own_machine)
    text = own_machine.read_text()
    found = guided(machine, tmp_path, believed, Truth(load_wall(wall), believed), on_belts=on_belts)
    assert "16 teeth, not 20" in found["steps per mm" if on_belts else "x, steps per mm"]
    assert own_machine.read_text() == text
    answer = machine.client.call("calibrate.answer", choice="send", values={})
    assert answer["over"]
    now = load_machine(own_machine)
    assert now.anchors.span == pytest.approx(1235.0 if on_belts else believed.anchors.span, abs=4.0)
    assert now.belts and now.belts.pulley_teeth == 16
    status = machine.status()
    assert not status["registered"]
    assert status["pen"] != "down"
    machine.client.call("plotter.home", here=True)
    assert square_error(machine, tmp_path) < 0.3


def test_leaving_it_lifts_the_pen_changes_nothing_and_frees_the_machine(rig: Starter, own_machine: Path) -> None:
    machine = rig("sim:marlin", machine=own_machine)
    text = own_machine.read_text()
    for answers in ((), ("draw",), ("draw", "again")):
        machine.client.call("calibrate.begin", guide="machine")
        for choice in answers:
            machine.client.call("calibrate.answer", choice=choice, values={})
        left = machine.client.call("calibrate.leave")
        assert left["over"]
        assert left["view"]["text"] == "Nothing was changed."
        status = machine.status()
        assert (status["state"], status["pen"], status["registered"]) == ("idle", "up", True)
    assert own_machine.read_text() == text
