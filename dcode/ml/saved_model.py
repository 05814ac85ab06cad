"""What transformers' save_pretrained wrote of a model, its weights whole: for writing programs and for captions.

Weights are read from safetensors, or else by weights_only; no code from a model's folder is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import torch

from dcode.ml.model_folder import model_folder, must_have

_PICKLED: Final = "pytorch_model.bin"
_WEIGHTS: Final = ("model.safetensors", "model.safetensors.index.json", _PICKLED)
_PATTERNS: Final = ("*.json", "*.txt", "*.model", "model*.safetensors")


def saved_model(source: str) -> tuple[Path, Path]:
    """The folder of a model and the file of its weights: safetensors where it has them, else pickled tensors.

    Raises GenerationError, reason "unavailable" where it is not there.
    """
    folder = model_folder(source, _PATTERNS)
    if not any((folder / name).is_file() for name in _WEIGHTS):
        folder = model_folder(source, (*_PATTERNS, _PICKLED))
    return folder, must_have(folder, _WEIGHTS, "the weights")


def weights(kind: Any, folder: Path, file: Path, dtype: torch.dtype) -> Any:
    """The model, as a class of transformers loads it, on the CPU. Raises ValueError where one of them is missing."""
    model, told = kind.from_pretrained(
        folder,
        dtype=dtype,
        use_safetensors=file.suffix != ".bin",
        weights_only=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    if missing := sorted(told["missing_keys"]):
        raise ValueError(f"{missing[0]} is missing")
    return model
