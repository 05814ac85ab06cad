"""dcode evaluate: what it asks of the other process, what it tells, and what it says when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dcode.cli.commands import evaluate
from tests.cli.conftest import Ended

REPORT = {
    "prompts": {"seen": 64},
    "samples": 8,
    "lists": {
        "seen": {
            "validity": {"all": 0.995, "syntactic": 1.0},
            "recognition": {"at_1": 0.3, "of_ceiling_at_1": 0.6},
            "precision_at_32": {"share": 0.4},
            "copies": {"copy_rate": 0.01},
            "diversity": {"share": 0.31},
            "seconds": {"one": 0.52},
        }
    },
    "ways": {"unranked": {"drawn_by_strokes": 1.0, "seen": {"recognition": {"at_1": 0.12}}}},
    "file": "/out/report.json",
}


def test_paths_are_given_as_absolute_ones_and_figures_are_told(
    dcode: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = list[str]()

    def run_ml(module: str, arguments: Sequence[str]) -> dict[str, Any]:
        asked.extend([module, *arguments])
        return REPORT

    monkeypatch.setattr(evaluate, "run_ml", run_ml)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    ended = dcode("evaluate", "--model", "model", "--prompts", "seen", "--prompts", "mine.txt", "-o", "r.json")
    assert ended.code == 0
    assert asked == [
        *("dcode.ml.evaluate", "--output", f"{tmp_path}/r.json", "--samples", "8"),
        *("--prompts", "seen", "--prompts", f"{tmp_path}/mine.txt", "--model", f"{tmp_path}/model"),
    ]
    assert "  valid 99.5%, syntax 100.0%\n  recognised 30.0%, 60% of real drawings'\n" in ended.out
    assert "unranked: recognised seen 12.0%\nAll figures: /out/report.json\n" in ended.out
    dcode("evaluate", "--engine", "sd-gcode", "--model", "somebody/model", "-o", "r.json")
    assert asked[-4:] == ["--engine", "sd-gcode", "--model", "somebody/model"]


def test_without_a_recogniser_it_says_where_one_comes_from(dcode: Callable[..., Ended], tmp_path: Path) -> None:
    pytest.importorskip("torch")
    none = tmp_path / "none.safetensors"
    ended = dcode("evaluate", "--engine", "library", "--recogniser", none, "-o", tmp_path / "r.json")
    assert (ended.code, ended.out) == (5, "")
    assert ended.err.startswith(f"dcode: There is no recogniser to score by: {none} is missing.")
    assert "python -m dcode.ml.train.recogniser score" in ended.err
