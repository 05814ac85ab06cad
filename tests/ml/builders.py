"""Synthetic models in the exact layouts that the original published: real names and quirks, small sizes.

The reference decoder is put together from torch's own layers, so that it shares nothing with dcode's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn

LAYOUTS = ("v3", "v2", "v1", "latent")
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Sizes:
    hidden: int = 32
    layers: int = 2
    heads: int = 4
    length: int = 512
    latent: int = 64
    vocab: int = 0  # at least; the tokenizer's own is taken where that is larger


def gcode(seed: int, strokes: int = 8) -> str:
    """A file as the original's exporter wrote them."""
    rng = random.Random(seed)
    lines = ["; dcode", "", "G21 ; mm", "G90 ; absolute", "M280 P0 S90 ; pen up", "G28 ; home", ""]
    for _ in range(strokes):
        x, y = rng.uniform(-400, 400), rng.uniform(-580, 580)
        lines += [f"G0 X{x:.2f} Y{y:.2f} F1000", "M280 P0 S40 ; pen down"]
        for _ in range(rng.randint(2, 9)):
            x = max(-420.5, min(420.5, x + rng.uniform(-20, 20)))
            y = max(-594.5, min(594.5, y + rng.uniform(-14, 14)))
            lines.append(f"G1 X{x:.2f} Y{y:.2f} F500")
        lines += ["M280 P0 S90 ; pen up", ""]
    lines += ["G0 X0 Y0 F1000 ; return home", "M280 P0 S90 ; pen up", "M84 ; motors off"]
    return "\n".join(lines)


@lru_cache(maxsize=1)
def own_tokenizer() -> str:
    """v3's: byte pairs over text whose line ends are a special token; blanks vanish. As JSON."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split("\n", "isolated"), pre_tokenizers.Whitespace()]
    )
    tokenizer.decoder = decoders.BPEDecoder()
    special = ["<pad>", "<unk>", "<s>", "</s>", "<newline>"]
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator((gcode(seed).replace("\n", " <newline> ") for seed in range(40)), trainer)
    return str(tokenizer.to_str())


@lru_cache(maxsize=1)
def t5_tokenizer() -> str:
    """v2's, v1's and latent-gcode's: Flan-T5's kind, where blanks are in the pieces and line ends become blanks."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Replace("\n", " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=500, special_tokens=special, unk_token="<unk>", show_progress=False, initial_alphabet=list("0189")
    )
    tokenizer.train_from_iterator((gcode(seed) for seed in range(40)), trainer)
    tokenizer.add_special_tokens([f"<extra_id_{number}>" for number in range(5)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.enable_truncation(64)
    tokenizer.enable_padding(pad_id=0, length=64)
    return str(tokenizer.to_str())


class Reference(nn.Module):
    """What every layout computes, by torch's own nn.TransformerDecoderLayer, the whole text at each call."""

    def __init__(self, layout: str, sizes: Sizes, vocab: int) -> None:
        super().__init__()
        d = sizes.hidden
        self.layout, self.d = layout, d
        self.projector = _projector(layout, sizes)
        if layout == "v3":
            self.memory_pos = nn.Parameter(torch.randn(1, (sizes.latent // 16) ** 2, d))
        self.token_embed, self.pos_embed = nn.Embedding(vocab, d), nn.Embedding(sizes.length, d)
        self.layers = nn.ModuleList(
            nn.TransformerDecoderLayer(
                d, sizes.heads, 4 * d, 0.0, "gelu", batch_first=True, norm_first=layout != "latent"
            )
            for _ in range(sizes.layers)
        )
        self.ln_f, self.lm_head = nn.LayerNorm(d), nn.Linear(d, vocab, bias=False)
        if layout in ("v1", "v2"):
            self.lm_head.weight = self.token_embed.weight

    def forward(self, latent: Tensor, ids: Tensor) -> Tensor:
        if self.layout == "v3":
            memory = self.projector(latent).flatten(2).transpose(1, 2) + self.memory_pos
        else:
            memory = self.projector(latent).reshape(len(latent), -1, self.d)
        x = self.token_embed(ids) + self.pos_embed.weight[: ids.shape[1]]
        mask = nn.Transformer.generate_square_subsequent_mask(ids.shape[1], device=ids.device, dtype=x.dtype)
        for layer in self.layers:
            x = layer(x, memory, tgt_mask=mask)
        logits: Tensor = self.lm_head(self.ln_f(x))
        return logits


def _projector(layout: str, sizes: Sizes) -> nn.Module:
    d, side = sizes.hidden, sizes.latent
    if layout in ("v1", "v2"):
        flat = 4 * side * side
        return nn.Sequential(
            nn.Flatten(), nn.Linear(flat, 4 * d), nn.GELU(), nn.Linear(4 * d, 16 * d), nn.LayerNorm(16 * d)
        )
    parts: list[nn.Module] = []
    before = 4
    for channels in (64, 128, 256, d) if layout == "v3" else (64, 128, 256):
        side //= 2
        norm = [nn.LayerNorm([channels, side, side])] if layout == "v3" else []
        parts += [nn.Conv2d(before, channels, 3, stride=2, padding=1), *norm, nn.GELU()]
        before = channels
    if layout == "latent":
        parts += [nn.Flatten(), nn.Linear(before * side * side, 64 * d)]
    return nn.Sequential(*parts)


def reference(layout: str, sizes: Sizes, vocab: int, seed: int = 0, spread: float = 0.6) -> Reference:
    """With random weights, norms and biases included; `spread` makes them wilder."""
    generator = torch.Generator().manual_seed(seed)
    model = Reference(layout, sizes, vocab).eval().requires_grad_(False)
    for name, parameter in model.named_parameters():
        fan = 1 if "embed" in name and layout == "latent" else parameter.shape[-1] if parameter.dim() > 1 else 100
        noise = torch.randn(parameter.shape, generator=generator) * spread / fan**0.5
        parameter.copy_(noise + (1.0 if parameter.dim() == 1 else 0.0))
    return model


def published(model: Reference) -> Mapping[str, Any]:
    """The weights under the names of the published file of its layout."""
    names = {"v3": _as_v3, "v2": _as_v2, "v1": _as_v1, "latent": _as_latent}
    return names[model.layout](dict(model.state_dict()))


def _as_v3(state: Weights) -> Weights:
    """state_dict() of the decoder."""
    return _with_sd({_v3_name(name): tensor for name, tensor in state.items()})


def _v3_name(name: str) -> str:
    return name.replace("projector.", "latent_proj.cnn.").replace("memory_pos", "latent_proj.memory_pos")


def _mlp_names(state: Weights) -> Weights:
    numbers = {"projector.1.": "latent_proj.0.", "projector.3.": "latent_proj.2.", "projector.4.": "latent_proj.3."}
    renamed = {}
    for name, tensor in state.items():
        for old, new in numbers.items():
            name = name.replace(old, new)
        renamed[name] = tensor
    return renamed


def _as_v2(state: Weights) -> Weights:
    """named_parameters() of the decoder: the tied matrix is there once, under the embedding's name."""
    del state["lm_head.weight"]
    return _with_sd(_mlp_names(state))


def _as_v1(state: Weights) -> Weights:
    """state_dict() of a decoder that keeps its layers in nn.TransformerDecoder; the tied matrix is there twice."""
    layered = {name.replace("layers.", "decoder.layers."): tensor for name, tensor in _mlp_names(state).items()}
    return _with_sd(layered)


def _as_latent(state: Weights) -> Mapping[str, Weights]:
    """Two dictionaries, without Stable Diffusion."""
    projector = {n.removeprefix("projector."): t for n, t in state.items() if n.startswith("projector.")}
    rest = {n: t for n, t in state.items() if not n.startswith("projector.")}
    last = "7."
    return {
        "projector": {
            (f"proj.{n.removeprefix(last)}" if n.startswith(last) else f"conv.{n}"): t for n, t in projector.items()
        },
        "decoder": {n.replace("layers.", "decoder.layers.").replace("lm_head", "head"): t for n, t in rest.items()},
    }


def _with_sd(decoder: Weights) -> Weights:
    """Beside it what the files hold of Stable Diffusion: parameters in fp16, to be skipped."""
    sd = {
        "text_encoder.text_model.embeddings.token_embedding.weight": torch.full((64, 16), float("nan")).half(),
        "text_encoder.text_model.encoder.layers.0.self_attn.k_proj.weight": torch.zeros(16, 16).half(),
        "unet.conv_in.weight": torch.zeros(32, 4, 3, 3).half(),
        "unet.down_blocks.0.resnets.0.conv1.weight": torch.zeros(32, 32, 3, 3).half(),
    }
    return {**sd, **{f"gcode_decoder.{name}": tensor for name, tensor in decoder.items()}}


def sizes_as_json(layout: str, sizes: Sizes, vocab: int) -> dict[str, Any]:
    common = {
        "latent_size": sizes.latent,
        "hidden_size": sizes.hidden,
        "num_layers": sizes.layers,
        "num_heads": sizes.heads,
        "vocab_size": vocab,
        "max_seq_len": sizes.length,
    }
    if layout == "latent":
        return {
            "model_type": "latent_gcode",
            "latent_dim": 4,
            "dropout": 0.1,
            "transformers_version": "4.40.0",
            **common,
        }
    nested = {"latent_channels": 4, **common, **({"ffn_mult": 4} if layout == "v3" else {})}
    return {"sd_model_id": "runwayml/stable-diffusion-v1-5", "num_inference_steps": 20, "gcode_decoder": nested}


def save(folder: Path, layout: str, sizes: Sizes | None = None, seed: int = 0, safe: bool = False) -> Reference:
    """Write a model's folder; the reference is the model that is in it. The vocabulary is larger than the tokenizer."""
    own, sizes = layout == "v3", sizes or Sizes(hidden=16 if layout == "latent" else 32)
    tokenizer = own_tokenizer() if own else t5_tokenizer()
    vocab = max(sizes.vocab, Tokenizer.from_str(tokenizer).get_vocab_size() + (0 if own else 28))
    model = reference(layout, sizes, vocab, seed)
    place = folder if layout == "latent" else folder / "gcode_tokenizer"
    place.mkdir(parents=True, exist_ok=True)
    (place / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(sizes_as_json(layout, sizes, vocab)), encoding="utf-8")
    weights = published(model)
    if safe:
        from safetensors.torch import save_file

        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "model.safetensors")
    else:
        torch.save(dict(weights), folder / "pytorch_model.bin")
    return model


def latent(seed: int = 0, count: int = 1, size: int = 64) -> Tensor:
    return torch.randn(count, 4, size, size, generator=torch.Generator().manual_seed(seed))
