"""The trace engine, by its public door: pictures of a tiny Stable Diffusion, their strokes, progress and ends."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

from PIL import Image

from dcode.errors import GenerationError
from dcode.generation.engines import ENGINES
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.ml.device import Running
from dcode.ml.engines.trace import TraceEngine
from tests.ml.sd_builders import save_sd

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_sd(tmp_path_factory.mktemp("turbo"), "turbo", size=16))


@pytest.fixture(scope="module")
def warm() -> TraceEngine:
    return TraceEngine(Running.chosen("cpu"))


def draw(engine: TraceEngine, request: DrawRequest, told: list[Progress] | None = None) -> list[Drawn]:
    report = told.append if told is not None else lambda progress: None
    return list(engine.draw(request, report, lambda: False))


def test_a_prompt_becomes_strokes_the_best_first(warm: TraceEngine, folder: str) -> None:
    drawings = draw(warm, DrawRequest("a horse", "trace", folder, 3, 3))
    assert len(drawings) == 3
    assert sorted(drawn.seed for drawn in drawings) == [3, 4, 5]
    scores = [drawn.score or 0.0 for drawn in drawings]
    assert scores == sorted(scores, reverse=True)
    for drawn in drawings:
        assert len(drawn.lines)
        assert np.isfinite(drawn.lines.points).all()
        assert (drawn.lines.points >= 0).all() and (drawn.lines.points <= 128).all()


def test_a_candidate_is_the_one_drawing_of_its_own_seed(warm: TraceEngine, folder: str) -> None:
    many = {drawn.seed: drawn for drawn in draw(warm, DrawRequest("a horse", "trace", folder, 3, 3))}
    fresh = TraceEngine(Running.chosen("cpu"))
    for seed in (3, 5):
        alone = draw(fresh, DrawRequest("a horse", "trace", folder, seed))[0]
        assert (alone.lines.points == many[seed].lines.points).all()
        assert alone.score == many[seed].score


def test_progress_has_steps_previews_and_strokes(warm: TraceEngine, folder: str) -> None:
    told = list[Progress]()
    draw(warm, DrawRequest("a horse", "trace", folder, steps=2, count=2), told)
    assert [(one.stage, one.done, one.total) for one in told] == [
        ("picture 1 of 2", 0, 2),
        ("picture 1 of 2", 1, 2),
        ("picture 1 of 2", 2, 2),
        ("tracing", 0, 2),
        ("tracing", 1, 2),
        ("picture 2 of 2", 0, 2),
        ("picture 2 of 2", 1, 2),
        ("picture 2 of 2", 2, 2),
        ("tracing", 1, 2),
        ("tracing", 2, 2),
    ]
    previews = [one.preview for one in told if one.preview]
    assert len(previews) == 6
    assert all(Image.open(io.BytesIO(one)).format == "PNG" for one in previews)
    assert told[4].strokes is not None and len(told[4].strokes)


def test_a_cancelled_drawing_ends_between_steps(warm: TraceEngine, folder: str) -> None:
    told = list[Progress]()
    with pytest.raises(Cancelled):
        warm.draw(DrawRequest("a horse", "trace", folder, steps=50), told.append, lambda: len(told) == 3)
    assert [one.done for one in told] == [0, 1, 2]


def test_a_model_is_loaded_once(folder: str) -> None:
    engine, told = TraceEngine(Running.chosen("cpu")), list[Progress]()
    for _ in range(2):
        draw(engine, DrawRequest("a horse", "trace", folder, steps=1), told)
    assert [one.stage for one in told].count("loading") == 1


def test_a_style_is_another_prompt_and_an_unknown_one_is_refused(warm: TraceEngine, folder: str) -> None:
    one, other = (draw(warm, DrawRequest("cat", "trace", folder, style=style))[0] for style in ("line-art", "detailed"))
    assert one.lines.points.shape != other.lines.points.shape or (one.lines.points != other.lines.points).any()
    with pytest.raises(GenerationError, match="no style 'oil'; it has line-art"):
        draw(warm, DrawRequest("cat", "trace", folder, style="oil"))


def test_a_picture_has_the_aspect_of_the_sheet(tmp_path: Path) -> None:
    engine, told = TraceEngine(Running.chosen("cpu")), list[Progress]()
    folder = str(save_sd(tmp_path, "turbo", size=32))
    for width, height in ((210.0, 297.0), (2000.0, 100.0)):
        draw(engine, DrawRequest("cat", "trace", folder, 1, 1, width, height, steps=1), told)
    pictures = [one.preview for one in told if one.stage == "tracing" and one.preview]
    assert [Image.open(io.BytesIO(one)).size for one in pictures] == [(307, 512), (512, 307)]  # 24 by 40 cells


def test_previews_of_many_steps_are_few(warm: TraceEngine, folder: str) -> None:
    told = list[Progress]()
    draw(warm, DrawRequest("a horse", "trace", folder, steps=20), told)
    assert [one.done for one in told if one.stage == "picture" and one.preview] == [3, 6, 9, 12, 15, 18]


def test_a_model_that_is_not_there_is_unavailable(warm: TraceEngine, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="the text_encoder's configuration is missing") as raised:
        draw(warm, DrawRequest("cat", "trace", str(tmp_path)))
    assert raised.value.fields["reason"] == "unavailable"


def test_the_registry_makes_it() -> None:
    assert ENGINES["trace"].made().name == "trace"
