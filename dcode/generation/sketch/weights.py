"""Weights from a safetensors file with numpy alone: fp32, fp16 or bf16 as they are, int8 with a scale for each row.

The format: eight bytes, the length of a JSON header (little endian); the header, {name: {dtype, shape, data_offsets}},
text under "__metadata__"; the bytes of all tensors. A matrix `name` in int8 has its rows' factors beside it as
`name.scale`. dcode's own files keep their config as JSON under "config" of the metadata: one file is a model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.errors import GenerationError

Array = npt.NDArray[np.float32]

SCALE: Final = ".scale"
_MOST_HEADER: Final = 1 << 24  # bytes
_TYPES: Final = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16, "I8": np.int8}


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What a file holds: tensors in fp32 by name, and the config."""

    file: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, Array]

    def get(self, name: str, shape: tuple[int, ...]) -> Array:
        """A tensor of this shape. Raises GenerationError, reason "unavailable"."""
        found = self.tensors.get(name)
        if found is None or found.shape != shape:
            there = "missing" if found is None else f"of shape {found.shape}"
            raise _unreadable(self.file, f"{name} is {there}, {shape} was expected")
        return found


def read_weights(path: Path, form: str, version: int) -> Weights:
    """The file of a model of this format. Raises GenerationError, reason "unavailable", where it is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    try:
        length = int.from_bytes(data[:8], "little")
        if not 2 <= length <= min(_MOST_HEADER, len(data) - 8):
            raise ValueError("it is truncated or no safetensors file")
        header: dict[str, Any] = json.loads(data[8 : 8 + length])
        config: Any = json.loads(header.pop("__metadata__", {}).get("config", "{}"))
        body = memoryview(data)[8 + length :]
        raw = {name: _tensor(name, row, body) for name, row in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(config, dict) or (config.get("format"), config.get("version")) != (form, version):
        raise _unreadable(path, f"a model of format {form} {version} was expected")
    return Weights(path, config, {name: _float(name, raw) for name in raw if not name.endswith(SCALE)})


def _tensor(name: str, row: Mapping[str, Any], body: memoryview) -> npt.NDArray[Any]:
    begin, end = row["data_offsets"]
    kind, shape = _TYPES.get(row["dtype"]), tuple(row["shape"])
    if kind is None:
        raise ValueError(f"{name} is {row['dtype']}, which is not read here")
    if not 0 <= begin <= end <= len(body) or end - begin != int(np.prod(shape)) * np.dtype(kind).itemsize:
        raise ValueError(f"{name} does not fit: the file is truncated")
    return np.frombuffer(body[begin:end], dtype=kind).reshape(shape)


def _float(name: str, raw: Mapping[str, npt.NDArray[Any]]) -> Array:
    found = raw[name]
    if found.dtype == np.uint16:  # bf16: the upper half of an fp32
        return (found.astype(np.uint32) << 16).view(np.float32)
    wide = found.astype(np.float32)
    if found.dtype != np.int8:
        return wide
    scale = raw.get(name + SCALE)
    if scale is None or scale.shape != found.shape[:1]:
        raise ValueError(f"{name} has no scales")
    return np.asarray(wide * scale.astype(np.float32).reshape(-1, *[1] * (found.ndim - 1)), dtype=np.float32)


def _unreadable(path: Path, why: str) -> GenerationError:
    return GenerationError(f"{path.name} cannot be used: {why}.", reason="unavailable", file=str(path))
