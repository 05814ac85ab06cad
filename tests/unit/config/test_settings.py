from __future__ import annotations

from pathlib import Path

import pytest

from dcode.config.paths import data_dir, socket_path
from dcode.config.settings import load_settings
from dcode.errors import ConfigError


def test_defaults_come_from_the_packaged_file():
    shown = load_settings().shown()
    assert shown["log_level"]["value"] == "info"
    assert str(shown["log_level"]["source"]).endswith("configs/dcode.toml")
    assert shown["port"] == {"value": None, "source": "not set"}


def test_flag_before_environment_before_own_file_before_packaged(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    own = own_config / "dcode.toml"
    own.write_text('sim_speed = 2\nport = "file"\nprofile = "file"\n')
    monkeypatch.setenv("DCODE_PORT", "environment")
    monkeypatch.setenv("DCODE_PROFILE", "environment")
    configured = load_settings({"port": "flag", "profile": None, "sim_speed": None})
    settings = configured.settings
    assert (settings.port, settings.profile, settings.sim_speed) == ("flag", "environment", 2)
    sources = {key: one["source"] for key, one in configured.shown().items()}
    assert (sources["port"], sources["profile"], sources["sim_speed"]) == ("--port", "DCODE_PROFILE", str(own))


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_PORT", "")
    assert load_settings().settings.port is None


def test_an_unknown_key_is_an_error_with_the_nearest_known_one(own_config: Path):
    (own_config / "dcode.toml").write_text('prot = "/dev/ttyUSB0"\n')
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert (caught.value.key, caught.value.nearest) == ("prot", "port")
    assert caught.value.file == str(own_config / "dcode.toml")


@pytest.mark.parametrize(
    ("name", "value"),
    [("DCODE_SIM_SPEED", "fast"), ("DCODE_SIM_SPEED", "-1"), ("DCODE_SIM_SPEED", "nan"), ("DCODE_PARK", "perhaps")],
)
def test_a_wrong_value_names_its_source(name: str, value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.file == name


@pytest.mark.parametrize(("text", "park"), [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("off", False)])
def test_the_environment_says_yes_and_no_in_words(text: str, park: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_PARK", text)
    monkeypatch.setenv("DCODE_SIM_SPEED", "2.5")
    settings = load_settings().settings
    assert (settings.park, settings.sim_speed) == (park, 2.5)


def test_a_wrong_type_in_a_file_is_an_error(own_config: Path):
    for line, key in (("port = 5", "port"), ("sim_speed = true", "sim_speed"), ('log_level = "loud"', "log_level")):
        (own_config / "dcode.toml").write_text(line)
        with pytest.raises(ConfigError) as caught:
            load_settings()
        assert caught.value.key == key


def test_a_wrong_value_is_told_as_it_was_written(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_SIM_SPEED", "-1")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.value == "-1"
    (own_config / "dcode.toml").write_text("prot = 1979-05-27\n")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.value == '"1979-05-27"'


def test_a_file_that_is_not_toml_is_an_error(own_config: Path):
    (own_config / "dcode.toml").write_text("port =\n")
    with pytest.raises(ConfigError, match="not TOML"):
        load_settings()


def test_paths_in_a_file_are_relative_to_it(own_config: Path):
    (own_config / "dcode.toml").write_text('machine = "wall.json"\n')
    assert load_settings().settings.machine == own_config / "wall.json"


def test_an_unknown_flag_is_an_error():
    with pytest.raises(ConfigError, match="prot"):
        load_settings({"prot": "x"})


def test_the_places_are_always_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    configured = load_settings({"state_dir": "/var/plotter"})
    shown = configured.shown()
    assert shown["state_dir"] == {"value": "/var/plotter", "source": "--state-dir"}
    assert shown["socket"] == {"value": "/var/plotter/dcode.sock", "source": "default"}
    assert shown["machine"]["source"] == "default"
    assert configured.settings.machine == data_dir("configs") / "machine.json"


def test_the_socket_is_the_one_that_clients_look_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_SOCKET", "/run/plotter.sock")
    assert load_settings().shown()["socket"] == {"value": "/run/plotter.sock", "source": "DCODE_SOCKET"}
    # A directory that was asked for has a daemon, and a socket, of its own.
    assert load_settings({"state_dir": "/var/other"}).settings.socket == socket_path(Path("/var/other"))


def test_keys_of_the_screen_are_settings_by_the_id_of_what_they_do(own_config: Path):
    file = own_config / "dcode.toml"
    file.write_text('[tui]\ntheme = "ansi-dark"\n[tui.keys]\njobs = "f3"\n"sheet.fit" = "f,F"\nmachine.home = "f4"\n')
    configured = load_settings()
    assert configured.settings.tui.theme == "ansi-dark"
    assert configured.settings.tui.keys == {"jobs": "f3", "sheet.fit": "f,F", "machine.home": "f4"}
    assert configured.shown()["tui.keys.machine.home"] == {"value": "f4", "source": str(file)}


def test_the_theme_may_come_from_the_environment_and_keys_may_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_TUI_THEME", "ansi-light")
    monkeypatch.setenv("DCODE_TUI_KEYS", "f1")
    shown = load_settings().shown()
    assert shown["tui.theme"] == {"value": "ansi-light", "source": "DCODE_TUI_THEME"}
    assert shown["tui.keys"] == {"value": None, "source": "not set"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('tui.keys = "f1"', "tui.keys"),
        ("tui.keys.jobs = 5", "tui.keys.jobs"),
        ('tui.keys.jobs = ""', "tui.keys.jobs"),
        ('tui.theem = "x"', "tui.theem"),
    ],
)
def test_a_wrong_setting_of_the_screen_is_named(text: str, key: str, own_config: Path):
    (own_config / "dcode.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.key == key
