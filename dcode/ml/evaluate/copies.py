"""How much of what is drawn has been seen before, and how different the drawings of one prompt are.

By small blurred pictures of them (dcode.ml.data.lineart.clusters): 32 x 32 of 96 x 96 blurred by 2 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.ml.data.lineart.clusters import ALIKE, Pictures, mirrored

COPIED: Final = 0.95
_ROWS: Final = 256

Shares = npt.NDArray[np.float32]


def nearest(images: Pictures, known: Pictures, own: npt.NDArray[np.int64] | None = None) -> Shares:
    """How alike each picture is to the one of `known` that is most like it, mirrored or not.

    `own`: the place of each among the known ones, which is passed over.
    """
    found = np.zeros(len(images), dtype=np.float32)
    if not len(known):
        return found
    for begin in range(0, len(images), _ROWS):
        block = images[begin : begin + _ROWS]
        alike = np.maximum(block @ known.T, mirrored(block) @ known.T)
        if own is not None:
            alike[np.arange(len(block)), own[begin : begin + _ROWS]] = -1.0
        found[begin : begin + _ROWS] = alike.max(axis=1)
    return found


def copied(alike: Shares) -> dict[str, float]:
    """The mean of what `nearest` found, and the copy rate."""
    if not len(alike):
        return {"nearest": 0.0, "copy_rate": 0.0}
    return {"nearest": float(alike.mean()), "copy_rate": float((alike > COPIED).mean())}


def diversity(groups: Sequence[Pictures]) -> float:
    """The mean over prompts of one less the mean cosine of pairs of drawings; prompts with one drawing do not count."""
    found = []
    for images in groups:
        if len(images) > 1:
            cosine = images @ images.T
            found.append(1.0 - float(cosine[np.triu_indices(len(images), 1)].mean()))
    return float(np.mean(found)) if found else 0.0


def unique(images: Pictures) -> float:
    """The share of drawings that no other one of the run is nearly the same as."""
    if len(images) < 2:
        return 1.0 if len(images) else 0.0
    cosine = images @ images.T
    np.fill_diagonal(cosine, -1.0)
    return float((cosine.max(axis=1) <= ALIKE).mean())
