"""Text to latents, and to pictures, by Stable Diffusion. Loading is in sd_folder.py.

Everything about a candidate that is left to chance comes from its own seed, drawn on the CPU whatever the device. So a
candidate does not depend on how many others there are: to the bit where they are made one at a time, as on a CPU,
where several at once are no faster; but for rounding where a GPU makes several.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dcode.errors import GenerationError
from dcode.ml.device import Running
from dcode.ml.model_folder import short
from dcode.ml.sd_folder import open_pipeline

HALVED: Final = 8  # cells that the network halves to one
LONGEST: Final = 1.5  # of a picture, its sides' ratio
AT_ONCE: Final = 4  # candidates on a GPU: beyond it is busy, and small ones are full


@dataclass(frozen=True, slots=True)
class Manner:
    """How many steps and how much guidance suit a model."""

    steps: int
    guidance: float


PLAIN: Final = Manner(25, 7.5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture's description. None: as suits the model. `size` is (height, width) of the latent, in its cells.

    Guidance up to 1 means none, which halves the work; `negative`, what not to draw, then has no effect.
    """

    prompt: str
    negative: str = ""
    steps: int | None = None
    guidance: float | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step of the candidates from number `first` on is done; `latents` (n, 4, h, w) are what there is of them."""

    first: int
    done: int
    total: int
    latents: Tensor


class TextToLatent:
    """A loaded model."""

    def __init__(self, source: str, running: Running, *, vae: bool = True, at_once: int | None = None) -> None:
        """From a local folder or a hub id. Raises GenerationError, reason "unavailable" where it is not there."""
        self._pipe = open_pipeline(source, running, vae=vae)
        self._source, self._running = source, running
        self._at_once = at_once or (1 if running.device.type == "cpu" else AT_ONCE)

    @property
    def manner(self) -> Manner:
        """What suits this model, as its files tell: distilled models need few steps and no guidance, or their own."""
        unet, scheduler = self._pipe.unet.config, self._pipe.scheduler
        if unet.get("time_cond_proj_dim") is not None:
            return Manner(4, 8.0)  # LCM: guidance is an input of the network and costs nothing
        if type(scheduler).__name__ == "LCMScheduler":
            return Manner(4, 1.0)
        trailing = scheduler.config.get("timestep_spacing") == "trailing"
        if trailing and not scheduler.config.get("rescale_betas_zero_snr"):
            return Manner(4, 0.0)  # as SD-Turbo is published
        return PLAIN

    def shape_for(self, width: float | None, height: float | None) -> tuple[int, int] | None:
        """The size of a latent for a sheet of this aspect: as many cells as the model was trained on, about.

        None, the model's own, for a sheet that is not known. No longer than half as much again as wide or the other
        way round: in longer pictures models repeat things.
        """
        if not width or not height:
            return None
        side = self._pipe.unet.config.sample_size
        if not isinstance(side, int):
            return None
        stretch = math.sqrt(min(max(width / height, 1 / LONGEST), LONGEST))
        down, across = (max(HALVED, round(side * by / HALVED) * HALVED) for by in (1 / stretch, stretch))
        return down, across

    def latents(
        self, wanted: Wanted, seeds: Sequence[int], told: Callable[[Stepped], None] = lambda stepped: None
    ) -> Iterator[Tensor]:
        """A latent (1, 4, h, w) in float32 for each seed, in order, scaled as the pipeline gives it.

        `told` is called before the first step and after each one; what it raises ends the work there.
        """
        for first in range(0, len(seeds), self._at_once):
            together = seeds[first : first + self._at_once]
            made = self._some([wanted.prompt] * len(together), wanted, together, first, told)
            yield from (made[number : number + 1] for number in range(len(made)))

    def of_prompts(self, prompts: Sequence[str], wanted: Wanted, seeds: Sequence[int]) -> Iterator[Tensor]:
        """The same for a prompt and a seed each, with all else as it is in `wanted`."""
        for first in range(0, len(prompts), self._at_once):
            together = slice(first, first + self._at_once)
            made = self._some(prompts[together], wanted, seeds[together], first, lambda stepped: None)
            yield from (made[number : number + 1] for number in range(len(made)))

    def _some(
        self,
        prompts: Sequence[str],
        wanted: Wanted,
        seeds: Sequence[int],
        first: int,
        told: Callable[[Stepped], None],
    ) -> Tensor:
        manner, cells = self.manner, wanted.size
        steps = manner.steps if wanted.steps is None else wanted.steps
        scale = self._pipe.vae_scale_factor
        told(Stepped(first, 0, steps, torch.empty(0)))

        def stepped(pipe: Any, index: int, _: Any, state: dict[str, Any]) -> dict[str, Any]:
            told(Stepped(first, index + 1, pipe.num_timesteps, state["latents"]))
            return {}

        try:
            made = self._pipe(
                list(prompts),
                negative_prompt=[wanted.negative] * len(seeds),
                num_inference_steps=steps,
                guidance_scale=manner.guidance if wanted.guidance is None else wanted.guidance,
                height=cells and cells[0] * scale,
                width=cells and cells[1] * scale,
                generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                output_type="latent",
                callback_on_step_end=stepped,
            ).images
        except (IndexError, ValueError) as error:  # more steps than the scheduler has, a size that cannot be halved
            raise GenerationError(f"{self._source} cannot make a picture so: {short(error)}.") from error
        return self._finite(made.float())

    def picture(self, latent: Tensor) -> npt.NDArray[np.uint8]:
        """The picture (height, width, 3) of one latent (1, 4, h, w)."""
        vae = self._pipe.vae
        with torch.inference_mode():
            plain = latent.to(self._running.device) / vae.config.scaling_factor
            decoded = vae.decode(plain.to(vae.dtype)).sample
            if not decoded.isfinite().all() and vae.dtype == torch.float16:
                vae.to(torch.float32)  # some overflow in half precision; once is enough to know
                decoded = vae.decode(plain.float()).sample
        grey = self._finite(decoded)[0].float().add(1.0).mul(127.5).round().clamp(0, 255)
        picture: npt.NDArray[np.uint8] = grey.permute(1, 2, 0).to(torch.uint8).cpu().numpy()
        return picture

    def _finite(self, values: Tensor) -> Tensor:
        if not values.isfinite().all():
            kind = str(self._running.dtype).removeprefix("torch.")
            told = f"{self._source} gives no numbers in {kind}: its weights are torn, or DCODE_ML_DTYPE=fp32 is needed."
            raise GenerationError(told)
        return values
