"""Themes: the setting, the choice that is remembered, the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.tui import themes
from dcode.tui.remembered import last_folder, recalled, remember_folder


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")


def test_a_choice_holds_until_the_setting_says_something_else(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert themes.theme_of("", "", state) == "dcode-dark"
    themes.remember_theme(state, "ansi-light", "")
    assert themes.theme_of("", "", state) == "ansi-light"
    assert themes.theme_of("dcode-light", "file", state) == "dcode-light"
    themes.remember_theme(state, "ansi-dark", "dcode-light")
    assert themes.theme_of("dcode-light", "file", state) == "ansi-dark"
    assert themes.theme_of("", "", state) == "dcode-dark"


def test_an_unknown_theme_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        themes.theme_of("dcode-drak", "DCODE_TUI_THEME", tmp_path)
    assert (caught.value.file, caught.value.key, caught.value.nearest) == ("DCODE_TUI_THEME", "tui.theme", "dcode-dark")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"theme": 5}', '{"theme": "gone", "theme_setting": ""}'])
def test_a_file_that_is_not_ours_is_no_choice(tmp_path: Path, content: str) -> None:
    (tmp_path / "tui.json").write_text(content)
    assert themes.theme_of("", "", tmp_path) == "dcode-dark"


def test_a_theme_and_a_folder_are_remembered_side_by_side(tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "drawings"
    folder.mkdir()
    themes.remember_theme(state, "ansi-light", "")
    remember_folder(state, folder)
    assert last_folder(state) == folder
    assert recalled(state)["theme"] == "ansi-light"


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "linux"}, "ansi-dark"),
        ({"TERM": "screen"}, "ansi-dark"),
        ({}, "ansi-dark"),
        ({"TERM": "xterm-256color"}, "dcode-dark"),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, "dcode-dark"),
    ],
)
def test_a_terminal_of_16_colours_shows_its_own(environment: dict[str, str], theme: str) -> None:
    assert themes.default_for(environment) == theme
