"""What several processes that do one work together answer."""

from __future__ import annotations

import json

import pytest

from dcode.errors import ConfigError
from dcode.ml.answer import run


@pytest.mark.parametrize(("rank", "said"), [("0", '{"step": 3}\n'), ("1", "")])
def test_of_several_processes_the_first_answers(
    rank: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", rank)
    assert run(lambda: {"step": 3}) == 0
    assert capsys.readouterr().out == said


def test_an_error_is_told_by_whichever_has_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> dict[str, object]:
        raise ConfigError("no such thing.")

    monkeypatch.setenv("RANK", "1")
    assert run(fails) == 1
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "no such thing."
