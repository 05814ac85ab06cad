from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.errors import ConfigError
from dcode.simulator.setup import owners_machine

PROMPT = ["", "> "]


def checked(line: str) -> str:
    total = 0
    for byte in line.encode():
        total ^= byte
    return f"{line}*{total}\n"


@pytest.fixture
def robot(host):
    """A host that has heard the greeting, half a second after the last prompt."""

    def make(**fields):
        made = host("makelangelo", **fields)
        made.wait(0.5)
        made.said.clear()
        return made

    return make


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("M114\n", [*PROMPT, "M114 X0.00 Y0.00 Z90.00 F150.00 A1000.00"]),
        ("m114 ; where\n", [*PROMPT, "M114 X0.00 Y0.00 Z90.00 F150.00 A1000.00"]),
        ("M105\n", PROMPT),
        ("FOO\n", PROMPT),
        ("\n", PROMPT),
        ("; remark\n", PROMPT),
        ("\r\n", PROMPT * 2),
        ("D5\r\n", [*PROMPT, "Firmware v11", *PROMPT]),
        ("M101\n", [*PROMPT, "M101 (-609.60,-762.00,40.00) - (609.60,762.00,90.00)"]),
        ("M92\n", [*PROMPT, "M92 X80.00 Y80.00 T1.00 "]),
        ("D8\n", [*PROMPT, "D8 L975.84 R975.84"]),
    ],
)
def test_every_line_end_is_answered_with_a_prompt_before_anything_else(robot, line: str, replies: list[str]) -> None:
    assert robot().send(line) == replies


def test_the_prompt_comes_again_every_two_seconds_of_idleness(robot) -> None:
    assert robot().wait(6.0) == PROMPT * 3


def test_served_faster_than_real_it_is_idle_by_the_watch_of_whoever_listens(robot) -> None:
    host = robot()
    host.firmware.pace = 10.0
    host.wait(19.0)
    assert host.said == []
    host.wait(1.0)
    assert host.said == PROMPT


def test_what_has_no_line_end_is_glued_to_the_next_prompt(robot) -> None:
    host = robot()
    assert host.send("G1 X900\n") == PROMPT
    assert host.send("M17\n") == ["LIMIT MAX 0 | pos[i] = 900.00 | axies[i].limitMax = 609.60", "> "]
    assert host.send("G1 X-900 Y900\n") == ["M17", "> "]
    limits = (
        "LIMIT MIN 0 | pos[i] = -900.00 | axies[i].limitMin = -609.60"
        "LIMIT MAX 1 | pos[i] = 900.00 | axies[i].limitMax = 762.00"
    )
    assert host.send("M114\n") == [limits, "> ", "M114 X0.00 Y0.00 Z90.00 F150.00 A1000.00"]


def test_a_blank_eeprom_refuses_every_move_until_factory_settings(robot) -> None:
    host = robot(captured=True)
    host.send("G1 X1\n")
    assert host.send("M502\n")[0].startswith("LIMIT MAX 0")
    host.send("G1 X1\n")
    assert host.send("M114\n")[-1].startswith("M114 X1.00 ")


# --- numbers and checksums


def test_numbers_count_from_0_and_lines_without_one_count_as_well(robot) -> None:
    host = robot()
    assert host.send("M110 N0\n") == PROMPT
    assert host.send(checked("N0 M18")) == PROMPT
    assert host.send("M18\n") == ["M18", "> "]
    assert host.send(checked("N1 M18"))[0] == "M18BADLINENUM 2"
    assert host.send(checked("N2 D5"))[-1] == "Firmware v11"


def test_a_refused_line_is_prompted_too_and_does_not_count(robot) -> None:
    host = robot()
    assert host.send("N7 M114\n") == ["BADLINENUM 0", *PROMPT]
    assert host.send("N0 M114*1\n") == ["BADCHECKSUM0", *PROMPT]
    assert host.send(checked("N0 D5")) == [*PROMPT, "Firmware v11"]


def test_in_strict_mode_number_and_checksum_are_a_must(robot) -> None:
    host = robot()
    host.send("D50 S1\n")
    assert host.send("M114\n") == ["D50 S1NOLINENUM 1", *PROMPT]
    assert host.send("N1 M114\n") == ["NOCHECKSUM 1", *PROMPT]
    assert host.send(checked("N1 D5"))[-1] == "Firmware v11"


def test_a_line_is_chopped_after_62_characters(robot) -> None:
    host = robot()
    host.send("G1 X" + "0" * 57 + "19\n")
    assert host.send("M114\n", seconds=1.5)[-1].startswith("M114 X1.00 ")
    assert host.send(checked("N2 G1 X" + "0" * 55 + "1"))[0] != "BADCHECKSUM2"  # the checksum was chopped as well


# --- motion


def test_prompts_do_not_wait_for_the_motion_and_m114_does(robot) -> None:
    host = robot()
    assert host.send("G1 X20 F20\n", seconds=0.1) == PROMPT
    assert host.send("M114\n", seconds=0.1) == PROMPT
    assert host.wait(0.8) == []
    assert host.wait(0.1) == ["M114 X20.00 Y0.00 Z90.00 F20.00 A1000.00"]


def test_a_long_move_keeps_the_next_line_from_being_read(robot) -> None:
    host = robot()
    host.send("G1 X100 F10\n", seconds=0.1)
    assert host.send("M105\n", seconds=8.0) == []
    assert host.wait(1.0) == PROMPT  # 100 segments of 0.1 s, of which 15 fit into the planner


def test_feed_is_mm_a_second_and_at_most_200(robot) -> None:
    host = robot()
    host.send("G1 X10 F3000\n")
    assert host.send("M114\n")[-1].endswith("F200.00 A1000.00")


def test_a_line_without_a_letter_goes_on_with_the_last_move(robot) -> None:
    host = robot()
    host.send("G1 X10\nY5\nG90\nX20\n")
    assert host.send("M114\n")[-1].startswith("M114 X10.00 Y5.00 ")


@pytest.mark.parametrize(("line", "seconds"), [("G4 S500", 0.5), ("G4 P0.5", 0.5), ("G4 S100 P0.4", 0.5)])
def test_s_of_a_dwell_is_milliseconds_and_p_seconds(robot, line: str, seconds: float) -> None:
    host = robot()
    assert host.send(f"{line}\nD5\n", seconds=seconds - 0.02) == PROMPT
    assert host.wait(0.05)[-1] == "Firmware v11"


def test_g92_waits_and_changes_labels_only(robot) -> None:
    host = robot()
    host.send("G1 X5 F10\nG92 X100 Y50\n")
    assert host.send("M114\n")[-1].startswith("M114 X100.00 Y50.00 ")
    assert host.firmware.plotter.paper == pytest.approx((5.0, 0.0), abs=0.01)


def test_belts_in_whole_millimetres_make_a_staircase(robot) -> None:
    ends = []
    for rounded in (False, True):
        host = robot(options={"round_belts": rounded})
        host.send("G1 X0.4 Y0.3 F10\nM114\n", seconds=2.0)
        ends.append(host.firmware.plotter.paper)
    assert ends[0] == pytest.approx((0.4, 0.3), abs=0.01)
    assert ends[1] != pytest.approx((0.4, 0.3), abs=0.1)


def test_g28_does_nothing_without_switches(robot) -> None:
    host = robot()
    host.send("G1 X10 F50\n")
    assert host.send("G28\n") == PROMPT
    host = robot(machine=replace(owners_machine(), end_stops=True, home=(0.0, -100.0)), start=(50.0, 0.0))
    assert host.send("G28\n", seconds=5.0)[2] == "Find Home..."
    assert host.firmware.plotter.paper == pytest.approx((0.0, -100.0), abs=0.02)
    assert host.send("M114\n")[-1].startswith("M114 X0.00 Y-100.00 ")


def test_m112_is_dead_until_reset(robot) -> None:
    host = robot()
    host.send("G1 X100 F100\n", seconds=0.5)
    assert host.send("M112\n") == [""]
    stopped = host.firmware.plotter.paper
    assert host.send("M114\n", seconds=5.0) == []
    assert host.firmware.plotter.paper == stopped
    host.firmware.reset(host.firmware.now)
    assert "HELLO WORLD! I AM POLARGRAPH #0" in host.wait(0.5)


# --- pen


def test_m280_does_not_wait_for_the_servo(robot) -> None:
    host = robot()
    host.send("M280 P0 S40\nG1 X100 F100\nM114\nM280 P0 S90\n", seconds=3.0)
    (stroke,) = host.firmware.ink.strokes
    assert stroke.points[0][0] > 0.3  # the gondola was under way when the pen touched the paper
    assert stroke.points[-1] == pytest.approx((100.0, 0.0), abs=0.01)


def test_m280_with_t_leads_the_servo_and_waits(robot) -> None:
    host = robot()
    host.send("M280 P0 S40 T500\nG1 X20 F100\nM114\nM280 P0 S90 T100\n", seconds=2.0)
    (stroke,) = host.firmware.ink.strokes
    assert stroke.points[0] == pytest.approx((0.0, 0.0), abs=0.01)


def test_z_is_the_angle_of_the_pen(robot) -> None:
    host = robot()
    host.send("G0 Z40 F100\nM114\nG4 S100\nG1 X20 F50\nG0 Z90 F100\nM114\n", seconds=5.0)
    (stroke,) = host.firmware.ink.strokes
    assert stroke.points[0] == pytest.approx((0.0, 0.0), abs=0.02)
    assert stroke.points[-1] == pytest.approx((20.0, 0.0), abs=0.02)
    host.send("G0 Z30\n")
    assert host.send("\n")[0].startswith("LIMIT MIN 2 ")


# --- options and settings


def test_the_forks_ok_tells_number_and_room(robot) -> None:
    host = robot(options={"ok_lines": True})
    host.send("M110 N0\n")
    assert host.send(checked("N0 G1 X10 F50"), seconds=0.3)[-1] == "OK N1 P13 B1"


def test_settings_survive_a_reset_when_stored(robot) -> None:
    host = robot()
    host.send("M92 X81\nM500\nM92 X82\n")
    host.firmware.reset(host.firmware.now)
    host.wait(0.5)
    assert host.send("M92\n")[-1] == "M92 X81.00 Y80.00 T1.00 "


def test_settings_that_do_not_exist_are_refused(robot) -> None:
    with pytest.raises(ConfigError, match="M99 X"):
        robot(settings={"M99 X": 1.0})
    assert robot(settings={"M101 X min": -10.0}).send("M101\n")[-1].startswith("M101 (-10.00,")
