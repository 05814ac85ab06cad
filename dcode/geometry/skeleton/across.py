"""Kernel: how much ink there is across a line at each pixel of its skeleton.

Compiled as `_across` with the types of `_across.pxd`; see `kernels.py`.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

REACH = 14  # pixels from the skeleton to either edge, at a slant
NOTHING = 13  # of 255: what is lighter is paper
VALLEY = 5  # of 255: by how much it gets darker again where another line begins

Ints = MutableSequence[int]


def across(
    tone: Sequence[int],
    columns: int,
    rows: int,
    column: Ints,
    row: Ints,
    level: Ints,
    thin: Ints,
    sums: Ints,
    moments: Ints,
) -> None:
    """Fill `sums` with the tones in one piece along the row of each pixel, or where it is not `level` along its column,
    and `moments` with their moment about the pixel; where it is not `thin` with its own tone alone.

    `tone` is the picture, 0 to 255 for ink, `columns` wide and `rows` high. No own tone counts as less than 1.
    """
    for i in range(len(sums)):
        at = row[i] * columns + column[i]
        own = tone[at] if tone[at] > 0 else 1
        total = own
        moment = 0
        stride = 1 if level[i] else columns
        for side in range(2 if thin[i] else 0):
            if level[i]:
                room = column[i] if side else columns - 1 - column[i]
            else:
                room = row[i] if side else rows - 1 - row[i]
            room = room if room < REACH else REACH
            last = own
            place = at
            for away in range(1, room + 1):
                place += -stride if side else stride
                here = tone[place]
                if here <= NOTHING or (here > last + VALLEY and last < 128):
                    break
                last = here
                total += here
                moment += -away * here if side else away * here
        sums[i] = total
        moments[i] = moment
