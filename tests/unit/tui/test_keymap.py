"""Keys of dcode.toml: checked as a whole, and STOP is STOP."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from dcode.config.settings import load_settings
from dcode.errors import ConfigError
from dcode.tui.bindings import ALWAYS, SCREENS, STOP
from dcode.tui.catalogue import catalogue, key_text, listed, own_bindings, places
from dcode.tui.keymap import keymap_of


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The keymap of some lines in [tui.keys]."""
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path))

    def keymap(lines: str) -> dict[str, str]:
        (tmp_path / "dcode.toml").write_text(f"[tui.keys]\n{lines}\n")
        return keymap_of(load_settings())

    return keymap


def test_every_binding_of_every_screen_has_an_id_words_and_a_key() -> None:
    everywhere = [*ALWAYS, *SCREENS]
    for binding in [*everywhere, *(one for kind in places() for one in own_bindings(kind))]:
        assert isinstance(binding, Binding)
        assert binding.id and binding.description and binding.tooltip, binding
        assert binding.id in catalogue()


def test_nothing_but_stop_has_its_key() -> None:
    assert [id for id, binding in catalogue().items() if STOP.key in binding.key.split(",")] == ["stop"]


def test_one_place_has_no_key_twice() -> None:
    seen: dict[tuple[str, str], str] = {}
    for id, binding in catalogue().items():
        for key in binding.key.split(","):
            assert (id.rpartition(".")[0], key) not in seen, id
            seen[id.rpartition(".")[0], key] = id


def test_keys_are_given_by_names_and_by_characters(told) -> None:
    assert told('jobs = "f3, ?b"'.replace("?b", "B")) == {"jobs": "f3,B"}
    assert told('"sheet.fit" = "@,ctrl+y"') == {"sheet.fit": "at,ctrl+y"}


def test_two_may_change_places(told) -> None:
    assert told('jobs = "d"\ndraw = "j"') == {"jobs": "d", "draw": "j"}


@pytest.mark.parametrize(
    ("line", "key", "says", "nearest"),
    [
        ('jbos = "b"', "tui.keys.jbos", "nothing by this name", "jobs"),
        ('"sheet.fitt" = "b"', "tui.keys.sheet.fitt", "nothing by this name", "sheet.fit"),
        ('jobs = "ctlr+b"', "tui.keys.jobs", "no key 'ctlr+b'", ""),
        ('jobs = "escpae"', "tui.keys.jobs", "no key 'escpae'", "escape"),
        ('jobs = "b,,"', "tui.keys.jobs", "empty key", ""),
        ('jobs = "d"', "tui.keys.jobs", "d is the key of draw (Draw) already", ""),
        ('jobs = "m"', "tui.keys.jobs", "m is the key of sheet.moves (Moves) already", ""),
        ('"sheet.fit" = "m"', "tui.keys.sheet.fit", "sheet.moves", ""),
        ('"sheet.fit" = "j"', "tui.keys.sheet.fit", "jobs (Jobs)", ""),
        ('jobs = "ctrl+x"', "tui.keys.jobs", "ctrl+x is STOP", ""),
        ('"sheet.fit" = "ctrl+x"', "tui.keys.sheet.fit", "ctrl+x is STOP", ""),
        ('stop = "s"', "tui.keys.stop", "s cannot be STOP", ""),
        ('stop = "enter"', "tui.keys.stop", "enter cannot be STOP", ""),
        ('stop = "f12"\njobs = "f12"', "tui.keys.stop", "jobs (Jobs)", ""),
        ('stop = "ctrl+p"', "tui.keys.stop", "palette", ""),
    ],
)
def test_what_is_wrong_is_one_sentence(told, line: str, key: str, says: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        told(line)
    assert (caught.value.key, caught.value.nearest) == (key, nearest)
    assert says in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("keys", ["f12", "ctrl+x,f12"])
def test_stop_keeps_its_key_whatever_else_it_gets(told, keys: str) -> None:
    assert told(f'stop = "{keys}"') == {"stop": "ctrl+x,f12"}


def test_the_list_has_every_id_with_the_keys_as_they_are_now() -> None:
    lines = listed({"jobs": "f3,B"})
    assert [line.split()[0] for line in lines][:2] == ["stop", "help"]
    assert {line.split()[0] for line in lines} == set(catalogue())
    assert next(line for line in lines if line.startswith("jobs ")).split()[1:3] == ["F3", "B"]


@pytest.mark.parametrize(
    ("key", "text"), [("question_mark", "?"), ("ctrl+x", "^x"), ("space", "Space"), ("f12", "F12"), ("H", "H")]
)
def test_keys_are_shown_as_people_write_them(key: str, text: str) -> None:
    assert key_text(key) == text
