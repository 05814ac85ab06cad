from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.firmware.profile import BUILTIN, FirmwareProfile, load_profile
from dcode.machine.machine import Machine

Profiles = dict[str, FirmwareProfile]


def test_every_shipped_file_is_a_builtin_profile_and_the_other_way_round(folder: Path, profiles: Profiles) -> None:
    assert {path.stem for path in folder.glob("*.toml")} == set(BUILTIN)
    assert {profile.name for profile in profiles.values()} == set(BUILTIN)
    assert all(profile.dialect == profile.name for profile in profiles.values())


@pytest.mark.parametrize(
    ("name", "baud", "line", "in_flight"),
    [
        ("makelangelo", 57600, 62, (1, 0)),
        ("marlin", 250000, 95, (4, 127)),
        ("grbl", 115200, 79, (0, 76)),
        ("grblhal", 115200, 250, (0, 384)),
        ("fluidnc", 115200, 254, (0, 76)),
    ],
)
def test_sizes_are_those_of_the_firmwares(
    profiles: Profiles, name: str, baud: int, line: int, in_flight: tuple[int, int]
) -> None:
    profile = profiles[name]
    assert (profile.baud, profile.flow.max_line) == (baud, line)
    assert (profile.flow.lines, profile.wire_bytes) == in_flight


def test_a_user_file_says_only_what_differs(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('extends = "marlin"\nname = "mine"\n[port]\nbaud = 115200\n[flow]\nlines = 2\n')
    profile, marlin = load_profile(own, folder), load_profile("marlin", folder)
    assert (profile.name, profile.dialect, profile.baud, profile.flow.lines) == ("mine", "marlin", 115200, 2)
    assert profile.flow.max_line == marlin.flow.max_line
    assert profile.replies == marlin.replies


def test_a_board_of_another_speed_is_named_with_it(folder: Path, tmp_path: Path) -> None:
    found = load_profile("marlin@115200", folder)
    assert (found.name, found.baud, found.dialect) == ("marlin@115200", 115200, "marlin")
    assert load_profile(found.name, folder) == found
    own = tmp_path / "at@home.toml"
    own.write_text('extends = "grbl"\nname = "mine"\n')
    assert load_profile(own, folder).baud == 115200
    assert load_profile(f"{own}@9600", folder).baud == 9600
    for wrong in ("marlin@7", "marlin@99999999"):
        with pytest.raises(ConfigError, match="is no speed of a serial port"):
            load_profile(wrong, folder)


def test_a_user_file_may_extend_another_user_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('extends = "grbl"\n[port]\nbaud = 9600\n')
    (tmp_path / "two.toml").write_text('extends = "one.toml"\n[moves]\nmax_feed = 600\n')
    profile = load_profile(str(tmp_path / "two.toml"), folder)
    assert (profile.baud, profile.moves.max_feed) == (9600, 600.0)


@pytest.mark.parametrize(
    ("text", "key", "value", "nearest"),
    [
        ("[flow]\nmax_lines = 3\n", "flow.max_lines", 3, "flow.max_line"),
        ("[port]\nbaud = '115200'\n", "port.baud", "115200", ""),
        ("[moves]\ntravel = 'G2'\n", "moves.travel", "G2", ""),
        ("probe = 'stats'\n", "probe", "stats", "status"),
        ("[replies]\nack = '(ok'\n", "replies.ack", "(ok", ""),
        ("[replies]\nerror = '^error'\n", "replies.error", "^error", ""),
        ("[commands]\npreamble = ['G90', 21]\n", "commands.preamble[1]", 21, ""),
        ("[errors]\nx1 = 'text'\n", "errors.x1", "text", ""),
        ("[realtime]\nhold = '\u20ac'\n", "realtime.hold", "\u20ac", ""),
        ("[flow]\nrx_bytes = 0\n", "flow.lines", 0, ""),
        ("[moves]\nmax_feed = true\n", "moves.max_feed", True, ""),
    ],
)
def test_a_wrong_key_is_named_with_its_file_value_and_the_nearest(
    folder: Path, tmp_path: Path, text: str, key: str, value: object, nearest: str
) -> None:
    own = tmp_path / "mine.toml"
    head, _, tables = text.partition("[")
    own.write_text(f'extends = "grbl"\n{head}{"[" * bool(tables)}{tables}', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profile(own, folder)
    error = caught.value
    assert (error.file, error.key, error.value, error.nearest) == (str(own), key, value, nearest)


def test_a_profile_from_nothing_must_say_the_rest(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('name = "mine"\ntitle = "Mine"\n')
    with pytest.raises(ConfigError, match="missing"):
        load_profile(own, folder)


def test_profiles_that_extend_each_other_are_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('extends = "two.toml"\n')
    (tmp_path / "two.toml").write_text('extends = "one.toml"\n')
    with pytest.raises(ConfigError, match="extend each other"):
        load_profile(tmp_path / "one.toml", folder)


@pytest.mark.parametrize(("name", "nearest"), [("marlyn", "marlin"), ("GRBL", ""), ("fluid", "fluidnc")])
def test_an_unknown_name_is_told_with_the_nearest(folder: Path, name: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(name, folder)
    assert caught.value.nearest == nearest


def test_a_file_that_is_not_there_or_not_toml_is_a_config_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_profile(tmp_path / "none.toml", folder)
    (tmp_path / "bad.toml").write_text("= 3")
    with pytest.raises(ConfigError, match="not TOML"):
        load_profile(tmp_path / "bad.toml", folder)


def test_a_program_for_makelangelo_has_servo_degrees_in_z_and_seconds_in_p(
    profiles: Profiles, machine: Machine
) -> None:
    reading = profiles["makelangelo"].reading(machine)
    assert (reading.z_up, reading.z_down, reading.dwell_p) == (90.0, 40.0, "ms")
    assert (reading.travel_feed, reading.draw_feed) == (1000.0, 500.0)
    assert profiles["marlin"].reading(machine).dwell_p == "ms"
    assert profiles["grbl"].reading(machine).z_up == 5.0


def test_what_the_firmware_says_of_itself_is_taken_up(profiles: Profiles) -> None:
    # as captured from $I
    plain = profiles["grbl"].adapted("[VER:1.1h.20190830:]\r\n[OPT:V,15,128]\r\nok\r\n")
    assert (plain.wire_bytes, plain.y_down) == (76, False)
    wall = profiles["grblhal"].adapted(["[OPT:VNML+,100,1024,3,0]", "[KINEMATICS:WallPlotter v2.01]"])
    assert (wall.flow.rx_bytes, wall.wire_bytes, wall.y_down, wall.wary_settings) == (1024, 384, True, True)
    small = profiles["grbl"].adapted(["[OPT:V,15,64]"])
    assert small.wire_bytes == 63


@pytest.mark.parametrize("said", ["Grbl 0.9j ['$' for help]", "[0.9j.20160303:]"])
def test_grbl_0_9_is_sent_no_bytes_of_a_feed_override(profiles: Profiles, said: str) -> None:
    grbl = profiles["grbl"]
    old = grbl.adapted(said).realtime
    assert (old.feed_override, old.status, old.hold, old.reset) == (b"", b"?", b"!", b"\x18")
    assert grbl.adapted("Grbl 1.1h ['$' for help]\n[VER:1.1h.20190830:]\n[OPT:V,15,128]").realtime == grbl.realtime


@pytest.mark.parametrize("name", BUILTIN)
def test_what_was_heard_of_the_firmware_makes_the_same_profile_as_all_that_it_said(
    profiles: Profiles, name: str
) -> None:
    said = "[VER:1.1f]\n[OPT:V,15,64]\n[KINEMATICS:WallPlotter v2.01]\nCap:EMERGENCY_PARSER:1\nsystem: WallPlotter"
    profile = profiles[name]
    assert profile.adapted(profile.heard(said)) == profile.adapted(said)
    assert profile.heard("Hello") == ""
    assert profiles["grblhal"].heard(said) == "[KINEMATICS:WallPlotter\n[OPT:V,15,64"


def test_the_slower_of_machine_and_firmware_is_the_fastest_feed(profiles: Profiles, machine: Machine) -> None:
    assert profiles["grbl"].max_feed_of(machine) == 12000.0
    assert profiles["grbl"].max_feed_of(replace(machine, max_feed=3000.0)) == 3000.0
