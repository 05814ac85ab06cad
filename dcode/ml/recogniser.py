"""Recognisers in torch, for training; dcode.generation.sketch.recogniser is the one that ranks, in plain numpy.

    picture (1, 64, 64) -> 16, 32, 64, 128 channels, 3 x 3 of stride 2, norm, GELU -> (128, 4, 4), flat -> features
    features -> linear -> a place in a space that words have a place in, too
    features -> linear -> logits of classes, where it has some

The same network twice, of other weights and of other drawings: one ranks candidates and ships, the other scores what
was drawn and has no part in drawing. The norms of batches are folded into the convolutions when the file is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor, nn
from torch.nn import functional

from dcode.generation.sketch.picture import SIDE, pictures
from dcode.generation.sketch.recogniser import FORMAT, VERSION
from dcode.generation.sketch.weights import Array, read_weights
from dcode.geometry.lines import Lines
from dcode.ml.train.checkpoints import written

CHANNELS: Final = (16, 32, 64, 128)
SPACE: Final = 128
_SHARP: Final = 20.0  # what cosines are multiplied by before a softmax, at the beginning


class Block(nn.Module):
    """A convolution that halves the picture, a norm, GELU by its tanh form."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(into, out, 3, 2, 1), nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.gelu(self.norm(self.conv(x)), approximate="tanh")

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the convolution that does the same without a norm, once training is over."""
        norm = self.norm
        assert norm.running_var is not None and norm.running_mean is not None and self.conv.bias is not None
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        bias = (self.conv.bias - norm.running_mean) * scale + norm.bias
        return self.conv.weight * scale[:, None, None, None], bias


class RecogniserNet(nn.Module):
    """Pictures (n, 1, 64, 64) and vectors of the word table (m, text_size) in one space."""

    def __init__(
        self, text_size: int, classes: int = 0, channels: Sequence[int] = CHANNELS, space: int = SPACE
    ) -> None:
        super().__init__()
        self.channels = tuple(channels)
        self.blocks = nn.Sequential(*(Block(into, out) for into, out in pairwise((1, *channels))))
        self.drop = nn.Dropout(0.3)
        size = channels[-1] * (SIDE >> len(channels)) ** 2
        self.image, self.text = nn.Linear(size, space), nn.Linear(text_size, space)
        self.classes = nn.Linear(size, classes) if classes else None
        self.sharpness = nn.Parameter(torch.tensor(_SHARP).log())

    def features(self, pictures: Tensor) -> Tensor:
        """What is seen in pictures and where, (n, channels[-1] times places)."""
        found: Tensor = self.blocks(pictures)
        return found.flatten(1)

    def places(self, features: Tensor) -> Tensor:
        """Where pictures are in the space, of length 1, (n, space)."""
        return functional.normalize(self.image(self.drop(features)), dim=-1)

    def words(self, vectors: Tensor) -> Tensor:
        """Where words are in the space, of length 1, (m, space)."""
        return functional.normalize(self.text(vectors), dim=-1)


def write_recogniser(path: Path, net: RecogniserNet, about: Mapping[str, Any]) -> None:
    """The file, in fp16, norms folded. `about` goes into its config: names of the classes, figures."""
    tensors = {}
    for number, block in enumerate(net.blocks):
        assert isinstance(block, Block)
        tensors[f"conv.{number}.weight"], tensors[f"conv.{number}.bias"] = block.folded()
    linear = {"image": net.image, "text": net.text} | ({"classes": net.classes} if net.classes is not None else {})
    for name, layer in linear.items():
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = layer.weight, layer.bias
    config = {"format": FORMAT, "version": VERSION, "channels": list(net.channels), "space": net.image.out_features}
    config |= {"text_size": net.text.in_features, **about}
    half = {name: value.detach().cpu().numpy().astype(np.float16) for name, value in tensors.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    written(path, save(half, {"config": json.dumps(config, sort_keys=True)}))


class Scorer:
    """The recogniser that scores. `names` are its classes. Raises GenerationError for a file that is none."""

    def __init__(self, path: Path) -> None:
        weights = read_weights(path, FORMAT, VERSION)
        self.names: tuple[str, ...] = tuple(weights.config.get("classes", ()))
        self.figures: Mapping[str, float] = weights.config.get("figures", {})
        self._tensors = {name: torch.from_numpy(np.array(value)) for name, value in weights.tensors.items()}

    def features(self, drawings: Sequence[Lines]) -> Tensor:
        """What is seen in drawings: also what a Frechet distance is taken of."""
        x, number = torch.from_numpy(pictures(drawings))[:, None], 0
        while (weight := self._tensors.get(f"conv.{number}.weight")) is not None:
            x = functional.conv2d(x, weight, self._tensors[f"conv.{number}.bias"], stride=2, padding=1)
            x, number = functional.gelu(x, approximate="tanh"), number + 1
        return x.flatten(1)

    def logits(self, features: Tensor) -> Tensor:
        """How much each is of each class, (n, classes)."""
        return self._linear("classes", features)

    def alike(self, features: Tensor, words: Array) -> Tensor:
        """The cosine of each drawing and each vector of the word table, (n, m)."""
        images = functional.normalize(self._linear("image", features), dim=-1)
        return images @ functional.normalize(self._linear("text", torch.from_numpy(words)), dim=-1).T

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return functional.linear(x, self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"])
