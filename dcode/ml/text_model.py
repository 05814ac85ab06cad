"""The older models that write G-code as text: any sequence-to-sequence or causal model that transformers loads.

The header that began every training file is given to them, so that the grammar begins where they have a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
import transformers
from torch import Tensor

from dcode.errors import GenerationError
from dcode.machine.machine import Machine
from dcode.ml.device import Running
from dcode.ml.grammar import Grammar, Ranges, compiled
from dcode.ml.language import HEADER
from dcode.ml.sampling import CHUNK, Fresh, choice
from dcode.ml.text_folder import LENGTH, open_text
from dcode.ml.writing import Enough, Stop, Writing

TOP_P: Final = 0.9


@dataclass(frozen=True, slots=True)
class Program:
    """A finished program, and the mean log-likelihood of its tokens as the model saw them, without the grammar."""

    text: str
    stop: Stop
    likelihood: float


class TextModel:
    """A loaded model."""

    def __init__(self, source: str, running: Running) -> None:
        """From a local folder or a hub id. Raises GenerationError, reason "unavailable" where it is not there."""
        self._folder = open_text(source, running.dtype)
        self._config, self._tokenizer = self._folder.config, self._folder.tokenizer
        self._pieces, self._two = self._folder.pieces, self._folder.two
        self.source, self._device = source, running.device
        self._model = self._folder.model.eval().requires_grad_(False).to(running.device)
        self._grammars: dict[Ranges, Grammar] = {}

    def programs(
        self, prompt: str, machine: Machine, *, seed: int, count: int, temperature: float, length: int | None
    ) -> Writer:
        """The programs of a prompt. Raises GenerationError where the model has no room for one."""
        header, asked = self._pieces.encode(HEADER), self._folder.asked(prompt)
        begun = len(header) + (1 if self._two else len(asked))
        room = min(length or LENGTH, self._folder.places or 1 << 20) - begun
        if room < 1:
            raise GenerationError(f"{self.source} has no room for a program: the prompt or the header fills it.")
        grammar = self._grammar(machine)
        writings = [Writing(self._pieces, machine, Enough(), grammar.rest) for _ in range(count)]
        noise = [np.random.default_rng([seed, row]).random(room, dtype=np.float32) for row in range(count)]
        table = torch.from_numpy(grammar.table).to(self._device)
        begin = self._begin(asked, header, count)
        return Writer(begin, table, grammar.start, writings, torch.from_numpy(np.stack(noise)), temperature)

    def _grammar(self, machine: Machine) -> Grammar:
        ranges = Ranges.of(machine)
        if ranges not in self._grammars:
            pieces = self._pieces
            self._grammars[ranges] = compiled(
                pieces.pieces,
                ranges,
                vocab=int(self._config.vocab_size),
                eos=self._tokenizer.eos_token_id,
                implied_lines=pieces.newline is None,
            )
        return self._grammars[ranges]

    def _begin(self, asked: list[int], header: list[int], count: int) -> Step:
        """The model's step: new tokens (count, n), None for the first, to the logits after the last of them."""
        model, device = self._model, self._device
        state: dict[str, Any] = {"use_cache": True}
        first = [self._config.decoder_start_token_id, *header] if self._two else [*asked, *header]
        name = "decoder_input_ids" if self._two else "input_ids"
        if self._two:
            hidden = model.get_encoder()(input_ids=torch.tensor([asked], device=device)).last_hidden_state
            hidden = hidden.expand(count, -1, -1)
            state["encoder_outputs"] = transformers.modeling_outputs.BaseModelOutput(last_hidden_state=hidden)

        def step(tokens: Tensor | None) -> Tensor:
            ids = torch.tensor([first] * count, device=device) if tokens is None else tokens
            with torch.inference_mode():
                out = model(**{name: ids}, **state)
            state["past_key_values"] = out.past_key_values
            logits: Tensor = out.logits[:, -1].float()
            return logits

        return step


Step = Callable[[Tensor | None], Tensor]


class Writer:
    """The programs of one request. Iterate `stream` to its end, then take `written`."""

    def __init__(
        self, step: Step, table: Tensor, start: int, writings: list[Writing], noise: Tensor, temperature: float
    ) -> None:
        """`noise` (count, room) has the numbers by which tokens are chosen; `table` is the grammar's."""
        self._step, self._table, self._writings = step, table, writings
        self._noise, self._temperature = noise.to(table.device), temperature
        self._states = torch.full((len(writings),), start, dtype=torch.long, device=table.device)
        self._likely = torch.zeros(noise.shape, device=table.device)
        self._told = [0] * len(writings)

    @property
    def room(self) -> int:
        """How many tokens a program may have."""
        return self._noise.shape[1]

    def stream(self, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Fresh]:
        """Write, and tell what is new after every few tokens; `cancelled` is asked as often."""
        why, tokens, some = Stop.LENGTH, None, list[Tensor]()
        for done in range(self.room):
            tokens = self._chosen(self._step(tokens), done)[:, None]
            some.append(tokens)
            if len(some) < CHUNK and done + 1 < self.room:
                continue
            yield from self._taken(torch.cat(some, dim=1).tolist())
            some.clear()
            if all(writing.stop for writing in self._writings):
                break
            if cancelled():
                why = Stop.CANCELLED
                break
        for writing in self._writings:
            writing.finish(why)
        yield from self._taken([[] for _ in self._writings])

    def written(self) -> list[Program]:
        """The programs, in the order of candidates."""
        found = list[Program]()
        for writing, likely in zip(self._writings, self._likely.cpu(), strict=True):
            mean = float(likely[: len(writing.ids)].mean()) if writing.ids else 0.0
            found.append(Program(writing.text, writing.stop or Stop.CANCELLED, round(mean, 6)))
        return found

    def _chosen(self, logits: Tensor, done: int) -> Tensor:
        logits = logits.nan_to_num(nan=0.0)
        after = self._table[self._states]
        tokens = choice(logits, after >= 0, self._noise[:, done], self._temperature, TOP_P)
        self._likely[:, done] = logits.log_softmax(dim=-1).gather(1, tokens[:, None])[:, 0]
        self._states = after.gather(1, tokens[:, None])[:, 0].long()
        return tokens

    def _taken(self, rows: Sequence[Sequence[int]]) -> Iterator[Fresh]:
        for number, (writing, row) in enumerate(zip(self._writings, rows, strict=True)):
            before = len(writing.ids)
            writing.take(row)
            told, self._told[number] = self._told[number], len(writing.lines)
            fresh = Fresh(number, tuple(writing.ids[before:]), tuple(writing.lines[told:]))
            if fresh.ids or fresh.lines:
                yield fresh
