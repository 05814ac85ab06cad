"""Kernel: the pixels of a skeleton in the order in which a pen would pass them.

Compiled as `_walk` with the types of `_walk.pxd`; see `kernels.py`.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]


def walk(links: Ints, pixels: Ints, steps: Ints, path: Ints, starts: Ints) -> int:
    """Fill `path` with chains of pixels one after the other, `starts` with where each begins; how many there are.

    `links` has for every place of a flat picture the directions to the neighbours that its pixel is joined to, as bits
    0 to 7, and bit 8 where a chain ends: all but those with two neighbours. It is used up. `steps` leads in each
    direction to the neighbour; the opposite one is four further on. A pixel without neighbours is a chain of its own.
    Rings come last; their first pixel is there again at the end.
    """
    filled = 0
    chains = 0
    for rings in range(2):
        for i in range(len(pixels)):
            first = pixels[i]
            if (links[first] >> 8) == rings or (rings and links[first] == 0):
                continue
            if links[first] == 256:
                starts[chains] = filled
                chains += 1
                path[filled] = first
                filled += 1
                links[first] = 0
            for direction in range(8):
                if not links[first] >> direction & 1:
                    continue
                starts[chains] = filled
                chains += 1
                here = first
                way = direction
                while way < 8:
                    path[filled] = here
                    filled += 1
                    links[here] -= 1 << way
                    here += steps[way]
                    links[here] -= 1 << (way ^ 4)
                    way = 8
                    if links[here] < 256:
                        while way > 0 and not links[here] >> (way - 1) & 1:
                            way -= 1
                        way = way - 1 if way > 0 else 8
                path[filled] = here
                filled += 1
    starts[chains] = filled
    return chains
