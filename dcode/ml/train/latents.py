"""The latents of a run: those of its pictures, and of its captions where they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dcode.errors import GenerationError
from dcode.generation.training import SdTraining
from dcode.ml.device import Running
from dcode.ml.train.distributed import World
from dcode.ml.train.frozen import STEPS, VAE, WHOLE, CaptionLatents, PictureLatents
from dcode.ml.train.gcode_data import Prepared
from dcode.ml.train.latent_cache import LatentCache, Make, fingerprint

Tell = Callable[[str], None]


def latents_of(
    asked: SdTraining, data: Prepared, here: World, tell: Tell
) -> tuple[LatentCache, LatentCache | None, npt.NDArray[np.bool_]]:
    """Both caches, filled, and which pictures have a latent: those that cannot be read have none."""
    running = Running.chosen(str(here.device))
    folder = Path(asked.cache) if asked.cache else Path(asked.manifest).absolute().parent / "latents"
    size = asked.latent_size

    def filled(kind: str, parts: tuple[str, ...], keys: Iterable[str], make: Make) -> LatentCache:
        cache = LatentCache(folder / f"{kind}-{size}-{fingerprint(asked.sd_model, parts)}")
        cache.fill(keys, make, here, tell)
        return cache

    made = PictureLatents(asked.sd_model, running, size, data.pictures)
    pictures = filled("pictures", VAE, data.pictures, made)
    there = np.array([key in pictures for key in data.pictures])
    if not there.all():
        tell(f"{int((~there).sum())} pictures cannot be read and are left out")
    _same_size(pictures, data.pictures, size, asked.sd_model)
    if not asked.text_latents:
        return pictures, None, there
    writing = CaptionLatents(asked.sd_model, running, size, data.captions)
    return pictures, filled(f"captions-{STEPS}", WHOLE, data.captions, writing), there


def _same_size(cache: LatentCache, keys: Iterable[str], size: int, model: str) -> None:
    known = next((key for key in keys if key in cache), None)
    if known is None:
        return
    shape = tuple(cache.rows([known]).shape[1:])
    if shape != (4, size, size):
        made = "x".join(map(str, shape))
        told = f"{model} makes latents {made} of pictures of {8 * size} pixels; 4x{size}x{size} are needed."
        raise GenerationError(told, model=model)
