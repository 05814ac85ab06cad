"""What a latent will look like, without its decoder: a small picture by twelve numbers."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

# Red, green and blue of Stable Diffusion 1's four channels, fitted to what its VAE makes of them: published by keturn
# in "Decoding latents to RGB without upscaling" on the Hugging Face forum, 2022. Models of version 2 share that VAE.
_COLOURS: Final = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
_SIDE: Final = 192  # pixels of the longer side: below 100 kB as a PNG, noise included


def latent_png(latent: Tensor) -> bytes | None:
    """A PNG of one latent (4, height, width), scaled as pipelines give it; None where it has other channels.

    In the middle of a run a latent is mostly noise, and some schedulers carry it larger: then it is made smaller.
    """
    if latent.shape[0] != len(_COLOURS):
        return None
    calm = latent.detach().float().cpu().nan_to_num()
    calm = calm / calm.std().clamp(min=1.0)
    colours = torch.einsum("chw,cr->hwr", calm, torch.tensor(_COLOURS))
    return png((colours.add(1.0).mul(127.5).clamp(0, 255)).to(torch.uint8).numpy(), _SIDE)


def png(picture: npt.NDArray[np.uint8], side: int | None = None) -> bytes:
    """A PNG of a picture (height, width, 3) or of greys (height, width), its longer side made so many pixels."""
    image = Image.fromarray(picture)
    if side is not None:
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BILINEAR)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
