"""The stretches of a skeleton that are surely one line, clear of where lines meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Mask, Offsets, ranges
from dcode.geometry.skeleton.centre import Centres, Values
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.depth import Depths

_WIDER: Final = (1.3, 0.4)  # times and pixels by which a line may be wider than it mostly is
_THINNER: Final = 0.6
_USUAL: Final = 0.4  # the share of a stretch that is thinner than what counts as its width: crossings widen it
_STRAY: Final = 1.6  # pixels from the skeleton to the middle of the line beyond which it is that of two lines
_FEWEST: Final = 2  # pixels of a piece
_FRAYED: Final = (2.0, 1.5)  # pixels at a free end where thinning bends, and times as deep as the line is
_SHORT: Final = 6.0  # times that: of a shorter chain all counts
_INWARD: Final = 8  # pixels from the end where it is that deep


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """`lines` in pixels; `width`, how wide each is at its two ends, and `group`, where each leads, shape (n, 2);
    `part`, the piece of ink that each is in, shape (n,).

    Pieces that meet in one crossing have the same `group` there; -1 is a free end.
    """

    lines: Lines
    width: Values
    group: Offsets
    part: Offsets

    @classmethod
    def apart(cls, lines: Lines, width: Values, part: Offsets) -> Pieces:
        """Those that meet nothing."""
        return cls(lines, width, np.full((len(lines), 2), -1), part)

    @classmethod
    def joined(cls, one: Pieces, other: Pieces) -> Pieces:
        """Those of both."""
        return cls(
            Lines.joined([one.lines, other.lines]),
            np.concatenate([one.width, other.width]),
            np.concatenate([one.group, other.group]),
            np.concatenate([one.part, other.part]),
        )

    def __len__(self) -> int:
        return len(self.lines)

    def kept(self, mask: Mask | Offsets) -> Pieces:
        return Pieces(self.lines.kept(mask), self.width[mask], self.group[mask], self.part[mask])


def pieces(chains: Chains, centres: Centres, depth: Depths) -> Pieces:
    """The longest clear stretch of each chain that is not a ring. Chains without one only link junctions."""
    clear = _clear(chains, depth)
    width = _usual_width(chains, centres, clear)
    usual = width[chains.owner]
    clear &= (centres.width < usual * _WIDER[0] + _WIDER[1]) & (centres.width > usual * _THINNER)
    clear &= centres.moved < _STRAY
    first, last = _longest_run(chains, clear)
    is_piece = (last - first + 1 >= _FEWEST) & ~chains.rings
    groups = chains.linked(~is_piece & ~chains.rings)
    groups[chains.branches < 3] = -1
    first, counts = first[is_piece], (last - first + 1)[is_piece]
    points = centres.points[ranges(first, counts)]
    lines = Lines(points, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    return Pieces(lines, np.stack([width[is_piece]] * 2, axis=1), groups[is_piece], chains.parts[is_piece])


def _clear(chains: Chains, depth: Depths) -> Mask:
    """Which pixels are outside the circles of ink around the junctions at the ends of their chain."""
    owner, clear = chains.owner, ~frayed(chains, depth)
    for side, ends in enumerate((chains.starts[:-1], chains.starts[1:] - 1)):
        end = ends[owner]
        apart = np.hypot(chains.rows - chains.rows[end], chains.columns - chains.columns[end])
        branches = chains.branches[owner, side]
        clear &= (branches < 3) | (apart > depth[end])
    return clear


def frayed(chains: Chains, depth: Depths) -> Mask:
    """Which pixels are at a free end of a long chain, where thinning runs into a corner of the line."""
    owner, length = chains.owner, np.diff(chains.starts)
    found = np.zeros(len(owner), dtype=bool)
    for side, ends in enumerate((chains.starts[:-1], chains.starts[1:] - 1)):
        inward = ends + (1 - 2 * side) * np.minimum(_INWARD, length - 1)
        reach = np.maximum(_FRAYED[0], _FRAYED[1] * depth[inward])
        long = (chains.branches[:, side] == 1) & (length > _SHORT * reach)
        apart = np.hypot(chains.rows - chains.rows[ends][owner], chains.columns - chains.columns[ends][owner])
        found |= long[owner] & (apart < reach[owner])
    return found


def _usual_width(chains: Chains, centres: Centres, clear: Mask) -> Values:
    """How wide the line of each chain mostly is; 0 where it has no clear pixel."""
    return usual(np.where(clear, centres.width, 0.0), chains.owner, len(chains))


def usual(width: Values, owner: Offsets, count: int) -> Values:
    """The width that most of each owner's exceed, crossings widen it; of those above 0, and 0 where there are none."""
    at = np.flatnonzero(width > 0)
    order = at[np.argsort(width[at])]
    order = order[np.argsort(owner[order].astype(np.min_scalar_type(count)), kind="stable")]
    counts = np.bincount(owner[at], minlength=count)
    begins = np.cumsum(counts) - counts
    found = np.zeros(count)
    some = counts > 0
    found[some] = width[order][(begins + (counts * _USUAL).astype(np.int64))[some]]
    return found


def _longest_run(chains: Chains, clear: Mask) -> tuple[Offsets, Offsets]:
    """The first and last pixel of each chain's longest clear run, 0 and -1 where it has none."""
    first, last = np.zeros(len(chains), dtype=np.int64), np.full(len(chains), -1, dtype=np.int64)
    at, owner = np.flatnonzero(clear), chains.owner[clear]
    breaks = np.ones(len(at), dtype=bool)
    breaks[1:] = (np.diff(at) > 1) | (np.diff(owner) > 0)
    begins = np.flatnonzero(breaks)
    ends = np.append(begins[1:], len(at))[: len(begins)] - 1
    order = np.lexsort((begins, ends - begins))  # the longest is written last
    first[owner[begins][order]], last[owner[begins][order]] = at[begins][order], at[ends][order]
    return first, last
