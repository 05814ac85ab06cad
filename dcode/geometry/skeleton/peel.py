"""Kernel: ink peeled until it is one pixel thin.

Compiled as `_peel` with the types of `_peel.pxd`; see `kernels.py`. Where it is not numpy does the same:
see `thin.py`, which tells what is done.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

Bytes = MutableSequence[int]
Ints = MutableSequence[int]


def peel(
    ink: Bytes,
    codes: Bytes,
    deleted: Sequence[int],
    steps: Ints,
    border: Ints,
    even: Ints,
    odd: Ints,
    lost: Ints,
) -> None:
    """Take away pixels of `ink`, 1 in a flat picture with paper all around, as long as any is lost.

    `codes` tells which neighbours of each pixel are ink, bit i for the one that steps[i] leads to; so does its index in
    `deleted` which are taken away, 256 numbers for the even passes and 256 for the odd ones. The first two passes look
    at the border. `even`, `odd` and `lost` are room for as many pixels as there are, twice as many in `lost`.
    """
    filled_even = 0
    filled_odd = 0
    number = 0
    while True:
        rule = 256 * (number % 2)
        count = 0
        if number < 2:
            for i in range(len(border)):
                at = border[i]
                if deleted[rule + codes[at]]:
                    lost[count] = at
                    count += 1
        else:
            for i in range(filled_even):
                at = even[i]
                if ink[at] & 1 and deleted[rule + codes[at]]:
                    lost[count] = at
                    count += 1
            for i in range(filled_odd):
                at = odd[i]
                if ink[at] & 1 and deleted[rule + codes[at]]:
                    lost[count] = at
                    count += 1
            if filled_even + filled_odd == 0:
                return
        # What was touched two passes ago makes way for what is touched now. Bits 1 and 2 tell what is noted already.
        for i in range(count):
            ink[lost[i]] &= 6
        if number % 2:
            for i in range(filled_odd):
                ink[odd[i]] &= 3
            filled_odd = touch(ink, codes, steps, lost, count, odd, 4)
        else:
            for i in range(filled_even):
                ink[even[i]] &= 5
            filled_even = touch(ink, codes, steps, lost, count, even, 2)
        number += 1


def touch(ink: Bytes, codes: Bytes, steps: Ints, lost: Ints, count: int, touched: Ints, bit: int) -> int:
    """Tell the neighbours of what is lost; fill `touched` with those that are ink. How many there are."""
    filled = 0
    for i in range(count):
        for direction in range(8):
            at = lost[i] + steps[direction]
            codes[at] &= 255 ^ (1 << (direction ^ 4))
            if ink[at] & 1 and not ink[at] & bit:
                ink[at] |= bit
                touched[filled] = at
                filled += 1
    return filled
