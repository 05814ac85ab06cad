"""The `trace` engine: a picture by Stable Diffusion, asked for as line art, and a stroke along each of its lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from dcode.errors import DrawingError, GenerationError
from dcode.generation.known_models import TRACE
from dcode.generation.request import Cancelled, Drawn, DrawRequest, Progress
from dcode.geometry.strokes.picture import Colours
from dcode.ml import prompts
from dcode.ml.device import Running
from dcode.ml.engines.diffusing import Kept, Report, seeds_of, told
from dcode.ml.latent_preview import png
from dcode.ml.line_art import Traced, traced
from dcode.ml.text_to_latent import Wanted

STYLES: Final = {
    "line-art": prompts.LINE_ART,
    "one-line": prompts.ONE_LINE,
    "detailed": prompts.DETAILED,
    "plain": prompts.PLAIN,
}
_PREVIEW: Final = 512  # pixels of the longer side


class TraceEngine:
    """Draws by pictures. Candidate k of seed s is the one drawing of seed s + k."""

    name = "trace"

    def __init__(self, running: Running | None = None) -> None:
        """`running` None: as the environment says, or else as suits this computer."""
        self._running, self._kept = running, Kept()

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """`count` drawings, those first whose pictures were line drawings most of all; see Traced.worth."""
        template = prompts.template(request.style, STYLES, self.name)
        source = request.model or TRACE.model
        running = self._running or Running.from_environment()
        begun = time.perf_counter()
        model = self._kept.model(source, running, report, vae=True)
        shape = model.shape_for(request.width_mm, request.height_mm)
        wanted = Wanted(template.filled(request.prompt), template.negative, request.steps, request.guidance, shape)
        seeds = seeds_of(request.seed, request.count)
        drawings = list[Drawn]()
        latents = model.latents(wanted, seeds, told(report, cancelled, request.count))
        for number, (seed, latent) in enumerate(zip(seeds, latents, strict=True)):
            picture = model.picture(latent)
            if cancelled():
                raise Cancelled
            report(Progress("tracing", number, request.count, png(picture, _PREVIEW)))
            found = self._traced(picture, number, request.count, report)
            now = time.perf_counter()
            if found is not None:
                score = round(found.worth, 6)
                drawings.append(Drawn(found.lines, score, None, self.name, source, seed, now - begun))
            begun = now
        if not drawings:
            told_why = f"The pictures of {source} hold no lines: another seed or another model may help."
            raise GenerationError(told_why, reason="empty")
        return sorted(drawings, key=lambda drawn: -(drawn.score or 0.0))

    def _traced(self, picture: Colours, number: int, count: int, report: Report) -> Traced | None:
        """The strokes of a picture; None where there are none, or far too many to be lines."""
        try:
            found = traced(picture)
        except DrawingError:
            return None
        if not len(found.lines):
            return None
        report(Progress("tracing", number + 1, count, None, found.lines))
        return found


def engine() -> TraceEngine:
    """The engine, with nothing loaded."""
    return TraceEngine()
