from __future__ import annotations

from dataclasses import replace

from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import ReplyReader
from dcode.firmware.status import Reports

Profiles = dict[str, FirmwareProfile]


def read(profile: FirmwareProfile, *lines: str) -> tuple[str, tuple[float, float] | None]:
    reports, reader = Reports(profile), ReplyReader(profile)
    state, position = "", None
    for line in lines:
        state, position, _ = reports.read(reader.classify(line))
    return state, position


def test_a_work_position_is_taken_as_it_is(profiles: Profiles) -> None:
    line = "<Hold:1|WPos:13.475,-2.500,0.000|Bf:14,128|FS:900,0>"
    assert read(profiles["grbl"], line) == ("Hold:1", (13.475, -2.5))


def test_a_machine_position_needs_the_offset_which_only_some_reports_have(profiles: Profiles) -> None:
    first, then = "<Idle|MPos:1.000,2.000,0.000|FS:0,0|WCO:-9.000,0.500,0.000>", "<Run|MPos:3.000,2.000,0.000|FS:0,0>"
    assert read(profiles["grbl"], then) == ("Run", None)
    assert read(profiles["grbl"], first) == ("Idle", (10.0, 1.5))
    assert read(profiles["grbl"], first, then) == ("Run", (12.0, 1.5))


def test_positions_are_upright_where_the_firmware_counts_downwards(profiles: Profiles) -> None:
    wall = replace(profiles["grblhal"], y_down=True)
    assert read(wall, "<Idle|WPos:10.000,25.000,0.000|Bf:100,1023>") == ("Idle", (10.0, -25.0))
    assert str(read(wall, "<Idle|WPos:0.000,0.000,0.000>")[1]) == "(0.0, 0.0)"


def test_a_report_of_grbl_0_9_has_both_positions_and_commas_between_all(profiles: Profiles) -> None:
    line = "<Hold,MPos:5.529,0.560,7.000,WPos:1.529,-5.440,0.000,Buf:0,RX:0>"
    assert read(profiles["grbl"], line) == ("Hold", (1.529, -5.44))
    assert read(profiles["grbl"], "<Idle>") == ("Idle", None)


def test_an_answer_to_m114_is_a_position(profiles: Profiles) -> None:
    marlin = "X:200.00 Y:-1.50 Z:100.00 Count X:58000 Y:41231 Z:8000"
    assert read(profiles["marlin"], marlin) == ("", (200.0, -1.5))
    printer = "X:200.00 Y:-1.50 Z:5.00 E:0.00 Count X:16000 Y:-120 Z:2000"
    assert read(profiles["marlin"], printer) == ("", (200.0, -1.5))
    assert read(profiles["makelangelo"], "M114 X0.25 Y-12.50 Z90.00 F150.00") == ("", (0.25, -12.5))


def test_a_garbled_report_gives_no_position(profiles: Profiles) -> None:
    assert read(profiles["grbl"], "<Idle|MPos:1.0#0,2") == ("Idle", None)
    assert read(profiles["grbl"], "<Idle|WPos:nan,1.000>") == ("Idle", None)
