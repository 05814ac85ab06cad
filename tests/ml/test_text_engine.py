"""The text engine: older language models out of their folders, and what is said of folders that are not right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from dcode.errors import GenerationError
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.machine.machine import Machine
from dcode.ml.device import Running
from dcode.ml.engines.text import TextEngine
from tests.ml.programs import faults
from tests.ml.text_builders import KINDS, save_text


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder must not be looked up: whoever tries is told so, at once."""
    monkeypatch.setattr("socket.socket.connect", _refused)


def _refused(*where: object) -> None:
    raise AssertionError(f"a connection to {where[1:]}")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: save_text(tmp_path_factory.mktemp(kind), kind) for kind in KINDS}


def engine() -> TextEngine:
    return TextEngine(Running.chosen("cpu"))


def draw(request: DrawRequest, told: list[Progress] | None = None) -> list[Drawn]:
    report = told.append if told is not None else lambda progress: None
    return list(engine().draw(request, report, lambda: False))


def asked(folder: Path, seed: int = 1, count: int = 2, max_len: int = 200) -> DrawRequest:
    return DrawRequest("a horse", "text", str(folder), seed, count, max_len=max_len)


@pytest.mark.parametrize("kind", KINDS)
def test_random_weights_write_programs_that_may_run(kind: str, folders: dict[str, Path], owners: Machine) -> None:
    drawings = draw(asked(folders[kind], count=4))
    assert drawings
    for drawn in drawings:
        assert drawn.gcode is not None
        assert faults(drawn.gcode, owners) == []
        assert len(drawn.lines)
        assert drawn.engine == "text"
    scores = [drawn.score or 0.0 for drawn in drawings]
    assert scores == sorted(scores, reverse=True)


def test_the_same_seed_gives_the_same_drawings(folders: dict[str, Path]) -> None:
    one, again, other = ([drawn.gcode for drawn in draw(asked(folders["t5"], seed))] for seed in (1, 1, 2))
    assert one == again
    assert set(one).isdisjoint(other)


def test_a_candidate_does_not_depend_on_how_many_there_are(folders: dict[str, Path]) -> None:
    alone, many = (draw(asked(folders["gpt2"], count=count)) for count in (1, 3))
    assert alone[0].gcode in [drawn.gcode for drawn in many]


def test_strokes_are_told_as_they_come(folders: dict[str, Path]) -> None:
    told = list[Progress]()
    drawings = draw(asked(folders["gpt2"], count=1, max_len=400), told)
    strokes = [one.strokes for one in told if one.strokes is not None]
    assert strokes
    assert (strokes[-1].points == drawings[0].lines.points).all()
    assert told[0].stage == "loading"


def test_the_prompt_matters(folders: dict[str, Path]) -> None:
    horse = draw(asked(folders["t5"]))
    other = draw(DrawRequest("an umbrella in the rain", "text", str(folders["t5"]), 1, 2, max_len=200))
    assert [one.score for one in horse] != [one.score for one in other]


def test_a_cancelled_drawing_ends_between_tokens(folders: dict[str, Path]) -> None:
    told = list[Progress]()
    with pytest.raises(Cancelled):
        engine().draw(asked(folders["gpt2"], max_len=600), told.append, lambda: len(told) > 2)
    assert len(told) < 8


def test_pickled_weights_are_read_as_weights_only(tmp_path: Path, folders: dict[str, Path]) -> None:
    folder = save_text(tmp_path, "gpt2", pickled=True)
    assert [one.gcode for one in draw(asked(folder))] == [one.gcode for one in draw(asked(folders["gpt2"]))]


def test_what_is_pickled_beside_weights_is_not_run(tmp_path: Path) -> None:
    folder = save_text(tmp_path, "gpt2", pickled=True)
    torch.save({"transformer.wte.weight": Path("/")}, folder / "pytorch_model.bin")
    with pytest.raises(GenerationError, match=r"pytorch_model\.bin: cannot be read"):
        draw(asked(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder = save_text(tmp_path, "t5")
    (folder / name).unlink()
    with pytest.raises(GenerationError, match=name) as raised:
        draw(asked(folder))
    assert raised.value.fields["reason"] == "unavailable"


def test_torn_weights_are_named(tmp_path: Path) -> None:
    file = save_text(tmp_path, "t5") / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(GenerationError, match=r"model\.safetensors: cannot be read"):
        draw(asked(tmp_path))


def test_weights_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    settings = save_text(tmp_path, "gpt2") / "config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "n_layer": 2}))
    with pytest.raises(GenerationError, match=r"h\.1\.\S+ is missing"):
        draw(asked(tmp_path))


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    save_text(tmp_path, "gpt2")
    words = json.loads((tmp_path / "tokenizer.json").read_text())
    words["model"]["vocab"]["more"] = 7000
    (tmp_path / "tokenizer.json").write_text(json.dumps(words))
    with pytest.raises(GenerationError, match="7001 tokens; expected at most vocab_size, 400"):
        draw(asked(tmp_path))


def test_code_in_a_models_folder_is_not_run(tmp_path: Path) -> None:
    settings = save_text(tmp_path, "gpt2") / "config.json"
    ran = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(ran)!r}, 'w')\nfrom transformers import GPT2Config as Own\n")
    told = {**json.loads(settings.read_text()), "model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}
    settings.write_text(json.dumps(told))
    with pytest.raises(GenerationError, match=r"config.json: cannot be read"):
        draw(asked(tmp_path))
    assert not ran.exists()


def test_a_prompt_that_fills_the_model_is_refused(folders: dict[str, Path]) -> None:
    request = DrawRequest("horse " * 300, "text", str(folders["gpt2"]), max_len=100)
    with pytest.raises(GenerationError, match="no room"):
        draw(request)


def test_it_needs_no_diffusers() -> None:
    hidden = "import sys; sys.modules['diffusers'] = None; import dcode.ml.engines.text"
    subprocess.run([sys.executable, "-c", hidden], check=True)
