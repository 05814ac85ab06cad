from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.simulator.grbl_state import TRANSITIONS, State
from dcode.simulator.setup import owners_machine


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("g1x1f100", "ok"),
        ("G0 G1 X1", "error:24"),
        ("G20 G21", "error:21"),
        ("G1 X1 I1 F100", "error:36"),
        ("G2 X1 I1 J0 F100 X2", "error:25"),
        ("G2 X5 R1 F100", "error:34"),
        ("G2 X10 I1 F100", "error:33"),
        ("G2 I1 F100", "error:26"),
        ("G2 Z1 I1 F100", "error:32"),
        ("G4", "error:28"),
        ("G10 L2 X1", "error:28"),
        ("G10 L2 P9 X1", "error:29"),
        ("G10 L3 P1 X1", "error:20"),
        ("G92", "error:26"),
        ("G53 G2 X1 R1 F100", "error:30"),
        ("G80 X1", "error:31"),
        ("G43.1 X1", "error:37"),
        ("G90.1", "error:20"),
        ("G17.3", "error:23"),
        ("G38.2 Z-1 F10", "error:20"),
        ("T256", "error:38"),
        ("S-1", "error:4"),
        ("N99999999", "error:27"),
        ("G1X1.2.3F100", "error:1"),
        ("G1 X1e3 F100", "error:20"),
        ("G93 G1 X1", "error:22"),
        ("$J=X1", "error:22"),
        ("$J=F100", "error:26"),
        ("$J=M3 X1 F100", "error:16"),
        ("$J", "error:3"),
        ("$Q=1", "error:2"),
        ("$13", "error:3"),
        ("$0=1", "error:6"),
        ("$10=-1", "error:4"),
        ("$RST=x", "error:3"),
        ("$", "ok"),
        ("", "ok"),
    ],
)
def test_a_line_is_answered_as_grbl_answers_it(host, line: str, reply: str) -> None:
    assert host().ask(line) == reply


def test_the_first_error_on_a_line_is_the_one_that_is_told(host) -> None:
    assert host().ask("G99 X1 X1 FOO") == "error:20"


def test_motion_ends_where_the_program_says(host) -> None:
    plotter = host()
    plotter.send("G20 G91\nG1 X1 Y1 F100\nX1\nG21 G90\nG1 Y-10 F3000\n", 10.0)
    plotter.finish()
    assert plotter.firmware.plotter.position == pytest.approx((50.8, -10.0, 0.0), abs=0.013)


def test_work_offsets_add_up(host) -> None:
    plotter = host()
    plotter.send("G10 L2 P1 X10\nG92 X5\nG1 X5 Y1 F3000\n", 5.0)
    assert plotter.firmware.plotter.position == pytest.approx((0.0, 1.0, 0.0), abs=0.013)
    assert "[G54:10.000,0.000,0.000]" in plotter.send("$#\n")
    plotter.send("G92.1\nG10 L20 P1 X0\nG1 X1 F3000\n", 5.0)
    assert plotter.firmware.plotter.position[0] == pytest.approx(1.0, abs=0.013)


def test_an_arc_is_drawn_round(host) -> None:
    plotter = host()
    plotter.send("G1 X10 F3000\nM3 S222\nG4 P0.3\nG2 X10 Y0 I-10 J0 F3000\nM3 S500\n", 20.0)
    (stroke,) = plotter.firmware.ink.strokes
    assert max(abs((x * x + y * y) ** 0.5 - 10.0) for x, y in stroke.points) < 0.012
    assert min(x for x, _ in stroke.points) == pytest.approx(-10.0, abs=0.02)


def test_the_servo_on_the_spindle_takes_its_time(host) -> None:
    plotter = host()
    plotter.send("M3 S500\n")
    plotter.send("M3 S222\nG1 X20 F1200\n", 0.005)
    assert not plotter.firmware.ink.down
    plotter.wait(0.1)
    assert plotter.firmware.ink.down
    plotter.finish()
    (stroke,) = plotter.firmware.ink.strokes
    assert stroke.points[0][0] > 0.2  # what was drawn before the pen was down is not there


def test_a_dwell_gives_the_servo_its_time(host) -> None:
    plotter = host()
    plotter.send("M3 S222\nG4 P0.3\nG1 X20 F1200\nM5\nG4 P0.3\nG1 X0\n", 5.0)
    (stroke,) = plotter.firmware.ink.strokes
    assert stroke.points == [(0.0, 0.0), (20.0, 0.0)]


def test_a_pen_on_the_z_axis_draws(host) -> None:
    plotter = host()
    plotter.send("G0 Z5\nG0 X10\nG0 Z0\nG1 X20 F1200\nG0 Z5\n", 9.0)
    assert [stroke.points for stroke in plotter.firmware.ink.strokes] == [[(10.0, 0.0), (20.0, 0.0)]]


def test_in_a_hold_no_line_is_answered(host) -> None:
    plotter = host()
    plotter.send("G1 X50 F1500\n", 0.5)
    assert plotter.send("!") == []
    assert plotter.send("$G\nG1 X60\n") == []
    assert plotter.send("?")[0].startswith("<Hold:0|")
    assert plotter.send("~", 0.5)[-1] == "ok"
    plotter.finish()
    assert plotter.firmware.plotter.position[0] == 60.0


def test_a_hold_while_idle_is_a_hold(host) -> None:
    plotter = host()
    plotter.send("!")
    assert plotter.send("?")[0].startswith("<Hold:0|")
    plotter.send("~")
    assert plotter.send("?")[0].startswith("<Idle|")


def test_a_reset_in_motion_is_alarm_3_and_a_stray_ok_comes_for_the_line_under_way(host) -> None:
    plotter = host()
    plotter.send("G1 X50 F600\n" + "X0\nX50\n" * 8, 0.5)
    assert plotter.send("\x18", 2.0) == [
        "ALARM:3",
        "ok",
        "",
        "Grbl 1.1h ['$' for help]",
        "[MSG:'$H'|'$X' to unlock]",
    ]
    assert plotter.ask("G1 X1") == "error:9"
    assert plotter.send("$X\n") == ["[MSG:Caution: Unlocked]", "ok"]


def test_a_reset_after_a_hold_keeps_the_position(host) -> None:
    plotter = host()
    plotter.send("G1 X50 F1500\n", 0.5)
    plotter.send("!")
    there = plotter.firmware.plotter.position
    assert "ALARM:3" not in plotter.send("\x18", 2.0)
    plotter.send("G91\nG1 X1 F600\n", 3.0)
    assert plotter.firmware.plotter.position[0] == pytest.approx(there[0] + 1.0, abs=0.013)


def test_overrides_change_the_speed_of_what_runs(host) -> None:
    plotter = host()
    plotter.send("G1 X100 F600\n", 1.0)
    assert "FS:600," in plotter.send("?", 0.1)[0]
    plotter.send(b"\x91" * 5, 1.0)
    assert "FS:900," in plotter.send("?", 0.1)[0]
    plotter.send(b"\x92" * 30, 1.0)
    assert "FS:60," in plotter.send("?", 0.1)[0]
    plotter.send(b"\x90", 1.0)
    assert "FS:600," in plotter.send("?", 0.1)[0]


def test_a_jog_is_cancelled_on_its_way_and_refuses_lines(host) -> None:
    plotter = host()
    assert plotter.send("$J=G91 X100 F1200\n", 0.5) == ["ok"]
    assert plotter.send("G1 X1 F100\n", 0.1) == ["error:9"]
    plotter.send(b"\x85")
    assert plotter.send("?")[0].startswith("<Idle|")
    assert 5.0 < plotter.firmware.plotter.position[0] < 15.0


def test_soft_limits_brake_then_lock_until_a_reset(host) -> None:
    plotter = host()
    plotter.send("$22=1\n$20=1\n")
    assert plotter.send("G1 X-10 F600\nG1 X5\n", 3.0) == ["ok", "ALARM:2", "[MSG:Reset to continue]"]
    assert plotter.send("?$X\n") == []
    assert plotter.send("\x18")[:3] == ["ok", "", "Grbl 1.1h ['$' for help]"]
    assert plotter.ask("$J=X5 F100") == "error:8"
    plotter.send("$X\n")
    assert plotter.ask("$J=X5 F100") == "error:15"


def test_a_limit_switch_is_alarm_1_where_hard_limits_are_on(host) -> None:
    plotter = host()
    plotter.send("G1 X50 F600\n", 0.5)
    plotter.firmware.press("limit", plotter.firmware.now)
    assert "ALARM:1" not in plotter.wait(1.0)
    plotter.finish()
    plotter.send("$21=1\nG1 X0 F600\n", 0.5)
    plotter.firmware.press("limit", plotter.firmware.now)
    assert plotter.wait(1.0) == ["ALARM:1", "[MSG:Reset to continue]"]
    assert plotter.send("$X\n") == []


def test_with_end_stops_it_is_locked_until_it_has_homed(host) -> None:
    plotter = host(machine=replace(owners_machine(), end_stops=True), start=(100.0, 50.0))
    assert plotter.ask("G1 X1 F100") == "error:9"
    assert plotter.send("$H\n", 120.0)[-1] == "ok"
    assert plotter.send("?")[0].startswith("<Idle|MPos:-1.000,-1.000,-1.000|")
    assert plotter.firmware.plotter.paper == pytest.approx((419.5, 593.5), abs=0.02)


def test_a_switch_that_sticks_is_alarm_8(host) -> None:
    plotter = host(machine=replace(owners_machine(), end_stops=True), options={"stuck_switch": True})
    said = plotter.send("$H\n", 120.0)
    assert said[:2] == ["ALARM:8", "ok"] and "[MSG:'$H'|'$X' to unlock]" in said


def test_a_setting_outlives_a_reset_and_power(host) -> None:
    plotter = host()
    plotter.send("$110=1234\n$N0=G91\n")
    plotter.firmware.reset(plotter.firmware.now)
    assert plotter.wait(1.0) == ["", "Grbl 1.1h ['$' for help]", ">G91:ok"]
    assert "$110=1234.000" in plotter.send("$$\n")
    assert "G91" in plotter.send("$G\n")[0]
    plotter.send("$RST=*\n", 2.0)
    assert "$110=500.000" in plotter.send("$$\n")


def test_a_reset_during_a_startup_line_starts_anew(host) -> None:
    plotter = host()
    plotter.send("$N1=M0\n")
    assert plotter.send("~")[-1] == "ok"  # it is carried out once before it is kept
    for _ in range(3):  # each within the startup line that the one before has begun
        assert plotter.send(b"\x18")[-1] == "Grbl 1.1h ['$' for help]"
    assert plotter.send("?")[0].startswith(">M0:<Hold:0|")
    assert plotter.send("~") == ["ok"]


def test_power_on_forgets_the_position(host) -> None:
    plotter = host(start=(10.0, 0.0))
    plotter.send("G1 X30 F3000\n", 3.0)
    plotter.firmware.reset(plotter.firmware.now)
    plotter.wait(1.0)
    assert plotter.firmware.plotter.position == (0.0, 0.0, 0.0)
    assert plotter.firmware.plotter.paper == (40.0, 0.0)


def test_m0_waits_for_cycle_start_and_m2_ends_the_program(host) -> None:
    plotter = host()
    assert plotter.send("G91\nM0\n") == ["ok"]
    assert plotter.send("?")[0].startswith("<Hold:0|")
    assert plotter.send("~") == ["ok"]
    assert plotter.send("M2\n") == ["[MSG:Pgm End]", "ok"]
    assert "G90" in plotter.send("$G\n")[0]


def test_what_comes_and_goes_in_status_reports_does_so_in_turn(host) -> None:
    plotter = host()
    reports = [plotter.send("?", 0.1)[0] for _ in range(23)]
    assert [number for number, text in enumerate(reports) if "WCO:" in text] == [0, 10, 20]
    assert [number for number, text in enumerate(reports) if "Ov:" in text] == [1, 11, 21]


def test_a_line_without_an_end_does_not_grow_for_ever(host) -> None:
    plotter = host()
    for _ in range(50):
        plotter.send("X" * 1000, 0.2)
    assert len(plotter.firmware._partial) < 10_000
    assert plotter.ask("") == "error:11"


def test_a_queue_that_is_full_holds_the_ack_back(host) -> None:
    plotter = host()
    said = plotter.send("".join(f"G1 X{number} F60\n" for number in range(1, 18)), 0.3)
    assert said == ["ok"] * 15
    assert plotter.firmware.plotter.room() == 0


def test_the_states_and_their_ways() -> None:
    assert set(TRANSITIONS) == set(State)
    reached = {State.IDLE}
    while more := {target for state in reached for target in TRANSITIONS[state]} - reached:
        reached |= more
    assert reached == set(State)
