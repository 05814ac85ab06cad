"""A skeleton as chains of pixels from one end or junction to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Mask, Offsets
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.kernels import kernel
from dcode.geometry.skeleton.thin import Ink, Pixels, codes, steps
from dcode.geometry.skeleton.united import united

_ENDS: Final = 256  # the bit that tells the kernel that a chain ends here


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """`rows` and `columns` of the pixels of all chains one after the other; chain i is starts[i] to starts[i + 1].

    `branches` has for the first and the last pixel of each how many chains meet there, shape (n, 2): 1 at a free end, 2
    where a ring closes, 0 for a pixel alone. `nodes` names these pixels, shape (n, 2): the same place, the same number.
    """

    rows: Pixels
    columns: Pixels
    starts: Offsets
    branches: Offsets
    nodes: Offsets

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owner(self) -> Offsets:
        """The chain of each pixel."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @property
    def rings(self) -> Mask:
        """Which chains close and meet nothing."""
        return np.asarray(self.branches[:, 0] == 2)

    @property
    def parts(self) -> Offsets:
        """For each chain a number that those have in common that are connected: the ink's pieces."""
        return self.linked(np.ones(len(self), dtype=bool))[:, 0]

    def linked(self, chains: Mask) -> Offsets:
        """A number for each end's node, the same for nodes that the chains in the mask link. Shape (n, 2)."""
        _, named = np.unique(self.nodes.ravel(), return_inverse=True)
        pairs = named.reshape(-1, 2)
        return united(int(named.max(initial=-1)) + 1, pairs[chains])[pairs]


def chains(skeleton: Ink, way: Way | None = None) -> Chains:
    """The chains of a skeleton: from end to end, then its rings."""
    height, width = skeleton.shape
    padded = np.zeros((height + 2, width + 2), dtype=np.uint8)
    padded[1:-1, 1:-1] = skeleton
    pixels = np.flatnonzero(padded.view(bool))
    linked = _links()[codes(padded.ravel(), pixels, width + 2)]
    degree = np.zeros(padded.size, dtype=np.uint8)
    met = _count()[linked]
    degree[pixels] = met
    links = np.zeros(padded.size, dtype=np.intc)
    links[pixels] = linked
    links[pixels[met != 2]] += _ENDS
    path, starts = _walked(links, pixels, width + 2, int(met.sum()), way)
    ends = path[np.stack([starts[:-1], starts[1:] - 1], axis=1)]
    rows, columns = np.divmod(path, width + 2)
    return Chains(rows - 1, columns - 1, starts, degree[ends].astype(np.int64), ends)


def _walked(
    links: npt.NDArray[np.intc], pixels: Pixels, width: int, joints: int, way: Way | None
) -> tuple[Pixels, Offsets]:
    """The pixels of the chains, and where each begins."""
    found = kernel("walk", way)
    path = found.ints(np.zeros(joints + len(pixels) + 1))
    begins = found.ints(np.zeros(len(pixels) + joints + 1))
    where: Any = found.ints(pixels)
    count = found.module.walk(found.ints(links), where, found.ints(steps(width)), path, begins)
    starts = np.asarray(begins[: count + 1], dtype=np.int64)
    return np.asarray(path[: int(starts[-1])], dtype=np.int64), starts


@cache
def _links() -> npt.NDArray[np.uint8]:
    """Which of its neighbours a pixel is joined to: not to one across a corner where there is a way round by a side."""
    found = np.zeros(256, dtype=np.uint8)
    for code in range(256):
        kept = code
        for corner in (1, 3, 5, 7):
            if code >> (corner - 1) & 1 or code >> (corner + 1) % 8 & 1:
                kept &= ~(1 << corner)
        found[code] = kept
    return found


@cache
def _count() -> npt.NDArray[np.int64]:
    return np.array([code.bit_count() for code in range(256)], dtype=np.int64)
