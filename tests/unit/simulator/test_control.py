from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dcode.simulator.clock import Clock
from dcode.simulator.control import Control
from dcode.simulator.faults import Line
from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup
from dcode.simulator.wall import PenServo, Surface, Wall


@pytest.fixture
def control() -> Control:
    return Control(Line(build("grbl", Setup())), lambda: {"pen": "up"}, lambda path: None, lambda speed: None)


def tell(control: Control, *orders: Any) -> list[Any]:
    data = b"".join(json.dumps(order).encode() + b"\n" for order in orders)
    return [json.loads(answer) for answer in control.feed(data, 0.0)]


def test_orders_are_answered_one_by_one(control: Control) -> None:
    assert tell(control, {"do": "status"}, {"do": "reset"}, {"do": "ink", "path": "x.svg"}) == [
        {"ok": True, "pen": "up"},
        {"ok": True},
        {"ok": True, "strokes": 0, "points": 0},
    ]


def test_an_order_may_come_in_parts(control: Control) -> None:
    assert control.feed(b'{"do": "sta', 0.0) == []
    assert len(control.feed(b'tus"}\n\n', 0.0)) == 1


@pytest.mark.parametrize(
    "order",
    [
        [],
        {"do": "fly"},
        {"do": "ink"},
        {"do": "wall", "at": [[1.0]]},
        {"do": "wall", "at": [[1.0, "x"]]},
        {"do": "pen", "number": 0},
        {"do": "slip", "left": 1.0},
        {"do": "slip", "left": "far"},
        {"do": "fault"},
        {"do": "fault", "kind": "drop", "cuont": 3},
        {"do": "fault", "kind": "drop", "way": "up"},
        {"do": "fault", "kind": "delay", "seconds": "soon"},
        {"do": "speed", "speed": "fast"},
    ],
)
def test_a_bad_order_is_refused_and_the_next_one_is_not(control: Control, order: Any) -> None:
    bad, good = tell(control, order, {"do": "status"})
    assert bad["ok"] is False and bad["error"]
    assert good["ok"] is True


def test_the_truth_can_be_asked_for_and_the_pen_changed() -> None:
    wall = Wall(servo=PenServo(touch_angle=50.0), surface=Surface(centre=1.0))
    control = Control(Line(build("makelangelo", Setup(wall=wall))), dict, lambda path: None, lambda speed: None)
    plotter = control._line.firmware.plotter
    plotter.ink.pen_down(1.0, 2.0)
    changed, told = tell(control, {"do": "pen", "number": 2}, {"do": "wall", "at": [[0, 0], [420.5, 594.5]]})
    assert changed == {"ok": True}
    assert told["touch_angles"] == pytest.approx([55.0, 50.0])
    assert told["truth"]["steps_per_mm"] == 80.0 and told["pen"] == 2
    assert told["ink"] == [{"pen": 1, "dry": False, "deepest": 0.0, "gouged": False, "points": [[1.0, 2.0]]}]


def test_belts_slip_unbeknown_to_the_firmware() -> None:
    control = Control(Line(build("marlin", Setup(wall=Wall()))), dict, lambda path: None, lambda speed: None)
    plotter = control._line.firmware.plotter
    assert tell(control, {"do": "slip", "left": 2.0, "right": 2.0}) == [{"ok": True}]
    assert plotter.position[:2] == pytest.approx((0.0, 0.0))
    assert plotter.paper[1] == pytest.approx(-2.6, abs=0.1)


def test_without_a_wall_there_is_no_truth_to_tell(control: Control) -> None:
    (told,) = tell(control, {"do": "wall"})
    assert told == {"ok": True, "now": 0.0, "pen": 1, "ink": [], "truth": None}


def test_a_fault_can_be_ordered_for_later(control: Control) -> None:
    line = control._line
    line.advance(1.0)
    line.output()
    order = {"do": "fault", "kind": "inject", "data": "//action:pause\n", "in": 2.5}
    assert json.loads(control.feed(json.dumps(order).encode() + b"\n", 1.0)[0]) == {"ok": True}
    line.advance(3.4)
    assert line.output() == b""
    line.advance(3.6)
    assert line.output() == b"//action:pause\n"


def test_the_speed_can_be_changed_while_it_runs() -> None:
    wanted: list[float] = []
    control = Control(Line(build("grbl", Setup())), dict, lambda path: None, wanted.append)
    tell(control, {"do": "speed", "speed": 3}, {"do": "speed", "speed": -1}, {"do": "speed"})
    assert wanted == [3.0]
    clock = Clock(1.0, 100.0)
    clock.change(3.0, 102.0)
    assert (clock.now(102.0), clock.now(103.0)) == (2.0, 5.0)


def test_quit_and_the_end_of_the_orders_end_it(control: Control, tmp_path: Path) -> None:
    assert not control.ended
    control.feed(b"", 0.0)
    assert control.ended


def test_virtual_time_runs_at_its_speed() -> None:
    clock = Clock(50.0, 100.0)
    assert clock.now(102.0) == 100.0
    assert clock.seconds_to(200.0, 102.0) == 2.0
    assert clock.seconds_to(50.0, 102.0) == 0.0


def test_without_a_speed_time_stands_until_it_is_set_or_runs() -> None:
    clock = Clock(0.0, 100.0)
    assert clock.now(200.0) == 0.0
    clock.set(30.0, 200.0)
    assert clock.now(300.0) == 30.0
    clock.run(True, 300.0)
    assert clock.now(302.0) == 32.0
    clock.run(False, 303.0)
    assert clock.now(400.0) == 33.0
