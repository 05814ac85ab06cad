"""What the engines that begin with a Stable Diffusion model share: the model kept warm, and how its steps are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dcode.generation.request import Cancelled, Progress
from dcode.ml.device import Running
from dcode.ml.latent_preview import latent_png
from dcode.ml.text_to_latent import Stepped, TextToLatent

Report = Callable[[Progress], None]
SEEDS: Final = 1 << 63
_PREVIEWS: Final = 8  # of a picture at most: one costs a GPU as much as a tenth of a step


class Kept:
    """The model that was used last. One at a time: two fill a GPU."""

    def __init__(self) -> None:
        self._source = ""
        self._model: TextToLatent | None = None

    def model(self, source: str, running: Running, report: Report, *, vae: bool) -> TextToLatent:
        """The model, loaded where it is another one than last time. Raises GenerationError."""
        if self._model is None or self._source != source:
            self._model = None
            report(Progress("loading", 0))
            self._model, self._source = TextToLatent(source, running, vae=vae), source
        return self._model


def told(report: Report, cancelled: Callable[[], bool], count: int) -> Callable[[Stepped], None]:
    """Tells the steps of `count` candidates as progress, with a picture; raises Cancelled where nobody wants more."""

    def tell(stepped: Stepped) -> None:
        if cancelled():
            raise Cancelled
        stage = "picture" if count == 1 else f"picture {stepped.first + 1} of {count}"
        seen = stepped.done and stepped.done % -(-stepped.total // _PREVIEWS) == 0
        preview = latent_png(stepped.latents[0]) if seen else None
        report(Progress(stage, stepped.done, stepped.total, preview))

    return tell


def seeds_of(seed: int, count: int) -> list[int]:
    """Each candidate's own."""
    return [(seed + number) % SEEDS for number in range(count)]
