"""Pens at the machine: asking for one, trying it, counting its ink, and drawing again what a dry one has not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.client.upload import upload
from dcode.config.paths import data_dir
from dcode.errors import JobError

Starter = Callable[..., Any]

FIRMWARES = ["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"]
UP, DOWN = "M280 P0 S90\n", "M280 P0 S40\n"


def stroke(y: float) -> str:
    """100 mm to the right."""
    return f"G0 X-50 Y{y}\n{DOWN}G1 X50 Y{y} F6000\n{UP}"


TWO_PENS = f"G21 G90\n{UP}{stroke(0)}T2 M6\n{stroke(20)}"
SIX = f"G21 G90\n{UP}" + "".join(stroke(10.0 * n) for n in range(6))


@pytest.fixture
def machine_file(short_dir: Path) -> Path:
    """Two pens, of which each goes for 0.25 m."""
    told = json.loads((data_dir("configs") / "machine.json").read_text())
    told["pens"] = [
        {"name": "black fineliner", "colour": "#000000", "dry_after_m": 0.25},
        {"name": "red fineliner", "colour": "#cc0000", "dry_after_m": 0.25},
    ]
    path = short_dir / "machine.json"
    path.write_text(json.dumps(told))
    return path


@pytest.fixture
def dry_wall(short_dir: Path) -> Path:
    """Whose pens run dry after 0.26 m."""
    path = short_dir / "wall.toml"
    path.write_text("[servo]\ntouch_angle = 60.0\n[pen]\ndry_after_m = 0.26\n")
    return path


def asked(machine: Any, job: int) -> dict[str, Any]:
    """What the job waits for, as the event and the status tell it."""
    event = next(event for event in machine.events if event["event"] == "pen_change" and event["job"] == job)
    assert machine.wait_for_state("paused")["asks"] == event["asks"]
    asks: dict[str, Any] = event["asks"]
    return asks


def ink(machine: Any) -> list[dict[str, Any]]:
    """The strokes of the simulated wall."""
    path = machine.state / "ink.json"
    machine.client.call("sim.ink", path=str(path))
    strokes: list[dict[str, Any]] = json.loads(path.read_text())["ink"]
    return strokes


def ends(machine: Any, job: int) -> str:
    return str(machine.wait_for_job(job, "done", "failed", "interrupted", "cancelled")["state"])


def pens(machine: Any) -> dict[int, dict[str, Any]]:
    return {pen["pen"]: pen for pen in machine.client.call("pens.ledger")["pens"]}


@pytest.mark.parametrize("profile", FIRMWARES)
def test_a_change_of_pens_parks_asks_waits_and_goes_on(
    rig: Starter, machine_file: Path, dry_wall: Path, profile: str
) -> None:
    machine = rig(f"sim:{profile}?wall={dry_wall}", machine=machine_file)
    job = machine.queue(TWO_PENS, require_ready=True)["id"]
    asks = asked(machine, job)
    assert (asks["kind"], asks["pen"], asks["name"], asks["colour"]) == ("pen", 2, "red fineliner", "#cc0000")
    assert asks["message"].startswith("Put in pen 2, red fineliner (#cc0000)")
    status = machine.status()
    assert (status["position"], status["pen"], status["state"]) == ([0.0, 0.0], "up", "paused")
    machine.client.call("plotter.pen_changed")
    assert ends(machine, job) == "done"
    assert [(one["pen"], one["points"][0][1] > 10) for one in ink(machine)] == [(1, False), (2, True)]
    assert machine.status()["asks"] is None
    known = pens(machine)
    assert [known[pen]["metres"] for pen in (1, 2)] == pytest.approx([0.1, 0.1], abs=0.001)
    assert [known[pen]["in_hand"] for pen in (1, 2)] == [False, True]


def test_the_pen_of_the_first_layer_is_asked_for_where_another_one_is_in(rig: Starter, machine_file: Path) -> None:
    machine = rig("sim:grbl", machine=machine_file)
    for number, asked_for in ((1, [2]), (2, [1, 2])):
        job = machine.queue(f"T1;black\n{TWO_PENS}", require_ready=True)["id"]
        for pen in asked_for:
            machine.wait_for_state("paused")
            assert machine.status()["asks"]["pen"] == pen
            assert machine.status()["job"]["id"] == job == number
            machine.client.call("plotter.pen_changed")
            machine.wait_for_state("plotting", "idle")
        assert ends(machine, job) == "done"
    known = pens(machine)
    assert [known[pen]["metres"] for pen in (1, 2)] == pytest.approx([0.2, 0.2], abs=0.001)


@pytest.mark.parametrize("profile", FIRMWARES)
def test_with_the_ledger_no_pen_runs_dry_in_a_stroke(
    rig: Starter, machine_file: Path, dry_wall: Path, profile: str
) -> None:
    """Three strokes of 0.1 m are too much for 0.25 m of ink: after each second one a fresh pen is asked for."""
    machine = rig(f"sim:{profile}?wall={dry_wall}", machine=machine_file)
    committed = machine.queue(SIX, require_ready=True)
    for drawn in (2, 4):
        asks = asked(machine, committed["id"])
        assert (asks["kind"], asks["pen"]) == ("dry", 1)
        assert asks["message"].startswith(
            "Pen 1 has drawn 0.20 m of about 0.25 m, and the next stroke takes 0.10 m: put"
        )
        assert len(ink(machine)) == drawn
        machine.client.call("plotter.pen_changed")
    assert ends(machine, committed["id"]) == "done"
    strokes = ink(machine)
    assert (len(strokes), [one["dry"] for one in strokes]) == (6, [False] * 6)
    one = pens(machine)[1]
    assert (one["metres"], one["left_m"]) == pytest.approx((0.2, 0.05), abs=0.001)
    assert (one["metres_ever"], one["strokes"]) == (pytest.approx(0.6, abs=0.003), 2)


def test_without_a_ledger_the_wall_shows_a_dry_stroke(rig: Starter, dry_wall: Path) -> None:
    machine = rig(f"sim:marlin?wall={dry_wall}")
    assert ends(machine, machine.queue(SIX, require_ready=True)["id"]) == "done"
    assert any(one["dry"] for one in ink(machine))


def test_a_pen_is_tried_beside_the_drawing_and_the_job_goes_on(
    rig: Starter, machine_file: Path, dry_wall: Path
) -> None:
    machine = rig(f"sim:grbl?wall={dry_wall}", machine=machine_file)
    job = machine.queue(TWO_PENS, require_ready=True)["id"]
    asked(machine, job)
    for number in (2, 3):
        status = machine.client.call("plotter.touch_test")
        assert (status["state"], status["pen"], status["position"]) == ("paused", "up", [0.0, 0.0])
        assert len(ink(machine)) == number
    first, second = (one["points"] for one in ink(machine)[1:])
    assert first[0] != second[0]
    for trial in (first, second):
        assert all(not (-50 <= x <= 50 and 0 <= y <= 20) for x, y in trial)
        assert trial[-1][0] - trial[0][0] == pytest.approx(3.0, abs=0.1)
    machine.client.call("plotter.pen_changed")
    assert ends(machine, job) == "done"
    assert ink(machine)[-1]["points"][0] == pytest.approx([-50, 20], abs=0.1)


def test_a_pen_is_tried_only_while_a_job_is_paused(rig: Starter) -> None:
    machine = rig("sim")
    for method in ("plotter.touch_test", "plotter.pen_changed"):
        with pytest.raises(JobError, match="No job"):
            machine.client.call(method)


@pytest.mark.parametrize("profile", ["makelangelo", "fluidnc"])
def test_the_last_ink_is_drawn_again_at_a_change_of_pens(
    rig: Starter, machine_file: Path, dry_wall: Path, profile: str
) -> None:
    """Pen 1 was found dry: a fresh one draws the last 40 mm again, and then pen 2 is asked for once more."""
    machine = rig(f"sim:{profile}?wall={dry_wall}", machine=machine_file)
    job = machine.queue(TWO_PENS, require_ready=True)["id"]
    asked(machine, job)
    machine.client.call("pens.fresh")
    machine.client.call("plotter.resume", how="back", back_mm=40)
    assert asked(machine, job)["pen"] == 2
    again = ink(machine)[-1]
    assert (again["pen"], again["points"][0], again["points"][-1]) == (
        1,
        pytest.approx([10, 0], abs=0.1),
        pytest.approx([50, 0], abs=0.1),
    )
    assert pens(machine)[1]["metres"] == pytest.approx(0.04, abs=0.001)
    machine.client.call("plotter.resume")
    assert ends(machine, job) == "done"
    assert ink(machine)[-1]["pen"] == 2


def test_going_back_ends_where_the_pen_was_put_in(rig: Starter, machine_file: Path, dry_wall: Path) -> None:
    machine = rig(f"sim:marlin?wall={dry_wall}", machine=machine_file)
    job = machine.queue(TWO_PENS + "M0 look\n", require_ready=True)["id"]
    asked(machine, job)
    machine.client.call("plotter.pen_changed")
    asks = asked(machine, job)
    assert (asks["kind"], asks["name"]) == ("pause", "look")
    machine.client.call("plotter.pen_changed", back_mm=1000)
    assert asked(machine, job)["kind"] == "pause"
    machine.client.call("plotter.pen_changed")
    assert ends(machine, job) == "done"
    assert [one["pen"] for one in ink(machine)] == [1, 2, 2]


def test_who_does_not_put_in_a_fresh_pen_is_not_asked_again(rig: Starter, machine_file: Path) -> None:
    machine = rig("sim:makelangelo", machine=machine_file)
    job = machine.queue(SIX, require_ready=True)["id"]
    asked(machine, job)
    machine.client.call("plotter.pen_changed", fresh=False)
    assert ends(machine, job) == "done"
    assert pens(machine)[1]["metres"] == pytest.approx(0.6, abs=0.003)


def test_the_ledger_outlives_the_daemon_and_warns_before_a_job(
    rig: Starter, machine_file: Path, short_dir: Path
) -> None:
    machine = rig("sim:marlin", machine=machine_file)
    job = machine.queue(f"G21 G90\n{UP}{stroke(0)}{stroke(10)}", require_ready=True)["id"]
    assert ends(machine, job) == "done"
    before = pens(machine)[1]
    machine.close()
    kept = json.loads((machine.state / "pens.json").read_text())
    assert kept["pens"]["1"]["now"]["mm"] == pytest.approx(1000 * before["metres"], abs=0.5)
    after = rig("sim:marlin", machine=machine_file, state=machine.state)
    assert pens(after)[1] == before
    answer = upload(after.client, "more.gcode", SIX.encode())
    assert answer["warnings"] == [
        "Pen 1 is to draw 0.60 m and has about 0.05 m left: fresh ones are asked for, about 3 times, "
        "before it runs dry."
    ]
    assert asked(after, answer["job"]["id"])["kind"] == "dry"
    after.client.call("pens.fresh")
    assert pens(after)[1]["metres"] == 0.0
