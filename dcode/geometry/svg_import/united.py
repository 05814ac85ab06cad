"""Letters made of parts that lie over each other, as in fonts of variable weight: drawn by the outline of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines, Offsets
from dcode.geometry.svg_import.items import Item

_MANY: Final = 200  # rings, whose pairs are not looked at one by one


def may_overlap(rings: Lines) -> bool:
    """Whether two rings that go the same way around may lie over each other: a hole goes the other way around."""
    if not 1 < len(rings) <= _MANY:
        return len(rings) > _MANY
    boxes = np.array([(*ring.min(axis=0), *ring.max(axis=0)) for ring in rings])
    left, low, right, high = (boxes[:, column] for column in range(4))
    apart = (right[:, None] <= left) | (high[:, None] <= low)
    turns = np.array([_turn(ring[:, 0], ring[:, 1]) for ring in rings])
    alike = (turns[:, None] == turns) & ~np.eye(len(turns), dtype=bool)
    return bool((alike & ~apart & ~apart.T).any())


def _turn(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether it goes around counter-clockwise: the sign of its area."""
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) > 0


def united(items: Sequence[Item], lines: Lines, owner: Offsets) -> tuple[Lines, Offsets]:
    """The outlines of all items, those of items with overlapping parts as the outlines of what they cover."""
    which = [index for index, item in enumerate(items) if item.overlaps]
    if not which:
        return lines, owner
    from dcode.geometry.polygons import FillRule, area_of, rings_of

    kept = ~np.isin(owner, which)
    parts, owners = [lines.kept(kept)], [owner[kept]]
    for index, begin, end in zip(
        which, *(np.searchsorted(owner, which, side) for side in ("left", "right")), strict=True
    ):
        rings = rings_of(area_of(lines.kept(np.arange(begin, end)), FillRule.NONZERO))
        parts.append(rings)
        owners.append(np.full(len(rings), index))
    of_item = np.concatenate(owners)
    order = np.argsort(of_item, kind="stable")
    return Lines.joined(parts).kept(order), of_item[order]
