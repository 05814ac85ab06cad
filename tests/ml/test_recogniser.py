"""Recognisers learn, say the same in numpy as in torch, and have no drawing in common."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from dcode.generation.sketch import store, words
from dcode.generation.sketch.picture import SIDE, pictures
from dcode.generation.sketch.recogniser import read_recogniser
from dcode.geometry.lines import Lines
from dcode.ml.recogniser import RecogniserNet, Scorer, write_recogniser
from dcode.ml.train import recogniser
from dcode.ml.train.recogniser import Plan, moved, precision, train
from dcode.ml.train.recogniser_data import Seen, Side, read_seen, side_of
from tests.ml.runs import write_doodles
from tests.unit.generation.sketch.small import write_store, write_words

SQUARE = Lines.of([[(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]])
CROSS = Lines.of([[(0, 0), (9, 9)], [(0, 9), (9, 0)]])


def trained_a_little() -> RecogniserNet:
    """Norms that have seen something, so that folding them in matters."""
    torch.manual_seed(1)
    net = RecogniserNet(6, classes=3, channels=(4, 8), space=5)
    for _ in range(3):
        net.features(torch.rand(16, 1, SIDE, SIDE))
    for block in net.blocks:
        torch.nn.init.uniform_(block.norm.weight, 0.5, 2.0)  # type: ignore[union-attr, arg-type]
        torch.nn.init.uniform_(block.norm.bias, -1.0, 1.0)  # type: ignore[union-attr, arg-type]
    return net.eval()


def test_numpy_and_torch_give_the_same_score_with_the_norms_folded_in(tmp_path: Path) -> None:
    net, text = trained_a_little(), np.arange(6, dtype=np.float32)
    write_recogniser(tmp_path / "rank.safetensors", net, {"classes": ["a", "b", "c"]})
    with torch.no_grad():
        features = net.features(torch.from_numpy(pictures([SQUARE, CROSS]))[:, None])
        wanted = net.places(features) @ net.words(torch.from_numpy(text)[None])[0]
    found = read_recogniser(tmp_path / "rank.safetensors").scores([SQUARE, CROSS], text)
    assert found == pytest.approx(wanted.numpy(), abs=5e-3)  # the file is of half precision
    scorer = Scorer(tmp_path / "rank.safetensors")
    seen = scorer.features([SQUARE, CROSS])
    assert scorer.alike(seen, text[None])[:, 0].numpy() == pytest.approx(found, abs=1e-5)
    assert scorer.names == ("a", "b", "c") and scorer.logits(seen).shape == (2, 3)
    assert torch.allclose(seen, features, atol=2e-2)


def shapes(count: int = 96) -> Seen:
    """Squares called by one word and crosses called by another, half of each held back; spoilt ones are noise."""
    random = np.random.default_rng(3)
    concept = np.arange(count) % 2
    drawn = pictures([(SQUARE, CROSS)[kind] for kind in concept.tolist()])
    inked = np.rint(drawn * 255 * random.uniform(0.6, 1.0, (count, 1, 1))).astype(np.uint8)
    return Seen(
        inked,
        random.integers(0, 255, inked.shape).astype(np.uint8),
        np.eye(2, 6, dtype=np.float32),
        concept,
        concept,
        np.arange(count + 1),
        concept,
        np.eye(96, 6, dtype=np.float32),
        np.zeros(count, dtype=bool),
        np.ones(count, dtype=bool),
        np.array([(Side.SCORE, Side.SCORE, Side.MEASURE, Side.RANK)[number // 2 % 4] for number in range(count)]),
    )


def test_squares_are_told_from_crosses_and_from_noise() -> None:
    told = list[str]()
    net, figures = train(shapes(), Side.SCORE, Plan(epochs=12, batch=16), told.append)
    assert figures["icons at 1"] == 1.0 and figures["spoilt"] == 1.0
    assert figures["icons measured"] == 24
    assert told[0].startswith("step 0 of 36") and not net.training


def test_the_one_that_ranks_learns_no_held_out_drawing() -> None:
    """Whatever held-out drawings look like, its weights come out the same."""
    seen = shapes()
    held = np.arange(96) % 16 == 6  # some crosses of the side that ranks
    other = replace(seen, held_out=held, pictures=np.where(held[:, None, None], 255 - seen.pictures, seen.pictures))
    plan = Plan(epochs=2, batch=8)
    one, same = (train(each, Side.RANK, plan, lambda line: None)[0] for each in (replace(seen, held_out=held), other))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))


def test_no_drawing_is_on_two_sides_and_near_duplicates_are_on_one(tmp_path: Path) -> None:
    library = store.read_store(write_store(tmp_path / "lineart.npz"))
    table = words.read_words(write_words(tmp_path / "words.npz"))
    found = read_seen(str(write_doodles(tmp_path / "doodles")), library, table)
    assert len(found.pictures) == len(found.spoilt) == len(found.side) == 6 + 8
    assert found.icon.tolist() == [True] * 6 + [False] * 8
    places = [set(found.of(side).tolist()) for side in Side]
    assert set.union(*places) == set(range(14)) and sum(map(len, places)) == 14
    assert found.side[2] is side_of(2) is side_of(2)
    shares = np.bincount([list(Side).index(side_of(cluster)) for cluster in range(4000)]) / 4000
    assert shares == pytest.approx([9 / 20, 8 / 20, 3 / 20], abs=0.03)
    assert (found.spoilt != found.pictures).any(axis=(1, 2)).all()


def test_moved_pictures_stay_pictures() -> None:
    before = torch.from_numpy(pictures([SQUARE, CROSS] * 8))[:, None]
    after = moved(before, np.random.default_rng(1))
    assert after.shape == before.shape and float(after.min()) >= 0 and float(after.max()) <= 1 + 1e-5
    assert len({bytes(row.numpy().tobytes()) for row in after}) == 16
    assert after.sum((1, 2, 3)).numpy() == pytest.approx(before.sum((1, 2, 3)).numpy(), rel=0.4)


def test_precision_is_the_share_whose_own_prompt_is_nearest() -> None:
    alike = np.eye(40, dtype=np.float32)
    assert precision(alike, np.arange(40)) == 1.0
    assert precision(np.roll(alike, 1, axis=1), np.arange(40)) == 0.0


@pytest.mark.parametrize("kind", ["rank", "score"])
def test_the_command_writes_a_file_with_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    library = store.read_store(write_store(tmp_path / "lineart.npz"))
    table = words.read_words(write_words(tmp_path / "words.npz"))
    monkeypatch.setattr(recogniser, "shipped_store", lambda: library)
    monkeypatch.setattr(recogniser, "shipped_words", lambda: table)
    path, doodles = tmp_path / "out" / "made.safetensors", write_doodles(tmp_path / "doodles", 40)
    asked = [kind, "--out", str(path), "--quickdraw", str(doodles), "--epochs", "2"]
    assert recogniser.main(asked) == 0
    made = Scorer(path)
    assert len(made.names) == (96 if kind == "score" else 0)
    assert made.figures["doodles measured"] > 0 and "spoilt: " in capsys.readouterr().err
    assert abs(read_recogniser(path).scores([SQUARE], table.vector("horse"))).max() <= 1
    assert recogniser.main([*asked[:3], "--quickdraw", str(tmp_path / "nowhere")]) == 2
    assert "no doodles could be read" in capsys.readouterr().err
