"""The stroke decoder as a task of the loop: which drawings a step sees, what the model makes of them, how it ships."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from dcode.generation.sketch.store import shipped_store
from dcode.generation.sketch.stroke_config import FORMAT, VERSION
from dcode.generation.sketch.weights import read_weights
from dcode.generation.sketch.words import shipped_words
from dcode.ml.stroke_decoder import IGNORED, Conditions, StrokeDecoder
from dcode.ml.train import augment
from dcode.ml.train.checkpoints import Tensors
from dcode.ml.train.config import RunConfig
from dcode.ml.train.export import write_model
from dcode.ml.train.loop import Batch
from dcode.ml.train.stroke_data import Drawings, Numbers, read_drawings

_BLOCK: Final = 64  # batches that are planned together: drawings of about a length come into one
_SETTLED: Final = 0.5  # of the run, after which strokes come in their best order only


class StrokeModel(nn.Module):
    """The decoder, taking batches as the loop hands them on."""

    def __init__(self, decoder: StrokeDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """How unlikely the batch was, in nats, and how many points it has."""
        conditions = Conditions(
            batch["picture"],
            batch["without"],
            batch["style"],
            batch["detail"],
            batch["neighbours"].long(),
            batch["present"],
        )
        found: tuple[Tensor, Tensor] = self.decoder(conditions, batch["inputs"].long(), batch["targets"].long())
        return found


class StrokeTask:
    """Batches of one run. A batch follows from the configuration and its number alone."""

    unit = "point"

    def __init__(self, config: RunConfig, drawings: Drawings) -> None:
        self._config, self._drawings = config, drawings
        torch.manual_seed(config.loop.seed)
        self.model = StrokeModel(StrokeDecoder(config.model, config.loop.dropout))
        style, doodle, contour = drawings.style[drawings.train], *(map(config.model.style, ("doodle", "contour")))
        self._drawn = drawings.train[style != doodle] if (style != doodle).any() else drawings.train
        shares = [drawings.style == doodle, drawings.style == contour], [config.data.doodles, config.data.contours]
        self._often = np.select(*shares, default=1.0)
        self._batches = config.loop.steps * config.loop.accumulate
        self._planned = lru_cache(2)(self._plan)

    def batch(self, number: int, rank: int, size: int) -> Batch:
        """This process's rows of a batch."""
        chosen = self._planned(number // _BLOCK)[number % _BLOCK]
        share = number / self._batches
        disorder = self._config.data.order_noise * max(0.0, 1 - share / _SETTLED)
        random = np.random.default_rng((self._config.loop.seed, 1, number))
        made = augment.batch(self._drawings, chosen, random, self._config.data, self._config.model, disorder)
        return {name: torch.from_numpy(value[rank::size]) for name, value in made.items()}

    def validation(self, rank: int, size: int) -> Iterator[Batch]:
        """Drawings of seen concepts that are not trained on, as they are, those of a length together."""
        return self._plainly(self._drawings.validation, rank, size)

    def held_out(self) -> Iterator[Batch]:
        """Drawings of concepts that training never sees, as they are."""
        return self._plainly(self._drawings.held_out, 0, 1)

    def begin_with(self, path: Path) -> tuple[int, int]:
        """Take the weights of a model's file that have a name and a size of this one's: how many numbers, of how many.

        Before the first step, so that all processes begin alike. Raises GenerationError.
        """
        theirs, taken = read_weights(path, FORMAT, VERSION).tensors, 0
        parameters = dict(self.model.decoder.named_parameters())
        with torch.no_grad():
            for name, parameter in parameters.items():
                value = theirs.get(name)
                if value is not None and value.shape == tuple(parameter.shape):
                    parameter.copy_(torch.from_numpy(value.astype(np.float32)))
                    taken += parameter.numel()
        return taken, sum(parameter.numel() for parameter in parameters.values())

    def beside(self, folder: Path) -> None:
        """The run's configuration."""
        (folder / "config.toml").write_text(self._config.text, encoding="utf-8")

    def export(self, folder: Path, weights: Tensors, figures: Mapping[str, float]) -> None:
        """`strokes.safetensors` in fp16, as the engine reads it; the run's configuration and figures beside it."""
        about = {"name": folder.resolve().parent.name, "style": "icon", "figures": dict(figures)}
        model = StrokeModel(StrokeDecoder(self._config.model))
        model.load_state_dict(weights)
        write_model(folder / "strokes.safetensors", model.decoder, about)
        self.beside(folder)
        (folder / "figures.json").write_text(json.dumps(dict(figures), indent=1) + "\n", encoding="utf-8")

    def _plainly(self, chosen: Numbers, rank: int, size: int) -> Iterator[Batch]:
        order = chosen[np.argsort(self._drawings.events[chosen], kind="stable")]
        for begin in range(0, len(order), self._config.loop.batch):
            some = order[begin : begin + self._config.loop.batch]
            rows = some[rank::size]
            made = augment.batch(
                self._drawings, rows if len(rows) else some[:1], None, self._config.data, self._config.model
            )
            if not len(rows):  # as many batches on each process, so that none waits for ever
                made["targets"][:] = IGNORED
            yield {name: torch.from_numpy(value) for name, value in made.items()}

    def _plan(self, block: int) -> Numbers:
        """The drawings of the batches of a block, shape (_BLOCK, batch): all of a style about as often."""
        loop = self._config.loop
        random = np.random.default_rng((loop.seed, 0, block))
        late = block * _BLOCK >= self._config.data.doodles_until * self._batches
        pool, wanted = self._drawn if late else self._drawings.train, _BLOCK * loop.batch
        rounds, there = list[Numbers](), 0
        while there < wanted:
            rounds.append(random.permutation(pool[random.random(len(pool)) < self._often[pool]]))
            there += len(rounds[-1])
        chosen = np.concatenate(rounds)[:wanted]
        chosen = chosen[np.argsort(self._drawings.events[chosen], kind="stable")].reshape(_BLOCK, loop.batch)
        return np.asarray(chosen[random.permutation(_BLOCK)])


def stroke_task(config: RunConfig, quickdraw: str = "") -> StrokeTask:
    """The task of a run on the library that ships, and on doodles from a folder. Raises ConfigError."""
    data = replace(config.data, quickdraw=quickdraw) if quickdraw else config.data
    drawings = read_drawings(data, config.model, shipped_store(), shipped_words(), config.loop.seed)
    return StrokeTask(replace(config, data=data), drawings)
