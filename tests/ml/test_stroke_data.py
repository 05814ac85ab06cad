"""What the stroke decoder learns from: splits that do not leak, neighbours, variations that stay valid programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from dcode.errors import ConfigError
from dcode.generation.sketch.events import GRID, Caps, decode, encode, problem, told
from dcode.generation.sketch.stroke_config import UNKNOWN
from dcode.ml.train import augment, stroke_data
from dcode.ml.train.config import DataConfig
from dcode.ml.train.stroke_data import nearest
from dcode.ml.train.strokes import StrokeTask
from tests.ml import runs

BOTH = DataConfig(validation=0.0)


def test_held_out_concepts_are_seen_nowhere(tmp_path: Path) -> None:
    """ "black cat" and its tag count as "cat"; the library's drawings 2 and 5, the doodles called cat."""
    (tmp_path / "held.txt").write_text("cat: tom  # and its kinds\n")
    run = runs.config(tmp_path, data=replace(BOTH, held_out=str(tmp_path / "held.txt")))
    found = runs.drawings(tmp_path, run)
    assert len(found) == 6 + 8
    held = set(found.held_out.tolist())
    assert {2, 5} < held and len(held) == 3  # and one doodle
    assert not held & set(found.train.tolist()) and not held & set(found.near.ravel().tolist())


def test_near_duplicates_are_on_one_side_of_the_split(tmp_path: Path) -> None:
    run = runs.config(tmp_path, data=replace(BOTH, validation=0.5))
    found = runs.drawings(tmp_path, run)
    train, validation = set(found.train.tolist()), set(found.validation.tolist())
    assert train and validation and train | validation == set(range(14)) and not train & validation
    assert set(found.near.ravel().tolist()) <= train | {-1}


def test_neighbours_are_near_in_meaning_and_no_near_duplicates() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], dtype=np.float32)
    captions, clusters = np.array([0, 0, 1, 2]), np.array([7, 7, 8, 9])
    found = nearest(vectors, captions, clusters, np.arange(4), 3)
    assert found[:2].tolist() == [[2, 3, -1], [2, 3, -1]]
    assert set(found[2, :2].tolist()) == {0, 1} and found[2, 2] == 3
    assert found[3, 0] == 2 and set(found[3, 1:].tolist()) == {0, 1}


def test_without_a_generator_a_batch_is_the_drawings_as_they_are(tmp_path: Path) -> None:
    run = runs.config(tmp_path, data=BOTH)
    found = runs.drawings(tmp_path, run)
    chosen = np.arange(len(found))
    lengths, events = augment.programs(found, chosen, None, np.zeros(14, dtype=bool), run.data, 0.0)
    assert (lengths == found.events).all()
    for program, length in zip(events, lengths.tolist(), strict=True):
        assert (encode(decode(program[:length])) == program[:length]).all()


@pytest.mark.parametrize("seed", range(5))
def test_variations_are_valid_programs_that_fill_the_grid(tmp_path: Path, seed: int) -> None:
    run = runs.config(tmp_path, data=replace(BOTH, turn=20, stretch=0.2, lean=0.2, jitter=3))
    found = runs.drawings(tmp_path, run)
    chosen = np.tile(np.arange(len(found)), 4)
    random = np.random.default_rng(seed)
    lengths, events = augment.programs(found, chosen, random, random.random(56) < 0.5, run.data, 1.0)
    caps = Caps(runs.TINY.events, runs.TINY.strokes)
    for program, length in zip(events, lengths.tolist(), strict=True):
        assert not problem(program[:length], caps)
        assert np.ptp(program[:, 1:], axis=0).max() == GRID - 1
    assert len({program.tobytes() for program in events}) == 56


def test_a_mirrored_drawing_has_mirrored_neighbours(tmp_path: Path) -> None:
    still = replace(BOTH, turn=0, stretch=0, lean=0, jitter=0, drop_neighbours=0)
    run = runs.config(tmp_path, data=still)
    found = runs.drawings(tmp_path, run)
    chosen, random = np.zeros(64, dtype=int), np.random.default_rng(1)
    made = augment.batch(found, chosen, random, run.data, run.model)
    first_x = made["inputs"][:, 1, 1]
    mirrored = first_x > GRID // 2  # its first stroke begins at the left edge
    assert 10 < mirrored.sum() < 54
    theirs = {bool(side): {row.tobytes() for row in made["neighbours"][mirrored == side][:, 0]} for side in (0, 1)}
    assert not theirs[True] & theirs[False]
    assert made["present"].any(axis=1).all()


def test_a_drawing_that_is_among_its_neighbours_is_there_as_it_was(tmp_path: Path) -> None:
    """What lies beside is neither bent nor stretched; it is mirrored as what is to be drawn is."""
    run = runs.config(tmp_path, data=replace(BOTH, own=1.0, bend=3.0, drop_neighbours=0))
    found = runs.drawings(tmp_path, run)
    chosen = np.repeat(np.arange(len(found)), 20)
    made = augment.batch(found, chosen, np.random.default_rng(1), run.data, run.model)
    plain = found.programs[chosen]
    mirrored = plain.copy()
    mirrored[..., 1] = GRID - 1 - mirrored[..., 1]
    beside = [(made["neighbours"] == told(own)[:, None]).all(axis=(2, 3)) for own in (plain, mirrored)]
    assert ((beside[0] | beside[1]) & made["present"]).any(axis=1).all()
    assert len({program.tobytes() for program in made["inputs"]}) > 0.9 * len(chosen)  # each drawn in a hand of its own


def test_conditions_are_left_out_about_as_often_as_asked(tmp_path: Path) -> None:
    run = runs.config(tmp_path, data=BOTH)
    found = runs.drawings(tmp_path, run)
    made = augment.batch(found, np.zeros(2000, dtype=int), np.random.default_rng(1), run.data, run.model)
    shares = [made["without"].mean(), (made["style"] == UNKNOWN).mean(), (made["detail"] == UNKNOWN).mean()]
    assert shares == pytest.approx([0.1, 0.1, 0.3], abs=0.04)
    assert (~made["present"].any(axis=1)).mean() == pytest.approx(0.3, abs=0.04)


def test_a_step_has_the_same_batch_whoever_asks(tmp_path: Path) -> None:
    run = runs.config(tmp_path, data=BOTH)
    task, other = (StrokeTask(run, runs.drawings(tmp_path, run)) for _ in range(2))
    task.batch(0, 0, 1)
    whole, parts = task.batch(9, 0, 1), [other.batch(9, rank, 2) for rank in range(2)]
    for name, value in whole.items():
        assert all((value[rank::2] == parts[rank][name]).all() for rank in range(2))
    assert any((value != task.batch(10, 0, 1)[name]).any() for name, value in whole.items() if name == "picture")


def test_doodles_go_out_at_the_end(tmp_path: Path) -> None:
    run = runs.config(tmp_path, replace(runs.LOOP, steps=1000), replace(BOTH, drop_style=0.0))
    task = StrokeTask(run, runs.drawings(tmp_path, run))
    styles = [set(task.batch(step, 0, 1)["style"].tolist()) for step in (*range(60), *range(900, 960))]
    assert set.union(*styles[:60]) == {1, 2} and set.union(*styles[60:]) == {1}


def test_silhouettes_and_doodles_are_seen_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the small library 3 drawings are of Tabler's; of doodles there are 8."""
    monkeypatch.setattr(stroke_data, "CONTOURS", frozenset({"tabler"}))
    data = replace(BOTH, doodles=0.5, contours=0.25, drop_style=0.0)
    run = runs.config(tmp_path, replace(runs.LOOP, steps=100_000), data)
    task = StrokeTask(run, runs.drawings(tmp_path, run))
    seen = np.bincount(np.concatenate([task.batch(step, 0, 1)["style"] for step in range(512)]), minlength=4)
    icon, doodle, contour = seen[1:] / seen.sum()
    assert [doodle / icon, contour / icon] == pytest.approx([0.5 * 8 / 3, 0.25 * 3 / 3], rel=0.15)
    assert set(task.batch(99_999, 0, 1)["style"].tolist()) <= {1, 3}


def test_a_folder_without_doodles_is_named(tmp_path: Path) -> None:
    run = runs.config(tmp_path)
    with pytest.raises(ConfigError, match=r"elsewhere.*quickdraw.ndjson.gz.*no doodles could be read"):
        runs.drawings(tmp_path, replace(run, data=replace(run.data, quickdraw=str(tmp_path / "elsewhere"))))
