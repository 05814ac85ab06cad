"""Trained decoders written as the torch-free side reads them: one safetensors file with its config within."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from dcode.generation.sketch.stroke_config import FORMAT, VERSION
from dcode.generation.sketch.weights import SCALE
from dcode.ml.stroke_decoder import StrokeDecoder
from dcode.ml.train.checkpoints import written

Precision = Literal["fp32", "fp16", "int8"]

_BIG: Final = 4096  # numbers from which a matrix is worth int8


def write_model(path: Path, decoder: StrokeDecoder, about: Mapping[str, Any], precision: Precision = "fp16") -> None:
    """Write the file whole. `about` goes into its config: name, style, thresholds, figures, licences."""
    config = {"format": FORMAT, "version": VERSION, "model": decoder.config.as_json(), **about}
    tensors = {name: value.detach().float().cpu().numpy() for name, value in decoder.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    written(path, save(packed(tensors, precision), {"config": json.dumps(config, sort_keys=True)}))


def packed(tensors: Mapping[str, npt.NDArray[np.float32]], precision: Precision) -> dict[str, npt.NDArray[Any]]:
    """Tensors in fp32, in fp16, or, the big matrices alone, in int8 with a factor for each row."""
    if precision == "fp32":
        return dict(tensors)
    found = dict[str, npt.NDArray[Any]]()
    for name, value in tensors.items():
        if precision == "int8" and value.ndim >= 2 and value.size >= _BIG:
            rows = value.reshape(len(value), -1)
            scale = np.maximum(np.abs(rows).max(axis=1) / 127, 1e-12).astype(np.float32)
            found[name] = np.rint(rows / scale[:, None]).astype(np.int8).reshape(value.shape)
            found[name + SCALE] = scale
        else:
            found[name] = value.astype(np.float16)
    return found
