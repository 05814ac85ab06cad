"""The stroke decoder of dcode.ml.stroke_decoder in plain numpy: one pen event a step, keys and values kept.

Weights have the names of the torch model. Rows that are drawn after the same memory share its keys and values, so that
eight candidates with guidance are two memories of eight rows. d is the width, M the tokens of a memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.errors import GenerationError
from dcode.generation.sketch.events import GRID, KINDS, STEPS, Events, Kind, told
from dcode.generation.sketch.stroke_config import DETAILS, FORMAT, UNKNOWN, VERSION, StrokeConfig
from dcode.generation.sketch.weights import Array, Weights, read_weights

Numbers = npt.NDArray[np.int64]

_GELU: Final = np.float32(np.sqrt(2.0 / np.pi))
_EPSILON: Final = np.float32(1e-5)  # torch's, in a norm


@dataclass(slots=True, eq=False)
class Cache:
    """What is kept of programs that are written side by side: for each layer keys and values (rows, heads, T, d/h).

    `memory` has for each layer the keys and values (heads, M, d/h) of each memory. `at` is how many events were read.
    """

    keys: list[Array]
    values: list[Array]
    memory: list[list[tuple[Array, Array]]]
    at: int = 0


class Attention:
    """Multi-head attention; rows of q, then k, then v in one matrix."""

    def __init__(self, weights: Weights, name: str, width: int, heads: int) -> None:
        self.heads, self.width = heads, width
        self.into = np.ascontiguousarray(weights.get(f"{name}.in_proj_weight", (3 * width, width)).T)
        self.into_bias = weights.get(f"{name}.in_proj_bias", (3 * width,))
        self.out = np.ascontiguousarray(weights.get(f"{name}.out_proj.weight", (width, width)).T)
        self.out_bias = weights.get(f"{name}.out_proj.bias", (width,))

    def part(self, x: Array, first: int, last: int) -> Array:
        """Parts first to last of q, k, v of tokens (n, d): (n, parts, heads, d / heads)."""
        there = slice(first * self.width, last * self.width)
        found = x @ self.into[:, there] + self.into_bias[there]
        return found.reshape(len(x), last - first, self.heads, -1)

    def read(self, q: Array, k: Array, v: Array) -> Array:
        """What queries (..., heads, n, d/h) read of (..., heads, T, d/h); of the same shape as the queries."""
        scores = q @ k.swapaxes(-1, -2)
        scores *= np.float32(1.0 / np.sqrt(q.shape[-1]))
        return np.asarray(softmax(scores) @ v, dtype=np.float32)

    def ended(self, read: Array) -> Array:
        """(n, d) of what n tokens read."""
        return np.asarray(read @ self.out + self.out_bias, dtype=np.float32)


class Norm:
    """Layer norm."""

    def __init__(self, weights: Weights, name: str, width: int) -> None:
        self.weight, self.bias = weights.get(f"{name}.weight", (width,)), weights.get(f"{name}.bias", (width,))

    def __call__(self, x: Array) -> Array:
        x = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((x * x).mean(-1, keepdims=True) + _EPSILON)
        return np.asarray(x / spread * self.weight + self.bias, dtype=np.float32)


class Linear:
    """A matrix and a bias."""

    def __init__(self, weights: Weights, name: str, into: int, out: int) -> None:
        self.weight = np.ascontiguousarray(weights.get(f"{name}.weight", (out, into)).T)
        self.bias = weights.get(f"{name}.bias", (out,))

    def __call__(self, x: Array) -> Array:
        return np.asarray(x @ self.weight + self.bias, dtype=np.float32)


class Layer:
    """One layer of the decoder."""

    def __init__(self, weights: Weights, name: str, config: StrokeConfig) -> None:
        width, wide = config.width, config.width * config.ffn_mult
        self.own = Attention(weights, f"{name}.self_attn", width, config.heads)
        self.up = Attention(weights, f"{name}.multihead_attn", width, config.heads)
        self.linear1 = Linear(weights, f"{name}.feed.linear1", width, wide)
        self.linear2 = Linear(weights, f"{name}.feed.linear2", wide, width)
        self.norms = [Norm(weights, f"{name}.norm{number + 1}", width) for number in range(3)]

    def stepped(self, x: Array, keys: Array, values: Array, at: int, memory: Sequence[tuple[Array, Array]]) -> Array:
        """The token (d) at place `at` of each row (rows, d); its keys and values are put into the cache."""
        three = self.own.part(self.norms[0](x), 0, 3)
        keys[:, :, at], values[:, :, at] = three[:, 1], three[:, 2]
        read = self.own.read(three[:, 0, :, None], keys[:, :, : at + 1], values[:, :, : at + 1])
        x = x + self.own.ended(read.reshape(x.shape))
        q = self.up.part(self.norms[1](x), 0, 1)[:, 0].reshape(len(memory), -1, *keys.shape[1::2])
        parts = [self.up.read(one.swapaxes(0, 1), *kv).swapaxes(0, 1) for one, kv in zip(q, memory, strict=True)]
        return self._fed(x + self.up.ended(np.concatenate(parts).reshape(x.shape)))

    def _fed(self, x: Array) -> Array:
        return x + self.linear2(gelu(self.linear1(self.norms[2](x))))


class StrokeDecoder:
    """The model, read-only once it is made: `memory`, `begin`, then `step` and the logits of each event."""

    def __init__(self, weights: Weights, config: StrokeConfig) -> None:
        self.config, width = config, config.width

        def table(name: str, rows: int) -> Array:
            return weights.get(name, (rows, width))

        self.project = Linear(weights, "project", config.text_size, config.memory_tokens * width)
        self.null_text = table("null_text", config.memory_tokens)
        self.memory_pos = table("memory_pos", config.memory_tokens)
        self.style_embed = table("style_embed.weight", len(config.styles) + 1)
        self.detail_embed = table("detail_embed.weight", len(DETAILS) + 2)
        self.neighbour_embed = table("neighbour_embed", config.neighbours)
        self.memory_norm = Norm(weights, "memory_norm", width)
        self.tables = [
            table(f"{name}_embed.weight", rows)
            for name, rows in (("kind", len(Kind)), ("x", GRID), ("y", GRID), ("across", STEPS), ("up", STEPS))
        ]
        self.pos_embed = table("pos_embed.weight", config.events)
        self.layers = [Layer(weights, f"layers.{i}", config) for i in range(config.layers)]
        self.ln_f = Norm(weights, "ln_f", width)
        self.kind_head = Linear(weights, "kind_head", width, KINDS)
        self.across_in, self.up_in = (Linear(weights, name, width, width) for name in ("across_in", "up_in"))
        self.across_head, self.up_head = (Linear(weights, f"{name}_head", width, STEPS) for name in ("across", "up"))
        self.across_kind, self.up_kind = table("across_kind.weight", KINDS), table("up_kind.weight", KINDS)
        self.up_across = table("up_across.weight", STEPS)

    def memory(
        self, text: Array | None, neighbours: Sequence[Events] = (), style: int = UNKNOWN, detail: int = UNKNOWN
    ) -> Array:
        """The memory (M, d) of a vector of the word table; None: of nothing, which guidance goes away from."""
        shape = self.memory_pos.shape
        picture = (self.null_text if text is None else self.project(text).reshape(shape)) + self.memory_pos
        looked_at = neighbours[: self.config.neighbours]
        theirs = [self._tokens(one) + place for one, place in zip(looked_at, self.neighbour_embed, strict=False)]
        tags = self.style_embed[style], self.detail_embed[detail]
        return self.memory_norm(np.concatenate([picture, np.stack(tags), *theirs]))

    def begin(self, memories: Sequence[Array], rows: int) -> Cache:
        """An empty cache for `rows` programs after each of the memories, those of the first one first."""
        heads = self.config.heads
        shape = (len(memories) * rows, heads, self.config.events, self.config.width // heads)
        kept = []
        for layer in self.layers:
            both = [layer.up.part(memory, 1, 3).transpose(1, 2, 0, 3) for memory in memories]
            kept.append([(np.ascontiguousarray(k), np.ascontiguousarray(v)) for k, v in both])
        empty = [np.empty(shape, dtype=np.float32) for _ in range(2 * len(self.layers))]
        return Cache(empty[::2], empty[1::2], kept)

    def step(self, inputs: Numbers, cache: Cache) -> Array:
        """What the model thinks (rows, d) after one more event (rows, 5)."""
        x = self._embedded(inputs) + self.pos_embed[cache.at]
        for layer, keys, values, memory in zip(self.layers, cache.keys, cache.values, cache.memory, strict=True):
            x = layer.stepped(x, keys, values, cache.at, memory)
        cache.at += 1
        return self.ln_f(x)

    def kinds(self, thought: Array) -> Array:
        """Logits of the next kind, (rows, 3)."""
        return self.kind_head(thought)

    def across(self, thought: Array, kinds: Numbers) -> Array:
        """Logits of the way across, given the kind, (rows, STEPS)."""
        return self.across_head(gelu(self.across_in(thought) + self.across_kind[kinds]))

    def up(self, thought: Array, kinds: Numbers, across: Numbers) -> Array:
        """Logits of the way up, given kind and way across, (rows, STEPS)."""
        return self.up_head(gelu(self.up_in(thought) + self.up_kind[kinds] + self.up_across[across]))

    def _embedded(self, inputs: Numbers) -> Array:
        return np.asarray(sum(table[column] for table, column in zip(self.tables, inputs.T, strict=True)))

    def _tokens(self, neighbour: Events) -> Array:
        """One drawing, a token an event."""
        events = neighbour[: self.config.neighbour_events]
        return self._embedded(told(events)) + self.pos_embed[: len(events)]


def padded(events: Events, to: int) -> Events:
    """The program with its last event, made an END, repeated until its length can be divided by `to`."""
    end = np.array([[Kind.END, *events[-1, 1:]]], dtype=events.dtype)
    return np.concatenate([events, np.repeat(end, -len(events) % to, axis=0)])


def gelu(x: Array) -> Array:
    """GELU by its tanh form."""
    return np.asarray(x * np.float32(0.5) * (1 + np.tanh(_GELU * (x + np.float32(0.044715) * x * x * x))))


def softmax(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Over the last axis."""
    raised = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


def read_decoder(path: Path) -> tuple[StrokeDecoder, Weights]:
    """The model of a file, and the file. Raises GenerationError, reason "unavailable"."""
    weights = read_weights(path, FORMAT, VERSION)
    try:
        config = StrokeConfig.from_json(weights.config["model"])
    except (KeyError, ValueError, TypeError) as error:
        raise GenerationError(f"{path.name} cannot be used: {error}.", reason="unavailable", file=str(path)) from error
    if config.memory != "text":
        told = f"{path.name} draws after Stable Diffusion latents, not after words."
        raise GenerationError(told, reason="unavailable", file=str(path))
    return StrokeDecoder(weights, config), weights
