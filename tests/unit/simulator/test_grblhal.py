from __future__ import annotations

import pytest

WALL = {"options": {"kinematics": "wallplotter"}}


def test_after_an_error_gcode_is_refused_until_a_dollar_or_an_empty_line(host) -> None:
    plotter = host("grblhal")
    assert plotter.send("G99 X1 FOO\nG21\nM5\n") == ["error:20"] * 3
    assert plotter.send("$G\nG21\n")[-1] == "ok"
    assert plotter.send("X1 X2\nG21\n\nG21\n") == ["error:25", "error:25", "ok", "ok"]


def test_cr_lf_is_one_line_end(host) -> None:
    plotter = host("grblhal")
    assert plotter.send("G21\r\nG90\r\n\r\n\n") == ["ok"] * 4


def test_a_long_line_is_refused_and_a_shorter_one_is_not(host) -> None:
    plotter = host("grblhal")
    assert plotter.ask("G1 F100 X1." + "0" * 200) == "ok"
    assert plotter.ask("G1 F100 X1." + "0" * 300) == "error:11"


def test_plain_kinematics_draw_where_they_should(host) -> None:
    plotter = host("grblhal", start=(10.0, 20.0))
    plotter.send("G91 G1 X30 Y-10 F3000\n", 3.0)
    assert plotter.firmware.plotter.paper == pytest.approx((40.0, 10.0))
    assert not any("KINEMATICS" in line for line in plotter.send("$I\n"))


def test_a_wall_plotter_begins_at_its_left_motor_with_y_down(host) -> None:
    plotter = host("grblhal", **WALL)
    left, top = plotter.firmware.setup.machine.anchors.left_anchor
    assert plotter.firmware.plotter.paper == pytest.approx((left, top))
    plotter.send("G1 X600 Y800 F6000\n", 60.0)
    plotter.finish()
    assert plotter.firmware.plotter.paper == pytest.approx((left + 600.0, top - 800.0), abs=0.05)
    assert "[KINEMATICS:WallPlotter v2.01]" in plotter.send("$I\n")


def test_g1_is_straight_on_the_wall_and_g0_is_not(host) -> None:
    deviation = {}
    for word in ("G0", "G1"):
        plotter = host("grblhal", **WALL)
        plotter.send("G1 X400 Y200 F6000\n", 60.0)
        plotter.finish()
        plotter.firmware.plotter.set_pen(True)
        plotter.send(f"{word} X800 F6000\n", 60.0)
        plotter.finish()
        (stroke,) = plotter.firmware.ink.strokes
        deviation[word] = max(abs(y - stroke.points[0][1]) for _, y in stroke.points)
    assert deviation["G1"] < 0.1
    assert deviation["G0"] > 10.0


def test_a_setting_puts_the_right_belt_back(host) -> None:
    plotter = host("grblhal", captured=True)
    plotter.send("$100=80\n")
    assert "MPos:89.760,0.000,0.000" in plotter.send("?")[0]


def test_after_a_soft_reset_a_setting_hangs_it_for_ever(host) -> None:
    plotter = host("grblhal", captured=True)
    plotter.send("\x18")
    assert plotter.send("$100=80\n", 100.0) == []
    assert plotter.send("?\x18$X\n", 100.0) == []
    plotter.firmware.reset(plotter.firmware.now)
    assert plotter.wait(1.0)[-1].startswith("GrblHAL")
    assert plotter.ask("G21") == "ok"


def test_the_complete_report_has_every_field(host) -> None:
    (text,) = host("grblhal").send(b"\x87")
    for name in ("Bf:", "FS:", "WCO:", "WCS:G54", "Ov:", "A:", "H:", "T:", "TLR:", "FW:grblHAL"):
        assert f"|{name}" in text


def test_a_wall_plotter_cannot_home(host) -> None:
    plotter = host("grblhal", captured=True)
    assert plotter.ask("$H") == "error:5"
    plotter.send("$22=1\n")
    assert plotter.send("$H\n") == ["[MSG:Warning: Homing is not implemented!]", "ok"]
