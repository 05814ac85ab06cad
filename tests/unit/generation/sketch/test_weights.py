"""Weights are read as they were written, and a broken file says which file and what was expected."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.sketch.weights import read_weights

CONFIG = {"format": "dcode-test", "version": 1}


def write(path: Path, tensors: dict[str, tuple[str, np.ndarray]], config: object = CONFIG) -> Path:
    """A safetensors file by the text of the format."""
    header: dict[str, object] = {"__metadata__": {"config": json.dumps(config)}}
    body = b""
    for name, (kind, value) in tensors.items():
        offsets = [len(body), len(body) + value.nbytes]
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": offsets}
        body += value.tobytes()
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + body)
    return path


def test_every_kind_is_read_as_fp32(tmp_path: Path) -> None:
    values = np.array([[1.0, -2.5], [0.5, 3.0]], dtype=np.float32)
    half = (values.view(np.uint32) >> 16).astype(np.uint16)
    tensors = {
        "a": ("F32", values),
        "b": ("F16", values.astype(np.float16)),
        "c": ("BF16", half),
        "d": ("I8", np.array([[2, -5], [1, 6]], dtype=np.int8)),
        "d.scale": ("F32", np.array([0.5, 0.5], dtype=np.float32)),
    }
    found = read_weights(write(tmp_path / "x.safetensors", tensors), "dcode-test", 1)
    assert set(found.tensors) == {"a", "b", "c", "d"}
    for name in "abcd":
        assert found.get(name, (2, 2)).dtype == np.float32
        assert found.get(name, (2, 2)).tolist() == values.tolist()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: data[:5], "truncated"),
        (lambda data: data[:-1], "truncated"),
        (lambda data: b"PK" + data[2:], "no safetensors file"),
        (lambda data: data.replace(b"dcode-test", b"dcode-else"), "format dcode-test 1 was expected"),
        (lambda data: data.replace(b"F32", b"F99"), "a is F99"),
        (lambda data: data[:8] + b"{" * (len(data) - 8), "cannot be used"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, spoil: object, told: str) -> None:
    path = write(tmp_path / "x.safetensors", {"a": ("F32", np.zeros(3, dtype=np.float32))})
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(GenerationError, match=told) as caught:
        read_weights(path, "dcode-test", 1)
    assert "x.safetensors" in caught.value.message
    assert caught.value.fields["reason"] == "unavailable"


def test_a_tensor_of_another_shape_is_named(tmp_path: Path) -> None:
    found = read_weights(write(tmp_path / "x", {"a": ("F32", np.zeros(3, dtype=np.float32))}), "dcode-test", 1)
    with pytest.raises(GenerationError, match=r"a is of shape \(3,\), \(4,\) was expected"):
        found.get("a", (4,))
    with pytest.raises(GenerationError, match="b is missing"):
        found.get("b", (4,))
