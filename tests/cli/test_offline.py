"""Commands that need no daemon."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.fake_daemon import ROOT, SQUARE


def test_a_safe_file_is_said_to_be_safe(dcode, horse: Path):
    ended = dcode("check", horse)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "horse.gcode: 7 lines, 200 mm of ink, 14 mm of travel, 1 pen lift",
        "X 10.0 to 110.0, Y 10.0 to 110.0",
        "It is within the limits.",
    ]


def test_a_check_in_json_is_one_object(dcode, horse: Path):
    report = dcode("check", horse, "--json").json
    assert report["ok"] is True and report["violations"] == []
    assert (report["lines"], report["draw_mm"], report["pen_lifts"]) == (7, 200.0, 1)
    assert report["bounds"] == {"left": 10.0, "right": 110.0, "top": 110.0, "bottom": 10.0}
    assert report["travel_mm"] == 14.142


def test_violations_are_told_by_line(dcode, stray: Path):
    ended = dcode("check", stray)
    assert (ended.code, ended.err) == (2, "")
    assert "stray.gcode, line 8: X 431.0 is outside the work area (right edge 420.5 mm)." in ended.out.splitlines()
    assert f"dcode plot --fit {stray}   scales it to the sheet." in ended.out.splitlines()


def test_violations_in_json_have_line_kind_value_limit_and_message(dcode, stray: Path):
    ended = dcode("check", stray, "--json")
    assert (ended.code, ended.json["ok"]) == (2, False)
    first = ended.json["violations"][0]
    assert (first["line"], first["kind"], first["value"], first["limit"]) == (8, "work_area", 431.0, 420.5)
    assert "431" in first["message"]


@pytest.mark.parametrize("option", ["--fit", "--clip"])
def test_fit_and_clip_make_it_safe(dcode, stray: Path, option: str):
    assert dcode("check", stray, option).code == 0


def test_a_check_goes_by_the_machine_that_is_named(dcode, horse: Path, tmp_path: Path):
    machine = json.loads((ROOT / "configs" / "machine.json").read_text())
    machine["work_area"] |= {"right": 50}
    (tmp_path / "small.json").write_text(json.dumps(machine))
    assert dcode("check", horse, "--machine", tmp_path / "small.json").code == 2


def test_a_check_goes_by_the_profile_that_is_named(dcode, tmp_path: Path):
    (tmp_path / "z.gcode").write_text("G21 G90\nG0 X0 Y0\nG0 Z-1\nG1 X10 F500\nG0 Z5\n")
    assert dcode("check", tmp_path / "z.gcode", "--profile", "grbl", "--json").json["draw_mm"] == 10.0
    assert dcode("check", tmp_path / "z.gcode", "--profile", "gbrl").code == 2


def test_standard_input_is_checked_too(dcode):
    ended = dcode("check", "-", stdin=SQUARE.encode())
    assert (ended.code, ended.out.splitlines()[0][:15]) == (0, "standard input:")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "there is nothing to draw in it"),
        (b"\n\n", "there is nothing to draw in it"),
        (b"G21\nG90 ; nothing moves\n", "there is nothing to draw in it"),
        (b"\x7fELF\x00\x01\x02\x00", "not even text"),
        ("G1 X1".encode("utf-16"), "UTF-16"),
        (b"G1 X1e5\n", "line 1"),
        (b"\xc3\x28\xa0\xa1 hello\n", "line 1"),
    ],
    ids=["empty", "blank", "still", "binary", "utf-16", "exponent", "garbage"],
)
def test_what_is_no_drawing_is_refused(dcode, tmp_path: Path, content: bytes, sentence: str):
    (tmp_path / "bad.gcode").write_bytes(content)
    ended = dcode("check", tmp_path / "bad.gcode")
    assert ended.code == 2
    assert sentence in ended.out + ended.err


@pytest.mark.parametrize("command", ["check", "estimate"])
@pytest.mark.parametrize(("name", "sentence"), [("none.gcode", "cannot be read"), ("", "is a folder")])
def test_a_file_that_cannot_be_read_is_one_sentence(dcode, tmp_path: Path, command: str, name: str, sentence: str):
    ended = dcode(command, tmp_path / name)
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1 and sentence in ended.err


def test_a_name_that_is_not_unicode_does_not_stop_it(process, tmp_path: Path):
    name = tmp_path / "h\udcffrse.gcode"
    name.write_text(SQUARE)
    with process("check", name) as ended:
        out, err = ended.communicate()
    assert (ended.returncode, err) == (0, "")
    assert out.startswith("h\\udcffrse.gcode: 7 lines")


def test_a_small_check_imports_no_numpy(horse: Path):
    script = "import sys; from dcode.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script, "check", horse], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.endswith("It is within the limits.\n")
    assert not {"numpy", "asyncio", "serial"} & set(done.stderr.split())


def test_an_estimate_is_in_words_and_in_json(dcode, horse: Path):
    assert dcode("estimate", horse).out.startswith("horse.gcode: about ")
    answer = dcode("estimate", horse, "--json").json
    assert answer["seconds"] >= 24  # 200 mm at 500 mm/min
    assert (answer["lines"], answer["draw_mm"]) == (7, 200.0)


def test_a_preview_is_an_svg_of_the_ink(dcode, horse: Path, tmp_path: Path):
    ended = dcode("preview", horse, "-o", tmp_path / "horse.svg")
    assert (ended.code, ended.err) == (0, "")
    picture = ET.parse(tmp_path / "horse.svg").getroot()
    assert picture.tag.endswith("svg")
    assert "M10 -10L110 -10 110 -110" in (tmp_path / "horse.svg").read_text()


def test_a_preview_can_go_to_stdout(dcode, horse: Path):
    ended = dcode("preview", horse, "-o", "-")
    assert ET.fromstring(ended.out).tag.endswith("svg")


def test_a_preview_shows_what_is_wrong_as_well(dcode, stray: Path, tmp_path: Path):
    ended = dcode("preview", stray, "-o", tmp_path / "stray.svg", "--json")
    assert (ended.code, ended.json["ok"]) == (0, False)
    assert "line 8" in ended.err
    assert (tmp_path / "stray.svg").exists()


def test_a_preview_that_cannot_be_written_is_a_sentence(dcode, horse: Path, tmp_path: Path):
    ended = dcode("preview", horse, "-o", tmp_path / "none" / "x.svg")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_profiles_are_listed(dcode):
    names = {profile["name"] for profile in dcode("profiles", "--json").json}
    assert names == {"makelangelo", "marlin", "grbl", "grblhal", "fluidnc"}
    assert dcode("profiles", "list").out == dcode("profiles").out


@pytest.mark.parametrize("name", ["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"])
def test_a_profile_is_shown_whole(dcode, name: str):
    shown = dcode("profiles", "show", name, "--json").json
    assert shown["name"] == name
    assert f"{shown['port']['baud']}" in dcode("profiles", "show", name).out


def test_a_profile_of_ones_own_is_shown_by_its_path(dcode, tmp_path: Path):
    (tmp_path / "mine.toml").write_text('extends = "grbl"\nname = "mine"\n[port]\nbaud = 9600\n')
    assert dcode("profiles", "show", tmp_path / "mine.toml", "--json").json["port"]["baud"] == 9600


def test_an_unknown_profile_names_the_nearest(dcode):
    ended = dcode("profiles", "show", "malin")
    assert (ended.code, "marlin" in ended.err) == (2, True)


def test_each_setting_has_a_source(dcode, monkeypatch):
    monkeypatch.setenv("DCODE_PORT", "sim:grbl")
    shown = dcode("config", "show", "--json").json
    assert shown["port"] == {"value": "sim:grbl", "source": "DCODE_PORT"}
    assert ["port", "sim:grbl", "DCODE_PORT"] in [line.split() for line in dcode("config").out.splitlines()]


def test_a_wrong_setting_names_file_and_key(dcode, tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dcode.toml").write_text('prot = "sim"\n')
    ended = dcode("config", "show")
    assert ended.code == 2
    assert "dcode.toml" in ended.err and "prot" in ended.err and "port" in ended.err


def test_the_places_of_files_are_told(dcode, tmp_path: Path):
    places = dcode("config", "path", "--json").json
    assert places["state"] == str(tmp_path / "state")
    assert places["socket"] == str(tmp_path / "state" / "dcode.sock")
    assert dcode("config", "path", "--state-dir", tmp_path / "other", "--json").json["state"] == str(tmp_path / "other")


def test_ports_are_a_list(dcode, monkeypatch):
    from dcode.cli.commands import ports
    from dcode.link.ports import PortInfo

    found = [PortInfo("/dev/ttyUSB0", "/dev/serial/by-id/usb-plotter", "CH340", 0x1A86, 0x7523, None)]
    monkeypatch.setattr(ports, "list_ports", lambda: found)
    assert dcode("ports").out == "/dev/serial/by-id/usb-plotter  /dev/ttyUSB0  CH340\n"
    assert dcode("ports", "--json").json[0]["device"] == "/dev/ttyUSB0"
    monkeypatch.setattr(ports, "list_ports", list)
    assert (dcode("ports").out, dcode("ports", "--json").json) == ("", [])


def test_the_api_is_printed(dcode):
    api = dcode("daemon", "api", "--json").json
    assert "job.commit" in api["methods"] and api["methods"]["job.commit"]["about"]
    assert len(api["events"]) == 8
    assert "job.commit" in dcode("daemon", "api").out


def test_a_simulated_plotter_says_where_it_is_and_ends_on_ctrl_c(process, tmp_path: Path):
    with process(
        "sim", "--profile", "grbl", "--link", tmp_path / "plotter", "--ink", tmp_path / "ink.svg", "--json"
    ) as sim:
        said = json.loads(sim.stdout.readline())
        assert Path(said["port"]).is_char_device()
        assert (tmp_path / "plotter").resolve() == Path(said["port"])
        sim.send_signal(signal.SIGINT)
        _, err = sim.communicate()
    assert (sim.returncode, err) == (0, "")
    assert (tmp_path / "ink.svg").exists()


def test_a_simulated_plotter_says_what_is_wrong_with_its_wall(dcode, tmp_path: Path):
    (tmp_path / "wall.toml").write_text("[belts]\npulley_tooth = 16\n")
    said = dcode("sim", "--wall", tmp_path / "wall.toml")
    assert said.code == 2
    assert "wall.toml" in said.err and "pulley_teeth" in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(dcode, shell: str):
    assert "_DCODE_COMPLETE" in dcode("completion", shell).out


@pytest.mark.parametrize(
    ("words", "number", "wanted", "unwanted"),
    [
        ("dcode pl", 1, {"plot"}, {"pause"}),
        ("dcode jobs ", 2, {"list", "show", "retry"}, {"plot"}),
        ("dcode plot --pro", 2, {"--profile"}, {"--port"}),
        ("dcode plot --profile g", 3, {"grbl", "grblhal"}, {"marlin"}),
        ("dcode plot --algorithm s", 3, {"spiral", "stipple"}, {"trace"}),
        ("dcode profiles show --", 3, {"--json"}, set()),
    ],
)
def test_words_are_completed(process, monkeypatch, words: str, number: int, wanted: set[str], unwanted: set[str]):
    monkeypatch.setenv("_DCODE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(number))
    with process() as ended:
        out, err = ended.communicate()
    offered = {line.partition(",")[2] for line in out.splitlines()}
    assert err == ""
    assert wanted <= offered and not unwanted & offered
