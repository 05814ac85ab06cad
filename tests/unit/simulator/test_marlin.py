from __future__ import annotations

from dataclasses import replace
from math import hypot

import pytest

from dcode.errors import ConfigError
from dcode.simulator.setup import owners_machine

EPARSER = {"emergency_parser": True, "advanced_ok": True, "host_actions": True, "position_reports": True}


def numbered(number: int, command: str) -> str:
    line = f"N{number} {command}"
    total = 0
    for byte in line.encode():
        total ^= byte
    return f"{line}*{total}\n"


@pytest.fixture
def marlin(host):
    return lambda **fields: host("marlin", **fields)


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("M105\n", ["ok T:0"]),
        ("M105\r\n", ["ok T:0"]),
        ("  M105\n", ["ok T:0"]),
        ("M105 ; remark\n", ["ok T:0"]),
        ("\n", []),
        ("\r\n\n", []),
        ("; only a remark\n", []),
        (" \n", ['echo:Unknown command: ""', "ok"]),
        ("(remark)\n", ['echo:Unknown command: "(remark)"', "ok"]),
        ("m105\n", ['echo:Unknown command: "m105"', "ok"]),
        ("G99 X1*33\n", ['echo:Unknown command: "G99 X1"', "ok"]),
        ("M282 P0\n", ['echo:Unknown command: "M282 P0"', "ok"]),
        ("T0\n", ["ok"]),
        ("M154 S1\n", ['echo:Unknown command: "M154 S1"', "ok"]),
        ("M118 E1 hello\n", ["echo:hello", "ok"]),
        ("M118 A1 hello; there\n", ["//hello", "ok"]),
        ("M113\n", ["echo:M113 S2", "ok"]),
        ("M280 P1\n", ["Error:Servo 1 out of range", "ok"]),
        ("M280 P0\n", ["echo: Servo 0: 93", "ok"]),
        ("M220\n", ["FR:100%", "ok"]),
        ("G2 X5 Y5\n", ["Error:G2/G3 bad parameters", "ok"]),
        ("M10\x085\n", ['echo:Unknown command: "M15"', "ok"]),  # a backspace
        ("\x00\x80garbN1 M105\n", ['echo:Unknown command: ""', "ok"]),
    ],
)
def test_a_line_is_answered_as_marlin_answers_it(marlin, line: str, replies: list[str]) -> None:
    assert marlin().send(line) == replies


def test_characters_beyond_the_95th_are_cut_and_the_line_is_carried_out(marlin) -> None:
    host = marlin()
    assert host.send("M118 " + "a" * 100 + "\n") == ["a" * 90, "ok"]
    # A number that is cut makes a valid wrong move; with a number and a checksum the line is refused instead.
    assert host.send("G1 X" + "0" * 90 + "12.5\n")[-1] == "ok"
    assert host.ask("M114").startswith("ok")
    assert host.said[-2].startswith("X:1.00 ")
    assert host.send(numbered(1, "G1 X" + "0" * 90 + "12.5"))[0].startswith("Error:No Checksum")


# --- numbers and checksums


def test_a_number_that_is_not_the_next_one_is_asked_for_again(marlin) -> None:
    host = marlin()
    assert host.send(numbered(1, "M105")) == ["ok T:0"]
    gap = host.send(numbered(7, "M105"))
    assert gap == ["Error:Line Number is not Last Line Number+1, Last Line: 1", "Resend: 2", "ok"]
    assert host.send("N2 M105*1\n") == ["Error:checksum mismatch, Last Line: 1", "Resend: 2", "ok"]
    assert host.send("N2 M105\n") == ["Error:No Checksum with line number, Last Line: 1", "Resend: 2", "ok"]
    assert host.send(numbered(2, "M105")) == ["ok T:0"]


@pytest.mark.parametrize("number", [4, 5])
def test_a_line_that_comes_again_is_ignored_without_a_word(marlin, number: int) -> None:
    host = marlin()
    host.send(numbered(5, "M110 N5"))
    assert host.send(numbered(number, "M105")) == []


def test_m110_tells_and_sets_the_last_number(marlin) -> None:
    host = marlin()
    assert host.send("N50 M110 N50*125\n") == ["ok"]
    assert host.send("M110\n") == ["Line: 50", "ok"]
    assert host.send(numbered(51, "M105")) == ["ok T:0"]


def test_a_checksum_without_a_number_is_not_looked_at(marlin) -> None:
    assert marlin().send("M105*1\n") == ["ok T:0"]


def test_after_a_bad_line_the_rest_of_the_burst_is_gone(marlin) -> None:
    host = marlin()
    burst = numbered(1, "M105") + "N2 M105*1\n" + "".join(numbered(n, "M105") for n in (3, 4, 5))
    assert host.send(burst) == ["ok T:0", "Error:checksum mismatch, Last Line: 1", "Resend: 2", "ok"]


def test_m999_asks_for_the_next_line_and_is_acked_twice(marlin) -> None:
    assert marlin().send("M999\n") == ["Resend: 1", "ok", "ok"]


# --- queue, ring and acks


def test_bytes_that_find_the_ring_full_are_lost_without_a_word(marlin) -> None:
    host = marlin()
    host.send("G4 S1\n" + "M118 abcdefghij\n" * 30, seconds=3.0)
    assert host.firmware.lost > 0
    assert host.said.count("ok") < 31


def test_a_move_is_acked_when_its_last_segment_is_queued_and_m400_when_it_is_drawn(marlin) -> None:
    host = marlin()
    begin = host.firmware.now
    host.firmware.receive(b"G1 X200 F600\nM400\n", begin)
    moments = []
    while len(moments) < 2:
        host.firmware.advance(host.firmware.next_event())
        if b"ok\n" in host.firmware.output():
            moments.append(host.firmware.now - begin)
    assert moments[0] == pytest.approx(17.02, abs=0.05)  # 100 segments of 0.2 s, 15 of them in the planner
    assert moments[1] == pytest.approx(20.03, abs=0.05)


def test_a_short_move_waits_for_company(marlin) -> None:
    host = marlin()
    host.send("G1 X1 F6000\n", seconds=0.09)
    assert host.firmware.plotter.paper[0] == pytest.approx(0.0, abs=0.01)
    host.wait(0.1)
    assert host.firmware.plotter.paper[0] == pytest.approx(1.0, abs=0.01)


def test_busy_is_said_every_two_seconds_while_a_command_waits(marlin) -> None:
    host = marlin()
    assert host.send("G4 S5\n", seconds=5.1) == ["echo:busy: processing"] * 2 + ["ok"]
    assert host.send("M113 S0\nG4 S5\n", seconds=5.1) == ["ok", "ok"]


def test_m114_answers_at_once_with_where_the_move_will_end(marlin) -> None:
    host = marlin()
    host.send("G1 X20 F600\n", seconds=0.5)
    host.send("M114\n", seconds=0.05)
    left, right = host.firmware.setup.machine.anchors.lengths(20.0, 0.0)
    assert host.said[-2] == f"X:20.00 Y:0.00 Z:0.00 Count X:{left * 80:.0f} Y:{right * 80:.0f} Z:0"
    assert host.firmware.plotter.paper[0] < 10.0


def test_an_advanced_ok_tells_number_and_room(marlin) -> None:
    host = marlin(options=EPARSER)
    assert host.send(numbered(1, "M400")) == ["ok N1 P15 B3"]
    assert host.send("G4 P10\nG4 P11\nM400\n") == ["ok P15 B1", "ok P15 B2", "ok P15 B3"]


# --- motion


def test_nothing_moves_before_homing_where_there_are_end_stops(marlin) -> None:
    host = marlin(machine=replace(owners_machine(), end_stops=True, home=(0.0, -300.0)), start=(100.0, 0.0))
    assert host.send("G1 X10\n") == ["echo:Home XYZ First", "ok"]
    assert host.send("G28 X Y\n", seconds=12.0)[-1] == "ok"
    assert host.send("G1 X10\n") == ["echo:Home Z First", "ok"]
    host.send("G28\n", seconds=12.0)
    assert host.said[-2].startswith("X:0.00 Y:-300.00 Z:0.00 Count X:")
    assert host.firmware.plotter.paper == pytest.approx((0.0, -300.0), abs=0.02)
    assert host.send("G1 X10 Y-300\n") == ["ok"]


def test_homing_without_end_stops_kills(marlin) -> None:
    host = marlin()
    assert host.send("G28\n", seconds=120.0)[-2:] == [
        "echo:Homing Failed",
        "Error:Printer halted. kill() called!",
    ]


def test_soft_endstops_clamp_without_a_word(marlin) -> None:
    host = marlin(captured=True, start=(0.0, 0.0))
    host.firmware.homed |= set("XYZ")
    host.send("G92 X0 Y0 Z0\n")
    assert host.send("G1 X9999 Y-20 F12000\n", seconds=3.0) == ["ok"]
    assert host.send("M114\n")[0].startswith("X:325.00 Y:-20.00 ")
    assert host.send("M211\n")[0] == "  M211 S1 ; ON"


def test_a_point_beyond_the_belts_is_dropped_without_a_word(marlin) -> None:
    host = marlin(captured=True, start=(0.0, 0.0))
    host.firmware.homed |= set("XYZ")
    host.send("G92 X0 Y0 Z0\n")
    assert host.send("G1 X325 Y-482.65 F12000\n", seconds=3.0) == ["ok"]
    assert host.send("M114\n")[0].startswith("X:0.00 Y:0.00 ")


def test_fast_lines_are_cut_into_five_segments_a_second(marlin) -> None:
    host = marlin(start=(0.0, 400.0), machine=replace(owners_machine(), home=(0.0, 400.0)))
    host.send("M280 P0 S40\nG1 X200 F12000\n", seconds=2.0)
    host.send("M280 P0 S90\n")
    (stroke,) = host.firmware.ink.strokes
    bows = [y - 400.0 for x, y in stroke.points if x not in (0.0, 200.0)]
    # 1 s at 5 segments a second: 40 mm chords, which sag 0.18 mm in the middle up here.
    assert 0.15 < max(abs(bow) for bow in bows) < 0.21
    assert sum(abs(bow) < 0.02 for bow in bows) >= 4


def test_g92_changes_labels_only(marlin) -> None:
    host = marlin()
    assert host.send("G92 X10 Y20\n")[0].startswith("X:10.00 Y:20.00 Z:0.00 Count X:")
    assert host.firmware.plotter.paper == pytest.approx((0.0, 0.0), abs=0.01)
    host.send("G1 X10 Y20 F6000\n")
    assert host.firmware.plotter.paper == pytest.approx((0.0, 0.0), abs=0.01)


def test_inches_and_relative_moves(marlin) -> None:
    host = marlin()
    host.send("G20\nG1 X1 F100\nG91\nG1 Y-1\nG21\nG1 X-5.4\nM400\n", seconds=5.0)
    assert host.send("M114\n")[0].startswith("X:20.00 Y:-25.40 ")


@pytest.mark.parametrize("arc", ["G3 X-50 Y0 I-50 J0", "G3 X-50 Y0 R50", "G3 X-50 Y0 I-50 J0 P0"])
def test_an_arc_is_drawn_round(marlin, arc: str) -> None:
    host = marlin()
    host.send("G0 X50 F12000\nM280 P0 S40\n", seconds=3.0)
    host.send(f"{arc}\nM400\nM280 P0 S90\n", seconds=30.0)
    (stroke,) = host.firmware.ink.strokes
    assert stroke.points[-1] == pytest.approx((-50.0, 0.0), abs=0.02)
    assert all(hypot(x, y) == pytest.approx(50.0, abs=0.03) and y > -0.02 for x, y in stroke.points)


def test_steps_that_are_too_few_wait_for_the_next_block(marlin) -> None:
    host = marlin()
    host.send("G1 X0.05 F600\nM400\n")
    assert host.firmware.plotter.paper[0] == pytest.approx(0.0, abs=0.01)
    host.send("G1 X0.2\nM400\n")
    assert host.firmware.plotter.paper[0] == pytest.approx(0.2, abs=0.01)


def test_another_geometry_makes_the_next_move_jump(marlin) -> None:
    host = marlin()
    host.send("M665 L-500 R500\n")
    host.send("G1 X0 Y1 F6000\nM400\n", seconds=3.0)
    assert abs(host.firmware.plotter.paper[1]) > 30.0


# --- stops


def test_a_quick_stop_leaves_belt_lengths_for_a_position(marlin) -> None:
    host = marlin(captured=True, start=(0.0, 0.0), options=EPARSER)
    host.firmware.homed |= set("XYZ")
    host.send("G92 X0 Y0 Z100\nG1 X60 F6000\nM400\n", seconds=3.0)
    assert host.send("M410\n", seconds=2.0) == ["ok P15 B3"]
    assert host.send("M114\n")[0].startswith("X:631.05 Y:565.89 Z:100.00 Count X:")


def test_a_quick_stop_does_not_end_a_move_that_is_being_cut(marlin) -> None:
    host = marlin()
    host.send("G1 X200 F600\n", seconds=3.0)
    host.send("M410\n", seconds=0.5)
    assert host.firmware.plotter.speed == 0.0
    host.wait(1.5)
    assert host.firmware.plotter.speed > 0.0
    host.wait(30.0)
    assert host.said.count("ok") == 2
    assert host.firmware.plotter.paper[0] != pytest.approx(200.0, abs=10.0)  # and the drawing is lost


def test_m112_kills_until_reset(marlin) -> None:
    host = marlin()
    host.send("G1 X100 F600\n", seconds=1.0)
    assert host.send("M112\n")[-2:] == ["echo:M112 Shutdown", "Error:Printer halted. kill() called!"]
    stopped = host.firmware.plotter.paper
    assert host.send("M999\nM114\n", seconds=3.0) == []
    assert host.firmware.plotter.paper == stopped
    host.firmware.reset(host.firmware.now)
    assert host.wait(1.0)[0] == "start"
    assert host.send("M105\n") == ["ok T:0"]


def test_m112_is_not_heard_while_the_queue_is_full_unless_there_is_an_emergency_parser(marlin) -> None:
    host = marlin()
    host.send("G4 S20\n" + "G4 S1\n" * 4, seconds=0.5)
    assert host.send("M112\n", seconds=1.0) == []
    host = marlin(options=EPARSER)
    host.send("G4 S20\n" + "G4 S1\n" * 4, seconds=0.5)
    assert host.send("M112\n", seconds=0.1)[-1] == "//action:poweroff"


def test_m0_hangs_the_stock_build(marlin) -> None:
    host = marlin()
    assert host.send("M0 change the pen\n", seconds=2.5) == ["echo:change the pen", "echo:busy: processing"]
    assert set(host.send("M108\n", seconds=20.0)) == {"echo:busy: processing"}


@pytest.mark.parametrize("answer", ["M108\n", "M876 S0\n", "N7 M108\n"])
def test_the_emergency_parser_ends_the_wait_of_m0(marlin, answer: str) -> None:
    host = marlin(options=EPARSER)
    prompt = host.send("M0\n", seconds=3.0)
    assert prompt[0] == "//action:prompt_end"
    assert prompt[-1] == "echo:busy: paused for user"
    assert host.send(answer)[0].startswith("ok")


def test_realtime_letters_tell_and_pause_motion(marlin) -> None:
    host = marlin(options=EPARSER)
    host.send("G1 X100 F600\n", seconds=2.0)
    assert "S_XYZ:0" in host.send("S000\n", seconds=0.1)
    host.send("P000\n", seconds=0.1)
    stopped = host.firmware.plotter.paper
    host.wait(2.0)
    assert host.firmware.plotter.paper == stopped
    host.send("R000\n", seconds=0.5)
    assert host.firmware.plotter.paper[0] > stopped[0] + 3.0


# --- pen, settings, options


def test_the_servo_takes_its_time_and_then_has_no_power(marlin) -> None:
    host = marlin()
    assert host.send("G1 X10 F600\nM280 P0 S40\n", seconds=1.25) == ["ok"]  # the motion ends first
    assert host.send("", seconds=0.25) == ["ok"]
    assert host.send("M280 P0\n") == ["echo: Servo 0: 40", "ok"]
    (stroke,) = host.firmware.ink.strokes
    assert stroke.points == [pytest.approx((10.0, 0.0), abs=0.01)]


def test_a_slow_servo_is_led_in_steps(marlin) -> None:
    host = marlin()
    begin = host.firmware.now
    host.firmware.receive(b"M280 P0 S40 T500\n", begin)
    while b"ok" not in host.firmware.output():
        host.firmware.advance(host.firmware.next_event())
    assert host.firmware.now - begin == pytest.approx(1.0, abs=0.01)  # two steps of 50 + 300 ms, and 300 ms
    assert host.firmware.ink.down


def test_stored_settings_come_back_after_a_reset(marlin) -> None:
    host = marlin()
    host.send("M203 X100\nM500\nM203 X50\n")
    host.firmware.reset(host.firmware.now)
    assert "stored settings retrieved" in host.wait(1.0)[-1]
    assert host.send("M203\n")[0] == "  M203 X100.00 Y300.00 Z5.00"
    assert host.send("M502\nM203\n")[1:3] == ["ok", "  M203 X300.00 Y300.00 Z5.00"]


def test_settings_and_options_that_do_not_exist_are_refused(marlin) -> None:
    with pytest.raises(ConfigError, match="M203 Q"):
        marlin(settings={"M203 Q": 1.0})
    with pytest.raises(ConfigError, match="Did you mean advanced_ok"):
        marlin(options={"advanced_okay": True})
    with pytest.raises(ConfigError, match="must be a bool"):
        marlin(options={"advanced_ok": "yes"})


def test_a_position_can_be_reported_on_its_own(marlin) -> None:
    host = marlin(options=EPARSER)
    host.send("M154 S1\n", seconds=0.5)
    assert [line[:2] for line in host.wait(2.9)] == ["X:"] * 3
    host.send("M154 S0\n")
    assert host.wait(3.0) == []
