"""A decoder from a folder or a hub id: the original's published layouts, read by looking at the weights' names.

    config.json                   sizes under "gcode_decoder" (v1 to v3), or at the top level (latent-gcode)
    model.safetensors | pytorch_model.bin | decoder.pt
    gcode_tokenizer/tokenizer.json | tokenizer.json

The big files hold a whole Stable Diffusion beside the decoder (`text_encoder.*`, `unet.*` in fp16): they are mapped,
and only `gcode_decoder.*` is ever copied. Nothing but tensors is unpickled, nothing from a model's folder is run, and
nothing is written there; what comes from the hub goes into the hub's own cache.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from dcode.errors import GenerationError
from dcode.machine.machine import Machine
from dcode.ml.decoder import DecoderConfig, GcodeDecoder, Layout
from dcode.ml.grammar import Grammar, Ranges, compiled
from dcode.ml.model_folder import model_folder
from dcode.ml.tokenizer import FILES as TOKENIZER_FILES
from dcode.ml.tokenizer import GcodeTokenizer

DEFAULT_MODEL: Final = "twarner/dcode-sd-gcode-v3"
WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin", "decoder.pt")  # the last is a checkpoint within training
PREFIX: Final = "gcode_decoder."

# The base model that all published checkpoints name was deleted from the hub in 2024; this is its successor.
RENAMED: Final = {"runwayml/stable-diffusion-v1-5": "stable-diffusion-v1-5/stable-diffusion-v1-5"}

_BEGINNINGS: Final[tuple[tuple[str, Layout], ...]] = (
    ("projector.", "latent"),
    ("layers.0.", "v2"),
    ("decoder.layers.0.", "v1"),
)
_NAMES: Final[Mapping[Layout, tuple[tuple[str, str], ...]]] = {
    "v3": (),
    "v2": (),
    "v1": (("decoder.layers.", "layers."),),
    "latent": (
        ("projector.", "latent_proj."),
        ("decoder.decoder.layers.", "layers."),
        ("decoder.head.", "lm_head."),
        ("decoder.", ""),
    ),
}
# Name in config.json, the largest that makes sense; what the original took where a file says nothing.
_SIZES: Final = {
    "hidden_size": (65_536, 768),
    "num_layers": (512, 6),
    "num_heads": (512, 12),
    "vocab_size": (1_000_000, None),
    "max_seq_len": (1_000_000, 1024),
    "ffn_mult": (64, 4),
    "latent_channels": (256, 4),
    "latent_size": (1024, 64),
}


@dataclass(frozen=True, slots=True, eq=False)
class LoadedDecoder:
    """`decoder(latent, input_ids)` gives logits; `config` are its sizes, `folder` is where it came from."""

    decoder: GcodeDecoder
    tokenizer: GcodeTokenizer
    config: DecoderConfig
    folder: Path
    sd_model_id: str | None  # the base model that makes its latents; None where the folder does not say
    num_inference_steps: int
    _grammars: dict[Ranges, Grammar] = field(default_factory=dict)

    @property
    def device(self) -> torch.device:
        return self.decoder.ln_f.weight.device

    @property
    def bytes(self) -> int:
        """What the weights take in memory."""
        return sum(parameter.nbytes for parameter in self.decoder.parameters())

    def grammar(self, machine: Machine) -> Grammar:
        """What this model may write for a machine; compiled once."""
        ranges = Ranges.of(machine)
        if ranges not in self._grammars:
            words = self.tokenizer
            self._grammars[ranges] = compiled(
                words.pieces,
                ranges,
                vocab=self.config.vocab_size,
                eos=words.eos,
                implied_lines=words.newline is None,
            )
        return self._grammars[ranges]


def load_decoder(
    source: str | Path = DEFAULT_MODEL,
    *,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
    revision: str | None = None,
) -> LoadedDecoder:
    """Load from a local folder, or from the hub by its id and revision.

    Without `dtype`, float32 on a CPU and bfloat16 elsewhere. Raises GenerationError with `file` and `expected`.
    """
    folder = model_folder(str(source), ["config.json", *WEIGHTS, *TOKENIZER_FILES], revision)
    settings = _settings(folder / "config.json")
    file = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if file is None:
        raise _wrong(folder, "no weights", f"one of {', '.join(WEIGHTS)}")
    stored = _stored(file)
    layout = _layout(stored, file)
    tensors = {_renamed(name, layout): tensor for name, tensor in stored.items()}
    config = _config(settings, layout, folder / "config.json")
    tokenizer = GcodeTokenizer.load(folder)
    if len(tokenizer) > config.vocab_size:
        raise _wrong(folder, f"its tokenizer has {len(tokenizer)} tokens", f"at most vocab_size {config.vocab_size}")
    where = torch.device(device)
    kind = dtype or (torch.float32 if where.type == "cpu" else torch.bfloat16)
    decoder = _filled(config, tensors, file, where, kind)
    base = settings.get("sd_model_id")
    steps = settings.get("num_inference_steps")
    return LoadedDecoder(
        decoder,
        tokenizer,
        config,
        folder,
        RENAMED.get(base, base) if isinstance(base, str) else None,
        steps if isinstance(steps, int) and 0 < steps <= 1000 else 20,
    )


def _settings(file: Path) -> dict[str, object]:
    try:
        settings = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise _wrong(file, "not there", "the sizes of the decoder, as JSON") from error
    except (OSError, ValueError) as error:
        raise _wrong(file, f"cannot be read ({error})", "the sizes of the decoder, as JSON") from error
    if not isinstance(settings, dict):
        raise _wrong(file, "not a JSON object", "the sizes of the decoder under gcode_decoder")
    return settings


def _stored(file: Path) -> dict[str, Tensor]:
    """The decoder's tensors under the names of the file, without the prefix, still mapped."""
    found = _safetensors(file) if file.suffix == ".safetensors" else _pickled(file)
    within = {name[len(PREFIX) :]: tensor for name, tensor in found.items() if name.startswith(PREFIX)}
    return within or found


def _safetensors(file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as opened:
            names = list(opened.keys())
            wanted = [name for name in names if name.startswith(PREFIX)] or names
            return {name: opened.get_tensor(name) for name in wanted}
    except (SafetensorError, OSError) as error:
        raise _wrong(file, f"cannot be read ({error})", "a whole safetensors file") from error


def _pickled(file: Path) -> dict[str, Tensor]:
    """Of a file by torch.save; dictionaries in it are flattened with points."""
    try:
        loaded = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise _wrong(file, "holds more than weights, or is torn", "tensors alone; nothing else is loaded") from error
    except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        whole = f"a whole file by torch.save; {file.stat().st_size} bytes are there"
        raise _wrong(file, f"cannot be read ({reason})", whole) from error
    if not isinstance(loaded, Mapping):
        raise _wrong(file, f"holds a {type(loaded).__name__}", "a dictionary of tensors")
    flat: dict[str, Tensor] = {}
    for name, value in loaded.items():
        inner = value.items() if isinstance(value, Mapping) else [("", value)]
        flat |= {f"{name}.{key}".rstrip("."): one for key, one in inner if isinstance(one, Tensor)}
    return flat


def _layout(names: Mapping[str, Tensor], file: Path) -> Layout:
    """Which of the published layouts the names belong to."""
    if "latent_proj.memory_pos" in names:
        return "v3"
    for beginning, layout in _BEGINNINGS:
        if any(name.startswith(beginning) for name in names):
            return layout
    some = ", ".join(islice(names, 3)) or "nothing"
    raise _wrong(
        file,
        f"holds no decoder in a known layout (but {some})",
        f"{PREFIX}layers.*, {PREFIX}decoder.layers.*, or projector and decoder",
    )


def _renamed(name: str, layout: Layout) -> str:
    for old, new in _NAMES[layout]:
        if name.startswith(old):
            return new + name[len(old) :]
    return name


def _config(settings: Mapping[str, object], layout: Layout, file: Path) -> DecoderConfig:
    nested = settings.get("gcode_decoder", settings)
    if not isinstance(nested, dict):
        raise _wrong(file, "gcode_decoder is not an object", "the sizes of the decoder")
    given = {"latent_channels": nested["latent_dim"], **nested} if "latent_dim" in nested else nested
    sizes: dict[str, int] = {}
    for name, (most, default) in _SIZES.items():
        value = given.get(name, default)
        if type(value) is not int or not 0 < value <= most:
            raise _wrong(file, f"{name} is {value!r}", f"a whole number from 1 to {most}")
        sizes[name] = value
    if sizes["hidden_size"] % sizes["num_heads"]:
        raise _wrong(file, f"hidden_size {sizes['hidden_size']}", f"a multiple of num_heads {sizes['num_heads']}")
    # v1 and v2 share one matrix: a file by named_parameters has it once, one by state_dict twice.
    return DecoderConfig(layout=layout, tied=layout in ("v1", "v2"), **sizes)


def _filled(
    config: DecoderConfig, tensors: dict[str, Tensor], file: Path, device: torch.device, dtype: torch.dtype
) -> GcodeDecoder:
    """The model with the weights copied in, one tensor at a time: the rest of a mapped file is never read."""
    with torch.device("meta"):
        decoder = GcodeDecoder(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in decoder.state_dict().items()}
    if config.tied:
        tensors = {"lm_head.weight": tensors.get("token_embed.weight", torch.empty(0)), **tensors}
    for name, shape in wanted.items():
        if name not in tensors:
            raise _wrong(file, f"{name} is missing", f"{_shape(shape)}, by config.json ({config.layout})")
        if tuple(tensors[name].shape) != shape:
            raise _wrong(file, f"{name} is {_shape(tensors[name].shape)}", f"{_shape(shape)}, by config.json")
    if more := sorted(set(tensors) - set(wanted)):
        raise _wrong(file, f"{more[0]} has no place in the model", f"{config.num_layers} layers, by config.json")
    copied: dict[str, Tensor] = {}
    for name in wanted:
        if not tensors[name].isfinite().all():
            raise _wrong(file, f"{name} holds values that are no numbers", "finite weights")
        copied[name] = tensors[name].to(device=device, dtype=dtype, copy=True)
    if config.tied:
        copied["lm_head.weight"] = copied["token_embed.weight"]
    decoder.load_state_dict(copied, assign=True)
    if config.tied:
        decoder.lm_head.weight = decoder.token_embed.weight
    return decoder.eval().requires_grad_(False)


def _shape(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


def _wrong(file: Path, problem: str, expected: str) -> GenerationError:
    return GenerationError(f"{file}: {problem}; expected {expected}.", file=str(file), expected=expected)
