from __future__ import annotations

import math

import pytest

from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup


def test_it_greets_with_its_boot_messages() -> None:
    firmware = build("fluidnc", Setup())
    firmware.advance(3.0)
    lines = firmware.output().decode().split("\r\n")
    assert lines[0].startswith("[MSG:INFO: FluidNC")
    assert lines[-2] == "Grbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]"


def test_where_the_power_comes_on_is_zero_and_the_belts_know(host) -> None:
    plotter = host("fluidnc", start=(-100.0, 50.0))
    plotter.send("G1 X200 Y-100 F6000\n", 20.0)
    plotter.finish()
    assert plotter.firmware.plotter.paper == pytest.approx((100.0, -50.0), abs=0.03)


def test_long_moves_are_cut_into_pieces_of_ten_millimetres(host) -> None:
    plotter = host("fluidnc")
    plotter.firmware.plotter.set_pen(True)
    plotter.send("G1 X200 Y500 F6000\n", 60.0)
    plotter.finish()
    (stroke,) = plotter.firmware.ink.strokes
    off = max(abs(x * 500 - y * 200) / math.hypot(200, 500) for x, y in stroke.points)
    assert 0.001 < off < 0.2


def test_its_lines_are_longer_and_its_messages_are_its_own(host) -> None:
    plotter = host("fluidnc")
    assert plotter.ask("G1 F100 X1." + "0" * 200) == "ok"
    assert plotter.ask("G1 F100 X1." + "0" * 260) == "error:11"
    plotter.send("G1 X50 F600\n", 0.5)
    assert plotter.send("\x18", 2.0)[:2] == ["[MSG:INFO: ALARM: Abort Cycle]", "ALARM:3"]
    assert plotter.send("$X\n") == ["[MSG:INFO: Caution: Unlocked]", "ok"]


def test_a_wall_plotter_cannot_home(host) -> None:
    assert host("fluidnc").send("$H\n") == ["[MSG:ERR: This kinematic system cannot home]", "error:5"]


def test_the_pen_is_a_servo_on_z(host) -> None:
    plotter = host("fluidnc")
    plotter.send("G0 Z5\nG0 X30\nG0 Z0\nG1 X50 F1000\nG0 Z5\nG4 P0.01\n", 20.0)
    (stroke,) = plotter.firmware.ink.strokes
    assert stroke.points[0] == pytest.approx((30.0, 0.0), abs=0.02)
    assert stroke.points[-1] == pytest.approx((50.0, 0.0), abs=0.02)
