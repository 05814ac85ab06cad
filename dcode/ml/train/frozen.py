"""Frozen Stable Diffusion at work for the cache: pictures to latents by its VAE, captions to latents by all of it.

Both as the original had them. A picture's latent is drawn from what the VAE says and scaled once; a caption's comes
scaled out of the pipeline, after five steps with guidance 7.5, and is not scaled again.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from dcode.ml.device import Running
from dcode.ml.train.latent_cache import seed_of

STEPS: Final = 5
GUIDANCE: Final = 7.5
VAE: Final = ("vae",)
WHOLE: Final = ("text_encoder", "tokenizer", "unet", "scheduler")
PIXELS: Final = 8  # of a cell
_AT_ONCE: Final = 8  # pictures on a GPU


class PictureLatents:
    """Makes the latents of pictures, by the keys of their contents. The VAE is loaded when the first is wanted."""

    def __init__(self, source: str, running: Running, size: int, files: Mapping[str, Path]) -> None:
        self._source, self._running, self._side, self._files = source, running, size * PIXELS, files
        self._vae: Any = None

    def __call__(self, keys: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """A latent for each picture that can be read."""
        at_once = 1 if self._running.device.type == "cpu" else _AT_ONCE
        pictures = [(key, one) for key in keys if (one := picture(self._files[key], self._side)) is not None]
        for begin in range(0, len(pictures), at_once):
            some = pictures[begin : begin + at_once]
            latents = self._latents(torch.stack([one for _, one in some]), [seed_of(key) for key, _ in some])
            yield from zip((key for key, _ in some), latents.cpu(), strict=True)

    def _latents(self, pictures: Tensor, seeds: Sequence[int]) -> Tensor:
        if self._vae is None:
            from dcode.ml.sd_folder import open_vae

            self._vae = open_vae(self._source, self._running)
        vae = self._vae
        with torch.inference_mode():
            found = self._spread(pictures)
            if not found.mean.isfinite().all() and vae.dtype == torch.float16:
                vae.to(torch.float32)  # some overflow in half precision; once is enough to know
                found = self._spread(pictures)
            noise = [torch.randn(found.mean.shape[1:], generator=torch.Generator().manual_seed(one)) for one in seeds]
            made = found.mean.float() + found.std.float() * torch.stack(noise).to(found.mean.device)
        latents: Tensor = made * vae.config.scaling_factor
        return latents

    def _spread(self, pictures: Tensor) -> Any:
        vae = self._vae
        return vae.encode(pictures.to(self._running.device, vae.dtype)).latent_dist


class CaptionLatents:
    """Makes the latents of captions. Stable Diffusion is loaded when the first is wanted."""

    def __init__(self, source: str, running: Running, size: int, captions: Mapping[str, str]) -> None:
        self._source, self._running, self._size, self._captions = source, running, size, captions
        self._model: Any = None

    def __call__(self, keys: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        from dcode.ml.text_to_latent import PLAIN, TextToLatent, Wanted

        if self._model is None:
            self._model = TextToLatent(self._source, self._running, vae=False)
        plain = self._model.manner == PLAIN
        size = (self._size, self._size)
        wanted = Wanted("", "", STEPS if plain else None, GUIDANCE if plain else None, size)
        prompts = [self._captions[key] for key in keys]
        made = self._model.of_prompts(prompts, wanted, [seed_of(key) for key in keys])
        yield from zip(keys, (latent[0].cpu() for latent in made), strict=True)


def picture(path: Path, side: int) -> Tensor | None:
    """A picture (3, side, side) from -1 to 1, whole, in the middle of white; None for what cannot be read as one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                colours = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    white = Image.new("RGBA", colours.size, "white")
    white.alpha_composite(colours)
    fitted = ImageOps.pad(white.convert("RGB"), (side, side), Image.Resampling.LANCZOS, color="white")
    return torch.from_numpy(np.asarray(fitted, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)


def key_of(path: Path) -> str:
    """What a picture is known by; "" for one that is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def key_of_caption(caption: str) -> str:
    return hashlib.sha256(caption.encode()).hexdigest()
