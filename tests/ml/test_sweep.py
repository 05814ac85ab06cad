"""Sweeps: a real one by Ray Tune where that is installed, and what is said where it is not."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("safetensors")

from dcode.errors import ConfigError, DcodeError
from dcode.generation.sweeping import MODULE, Sweep
from dcode.ml.data.files import put_json
from dcode.ml.train import sweep as sweeping
from tests.ml.sd_runs import write_pairs

HAS_RAY = importlib.util.find_spec("ray") is not None and importlib.util.find_spec("ray.tune") is not None


def asked(folder: Path, **more: Any) -> Sweep:
    tiny = {"max_len": 400, "validation": 0.2, "device": "cpu", "save_minutes": 0.0}
    wanted: dict[str, Any] = {"trials": 2, "epochs": 2.0, "models": (str(folder / "gpt2"),), "fixed": tiny, **more}
    return Sweep(manifest=str(folder / "data" / "captioned.json"), output=str(folder / "sweep"), **wanted)


def test_without_ray_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    write_pairs(tmp_path / "data", pictures=2)
    (tmp_path / "gpt2").mkdir()
    with pytest.raises(ConfigError, match=r"^dcode sweep needs Ray: pip install 'dcode\[ray\]'$"):
        sweeping.sweep(asked(tmp_path))
    assert not (tmp_path / "sweep").exists()


def test_a_missing_manifest_is_said_before_anything_is_begun(tmp_path: Path) -> None:
    (tmp_path / "gpt2").mkdir()
    with pytest.raises(ConfigError, match=r"captioned\.json: cannot be read"):
        sweeping.sweep(asked(tmp_path))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "has a sweep in it already: --resume goes on with it"),
        ({"trials": 3, "resume": True}, "the sweep was begun with 2, not 3"),
    ],
)
def test_a_sweep_that_is_there_is_not_taken_for_another(
    more: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pairs(tmp_path / "data", pictures=2)
    (tmp_path / "gpt2").mkdir()
    put_json(tmp_path / "sweep" / "sweep.json", asdict(asked(tmp_path)))
    for name in ("ray", "ray.tune"):  # it is looked for first, and not used
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["ray"], "tune", sys.modules["ray.tune"], raising=False)
    with pytest.raises(DcodeError, match=told):
        sweeping.sweep(asked(tmp_path, **more))


@pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed")
def test_the_best_of_a_sweep_is_told_and_kept(tmp_path: Path) -> None:
    """In a process of its own, as the command starts it; then once more, when there is nothing left to do."""
    from tests.ml.text_builders import save_text

    write_pairs(tmp_path / "data", pictures=5, strokes=2)
    save_text(tmp_path / "gpt2", "gpt2")

    def run(**more: Any) -> dict[str, Any]:
        words = [sys.executable, "-m", MODULE, json.dumps(asdict(asked(tmp_path, **more)))]
        calm = {**os.environ, "RAY_worker_niceness": "0"}  # by itself Ray yields to all else on a busy computer
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=calm)
        answer: dict[str, Any] = json.loads(done.stdout.rstrip("\n").rpartition("\n")[2])
        return answer

    found = run()
    assert [row["bits"] for row in found["trials"]] == sorted(row["bits"] for row in found["trials"])
    assert found["best"] == found["trials"][0] and len(found["trials"]) == 2 and found["errors"] == []
    assert json.loads((tmp_path / "sweep" / "best.json").read_text()) == found
    assert any(row["finished"] for row in found["trials"])
    assert f"dcode train --model {tmp_path / 'gpt2'}" in found["command"]
    assert "--lr " in found["command"] and "--max-len 400" in found["command"]
    assert run(resume=True)["trials"] == found["trials"]
