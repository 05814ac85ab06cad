"""The `text` engine: a language model that writes the program, as the first models of the original did."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import torch

from dcode.generation.known_models import TEXT
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.ml.device import Running
from dcode.ml.engines.programs import TOGETHER, TRAINED_ON, ranked, written_so_far
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.text_model import Program, TextModel
from dcode.ml.writing import Stop

TEMPERATURE: Final = 0.8


class TextEngine:
    """Draws by language models. The prompt is given as it is: they were trained on plain captions."""

    name = "text"

    def __init__(self, running: Running | None = None) -> None:
        """`running` None: as the environment says, or else as suits this computer."""
        self._running = running
        self._model: TextModel | None = None

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """`count` drawings, the likeliest first. A candidate does not depend on the count, but for rounding."""
        source, begun = request.model or TEXT.model, time.perf_counter()
        model = self._loaded(source, report)
        drawings = list[Drawn]()
        for first in range(0, request.count, TOGETHER):
            for program in _programs(model, request, first, report, cancelled):
                took, lines = time.perf_counter() - begun, ProgramStrokes.of(program.text)
                score, seed, ended = program.likelihood, request.seed, program.stop is Stop.END
                drawings.append(Drawn(lines, score, None, self.name, source, seed, took, program.text, ended))
        return ranked(drawings, source)

    def _loaded(self, source: str, report: Callable[[Progress], None]) -> TextModel:
        if self._model is None or self._model.source != source:
            self._model = None
            running = self._running or _whole_or_bf16(Running.from_environment())
            report(Progress("loading", 0))
            self._model = TextModel(source, running)
        return self._model


def _whole_or_bf16(running: Running) -> Running:
    """T5 was trained in bfloat16 and overflows in fp16."""
    if running.dtype is torch.float16:
        return Running(running.device, torch.bfloat16, running.scheduler)
    return running


def _programs(
    model: TextModel,
    request: DrawRequest,
    first: int,
    report: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> list[Program]:
    """A few candidates together; strokes of the first one are told as they come."""
    writer = model.programs(
        request.prompt,
        TRAINED_ON,
        seed=request.seed + first,
        count=min(TOGETHER, request.count - first),
        temperature=TEMPERATURE if request.temperature is None else request.temperature,
        length=request.max_len,
    )
    strokes, tokens = ProgramStrokes(), 0
    for fresh in writer.stream(cancelled):
        if fresh.candidate == 0:
            strokes.take(fresh.lines)
            tokens += len(fresh.ids)
            report(written_so_far(strokes, tokens, writer.room))
    if cancelled():
        raise Cancelled
    return writer.written()


def engine() -> TextEngine:
    """The engine, with nothing loaded."""
    return TextEngine()
