"""A model named by a folder beside the command is found by processes that work elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from dcode.cli.inferring import Asked
from dcode.cli.model_place import absolute
from dcode.cli.wished import Wished, wish_options


def wished(*arguments: str) -> Wished:
    @click.command()
    @wish_options
    def draw(wished: Wished, **values: Any) -> Wished:
        return wished

    found = draw(args=list(arguments), standalone_mode=False)
    assert isinstance(found, Wished)
    return found


def test_a_folder_is_told_in_full_and_everything_else_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert absolute("runs/mine") == str(tmp_path / "runs" / "mine")
    assert absolute("stabilityai/sd-turbo") == "stabilityai/sd-turbo"


def test_commands_that_draw_and_infer_name_the_folder_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert wished("a horse", "--model", "mine").request.model == str(tmp_path / "mine")
    assert wished("a horse").request.model is None
    asked = Asked("a horse", "mine", "-", None, None, 1)
    assert asked.request("text").model == str(tmp_path / "mine")
