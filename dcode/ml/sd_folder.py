"""A pipeline out of a folder in Stable Diffusion's 1.x or 2.x format, as diffusers saves it and the hub has it.

    scheduler/scheduler_config.json
    tokenizer/        vocab.json and merges.txt, or tokenizer.json
    text_encoder/     config.json, model.safetensors
    unet/, vae/       config.json, diffusion_pytorch_model.safetensors; or .fp16.safetensors

The parts are loaded one by one into classes that are named here. model_index.json is not read: it may name any class
of any module. Weights are taken from safetensors alone. There is no safety checker, as the original had none: it was
made for photographs, and takes line drawings for anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import diffusers
import transformers
from diffusers import schedulers

from dcode.errors import GenerationError
from dcode.ml.checkpoint import RENAMED
from dcode.ml.device import Running
from dcode.ml.model_folder import model_folder, must_have, quiet, read_or_tell

SCHEDULERS: Final = {
    "ddim": schedulers.DDIMScheduler,
    "euler": schedulers.EulerDiscreteScheduler,
    "euler-a": schedulers.EulerAncestralDiscreteScheduler,
    "dpm": schedulers.DPMSolverMultistepScheduler,
    "unipc": schedulers.UniPCMultistepScheduler,
    "pndm": schedulers.PNDMScheduler,
    "lcm": schedulers.LCMScheduler,
}
_BY_CLASS: Final = {one.__name__: one for one in SCHEDULERS.values()}
_SETTINGS: Final = ("scheduler/*.json", "tokenizer/*", "*/config.json")
_PIPELINE: Any = diffusers.StableDiffusionPipeline  # its types are not whole
_BIG: Final = "diffusion_pytorch_model"
_VAE: Final = f"vae/{_BIG}{{}}.safetensors"


def open_pipeline(source: str, running: Running, *, vae: bool) -> Any:  # diffusers has no types
    """The pipeline of a local folder or a hub id, on its device; without its VAE where pictures are not wanted.

    Raises GenerationError naming what is missing (reason "unavailable") or cannot be read.
    """
    quiet(transformers, diffusers)
    folder = _folder(RENAMED.get(source, source), vae=vae, half=running.dtype.itemsize == 2)
    encoder = _weights(folder, "text_encoder", transformers.CLIPTextModel, "model", running)
    pipe = _PIPELINE(
        vae=_weights(folder, "vae", diffusers.AutoencoderKL, _BIG, running) if vae else None,
        text_encoder=encoder,
        tokenizer=_tokenizer(folder, encoder),
        unet=_weights(folder, "unet", diffusers.UNet2DConditionModel, _BIG, running),
        scheduler=_scheduler(folder, running.scheduler),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(running.device)


def open_vae(source: str, running: Running) -> Any:  # diffusers has no types
    """The VAE of a local folder or a hub id alone, on its device. Raises GenerationError as above."""
    quiet(diffusers)
    folder = _fetched(RENAMED.get(source, source), [_VAE], half=running.dtype.itemsize == 2)
    return _weights(folder, "vae", diffusers.AutoencoderKL, _BIG, running).to(running.device)


def _folder(source: str, *, vae: bool, half: bool) -> Path:
    unet = f"unet/{_BIG}{{}}.safetensors"
    return _fetched(source, ["text_encoder/model{}.safetensors", *([_VAE] if vae else []), unet], half=half)


def _fetched(source: str, weights: Sequence[str], *, half: bool) -> Path:
    """Half the bytes are fetched where half the precision is wanted and the model has the last of them so."""
    for variant in (".fp16", "") if half else ("",):
        folder = model_folder(source, [*_SETTINGS, *(name.format(variant) for name in weights)])
        if (folder / weights[-1].format(variant)).is_file():
            break
    return folder


def _weights(folder: Path, part: str, kind: Any, name: str, running: Running) -> Any:
    """One network, whole and without a gap."""
    names = [f"{part}/{name}.safetensors", f"{part}/{name}.fp16.safetensors"]
    if running.dtype.itemsize == 2:
        names.reverse()
    must_have(folder, [f"{part}/config.json"], f"the {part}'s configuration")
    file = must_have(folder, names, f"the {part}'s weights")
    variant = "fp16" if file.name.endswith(".fp16.safetensors") else None
    typed = "dtype" if kind is transformers.CLIPTextModel else "torch_dtype"

    def load() -> Any:
        more = {typed: running.dtype, "variant": variant, "use_safetensors": True, "local_files_only": True}
        network, told = kind.from_pretrained(file.parent, output_loading_info=True, **more)
        if missing := sorted(told["missing_keys"]):
            raise ValueError(f"{missing[0]} is missing")
        return network.eval().requires_grad_(False)

    return read_or_tell(file, "the whole weights that its config.json describes", load)


def _tokenizer(folder: Path, encoder: Any) -> Any:
    """The tokenizer. It pads to the length that the encoder reads, also where its own files do not tell that."""
    file = must_have(folder, ["tokenizer/vocab.json", "tokenizer/tokenizer.json"], "the tokenizer")
    load = transformers.CLIPTokenizer.from_pretrained
    tokenizer = read_or_tell(file, "CLIP's vocabulary", lambda: load(file.parent, local_files_only=True))
    longest = encoder.config.max_position_embeddings
    tokenizer.model_max_length = min(tokenizer.model_max_length, longest)
    most = encoder.config.vocab_size
    if len(tokenizer) > most:
        told = f"{file}: it has {len(tokenizer)} tokens; expected at most the text encoder's {most}."
        raise GenerationError(told, file=str(file), expected=f"at most {most} tokens")
    return tokenizer


def _scheduler(folder: Path, wanted: str | None) -> Any:
    """The one that is wanted, or else the model's own, with the model's settings."""
    if wanted is not None and wanted not in SCHEDULERS:
        raise GenerationError(f"There is no scheduler {wanted!r}; there are {', '.join(SCHEDULERS)}.")
    file = must_have(folder, ["scheduler/scheduler_config.json"], "the scheduler's settings")
    settings = read_or_tell(file, "the scheduler's settings as JSON", lambda: dict(json.loads(file.read_bytes())))
    named = str(settings.get("_class_name"))
    kind = SCHEDULERS[wanted] if wanted else _BY_CLASS.get(named)
    if kind is None:
        told = f"{file}: the scheduler {named} is not known; name one of {', '.join(SCHEDULERS)} instead."
        raise GenerationError(told, file=str(file), expected=", ".join(_BY_CLASS))
    # PNDM's own way of beginning costs eight networks more, fails below four steps, and no model was published with it.
    settings = {"skip_prk_steps": True, **settings} if kind is schedulers.PNDMScheduler else settings
    return read_or_tell(file, f"the settings of {kind.__name__}", lambda: kind.from_config(settings))
