"""The recogniser that ranks candidates: a small CNN and the word table in one space, in plain numpy.

    picture (64, 64) -> convolutions 3 x 3 of stride 2, GELU -> linear -> vector of length 1
    words (128)      -> linear                                         -> vector of length 1

How well a drawing shows the words is the cosine of the two, the mean of the drawing's and its mirror image's: what a
thing is does not hang on where it looks, and two looks are better than one. Which recogniser scores in an evaluation is
another one, trained on other drawings.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from dcode.errors import GenerationError
from dcode.generation.sketch.decoder import Linear, gelu
from dcode.generation.sketch.picture import SIDE, pictures
from dcode.generation.sketch.weights import Array, Weights, read_weights
from dcode.geometry.lines import Lines

FORMAT: Final = "dcode-recogniser"
VERSION: Final = 1


class Ranker(Protocol):
    """Says of drawings how well each shows what a vector of the word table means; more is better."""

    def scores(self, drawings: Sequence[Lines], text: Array) -> Array: ...


class Recogniser:
    """The network. Tensors: conv.{i}.weight (out, in, 3, 3) and .bias, image.weight/.bias, text.weight/.bias."""

    def __init__(self, weights: Weights) -> None:
        channels = [1, *(int(channel) for channel in weights.config["channels"])]
        space, words = int(weights.config["space"]), int(weights.config["text_size"])
        pairs = list(pairwise(channels))
        self._conv = [weights.get(f"conv.{i}.weight", (out, into, 3, 3)) for i, (into, out) in enumerate(pairs)]
        self._bias = [weights.get(f"conv.{i}.bias", (out,)) for i, (_, out) in enumerate(pairs)]
        self._image, self._text = (
            Linear(weights, "image", channels[-1] * (SIDE >> len(pairs)) ** 2, space),
            Linear(weights, "text", words, space),
        )

    def scores(self, drawings: Sequence[Lines], text: Array) -> Array:
        """The cosines, from -1 to 1, one a drawing."""
        seen = pictures(drawings)
        x = np.concatenate([seen, seen[:, :, ::-1]])[:, None]
        for kernel, bias in zip(self._conv, self._bias, strict=True):
            x = gelu(convolved(x, kernel, bias))
        alike = _unit(self._image(x.reshape(len(x), -1))) @ _unit(self._text(text))
        return np.asarray(alike.reshape(2, -1).mean(axis=0), dtype=np.float32)


def convolved(x: Array, kernel: Array, bias: Array) -> Array:
    """A convolution 3 x 3 of stride 2 with a border of one zero: (n, in, h, w) -> (n, out, h / 2, w / 2)."""
    bordered = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(bordered, (3, 3), axis=(2, 3))[:, :, ::2, ::2]
    found = np.einsum("nihwab,oiab->nohw", windows, kernel, optimize=True)
    return np.asarray(found + bias[:, None, None], dtype=np.float32)


def read_recogniser(path: Path) -> Recogniser:
    """The recogniser of a file. Raises GenerationError, reason "unavailable"."""
    weights = read_weights(path, FORMAT, VERSION)
    try:
        return Recogniser(weights)
    except (KeyError, TypeError, ValueError) as error:
        raise GenerationError(f"{path.name} cannot be used: {error}.", reason="unavailable", file=str(path)) from error


def _unit(x: Array) -> Array:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9), dtype=np.float32)
