"""Tiny Stable Diffusion models in the layout of the hub: real classes, real files, a few thousand weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel, schedulers
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

Kind = Literal["plain", "turbo", "lcm"]
WIDTH = 8
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]
_SCHEDULERS: dict[str, Any] = {
    "plain": lambda: schedulers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, clip_sample=False
    ),
    "turbo": lambda: schedulers.EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="trailing", steps_offset=1
    ),
    "lcm": lambda: schedulers.LCMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, clip_sample=False
    ),
}


def save_sd(folder: Path, kind: Kind = "plain", size: int = 64) -> Path:
    """Write a model's folder; its pictures are `size` cells, eight times as many pixels, wide."""
    torch.manual_seed(5)
    unet = UNet2DConditionModel(
        sample_size=size,
        layers_per_block=1,
        block_out_channels=(4, 4, 4, WIDTH),
        norm_num_groups=2,
        down_block_types=(*("DownBlock2D",) * 3, "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", *("UpBlock2D",) * 3),
        cross_attention_dim=WIDTH,
        attention_head_dim=2,
        time_cond_proj_dim=16 if kind == "lcm" else None,
    )
    vae = AutoencoderKL(
        sample_size=8 * size,
        block_out_channels=(4,) * 4,
        norm_num_groups=2,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )
    unet.save_pretrained(folder / "unet")
    vae.save_pretrained(folder / "vae")
    _SCHEDULERS[kind]().save_pretrained(folder / "scheduler")
    _save_encoder(folder / "text_encoder")
    _save_vocabulary(folder / "tokenizer")
    named = {name: ["diffusers", "Whatever"] for name in ("scheduler", "unet", "vae")}
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline", **named}))
    return folder


def _save_encoder(folder: Path) -> None:
    config = CLIPTextConfig(
        vocab_size=2 * len(LETTERS) + 2,
        hidden_size=WIDTH,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=77,
        bos_token_id=2 * len(LETTERS),
        eos_token_id=2 * len(LETTERS) + 1,
    )
    CLIPTextModel(config).save_pretrained(folder)
    # The published files name their weights so, and hold this buffer.
    file = folder / "model.safetensors"
    weights = {f"text_model.{name.removeprefix('text_model.')}": one for name, one in load_file(file).items()}
    save_file({**weights, "text_model.embeddings.position_ids": torch.arange(77)[None]}, file, {"format": "pt"})


def _save_vocabulary(folder: Path) -> None:
    """As the hub has it: two files, and no word of how long a text may be."""
    folder.mkdir()
    words = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer"}))
