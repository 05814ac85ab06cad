"""Paths that are typed, and the folder that is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcode.tui.remembered import NAME, last_folder, remember_folder
from dcode.tui.widgets.files import completed, is_folder, may_be_drawn


def test_a_path_is_gone_on_with_by_folders_and_what_can_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "horses").mkdir()
    for name in ("horse.svg", "house.doc", "hut.NC"):
        (tmp_path / name).touch()
    assert completed(f"{tmp_path}/horse") == f"{tmp_path}/horse.svg"
    assert completed(f"{tmp_path}/horses") == f"{tmp_path}/horses/"
    assert completed(f"{tmp_path}/hou") is None
    assert completed(f"{tmp_path}/hu") == f"{tmp_path}/hut.NC"
    assert completed(f"{tmp_path}/") is None
    assert completed(f"{tmp_path}/nowhere/x") is None
    assert completed("~nobody-at-all/x") is None


@pytest.mark.parametrize("name", ["a.gcode", "a.SVG", "a.jpeg", "a.txt"])
def test_what_dcode_draws_is_listed(name: str) -> None:
    assert may_be_drawn(Path(name)) and not may_be_drawn(Path("a.pdf"))


def test_the_folder_is_remembered_while_it_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    assert last_folder(tmp_path) == Path.cwd()
    remember_folder(tmp_path, folder)
    assert last_folder(tmp_path) == folder
    folder.rmdir()
    assert last_folder(tmp_path) == Path.cwd()
    (tmp_path / NAME).write_text("[]")
    assert last_folder(tmp_path) == Path.cwd()
    remember_folder(tmp_path / "nowhere", folder)  # nothing is said


def test_what_cannot_even_be_looked_for_is_no_folder(tmp_path: Path) -> None:
    assert is_folder(tmp_path) and not is_folder(tmp_path / ("x" * 5000))
