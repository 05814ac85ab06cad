"""The `sd-gcode` engine, the original's way: text to a Stable Diffusion latent, and the latent to G-code by a decoder.

The program is written for the sheet that the decoder was trained on, A0 about its centre, whatever size is wished:
it knows no other coordinates. Who plots the strokes fits them to the wished size, as those of any engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import torch
from torch import Tensor

from dcode.generation.known_models import BASE, SD_GCODE
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.ml import prompts
from dcode.ml.checkpoint import WEIGHTS, LoadedDecoder, load_decoder
from dcode.ml.device import Running
from dcode.ml.engines.diffusing import Kept, Report, seeds_of, told
from dcode.ml.engines.programs import TOGETHER, TRAINED_ON, ranked, written_so_far
from dcode.ml.model_folder import model_folder, must_have
from dcode.ml.program_strokes import ProgramStrokes
from dcode.ml.sampling import Candidates, Sampling, Written
from dcode.ml.text_to_latent import PLAIN, Wanted
from dcode.ml.tokenizer import FILES
from dcode.ml.writing import Stop

STYLES: Final = {"sketch": prompts.SKETCH, "plain": prompts.PLAIN}
_FILES: Final = ("config.json", *WEIGHTS, *FILES)


class SdGcodeEngine:
    """Draws by the original's models."""

    name = "sd-gcode"

    def __init__(self, running: Running | None = None) -> None:
        """`running` None: as the environment says, or else as suits this computer."""
        self._running, self._kept = running, Kept()
        self._source = ""
        self._decoder: LoadedDecoder | None = None

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """`count` drawings, the likeliest first. A candidate does not depend on the count, but for rounding."""
        template = prompts.template(request.style, STYLES, self.name)
        source = request.model or SD_GCODE.model
        running = self._running or Running.from_environment()
        begun = time.perf_counter()
        decoder = self._loaded(source, running, report)
        latents = self._latents(decoder, request, template, running, report, cancelled)
        drawings = list[Drawn]()
        for first in range(0, request.count, TOGETHER):
            some = latents[first : first + TOGETHER]
            for written, latent in zip(_written(decoder, some, request, first, report, cancelled), some, strict=True):
                lines, score = ProgramStrokes.of(written.text), likelihood(decoder, latent[None], written.ids)
                took = time.perf_counter() - begun
                ended = written.stop is Stop.END
                drawings.append(Drawn(lines, score, None, self.name, source, request.seed, took, written.text, ended))
        return ranked(drawings, source)

    def _loaded(self, source: str, running: Running, report: Report) -> LoadedDecoder:
        if self._decoder is None or self._source != source:
            self._decoder = None
            report(Progress("loading", 0))
            folder = model_folder(source, _FILES)
            must_have(folder, ["config.json"], "the decoder's configuration")
            must_have(folder, WEIGHTS, "the decoder's weights")
            whole = running.dtype == torch.float32
            self._decoder = load_decoder(folder, device=running.device, dtype=torch.float32 if whole else None)
            self._source = source
        return self._decoder

    def _latents(
        self,
        decoder: LoadedDecoder,
        request: DrawRequest,
        template: prompts.Template,
        running: Running,
        report: Report,
        cancelled: Callable[[], bool],
    ) -> Tensor:
        """(count, 4, 64, 64), as the pipeline gives them: the decoder was trained on such."""
        model = self._kept.model(decoder.sd_model_id or BASE.model, running, report, vae=False)
        side, manner = decoder.config.latent_size, model.manner
        steps = request.steps
        if steps is None and manner == PLAIN:
            steps = decoder.num_inference_steps
        prompt = template.filled(request.prompt)
        wanted = Wanted(prompt, template.negative, steps, request.guidance, (side, side))
        seeds = seeds_of(request.seed, request.count)
        return torch.cat(list(model.latents(wanted, seeds, told(report, cancelled, request.count))))


def _written(
    decoder: LoadedDecoder,
    latents: Tensor,
    request: DrawRequest,
    first: int,
    report: Report,
    cancelled: Callable[[], bool],
) -> Iterator[Written]:
    """The programs of a few latents; strokes of the first one are told as they come."""
    length = min(request.max_len or decoder.config.max_seq_len, decoder.config.max_seq_len)
    heat = Sampling().temperature if request.temperature is None else request.temperature
    sampling = Sampling(request.seed + first, len(latents), heat, max_len=length)
    candidates = Candidates(decoder, latents, TRAINED_ON, sampling)
    strokes, tokens = ProgramStrokes(), 0
    for fresh in candidates.stream(cancelled):
        if fresh.candidate == 0:
            strokes.take(fresh.lines)
            tokens += len(fresh.ids)
            report(written_so_far(strokes, tokens, length))
    if cancelled():
        raise Cancelled
    yield from candidates.written()


def likelihood(decoder: LoadedDecoder, latent: Tensor, ids: Sequence[int]) -> float:
    """The mean log-likelihood of a program's tokens, as the model itself sees them, without the grammar.

    Nearer to 0 is better. The mean, not the sum: that would rank programs by how short they are.
    """
    header = decoder.tokenizer.opening()
    whole = torch.tensor([[*header, *ids]], device=decoder.device)
    if not ids:
        return 0.0
    with torch.inference_mode():
        logits = decoder.decoder(latent.to(decoder.device), whole[:, :-1])[0, len(header) - 1 :].float()
        shares = logits.nan_to_num(nan=0.0).log_softmax(dim=-1)
        found = shares.gather(1, whole[0, len(header) :, None]).mean()
    return round(float(found), 6)


def engine() -> SdGcodeEngine:
    """The engine, with nothing loaded."""
    return SdGcodeEngine()
