"""The decoder of latents as a task of the loop: packed programs and their latents in, the original's folder out.

A row of a batch is a program from `<s>` to `</s>` and the latent that it is drawn after: its picture's, or now and then
its caption's, as the original had it (seven to three). Of the padded rows only real tokens go through the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from dcode.errors import ConfigError
from dcode.generation.training import SdTraining
from dcode.ml.checkpoint import RENAMED
from dcode.ml.decoder import DecoderConfig, GcodeDecoder
from dcode.ml.train.checkpoints import Tensors
from dcode.ml.train.config import LoopConfig
from dcode.ml.train.gcode_data import Numbers, Prepared, Split
from dcode.ml.train.latent_cache import LatentCache
from dcode.ml.train.loop import Batch
from dcode.ml.train.vocabulary import write_vocabulary

STEPS: Final = 20  # of the picture when drawing, as the original's files say
FROM_CAPTIONS: Final = 0.3
_IGNORED: Final = -1  # a target that does not count
_BLOCK: Final = 32  # batches that are planned together: programs of about a length come into one


class GcodeModel(nn.Module):
    """The decoder, taking batches as the loop hands them on. Its weights have the names of the original's file."""

    def __init__(self, decoder: GcodeDecoder, smoothing: float = 0.0) -> None:
        super().__init__()
        self.gcode_decoder, self.smoothing = decoder, smoothing

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """How unlikely the batch was, in nats, and how many tokens it has. Targets are smoothed in training only."""
        targets = batch["targets"]
        logits: Tensor = self.gcode_decoder(batch["latents"], batch["ids"], batch["there"])
        lost = functional.cross_entropy(
            logits.float(),
            targets,
            ignore_index=_IGNORED,
            reduction="sum",
            label_smoothing=self.smoothing if self.training else 0.0,
        )
        return lost, (targets != _IGNORED).sum()


class GcodeTask:
    """Batches of one run. A batch follows from the configuration and its number alone."""

    unit = "token"

    def __init__(
        self,
        asked: SdTraining,
        loop: LoopConfig,
        data: Prepared,
        rows: Split,
        pictures: LatentCache,
        captions: LatentCache | None,
    ) -> None:
        """`captions`: the latents of captions, None where none are learnt from."""
        self._asked, self._loop, self._data, self._rows = asked, loop, data, rows
        self._pictures, self._captions = pictures, captions
        self._picture_keys, self._caption_keys = list(data.pictures), list(data.captions)
        self.config = _sizes(asked, data.tokenizer.get_vocab_size())
        torch.manual_seed(loop.seed)
        decoder = GcodeDecoder(self.config, loop.dropout)
        decoder.randomise()
        self.model = GcodeModel(decoder, asked.label_smoothing)
        self._planned = lru_cache(2)(self._plan)

    def batch(self, number: int, rank: int, size: int) -> Batch:
        """This process's rows of a batch."""
        chosen = self._planned(number // _BLOCK)[number % _BLOCK]
        random = np.random.default_rng((self._loop.seed, 1, number)).random(len(chosen))
        return self._packed(chosen[rank::size], random[rank::size] < FROM_CAPTIONS)

    def validation(self, rank: int, size: int) -> Iterator[Batch]:
        """Programs of pictures that are not trained on, after the latents of those; as many batches on each process."""
        chosen = self._rows.validation
        order = chosen[np.argsort(self._data.lengths[chosen], kind="stable")]
        for begin in range(0, len(order), self._loop.batch):
            some = order[begin : begin + self._loop.batch]
            mine = some[rank::size]
            batch = self._packed(mine if len(mine) else some[:1], np.zeros(max(1, len(mine)), dtype=bool))
            yield batch if len(mine) else {**batch, "targets": torch.full_like(batch["targets"], _IGNORED)}

    def beside(self, folder: Path) -> None:
        """config.json as the original has it, and the vocabulary."""
        sizes: dict[str, Any] = {
            "latent_channels": self.config.latent_channels,
            "latent_size": self.config.latent_size,
            "hidden_size": self.config.hidden_size,
            "num_layers": self.config.num_layers,
            "num_heads": self.config.num_heads,
            "vocab_size": self.config.vocab_size,
            "max_seq_len": self.config.max_seq_len,
            "ffn_mult": self.config.ffn_mult,
        }
        base = RENAMED.get(self._asked.sd_model, self._asked.sd_model)
        if (here := Path(base).expanduser()).is_dir():
            base = str(here.absolute())
        written = {"sd_model_id": base, "num_inference_steps": STEPS, "gcode_decoder": sizes}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        write_vocabulary(self._data.tokenizer, folder, self._asked.max_len)

    def export(self, folder: Path, weights: Tensors, figures: Mapping[str, float]) -> None:
        """model.safetensors with what lies beside, and the figures."""
        self.beside(folder)
        save_file(dict(weights), folder / "model.safetensors", {"format": "pt"})
        named = {"tokens_per_program": float(self._data.lengths.mean()), **figures}
        (folder / "figures.json").write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")

    def _packed(self, rows: Numbers, from_caption: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Batch:
        """Rows side by side, padded, and where the real tokens are: `there` (n,) in the flat ids, `targets` (n,)."""
        programs = [self._data.tokens[self._data.starts[row] : self._data.starts[row + 1]] for row in rows.tolist()]
        lengths = np.array([len(ids) - 1 for ids in programs])  # the last token is only a target
        ids = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
        real = np.arange(ids.shape[1]) < lengths[:, None]
        ids[real] = np.concatenate([one[:-1] for one in programs])
        return {
            "latents": self._latents(rows, from_caption),
            "ids": torch.from_numpy(ids),
            "there": torch.from_numpy(np.flatnonzero(real)),
            "targets": torch.from_numpy(np.concatenate([one[1:] for one in programs]).astype(np.int64)),
        }

    def _latents(self, rows: Numbers, from_caption: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Tensor:
        found = list[Tensor]()
        for row, wished in zip(rows.tolist(), from_caption.tolist(), strict=True):
            caption = int(self._data.caption[row])
            if self._captions is not None and wished and caption >= 0:
                found.append(self._captions.rows([self._caption_keys[caption]]))
            else:
                found.append(self._pictures.rows([self._picture_keys[int(self._data.picture[row])]]))
        return torch.cat(found)

    def _plan(self, block: int) -> Numbers:
        """The programs of the batches of a block, shape (_BLOCK, batch): every program once before any comes again."""
        train, size = self._rows.train, self._loop.batch
        first, last = block * _BLOCK * size, (block + 1) * _BLOCK * size
        rounds = range(first // len(train), -(-last // len(train)))
        seed = self._loop.seed
        stream = np.concatenate([np.random.default_rng((seed, 0, one)).permutation(train) for one in rounds])
        chosen = stream[first - rounds[0] * len(train) :][: last - first]
        chosen = chosen[np.argsort(self._data.lengths[chosen], kind="stable")].reshape(_BLOCK, size)
        return np.asarray(chosen[np.random.default_rng((seed, 2, block)).permutation(_BLOCK)])


def _sizes(asked: SdTraining, vocabulary: int) -> DecoderConfig:
    """The published sizes, but for what is asked for. Raises ConfigError for heads that the width has no room for."""
    own = DecoderConfig("v3", vocabulary, max_seq_len=asked.max_len, latent_size=asked.latent_size)
    config = replace(
        own,
        hidden_size=asked.hidden_size or own.hidden_size,
        num_layers=asked.layers or own.num_layers,
        num_heads=asked.heads or own.num_heads,
    )
    if config.hidden_size % config.num_heads:
        told = f"{config.hidden_size} is no multiple of {config.num_heads} heads."
        raise ConfigError(told, key="--hidden-size", value=config.hidden_size)
    return config
