"""Several programs drawn side by side by the stroke decoder, with guidance and temperature, within the grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.generation.sketch.decoder import Numbers, StrokeDecoder, softmax
from dcode.generation.sketch.events import START, Allowed, Caps, Events, Grammar, Kind
from dcode.generation.sketch.weights import Array

_NEVER: Final = np.float32(-1e30)

Watch = Callable[[int, Events], bool]  # how many events there are, the first candidate so far; False: enough


@dataclass(frozen=True, slots=True)
class Taste:
    """How candidates are chosen. `guidance` 1 is the model as it is; `top` is the share of ways that are chosen from.

    Kinds are always chosen at temperature 1: a cooler pen never lifts.
    """

    temperature: float = 0.6
    guidance: float = 3.0
    top: float = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A complete program, and how likely the model thought each point of it after the words: mean nats a point."""

    events: Events
    likelihood: float


def candidates(
    decoder: StrokeDecoder,
    memory: Array,
    empty: Array,
    count: int,
    seed: Sequence[int],
    taste: Taste,
    caps: Caps,
    watch: Watch,
) -> list[Candidate]:
    """`count` programs after a memory, guided away from the empty one. None where `watch` said that it is enough."""
    guided = taste.guidance != 1.0
    cache = decoder.begin([memory, empty] if guided else [memory], count)
    grammar, random = Grammar(count, caps), np.random.default_rng(seed)
    inputs = np.tile(np.array(START, dtype=np.int64), (count, 1))
    written, likely = list[Numbers](), np.zeros(count)

    def chosen(logits: Array, allowed: Allowed, temperature: float, top: float) -> Numbers:
        """One choice a row, by the guided logits; adds to `likely` what the model itself thought of it."""
        own = logits[:count]
        mixed = logits[count:] + np.float32(taste.guidance) * (own - logits[count:]) if guided else own
        found = pick(np.where(allowed, mixed, _NEVER), temperature, top, random.random(count))
        said = np.log(softmax(own.astype(np.float64))[np.arange(count), found] + 1e-12)
        likely[:] += np.where(counted, said, 0.0)
        return found

    for number in range(caps.events):
        thought = decoder.step(np.concatenate([inputs, inputs]) if guided else inputs, cache)
        both = (lambda rows: np.concatenate([rows, rows])) if guided else (lambda rows: rows)
        counted = ~grammar.ended
        kinds = chosen(decoder.kinds(thought), grammar.kinds(), 1.0, 1.0)
        counted = counted & (kinds != Kind.END)
        across = chosen(decoder.across(thought, both(kinds)), grammar.across(), taste.temperature, taste.top)
        allowed = grammar.up(kinds, across)
        up = chosen(decoder.up(thought, both(kinds), both(across)), allowed, taste.temperature, taste.top)
        inputs = grammar.take(kinds, across, up)
        written.append(inputs[:, :3])
        if not watch(number + 1, np.stack(written)[:, 0].astype(np.int16)):
            return []
        if grammar.ended.all():
            break
    programs = np.stack(written, axis=1).astype(np.int16)
    lengths = grammar.events
    return [
        Candidate(program[:length], float(sum_ / max(1, length - 1)))
        for program, length, sum_ in zip(programs, lengths.tolist(), likely, strict=True)
    ]


def pick(logits: Array, temperature: float, top: float, chance: npt.NDArray[np.float64]) -> Numbers:
    """One number a row: of the likeliest ones that together have the share `top`, by a chance from 0 to 1 a row.

    Temperature 0 takes the likeliest.
    """
    if temperature <= 0:
        return np.asarray(logits.argmax(-1), dtype=np.int64)
    share = softmax(logits.astype(np.float64) / temperature)
    order = np.argsort(-share, axis=-1, kind="stable")
    sorted_share = np.take_along_axis(share, order, -1)
    before = np.cumsum(sorted_share, axis=-1) - sorted_share
    sorted_share[before >= top] = 0.0
    reached = np.cumsum(sorted_share, axis=-1)
    place = (reached <= chance[:, None] * reached[:, -1:]).sum(-1)
    return np.asarray(np.take_along_axis(order, place[:, None], -1)[:, 0], dtype=np.int64)
