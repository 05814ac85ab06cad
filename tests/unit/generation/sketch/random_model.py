"""Stroke models of random weights, in the file that the engine reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dcode.generation.sketch.events import GRID, KINDS, STEPS, Kind
from dcode.generation.sketch.stroke_config import DETAILS, FORMAT, VERSION, StrokeConfig
from tests.unit.generation.sketch.test_weights import write

TINY = StrokeConfig(
    width=16, layers=2, heads=2, text_size=6, memory_tokens=4, neighbour_events=16, events=48, strokes=8
)


def shapes(config: StrokeConfig) -> dict[str, tuple[int, ...]]:
    """Every tensor of a decoder that draws after words."""
    d, wide = config.width, config.width * config.ffn_mult
    found: dict[str, tuple[int, ...]] = {
        "null_text": (config.memory_tokens, d),
        "memory_pos": (config.memory_tokens, d),
        "style_embed.weight": (len(config.styles) + 1, d),
        "detail_embed.weight": (len(DETAILS) + 2, d),
        "neighbour_embed": (config.neighbours, d),
        "pos_embed.weight": (config.events, d),
        "across_kind.weight": (KINDS, d),
        "up_kind.weight": (KINDS, d),
        "up_across.weight": (STEPS, d),
    }
    for name, rows in (("kind", len(Kind)), ("x", GRID), ("y", GRID), ("across", STEPS), ("up", STEPS)):
        found[f"{name}_embed.weight"] = (rows, d)
    linear = {
        "project": (config.text_size, config.memory_tokens * d),
        "kind_head": (d, KINDS),
        "across_in": (d, d),
        "up_in": (d, d),
        "across_head": (d, STEPS),
        "up_head": (d, STEPS),
    }
    norms = ["memory_norm", "ln_f"]
    for part in (f"layers.{i}" for i in range(config.layers)):
        norms += [f"{part}.norm{number + 1}" for number in range(3)]
        linear[f"{part}.feed.linear1"], linear[f"{part}.feed.linear2"] = (d, wide), (wide, d)
        for attention in ("self_attn", "multihead_attn"):
            found[f"{part}.{attention}.in_proj_weight"] = (3 * d, d)
            found[f"{part}.{attention}.in_proj_bias"] = (3 * d,)
            linear[f"{part}.{attention}.out_proj"] = (d, d)
    for name, (into, out) in linear.items():
        found[f"{name}.weight"], found[f"{name}.bias"] = (out, into), (out,)
    for name in norms:
        found[f"{name}.weight"], found[f"{name}.bias"] = (d,), (d,)
    return found


def write_random(path: Path, seed: int, spread: float = 0.3, config: StrokeConfig = TINY, **about: Any) -> Path:
    """The file of a model whose weights are normally distributed."""
    random = np.random.default_rng(seed)
    tensors = {
        name: ("F32", random.normal(0, spread, shape).astype(np.float32)) for name, shape in shapes(config).items()
    }
    return write(path, tensors, {"format": FORMAT, "version": VERSION, "model": config.as_json(), **about})
