"""Programs from a decoder and a latent: several candidates at once, a token each per forward, inside the grammar.

For every token: logits of the new token alone (decoder.py keeps the rest), minus what the grammar forbids in each
candidate's state, by temperature and top-p to one choice. Which one is settled by one number between 0 and 1, drawn
beforehand from the seed, the candidate's number and the token's place: so the choice needs no generator on the device,
and a candidate does not depend on how many others there are, but for rounding. Nothing is read back from the device
until a chunk of tokens is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import torch
from torch import Tensor

from dcode.errors import GenerationError
from dcode.machine.machine import Machine
from dcode.ml.checkpoint import LoadedDecoder
from dcode.ml.writing import Enough, Stop, Writing

CHUNK: Final = 16  # tokens between two looks of the host: one or two lines
BUCKET: Final = 256  # of places looked at by a compiled step, so that few shapes have to be compiled
FARTHEST: Final = 1e4  # of logits; torn weights give infinities and worse

Begin = Literal["header", "bos", "pad"]
Step = Callable[..., Tensor]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw from the model; the defaults are the original's, but for the length, which it had at 512.

    `max_len` counts the tokens of the header too and is cut to what the model knows. `begin` is what the model is
    given first: the header that all its training files began with (after `<s>`, if they did), or one token, as the
    original's own loops did.
    """

    seed: int = 0
    count: int = 1
    temperature: float = 0.8
    top_p: float = 0.9
    max_len: int = 2048
    begin: Begin = "header"
    enough: Enough = field(default_factory=Enough)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What one candidate has newly written: tokens, and the lines that are certain by now."""

    candidate: int
    ids: tuple[int, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A finished program. `ids` are its tokens without the header's; `strokes` is 0 when there was no room for one."""

    text: str
    ids: tuple[int, ...]
    stop: Stop
    strokes: int
    points: int
    ink_mm: float


class Candidates:
    """The programs of one request. Iterate `stream` to the end, or as far as wanted, then take `written`."""

    def __init__(
        self,
        loaded: LoadedDecoder,
        latent: Tensor,
        machine: Machine,
        sampling: Sampling,
        *,
        already: Sequence[Sequence[int]] = (),
        step: Step | None = None,
    ) -> None:
        """`latent` is (1, channels, size, size) or one for each candidate. `already` are tokens of an earlier run, a
        row each: they are written again without asking the model, and what follows is what would have followed.
        `step` replaces the decoder's own, as compiled_step makes it.
        """
        self._loaded, self._sampling, self._latent = loaded, sampling, latent
        _refuse_nonsense(loaded, latent, sampling)
        grammar = loaded.grammar(machine)
        device, count = loaded.device, sampling.count
        self._prompt = _prompt(loaded, sampling.begin)
        self._length = min(sampling.max_len, loaded.config.max_seq_len)
        self._room = self._length - len(self._prompt)
        if self._room < 1:
            raise GenerationError(f"A length of {self._length} tokens leaves no room after the header's.")
        self._table = torch.from_numpy(grammar.table).to(device)
        self._states = torch.full((count,), grammar.start, dtype=torch.long, device=device)
        self._noise = torch.from_numpy(_noise(sampling.seed, count, self._room)).to(device)
        self._forced = _forced(already, count, self._room, device)
        self._step, self._compiled = step or loaded.decoder.step, step is not None
        self._writings = [Writing(loaded.tokenizer, machine, sampling.enough, grammar.rest) for _ in range(count)]
        self._told = [0] * count

    def stream(self, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Fresh]:
        """Write, and tell what is new after every chunk. `cancelled` is asked as often; a True ends all programs."""
        ids, why = torch.tensor([self._prompt] * self._sampling.count, device=self._loaded.device), Stop.LENGTH
        for tokens in self._chunks(ids):
            for number, row in enumerate(tokens.tolist()):
                if fresh := self._taken(number, row):
                    yield fresh
            if all(writing.stop for writing in self._writings):
                break
            if cancelled():
                why = Stop.CANCELLED
                break
        for number, writing in enumerate(self._writings):
            writing.finish(why)
            if fresh := self._taken(number, []):
                yield fresh

    def written(self) -> list[Written]:
        """The programs, in the order of candidates. Those that `stream` did not finish are cut where they are."""
        for writing in self._writings:
            writing.finish(Stop.CANCELLED)
        return [
            Written(one.text, tuple(one.ids), one.stop or Stop.CANCELLED, one.strokes, one.points, one.ink_mm)
            for one in self._writings
        ]

    def _taken(self, number: int, tokens: list[int]) -> Fresh | None:
        writing = self._writings[number]
        before = len(writing.ids)
        writing.take(tokens)
        told, self._told[number] = self._told[number], len(writing.lines)
        fresh = Fresh(number, tuple(writing.ids[before:]), tuple(writing.lines[told:]))
        return fresh if fresh.ids or fresh.lines else None

    def _chunks(self, ids: Tensor) -> Iterator[Tensor]:
        """Tokens (count, up to CHUNK) on the host."""
        chosen = torch.empty((len(ids), self._room), dtype=torch.long, device=ids.device)
        with torch.inference_mode():
            caches = self._loaded.decoder.begin(self._latent.to(ids.device), len(ids), self._span(self._length))
            places = torch.arange(self._span(self._length), device=ids.device)
            at = places[: ids.shape[1]]
            mask = places[: len(at)] <= at[:, None]
            logits = self._loaded.decoder.step(ids, at, caches, len(at), mask)
            for done in range(self._room):
                tokens = self._choose(logits, done)
                chosen[:, done] = tokens
                if (done + 1) % CHUNK == 0 or done + 1 == self._room:
                    yield chosen[:, done - done % CHUNK : done + 1].cpu()
                if done + 1 < self._room:
                    here = len(self._prompt) + done
                    at, span = places[here : here + 1], self._span(here + 1)
                    mask_or_none = places[:span] <= at[:, None] if self._compiled else None
                    logits = self._step(tokens[:, None], at, caches, span, mask_or_none)

    def _span(self, length: int) -> int:
        return -(-length // BUCKET) * BUCKET if self._compiled else length

    def _choose(self, logits: Tensor, done: int) -> Tensor:
        """The next token of every candidate; their states go on."""
        after = self._table[self._states]
        sampling = self._sampling
        tokens = choice(logits, after >= 0, self._noise[:, done], sampling.temperature, sampling.top_p)
        if done < self._forced.shape[1]:
            forced = self._forced[:, done]
            tokens = torch.where(forced >= 0, forced, tokens)
        self._states = after.gather(1, tokens[:, None])[:, 0].long()
        return tokens


def choice(logits: Tensor, allowed: Tensor, noise: Tensor, temperature: float, top_p: float) -> Tensor:
    """One allowed token for every row of logits (batch, V), whatever is in them.

    `noise` (batch,) in [0, 1) picks among the most likely tokens that together have the share `top_p`, each with its
    share of them. Temperature 0 takes the most likely one. Every row must allow a token.
    """
    scores = logits.float().nan_to_num(nan=-FARTHEST).clamp(-FARTHEST, FARTHEST).masked_fill(~allowed, -torch.inf)
    if temperature <= 0.0:
        return scores.argmax(dim=-1)
    shares, order = (scores / temperature).softmax(dim=-1).sort(dim=-1, descending=True)
    sums = shares.cumsum(dim=-1)
    kept = ((sums - shares) < top_p).sum(dim=-1, keepdim=True).clamp(min=1)
    # Never a forbidden one, should sums in parallel not be monotone to the last bit.
    last = torch.minimum(kept, allowed.sum(dim=-1, keepdim=True)) - 1
    rank = (sums < noise[:, None] * sums.gather(1, last)).sum(dim=-1, keepdim=True)
    return order.gather(1, torch.minimum(rank, last))[:, 0]


def compiled_step(loaded: LoadedDecoder) -> Step:
    """The decoder's step by torch.compile: slow to begin (once for every BUCKET of length), then faster on a GPU."""
    step: Step = torch.compile(loaded.decoder.step, dynamic=False)
    return step


def _prompt(loaded: LoadedDecoder, begin: Begin) -> list[int]:
    words = loaded.tokenizer
    if begin == "header":
        return words.opening()
    token = words.bos if begin == "bos" else words.pad
    if token is None:
        raise GenerationError(f"The model's tokenizer has no token to begin with by {begin!r}; use 'header'.")
    return [token]


def _noise(seed: int, count: int, length: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """(count, length) in [0, 1); a row depends on the seed and its number only."""
    rows = [np.random.default_rng([abs(seed), number]).random(length, dtype=np.float32) for number in range(count)]
    return np.stack(rows)


def _forced(already: Sequence[Sequence[int]], count: int, room: int, device: torch.device) -> Tensor:
    """(count, longest) with -1 where nothing is forced."""
    longest = min(room, max((len(row) for row in already), default=0))
    forced = torch.full((count, longest), -1, dtype=torch.long)
    for number, row in enumerate(already[:count]):
        forced[number, : len(row[:longest])] = torch.tensor(row[:longest], dtype=torch.long)
    return forced.to(device)


def _refuse_nonsense(loaded: LoadedDecoder, latent: Tensor, sampling: Sampling) -> None:
    shape = loaded.config.latent_shape
    if tuple(latent.shape[1:]) != shape or latent.shape[0] not in (1, sampling.count):
        wanted = "x".join(map(str, (1, *shape)))
        raise GenerationError(f"The latent is {'x'.join(map(str, latent.shape))}; the decoder expects {wanted}.")
    if sampling.count < 1 or not 0.0 < sampling.top_p <= 1.0 or not 0.0 <= sampling.temperature < float("inf"):
        raise GenerationError("Sampling needs a count of at least 1, 0 < top_p <= 1 and a temperature of 0 or more.")
