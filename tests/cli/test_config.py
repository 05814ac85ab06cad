from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.fake_daemon import ROOT, Refusal

SHIPPED = ROOT / "configs" / "machine.json"
SHOWN = {
    "path": "/home/anna/machine.json",
    "values": {
        "pen.up_angle": {"value": 90, "source": "file"},
        "pen.down_angle": {"value": 43.5, "source": "file"},
        "pens[0].name": {"value": "red", "source": "file"},
    },
    "others": [],
}


def test_each_key_of_the_machine_says_where_it_is_from(dcode, tmp_path: Path):
    machine = tmp_path / "m.json"
    data = json.loads(SHIPPED.read_text()) | {"_note": "mine"}
    machine.write_text(json.dumps(data | {"pens": [{"name": "red"}]}))
    shown = dcode("config", "show", "--machine", machine, "--json").json
    assert shown["pen.down_angle"] == {"value": 40, "source": str(machine)}
    assert shown["pen.raise_seconds"] == {"value": 0.3, "source": "default"}
    assert shown["belts.left_anchor.x"] == {"value": -609.6, "source": "derived"}
    assert shown["pens[0].name"]["value"] == "red"
    assert shown["machine"] == {"value": str(machine), "source": "--machine"}
    lines = [line.split() for line in dcode("config", "show", "--machine", machine).out.splitlines()]
    assert ["pen.down_angle", "40", str(machine)] in lines
    assert ["_note", f"{machine},", "kept"] in lines


def test_settings_are_shown_also_where_the_machine_file_is_broken(dcode, tmp_path: Path):
    machine = tmp_path / "m.json"
    machine.write_text("{")
    ended = dcode("config", "show", "--machine", machine, "--json")
    assert (ended.code, "port" in ended.json) == (0, True)
    assert "line 1" in ended.err


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("pen.down_angle", "43.5", 43.5),
        ("pen.down_angle", "-5", -5),
        ("machine.end_stops", "true", True),
        ("pens[0].name", "red", "red"),
        ("pens[0].name", "7", "7"),
        ("serial.port", "/dev/ttyUSB0", "/dev/ttyUSB0"),
        ("belts.left_anchor", '{"x": -600, "y": 760}', {"x": -600, "y": 760}),
        ("pen.down_angle", "low", "low"),
    ],
)
def test_a_key_is_written_by_the_daemon(dcode, daemon, key: str, text: str, value: object):
    fake = daemon(answers={"machine.change": SHOWN})
    ended = dcode("config", "set", key, text)
    assert ended.code == 0
    assert fake.asked("machine.change") == [{"changes": {key: value}}]


def test_what_was_written_is_said(dcode, daemon):
    daemon(answers={"machine.change": SHOWN})
    ended = dcode("config", "set", "pen.down_angle", "43.5")
    assert ended.out == "pen.down_angle  43.5  file\n/home/anna/machine.json is written.\n"
    answer = dcode("config", "set", "pens", '[{"name": "red"}]', "--json").json
    assert answer == {"file": SHOWN["path"], "values": {"pens[0].name": {"value": "red", "source": "file"}}}


def test_a_key_is_taken_out(dcode, daemon):
    fake = daemon(answers={"machine.change": SHOWN})
    assert dcode("config", "unset", "gondola.mass_kg").code == 0
    assert fake.asked("machine.change") == [{"changes": {"gondola.mass_kg": None}}]


def test_a_refusal_is_said(dcode, daemon):
    refusal = Refusal("ConfigError", "m.json, key pen.donw_angle: there is no such key. Did you mean pen.down_angle?")
    daemon(answers={"machine.change": refusal})
    ended = dcode("config", "set", "pen.donw_angle", "40")
    assert (ended.code, "pen.down_angle?" in ended.err) == (2, True)


def test_what_is_no_key_needs_no_daemon(dcode, tmp_path: Path):
    ended = dcode("config", "set", "pens[x].name", "red")
    assert (ended.code, "pens[0].name" in ended.err) == (2, True)
    assert not (tmp_path / "state").exists()
