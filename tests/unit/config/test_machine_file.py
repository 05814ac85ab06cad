from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dcode.config.machine_file import load_machine, parse_described, parse_machine
from dcode.config.paths import data_dir, find_machine
from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.geometry.pen_width import PEN_MM

TODAY = """{
  "machine": {"width_mm": 1219.2, "height_mm": 1524.0},
  "work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
  "pen": {"up_angle": 90, "down_angle": 40, "travel_speed": 1000, "draw_speed": 500}
}"""


def changed(**sections: object) -> str:
    """Today's file with keys of sections added or replaced: pen={"up_angle": 1}."""
    data: dict[str, Any] = json.loads(TODAY)
    for name, section in sections.items():
        data[name] = {**data.get(name, {}), **section} if isinstance(section, dict) else section
    return json.dumps(data)


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_machine(text, "m.json")
    assert caught.value.file == "m.json"
    json.dumps(caught.value.fields, allow_nan=False)
    return caught.value


def test_todays_file_loads_unchanged_with_sensible_defaults():
    machine = load_machine(data_dir("configs") / "machine.json")
    assert machine == parse_machine(TODAY)
    assert machine.work_area == Bounds(-420.5, 420.5, 594.5, -594.5)
    assert (machine.pen.up_angle, machine.pen.down_angle) == (90, 40)
    assert (machine.home, machine.end_stops, machine.port, machine.profile) == ((0, 0), False, None, None)
    assert machine.anchors.left_anchor == (-609.6, 762)
    assert machine.anchors.right_anchor == (609.6, 762)


def test_every_optional_key_is_taken():
    machine = parse_machine(
        changed(
            machine={"end_stops": True, "park": False, "max_feed": 3000, "acceleration": 150},
            pen={"raise_seconds": 0.2, "lower_seconds": 0.4, "servo_index": 1},
            pens=[{"name": "red", "colour": "#c00", "width_mm": 0.7, "down_angle": 35}, {"name": "black"}],
            home={"x": 0, "y": 100},
            serial={"port": "/dev/ttyUSB0", "profile": "marlin"},
            belts={
                "pulley_teeth": 16,
                "microsteps": 32,
                "min_length_mm": 80,
                "max_length_mm": 2000,
                "min_angle": 6,
                "max_tension_n": 40,
                "left_anchor": {"x": -600, "y": 800},
                "right_anchor": {"x": 600, "y": 790},
            },
            gondola={"mass_kg": 0.45},
        )
    )
    assert (machine.end_stops, machine.park, machine.max_feed, machine.acceleration) == (True, False, 3000, 150)
    assert (machine.pen.raise_seconds, machine.pen.lower_seconds, machine.pen.servo_index) == (0.2, 0.4, 1)
    assert machine.named_pen(1).pen.down_angle == 35
    assert machine.named_pen(1).pen.up_angle == 90
    assert machine.named_pen(2).name == "black"
    assert machine.home == (0, 100)
    assert (machine.port, machine.profile, machine.gondola_kg) == ("/dev/ttyUSB0", "marlin", 0.45)
    assert machine.belts is not None
    assert machine.belts.steps_per_mm == 200 * 32 / (16 * 2)
    assert machine.belt_limits.min_angle == 6
    assert machine.anchors.right_anchor == (600, 790)


def test_how_wide_the_pen_draws():
    assert parse_machine(TODAY).pen.width_mm == PEN_MM
    machine = parse_machine(changed(pen={"width_mm": 0.8}, pens=[{"name": "red", "width_mm": 0.7}, {"name": "black"}]))
    assert machine.pen.width_mm == 0.8
    assert [machine.named_pen(number).width_mm for number in (1, 2, 3)] == [0.7, 0.8, 0.8]


def test_measured_steps_override_what_the_teeth_say():
    machine = parse_machine(changed(belts={"pulley_teeth": 20, "steps_per_mm": 79.6}))
    assert machine.belts is not None
    assert machine.belts.steps_per_mm == 79.6


@pytest.mark.parametrize(
    ("text", "key", "value", "nearest"),
    [
        (TODAY.replace("up_angle", "up_angel"), "pen.up_angel", 90, "pen.up_angle"),
        (changed(up_angle=90), "up_angle", 90, "pen.up_angle"),
        (changed(machine={"widht_mm": 5}), "machine.widht_mm", 5, "machine.width_mm"),
        (changed(gondola={"mass": 1}), "gondola.mass", 1, "gondola.mass_kg"),
        (changed(pens=[{"name": "a", "color": "red"}]), "pens[0].color", "red", "pens.colour"),
        (changed(schema_versoin=1), "schema_versoin", 1, "schema_version"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(text: str, key: str, value: object, nearest: str):
    error = refused(text)
    assert (error.key, error.value, error.nearest) == (key, value, nearest)
    assert "no such key" in str(error)


def test_a_key_that_is_like_no_known_one_is_a_note_and_no_error():
    text = changed(zzz=1, _up_angle=30, pen={"_down_angle": "was 38 in May"}, pens=[{"name": "a", "bought": 2026}])
    described = parse_described(text)
    assert described.machine.pens[0].name == "a"
    assert set(described.others) == {"zzz", "_up_angle", "pen._down_angle", "pens[0].bought"}


def test_a_note_does_not_hide_what_is_wrong():
    assert refused(changed(zzz=1, pen={"_note": 1, "up_angle": "90"})).key == "pen.up_angle"


def test_a_file_of_a_newer_schema_is_refused_in_a_sentence():
    error = refused(changed(schema_version=7))
    assert (error.key, error.value) == ("schema_version", 7)
    assert "version 7" in str(error) and "newer dcode" in str(error)


@pytest.mark.parametrize("version", [0, "1", True, 1.5, None])
def test_a_schema_version_is_a_whole_number(version: object):
    assert refused(changed(schema_version=version)).key == "schema_version"


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        (changed(pen={"up_angle": "90"}), "pen.up_angle", "90"),
        (changed(pen={"up_angle": True}), "pen.up_angle", True),
        (changed(pen={"up_angle": None}), "pen.up_angle", None),
        (changed(pen={"up_angle": 400}), "pen.up_angle", 400),
        (changed(pen={"draw_speed": 0}), "pen.draw_speed", 0),
        (changed(pen={"servo_index": 0.5}), "pen.servo_index", 0.5),
        (changed(pen={"width_mm": 0}), "pen.width_mm", 0),
        (changed(pens=[{"name": "a", "width_mm": "fine"}]), "pens[0].width_mm", "fine"),
        (changed(machine={"width_mm": -1}), "machine.width_mm", -1),
        (changed(machine={"end_stops": "yes"}), "machine.end_stops", "yes"),
        (changed(machine={"end_stops": 1}), "machine.end_stops", 1),
        (changed(work_area=5), "work_area", 5),
        (changed(serial={"port": ""}), "serial.port", ""),
        (TODAY.replace("1219.2", "NaN"), "machine.width_mm", "NaN"),
        (TODAY.replace("1219.2", "1e999"), "machine.width_mm", "Infinity"),
        (TODAY.replace("-420.5", "-Infinity"), "work_area.left", "-Infinity"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(text: str, key: str, value: object):
    error = refused(text)
    assert (error.key, error.value) == (key, value)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (changed(work_area={"left": 420.5}), "work_area.left", "not left of"),
        (changed(work_area={"bottom": 600}), "work_area.bottom", "not below"),
        (changed(pen={"down_angle": 90}), "pen.down_angle", "the same as up_angle"),
        (changed(pens=[{"name": "a", "up_angle": 40}]), "pens[0].down_angle", "the same as up_angle"),
        (changed(work_area={"left": -700}), "work_area.left", "left of the left motor"),
        (changed(work_area={"right": 700}), "work_area.right", "right of the right motor"),
        (changed(home={"x": 0, "y": 595}), "home", "outside the work area"),
        (changed(belts={"microsteps": 16}), "belts.pulley_teeth", "needed"),
        (changed(belts={"min_length_mm": 3000}), "belts.min_length_mm", "not below the longest"),
        (changed(belts={"left_anchor": {"x": 700, "y": 0}}), "belts.left_anchor.x", "not left of"),
    ],
)
def test_values_that_do_not_go_together_are_refused(text: str, key: str, says: str):
    error = refused(text)
    assert error.key == key
    assert says in str(error)


def test_a_missing_key_is_named():
    data = json.loads(TODAY)
    del data["pen"]["draw_speed"]
    assert refused(json.dumps(data)).key == "pen.draw_speed"


def test_a_key_given_twice_is_an_error():
    error = refused(TODAY.replace('"up_angle": 90', '"up_angle": 90, "up_angle": 80'))
    assert error.key == "pen.up_angle"
    assert "twice" in str(error)


def test_invalid_json_is_an_error_with_line_and_column():
    error = refused(TODAY.replace('"width_mm":', '"width_mm"'))
    assert "line 2, column 26" in str(error)


@pytest.mark.parametrize("text", ["", "[]", "null", "5", '"x"', "[" * 100_000, "1" * 5000], ids=lambda text: text[:5])
def test_what_is_no_machine_is_an_error_and_not_a_crash(text: str):
    refused(text)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path):
    path = tmp_path / "m.json"
    path.write_bytes(b"\xef\xbb\xbf" + TODAY.encode())
    assert load_machine(path) == parse_machine(TODAY)


def test_a_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"absent\.json"):
        load_machine(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes(b'{"\xe9')
    with pytest.raises(ConfigError, match="byte 2"):
        load_machine(tmp_path / "latin.json")


def test_flag_then_environment_then_own_file_then_packaged(
    own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert find_machine() == data_dir("configs") / "machine.json"
    (own_config / "machine.json").write_text(TODAY)
    assert find_machine() == own_config / "machine.json"
    monkeypatch.setenv("DCODE_MACHINE", str(tmp_path / "environment.json"))
    assert find_machine() == tmp_path / "environment.json"
    assert find_machine(tmp_path / "flag.json") == tmp_path / "flag.json"
