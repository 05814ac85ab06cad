"""Train a recogniser: `python -m dcode.ml.train.recogniser rank --out recogniser.safetensors --quickdraw FOLDER`.

`rank` is the one that ships with the stroke decoder and ranks its candidates: it never sees a held-out concept. `score`
is the one of `dcode evaluate`: it learns from other drawings, held-out concepts too, and names concepts besides.

A picture shall be nearest to its own words of all captions (those that mean about the same do not count) and to its
concept's name of all names, and words nearer to their picture than to other pictures of the batch and to spoilt ones.
Both recognisers are measured by drawings that neither of them learns from.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dcode.errors import DcodeError
from dcode.generation.sketch.store import shipped_store
from dcode.generation.sketch.words import shipped_words
from dcode.ml.answer import tell
from dcode.ml.data.prompts.concepts import HELD_OUT, SEEN, read_concepts
from dcode.ml.recogniser import RecogniserNet, write_recogniser
from dcode.ml.train.recogniser_data import Seen, Side, read_seen
from dcode.ml.train.stroke_data import Numbers

_SAME: Final = 0.8  # cosine of words from which they are no wrong answer for each other
_TAG: Final = 0.3  # of the drawings are called by another word than their caption
_SPOILT: Final = 4  # of so many drawings of a batch one is shown spoilt too
_AMONG: Final = 32  # prompts that one is found among, in R-precision
_FAR: Final = -1e4


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is trained. `epochs` over the drawings of its side."""

    epochs: float = 12.0
    batch: int = 64
    lr: float = 2e-3
    weight_decay: float = 0.05
    seed: int = 1


def train(seen: Seen, side: Side, plan: Plan, tell: Callable[[str], None]) -> tuple[RecogniserNet, dict[str, float]]:
    """The recogniser of a side, and what it does with the drawings of Side.MEASURE."""
    torch.manual_seed(plan.seed)
    scores = side is Side.SCORE
    pool = seen.of(side)
    pool = pool if scores else pool[~seen.held_out[pool]]
    net = RecogniserNet(seen.vectors.shape[1], len(concept_names()) if scores else 0)
    captions = torch.from_numpy(np.unique(seen.captions[pool]))
    optimiser = torch.optim.AdamW(net.parameters(), plan.lr, weight_decay=plan.weight_decay)
    steps = max(2, round(plan.epochs * len(pool) / plan.batch))
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.lr, total_steps=steps, pct_start=0.1)
    net.train()
    begun = time.monotonic()
    for step, chosen in zip(range(steps), _batches(pool, plan), strict=False):
        loss = _loss(net, seen, chosen, captions, np.random.default_rng((plan.seed, step)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        rates.step()
        if step % 50 == 0 or step == steps - 1:
            tell(f"step {step} of {steps}  loss {float(loss.detach()):.3f}  {time.monotonic() - begun:.0f} s")
    net.eval()
    return net, measured(net, seen)


def concept_names() -> list[str]:
    """The classes of the recogniser that scores: seen concepts, then held-out ones."""
    return [concept.name for concept in (*read_concepts(SEEN), *read_concepts(HELD_OUT))]


@cache
def _seen_names() -> int:
    return len(read_concepts(SEEN))


def measured(net: RecogniserNet, seen: Seen) -> dict[str, float]:
    """What it makes of drawings that no recogniser learnt from: the ceilings of an evaluation.

    `icons at 1`: of icons of the seen concepts, the share whose concept's class is first, where there are classes;
    `icons by words at 1` the same by the nearest name. `precision at 32`: R-precision among 31 other prompts.
    `spoilt`: the share of drawings that are nearer to their caption than they are when spoilt.
    """
    held_from = _seen_names()
    places = seen.of(Side.MEASURE)
    concept = torch.from_numpy(seen.concept[places])
    words = torch.from_numpy(seen.names)
    found = dict[str, float]()
    with torch.no_grad():
        features = torch.cat([net.features(_inked(seen.pictures[part])) for part in _parts(places)])
        spoilt = torch.cat([net.features(_inked(seen.spoilt[part])) for part in _parts(places)])
        captions = net.words(torch.from_numpy(seen.vectors[seen.captions[places]]))
        good, bad = ((net.places(one) * captions).sum(1) for one in (features, spoilt))
        found["spoilt"] = _share(good > bad)
        for kind, there in (("icons", seen.icon[places]), ("doodles", ~seen.icon[places])):
            known = torch.from_numpy(there) & (concept >= 0) & (concept < held_from)
            found[f"{kind} measured"] = float(known.sum())
            if net.classes is not None:
                found[f"{kind} at 1"] = _share(net.classes(features[known]).argmax(1) == concept[known])
            near = net.places(features[known]) @ net.words(words[:held_from]).T
            found[f"{kind} by words at 1"] = _share(near.argmax(1) == concept[known])
        icons = torch.from_numpy(seen.icon[places])
        for kind, known in (
            ("seen", icons & (concept >= 0) & (concept < held_from)),
            ("held out", icons & (concept >= held_from)),
        ):
            alike = net.places(features[known]) @ net.words(words).T
            found[f"precision at {_AMONG}, {kind}"] = precision(alike.numpy(), concept[known].numpy())
    return {name: round(value, 4) for name, value in found.items()}


def precision(alike: np.ndarray[tuple[int, ...], np.dtype[np.float32]], own: Numbers) -> float:
    """R-precision: how often the own prompt is the nearest among 31 others chosen by chance, by row number."""
    hits = 0
    for number, (row, mine) in enumerate(zip(alike, own.tolist(), strict=True)):
        others = np.delete(np.arange(alike.shape[1]), mine)
        others = np.random.default_rng(number).permutation(others)[: _AMONG - 1]
        hits += bool(row[mine] > row[others].max())
    return hits / max(1, len(own))


def _loss(net: RecogniserNet, seen: Seen, chosen: Numbers, captions: Tensor, random: np.random.Generator) -> Tensor:
    spread = np.diff(seen.phrase_starts)[chosen]
    other = np.where(random.random(len(chosen)) < _TAG, random.integers(0, 1 << 30, len(chosen)) % spread, 0)
    own = torch.from_numpy(seen.vectors[seen.phrases[seen.phrase_starts[chosen] + other]])
    pictures = torch.cat([_inked(seen.pictures[chosen]), _inked(seen.spoilt[chosen[::_SPOILT]])])
    features = net.features(moved(pictures, random))
    images, sharpness = net.places(features), net.sharpness.exp().clamp(max=100.0)
    words = net.words(own)
    everything = torch.from_numpy(seen.vectors)[captions]
    wrong = (images[: len(chosen)] @ net.words(everything).T).masked_fill(own @ everything.T > _SAME, _FAR)
    right = (images[: len(chosen)] * words).sum(1, keepdim=True)
    named = torch.cat([right, wrong], dim=1) * sharpness
    alike = words @ images.T
    same = own @ own.T > _SAME
    same.fill_diagonal_(False)
    alike[:, : len(chosen)] = alike[:, : len(chosen)].masked_fill(same, _FAR)
    loss = functional.cross_entropy(named, torch.zeros(len(chosen), dtype=torch.long))
    loss = loss + functional.cross_entropy(alike * sharpness, torch.arange(len(chosen)))
    concept = torch.from_numpy(seen.concept[chosen])
    if not bool((concept >= 0).any()):
        return loss
    # What is never right would be pushed away from all drawings: the one that ranks compares seen concepts only.
    names = net.words(torch.from_numpy(seen.names if net.classes is not None else seen.names[: _seen_names()]))
    loss = loss + functional.cross_entropy(images[: len(chosen)] @ names.T * sharpness, concept, ignore_index=-1)
    if net.classes is not None:
        logits = net.classes(net.drop(features[: len(chosen)]))
        loss = loss + functional.cross_entropy(logits, concept, ignore_index=-1)
    return loss


def moved(pictures: Tensor, random: np.random.Generator) -> Tensor:
    """Pictures mirrored, turned, stretched, leant and shifted a little, each in its own way."""
    count = len(pictures)
    turn, lean = random.normal(0, 0.1, count), random.normal(0, 0.08, count)
    wide, high = 1 + random.normal(0.03, 0.08, (2, count))
    side = np.where(random.random(count) < 0.5, -1.0, 1.0)
    shift = random.normal(0, 0.05, (2, count))
    first = np.stack([np.cos(turn) * wide * side, np.cos(turn) * lean - np.sin(turn) * high, shift[0]], axis=1)
    second = np.stack([np.sin(turn) * wide * side, np.sin(turn) * lean + np.cos(turn) * high, shift[1]], axis=1)
    matrix = torch.from_numpy(np.stack([first, second], axis=1).astype(np.float32))
    grid = functional.affine_grid(matrix, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, align_corners=False)


def _batches(pool: Numbers, plan: Plan) -> Iterator[Numbers]:
    """Batches for ever, each drawing once before any comes again."""
    epoch = 0
    size = min(plan.batch, len(pool))
    while True:
        order = np.random.default_rng((plan.seed, 1, epoch)).permutation(pool)
        yield from (order[begin : begin + size] for begin in range(0, len(order) - size + 1, size))
        epoch += 1


def _parts(places: Numbers) -> list[Numbers]:
    return [places[begin : begin + 512] for begin in range(0, max(1, len(places)), 512)]


def _inked(pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
    return torch.from_numpy(pictures.astype(np.float32) / np.float32(255))[:, None]


def _share(right: Tensor) -> float:
    return float(right.float().mean()) if len(right) else 0.0


def main(words: Sequence[str] | None = None) -> int:
    """0 when the file is written, 2 for what is wrong with what was given. `words`: other than the program's."""
    parser = argparse.ArgumentParser(prog="python -m dcode.ml.train.recogniser", description="Train a recogniser.")
    parser.add_argument("kind", choices=["rank", "score"])
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--quickdraw", default="", help="the folder of quickdraw.ndjson.gz")
    parser.add_argument("--epochs", type=float, default=Plan().epochs)
    asked = parser.parse_args(words)
    try:
        seen = read_seen(asked.quickdraw, shipped_store(), shipped_words())
    except DcodeError as error:
        tell(f"dcode: {error.message}")
        return 2
    side = Side.RANK if asked.kind == "rank" else Side.SCORE
    net, figures = train(seen, side, Plan(epochs=asked.epochs), tell)
    classes = {"classes": concept_names()} if side is Side.SCORE else {}
    write_recogniser(asked.out, net, {"name": asked.kind, "figures": figures, **classes})
    for name, value in figures.items():
        tell(f"{name}: {value:g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
