"""Vectors of many texts by the full encoder, kept in the cache: an encoder takes minutes for what a table holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from dcode.ml.minilm import MiniLM, Vectors  # torch, which only the encoder itself needs


_CHUNK: Final = 2048  # texts after which what is done is saved
_BATCH: Final = 128


def encoded(texts: Sequence[str], model: Callable[[], MiniLM], cache: Path) -> Vectors:
    """The vector of each text. Those in the cache are read; the model is only loaded for others."""
    path = cache / "minilm.npz"
    known: dict[str, Vectors] = {}
    if path.is_file():
        with np.load(path) as file:
            known = dict(zip(file["texts"].tolist(), file["vectors"], strict=True))
    strange = [text for text in dict.fromkeys(texts) if text not in known]
    if strange:
        encoder = model()
        for first in range(0, len(strange), _CHUNK):
            chunk = sorted(strange[first : first + _CHUNK], key=len)  # alike in length: little padding
            for at in range(0, len(chunk), _BATCH):
                batch = chunk[at : at + _BATCH]
                known.update(zip(batch, encoder.encode(batch), strict=True))
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[text] for text in texts])
