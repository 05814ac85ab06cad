"""The metrics by themselves, and a whole evaluation of a few prompts by engines of a small library."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from PIL import Image

from dcode.errors import ConfigError, GenerationError
from dcode.generation.engines import DEFAULT
from dcode.generation.request import DrawRequest
from dcode.generation.sketch import store, words
from dcode.generation.sketch.picture import SIDE, pictures
from dcode.generation.sketch.store import Store
from dcode.generation.sketch.strokes import MODEL
from dcode.generation.sketch.words import Words
from dcode.geometry.lines import Lines
from dcode.machine.machine import Machine
from dcode.ml.data.lineart import clusters
from dcode.ml.data.pairs.program import LONG, written
from dcode.ml.evaluate import __main__ as command
from dcode.ml.evaluate import engines, recognition, report
from dcode.ml.evaluate.card import model_card
from dcode.ml.evaluate.copies import copied, diversity, nearest, unique
from dcode.ml.evaluate.prompts import AMONG, compared, read_prompts
from dcode.ml.evaluate.raster import raster
from dcode.ml.evaluate.recognition import frechet, open_scorer
from dcode.ml.evaluate.report import Asked, evaluate
from dcode.ml.evaluate.sheet import write_sheet
from dcode.ml.evaluate.validity import Rule, broken
from dcode.ml.recogniser import RecogniserNet, write_recogniser
from dcode.ml.train.recogniser_data import Side
from tests.unit.generation.sketch.random_model import write_random
from tests.unit.generation.sketch.small import write_store, write_words

SQUARE = Lines.of([[(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]])
CROSS = Lines.of([[(0, 0), (200, 200)], [(0, 200), (200, 0)]])
TEE = Lines.of([[(0, 200), (200, 200)], [(100, 200), (100, 0)]])


# -- validity --------------------------------------------------------------------------------------------------------


def test_a_program_as_it_is_written_breaks_no_rule(owners: Machine) -> None:
    assert broken(written(SQUARE, owners, LONG), owners, ended=True) == frozenset()
    assert broken(written(SQUARE, owners, LONG), owners, ended=False) == {Rule.END}


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("G90", "G91", Rule.LANGUAGE),
        ("G1 X200.00 Y200.00", "g1 X200.00 Y200.00", Rule.LANGUAGE),
        ("G1 X200.00 Y200.00", "G1 X421.00 Y200.00", Rule.AREA),
        ("G1 X200.00 Y200.00", "G0 X200.00 Y200.00", Rule.PEN),
        ("M280 P0 S40 ; pen down", "", Rule.PEN),
        ("M280 P0 S40 ; pen down", "M280 P0 S41", Rule.PEN),
        ("M280 P0 S90 ; pen up", "", Rule.PEN),
    ],
)
def test_each_rule_of_syntax_can_be_broken(owners: Machine, before: str, after: str, rule: Rule) -> None:
    program = written(SQUARE, owners, LONG)
    assert before in program
    assert rule in broken(program.replace(before, after), owners, ended=True)


def test_a_drawing_that_is_nothing_or_too_much_breaks_the_rule_of_amount(owners: Machine) -> None:
    small = Lines.of([[(0, 0), (10, 0)]])
    many = Lines.of([[(0, y), (100, y)] for y in range(121)])
    long = Lines.of([[(x % 400, x // 400) for x in range(2001)]])
    for lines in (small, many, long, Lines.of(())):
        assert broken(written(lines, owners, LONG), owners, ended=True) == {Rule.AMOUNT}


# -- pictures --------------------------------------------------------------------------------------------------------


def test_the_canonical_picture_fills_120_pixels_with_lines_of_two() -> None:
    ink = raster(SQUARE)
    assert ink.shape == (128, 128) and ink.max() == 1.0
    inked = np.argwhere(ink > 0.4)
    assert inked.min(axis=0).tolist() == [3, 3] and inked.max(axis=0).tolist() == [124, 124]
    assert ink[64].sum() == pytest.approx(4.0, abs=0.8)  # two sides of two pixels
    assert raster(TEE)[:8].sum() > 10 * raster(TEE)[-8:].sum()  # the bar is at the top, where row 0 is
    assert not raster(Lines.of(())).any()


def test_a_copy_is_found_mirrored_too_and_never_in_itself() -> None:
    flag = Lines.of([[(0, 0), (0, 200), (120, 150), (0, 100)]])
    turned = Lines(flag.points * (-1, 1), flag.starts)
    pool = clusters.pictures([SQUARE, CROSS, turned])
    alike = nearest(clusters.pictures([flag, TEE]), pool)
    assert alike[0] > 0.99 and alike[1] < 0.9
    assert copied(alike)["copy_rate"] == 0.5
    assert nearest(pool, pool, np.arange(3)).max() < 0.95
    assert copied(nearest(pool, pool[:0])) == {"nearest": 0.0, "copy_rate": 0.0}


def test_diversity_is_nothing_for_the_same_drawing_and_more_for_others() -> None:
    same, other = clusters.pictures([SQUARE] * 3), clusters.pictures([SQUARE, CROSS, TEE])
    assert diversity([same]) == pytest.approx(0.0, abs=1e-6)
    assert diversity([other]) > 0.3
    assert diversity([same, other, other[:1]]) == pytest.approx(diversity([other]) / 2, abs=1e-6)
    assert (unique(same), unique(other)) == (0.0, 1.0)


def test_the_distance_of_features_is_that_of_normal_distributions() -> None:
    random = np.random.default_rng(1)
    one = random.normal(0, 1, (4000, 3)).astype(np.float32)
    assert frechet(one, one) == pytest.approx(0.0, abs=1e-6)
    assert frechet(one, one + np.float32(2.0)) == pytest.approx(12.0, rel=1e-4)  # 2 along each of 3 axes
    # Twice as wide about its mean: (2 - 1)^2 of each variance.
    mean = one.mean(axis=0)
    assert frechet(one, mean + 2 * (one - mean)) == pytest.approx(float(one.var(axis=0, ddof=1).sum()), rel=1e-3)


# -- prompts and recognisers -----------------------------------------------------------------------------------------


def test_lists_are_the_repositorys_or_files(tmp_path: Path) -> None:
    assert [(one.name, len(one.concepts)) for one in read_prompts(())] == [("seen", 64), ("held_out", 32)]
    file = tmp_path / "mine.txt"
    file.write_text("horse: pony\na dragon  # big\n")
    (mine,) = read_prompts([str(file)])
    assert (mine.name, [one.name for one in mine.concepts]) == ("mine", ["horse", "a dragon"])
    names = compared([mine])
    assert len(names) == len(set(names)) == AMONG and names[:2] == ["horse", "a dragon"]
    assert len(compared(read_prompts(()))) == 96
    file.write_text("# nothing\n")
    with pytest.raises(ConfigError, match="no prompt"):
        read_prompts([str(file)])


def small_scorer(path: Path, names: tuple[str, ...] = ("horse", "cat", "house")) -> Path:
    torch.manual_seed(1)
    net = RecogniserNet(6, len(names), (4, 8), 5)
    for _ in range(3):
        net.features(torch.rand(8, 1, SIDE, SIDE))
    write_recogniser(path, net.eval(), {"classes": list(names)} if names else {})
    return path


def test_a_recogniser_that_is_missing_or_ranks_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "SHIPPED", tmp_path / "scorer.safetensors")
    with pytest.raises(GenerationError, match=r"scorer\.safetensors is missing\. python -m dcode\.ml\.train\.recog"):
        open_scorer(None)
    with pytest.raises(GenerationError, match="ranks candidates, which may not score"):
        open_scorer(small_scorer(tmp_path / "rank.safetensors", ()))


def test_ranks_and_nearest_prompts_are_those_of_the_network(tmp_path: Path) -> None:
    scorer = open_scorer(small_scorer(tmp_path / "score.safetensors"))
    concepts = [one for one in read_prompts(())[0].concepts if one.name in ("horse", "cat", "house", "dog")]
    texts = [f"word {number}" for number in range(40)] + ["horse", "cat", "house", "dog"]
    vectors = np.random.default_rng(2).normal(0, 1, (44, 6)).astype(np.float32)
    drawings = [SQUARE, CROSS, TEE, SQUARE]
    found = recognition.recognised(scorer, drawings, concepts, [0, 1, 2, 3], recognition.Names(texts, vectors))
    with torch.no_grad():
        features = scorer.features(drawings)
        order = scorer.logits(features).argsort(dim=1, descending=True)
    for row, (concept, rank) in enumerate(zip(concepts, found.rank.tolist(), strict=True)):
        if concept.name == "dog":
            assert rank == -1  # no class of this recogniser
        else:
            assert scorer.names[int(order[row, rank])] == concept.name
    assert found.features.shape == features.shape and found.nearest.dtype == bool
    assert len(pictures(drawings)) == 4


# -- a whole evaluation ----------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A list of prompts and a recogniser, where the library and the words are small ones."""
    library: Store = store.read_store(write_store(tmp_path / "lineart.npz"))
    table: Words = words.read_words(write_words(tmp_path / "words.npz"))
    monkeypatch.setattr(engines, "shipped_store", lambda: library)
    monkeypatch.setattr(engines, "shipped_words", lambda: table)
    monkeypatch.setattr(report, "shipped_store", lambda: library)
    monkeypatch.setattr(report, "shipped_words", lambda: table)
    monkeypatch.setattr(engines, "LibraryEngine", lambda known: made_library(known, lambda: table))
    monkeypatch.setattr(recognition, "side_of", lambda cluster: recognition.Side.MEASURE)
    engines.known_store.cache_clear()
    engines._unjudged_store.cache_clear()
    engines._finder.cache_clear()
    file = tmp_path / "few.txt"
    file.write_text("horse: pony\nhouse\nzzz\n")
    yield file, small_scorer(tmp_path / "score.safetensors")
    engines.known_store.cache_clear()
    engines._unjudged_store.cache_clear()
    engines._finder.cache_clear()


made_library = engines.LibraryEngine


def quiet(line: str) -> None:
    """Nobody reads it."""


def test_an_evaluation_has_every_figure_and_is_the_same_again(small: tuple[Path, Path], tmp_path: Path) -> None:
    file, scorer = small
    asked = Asked(engine="library", prompts=(str(file),), seeds=2, scorer=scorer)
    found = evaluate(asked, quiet)
    told = found.report
    few = told["lists"]["few"]
    assert (told["engine"], told["prompts"], told["samples"]) == ("library", {"few": 3}, 2)
    assert few["validity"]["syntactic"] == few["validity"]["plottable"] == 1.0
    assert few["validity"]["missing"] == 2 and few["validity"]["all"] == pytest.approx(4 / 6, abs=1e-4)
    assert few["recognition"]["drawings"] == 4 and few["recognition"]["real_drawings"] == 3
    assert few["copies"]["copy_rate"] > 0 and told["training_drawings"] == 6
    assert few["economy"]["lifts"] == 2.0 and told["ways"] == {}
    missing = [one["why"] for one in told["drawings"] if "why" in one]
    assert len(missing) == 2 and "nothing near 'zzz'" in missing[0]
    again = evaluate(asked, quiet)
    drop = {"seconds", "speed"}
    for one, other in zip(told["drawings"], again.report["drawings"], strict=True):
        assert {k: v for k, v in one.items() if k not in drop} == {k: v for k, v in other.items() if k not in drop}

    (prompts,) = read_prompts(asked.prompts)
    for place in ("one.png", "other.png"):
        write_sheet(tmp_path / place, found, prompts)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()
    with Image.open(tmp_path / "one.png") as sheet:
        assert sheet.size[1] == 3 * 70 and np.asarray(sheet.convert("L")).min() < 60
    card = model_card(told, {"few": "sheet-few.png"})
    assert "| recognised at 1 |" in card and "![few: every drawing by seed](sheet-few.png)" in card
    assert f"{100 * few['validity']['all']:.1f} %" in card


def test_the_stroke_decoder_is_measured_unranked_and_with_the_library_behind_it(
    small: tuple[Path, Path], tmp_path: Path
) -> None:
    file, scorer = small
    file.write_text("horse: pony\nhouse\n")
    (tmp_path / "model").mkdir()
    write_random(tmp_path / "model" / MODEL, 1, name="tiny", thresholds={"likelihood": 0.0})
    told = evaluate(Asked(model=str(tmp_path / "model"), prompts=(str(file),), seeds=1, scorer=scorer), quiet).report
    assert (told["engine"], told["model"], list(told["files"])) == ("strokes", "tiny", [MODEL])
    assert told["lists"]["few"]["validity"]["missing"] == 0  # bad as they are, they are measured
    assert told["lists"]["few"]["validity"]["syntactic"] == 1.0
    for way in ("unranked", "after drawings unknown to the scorer"):
        assert told["ways"][way]["drawn_by_strokes"] == 1.0
    assert told["ways"]["with fallback"]["drawn_by_strokes"] == 0.0
    assert told["ways"]["with fallback"]["few"]["recognition"]["drawings"] == 2


def test_what_the_scorer_learnt_from_can_be_kept_from_the_engine(
    small: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_random(tmp_path / MODEL, 1)
    first = int(engines.known_store().cluster[0])  # Lucide's horse
    monkeypatch.setattr(engines, "side_of", lambda cluster: Side.SCORE if cluster == first else Side.MEASURE)
    engine = engines.engine_of(engines.Evaluated("strokes", str(tmp_path)), unjudged=True)
    request = DrawRequest("horse", "strokes", str(tmp_path))
    (drawn,) = engine.draw(request, lambda told: None, lambda: False)
    assert drawn.source == "drawn after Tabler Icons 'horse-2', MIT"


def test_the_command_writes_the_report_and_answers_without_its_rows(
    small: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, scorer = small
    output = tmp_path / "out" / "report.json"
    words_given = ["--output", str(output), "--engine", "library", "--prompts", str(file), "--samples", "1"]
    assert command.main([*words_given, "--recogniser", str(scorer)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(output) and "drawings" not in answer
    assert len(json.loads(output.read_text())["drawings"]) == 3
    assert command.main([*words_given, "--recogniser", str(tmp_path / "none")]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "GenerationError"


def test_a_folder_says_which_engine_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"gcode_decoder": {}}')
    assert engines.evaluated(None, str(tmp_path)).name == "sd-gcode"
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    assert engines.evaluated(None, str(tmp_path)).name == "text"
    (tmp_path / MODEL).write_bytes(b"")
    assert engines.evaluated(None, str(tmp_path)).name == "strokes"
    assert engines.evaluated(None, None).name == DEFAULT
    with pytest.raises(GenerationError, match="needs --engine"):
        engines.evaluated(None, "somebody/model")
    with pytest.raises(GenerationError, match=r"no engine 'libary'\. Did you mean library"):
        engines.evaluated("libary", None)
