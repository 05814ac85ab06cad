"""dcode demo: the folder that it writes, and what it needs to show the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dcode.cli.commands import demo
from tests.cli.conftest import Ended


def test_it_writes_the_folder_of_a_space(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    ended = dcode("demo", tmp_path / "space", "--json")
    assert ended.code == 0
    assert ended.json["files"] == [f"{tmp_path}/space/{name}" for name in ("app.py", "requirements.txt", "README.md")]
    assert all(Path(name).is_file() for name in ended.json["files"])


def test_it_wants_a_folder_or_a_port_and_gradio_for_a_port(
    dcode: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Name a folder to write, or --serve PORT." in dcode("demo").err
    assert dcode("demo", tmp_path / "space", "--serve", "0").code == 2
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    ended = dcode("demo", "--serve", "0")
    assert (ended.code, ended.err) == (2, "dcode: the page needs gradio: pip install 'dcode[demo]'.\n")
