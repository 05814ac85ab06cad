"""Everything that is shipped as data loads."""

import json
import tomllib

import pytest

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.firmware.profile import BUILTIN, load_profile
from dcode.gcode.interpret import interpret
from dcode.machine.check import check


def test_every_profile_in_the_folder_is_known_by_name() -> None:
    assert {path.stem for path in data_dir("firmware_profiles").glob("*.toml")} == set(BUILTIN)


@pytest.mark.parametrize("name", BUILTIN)
def test_the_shipped_drawing_may_be_plotted_on_the_shipped_machine_with_every_firmware(name: str) -> None:
    machine = load_machine(data_dir("configs") / "machine.json")
    reading = load_profile(name, data_dir("firmware_profiles")).reading(machine)
    report = check(interpret((data_dir("examples") / "horse.gcode").read_bytes(), reading), machine)
    assert report.ok, report.violations


def test_the_shipped_machine_is_the_one_that_its_owner_wrote() -> None:
    data = json.loads((data_dir("configs") / "machine.json").read_text())
    assert {key: set(data[key]) for key in data} == {
        "machine": {"width_mm", "height_mm"},
        "work_area": {"left", "right", "top", "bottom"},
        "pen": {"up_angle", "down_angle", "travel_speed", "draw_speed"},
    }


def test_the_commented_defaults_are_toml() -> None:
    tomllib.loads((data_dir("configs") / "dcode.toml").read_text())
