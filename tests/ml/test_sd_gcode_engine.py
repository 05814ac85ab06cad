"""The sd-gcode engine, by its public door: a tiny Stable Diffusion and a tiny decoder in the original's layout."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

from dcode.config.paths import data_dir
from dcode.errors import GenerationError
from dcode.firmware.profile import load_profile
from dcode.generation.engines import ENGINES
from dcode.generation.program import prepared
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.machine.machine import Machine
from dcode.ml.device import Running
from dcode.ml.engines.sd_gcode import SdGcodeEngine
from tests.ml import builders
from tests.ml.programs import faults
from tests.ml.sd_builders import save_sd

LENGTH = 240


def save(folder: Path, base: Path, layout: str = "v3") -> str:
    """A decoder's folder that names the model in `base` as what makes its latents."""
    builders.save(folder, layout)
    settings = folder / "config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "sd_model_id": str(base)}))
    return str(folder)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sd(tmp_path_factory.mktemp("base"), size=96)  # as Stable Diffusion 2.1: the decoder's is another


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, base: Path) -> str:
    return save(tmp_path_factory.mktemp("v3"), base)


@pytest.fixture(scope="module")
def warm() -> SdGcodeEngine:
    return SdGcodeEngine(Running.chosen("cpu"))


def asked(folder: str, seed: int = 1, count: int = 1) -> DrawRequest:
    return DrawRequest("a horse", "sd-gcode", folder, seed, count, steps=1, max_len=LENGTH)


def draw(engine: SdGcodeEngine, request: DrawRequest, told: list[Progress] | None = None) -> list[Drawn]:
    report = told.append if told is not None else lambda progress: None
    return list(engine.draw(request, report, lambda: False))


def test_a_prompt_becomes_programs_that_may_run_the_likeliest_first(
    warm: SdGcodeEngine, folder: str, owners: Machine
) -> None:
    drawings = draw(warm, asked(folder, count=4))
    assert drawings
    for drawn in drawings:
        assert drawn.gcode is not None
        assert faults(drawn.gcode, owners) == []
        assert len(drawn.lines)
    scores = [drawn.score or 0.0 for drawn in drawings]
    assert scores == sorted(scores, reverse=True)
    assert all(score < 0 for score in scores)


def test_the_same_seed_gives_the_same_drawing_and_another_another(warm: SdGcodeEngine, folder: str) -> None:
    again = SdGcodeEngine(Running.chosen("cpu"))
    one = draw(warm, asked(folder, 1))[0].gcode
    assert one == draw(again, asked(folder, 1))[0].gcode
    assert one != draw(warm, asked(folder, 2))[0].gcode


def test_a_candidate_does_not_depend_on_how_many_there_are(warm: SdGcodeEngine, folder: str) -> None:
    alone = draw(warm, asked(folder))[0].gcode
    assert alone in [drawn.gcode for drawn in draw(warm, asked(folder, count=3))]


def test_the_prompt_reaches_the_program(warm: SdGcodeEngine, folder: str) -> None:
    # Guidance enlarges what little random weights make of words.
    asks = (replace(asked(folder), prompt=words, guidance=90.0) for words in ("a horse", "two umbrellas"))
    one, other = (draw(warm, ask)[0] for ask in asks)
    assert one.score != other.score


def test_progress_has_steps_a_preview_and_strokes_as_lines_come(warm: SdGcodeEngine, folder: str) -> None:
    told = list[Progress]()
    drawn = draw(warm, asked(folder), told)[0]
    assert [(one.stage, one.done, one.total) for one in told[:2]] == [("picture", 0, 1), ("picture", 1, 1)]
    assert told[1].preview
    strokes = [one.strokes for one in told if one.strokes is not None]
    assert strokes
    assert (strokes[-1].points == drawn.lines.points).all()
    assert all(one.total == LENGTH for one in told[2:])


def test_a_cancelled_drawing_ends_between_steps_and_between_tokens(warm: SdGcodeEngine, folder: str) -> None:
    for enough in (1, 4):
        told = list[Progress]()
        with pytest.raises(Cancelled):
            warm.draw(asked(folder), told.append, lambda: len(told) >= enough)  # noqa: B023
        assert len(told) <= enough + 1


@pytest.mark.parametrize("layout", ["v2", "v1", "latent"])
def test_older_layouts_draw_too(layout: str, base: Path, tmp_path: Path, owners: Machine) -> None:
    engine = SdGcodeEngine(Running.chosen("cpu"))
    drawn = draw(engine, asked(save(tmp_path, base, layout), count=2))[0]
    assert drawn.gcode is not None
    assert faults(drawn.gcode, owners) == []


@pytest.mark.parametrize("name", ["config.json", "pytorch_model.bin"])
def test_a_missing_file_of_the_decoder_is_unavailable(name: str, base: Path, tmp_path: Path) -> None:
    folder = save(tmp_path, base)
    (tmp_path / name).unlink()
    with pytest.raises(GenerationError, match=name) as raised:
        draw(SdGcodeEngine(Running.chosen("cpu")), asked(folder))
    assert raised.value.fields["reason"] == "unavailable"


def test_torn_weights_of_the_decoder_are_named(base: Path, tmp_path: Path) -> None:
    folder = save(tmp_path, base)
    file = tmp_path / "pytorch_model.bin"
    file.write_bytes(file.read_bytes()[:-3000])
    with pytest.raises(GenerationError, match=r"pytorch_model\.bin: .*expected"):
        draw(SdGcodeEngine(Running.chosen("cpu")), asked(folder))


def test_a_base_model_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    folder = save(tmp_path / "decoder", tmp_path / "nowhere")
    with pytest.raises(GenerationError, match="nowhere") as raised:
        draw(SdGcodeEngine(Running.chosen("cpu")), asked(folder))
    assert raised.value.fields["reason"] == "unavailable"


def test_the_registry_makes_it() -> None:
    assert ENGINES["sd-gcode"].made().name == "sd-gcode"
    assert ENGINES["text"].made().name == "text"


def test_whatever_its_program_says_the_drawing_fills_the_wished_sheet(
    warm: SdGcodeEngine, folder: str, owners: Machine
) -> None:
    drawn = draw(warm, replace(asked(folder), width_mm=297.0, height_mm=420.0))[0]
    firmware = load_profile("makelangelo", data_dir("firmware_profiles"))
    drawing = prepared(drawn, owners, firmware, (297.0, 420.0)).drawing
    bounds = drawing.bounds
    assert bounds is not None
    assert max(bounds.width / 297.0, bounds.height / 420.0) == pytest.approx(1.0, abs=1e-6)
    assert bounds.centre == pytest.approx(owners.work_area.centre, abs=1e-6)
