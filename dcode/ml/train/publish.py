"""A finished run as a model's folder, and the same once more as the original's v3 was published.

    v3/   config.json   pytorch_model.bin   README.md   gcode_tokenizer/   clip_tokenizer/

pytorch_model.bin is one flat dictionary: the parameters of `text_encoder.` and `unet.` in fp16, those of
`gcode_decoder.` in fp32.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor

from dcode.ml.checkpoint import PREFIX, RENAMED
from dcode.ml.model_folder import model_folder, must_have
from dcode.ml.train.vocabulary import FOLDER

_FROZEN: Final = (("text_encoder", "model"), ("unet", "diffusion_pytorch_model"))
_BUFFERS: Final = ("position_ids",)  # in the files, and no parameters


def publish(best: Path, folder: Path, about: Mapping[str, object]) -> None:
    """Copy the best model to where it is drawn with, and say what it was trained by in training.json."""
    shutil.copytree(best, folder, dirs_exist_ok=True)
    (folder / "training.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def publish_v3(folder: Path, sd_model: str) -> Path:
    """The model in a folder in the original's layout, in `v3/` below it. Raises GenerationError, "unavailable"."""
    base, place = _base(sd_model), folder / "v3"
    place.mkdir(exist_ok=True)
    weights = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    assert all(name.startswith(PREFIX) for name in weights)
    for part, name in _FROZEN:
        weights |= _frozen(base, part, name)
    half = place / "pytorch_model.bin.half"
    torch.save(weights, half)
    half.replace(place / "pytorch_model.bin")
    shutil.copy(folder / "config.json", place)
    shutil.copytree(folder / FOLDER, place / FOLDER, dirs_exist_ok=True)
    shutil.copytree(base / "tokenizer", place / "clip_tokenizer", dirs_exist_ok=True)
    (place / "README.md").write_text(_page(folder), encoding="utf-8")
    return place


def _base(sd_model: str) -> Path:
    """Stable Diffusion's folder, with half the bytes where it has its weights so: they are written in fp16 anyway."""
    for variant in (".fp16", ""):
        wanted = [f"{part}/{name}{variant}.safetensors" for part, name in _FROZEN]
        folder = model_folder(RENAMED.get(sd_model, sd_model), ["tokenizer/*", *wanted])
        if all((folder / name).is_file() for name in wanted):
            break
    return folder


def _frozen(base: Path, part: str, name: str) -> dict[str, Tensor]:
    file = must_have(base, [f"{part}/{name}{one}.safetensors" for one in (".fp16", "")], f"the {part}'s weights")
    return {f"{part}.{key}": value.half() for key, value in load_file(file).items() if not key.endswith(_BUFFERS)}


def _page(folder: Path) -> str:
    """What the folder is and how good, by the run's own figures."""
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    base = json.loads((folder / "config.json").read_text(encoding="utf-8"))["sd_model_id"]
    lines = [f"- {name}: {value:.6g}" for name, value in figures.items()]
    return "\n".join(
        [
            "# A decoder of Stable Diffusion latents to G-code",
            "",
            f"Trained by dcode on latents of {base}, in the layout of twarner/dcode-sd-gcode-v3. A program begins with",
            "`<s>` and the exporter's header, and ends with `</s>`.",
            "",
            *lines,
            "",
        ]
    )
