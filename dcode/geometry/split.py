"""Kernel: chords of polylines split until no point between is too far from them.

Compiled as `_split` with the types of `_split.pxd`; `simplify.py` does the same in numpy where that is not built.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence


def split(
    xy: Sequence[float],
    starts: Sequence[int],
    keep: MutableSequence[int],
    stack: MutableSequence[int],
    square: float,
    patient: int,
) -> None:
    """Set `keep` to 1 for each point that is kept of polylines with the coordinates `xy`, x and y in turns.

    A chord is split at the point that is furthest from it, if the square of its distance is more than `square`; what is
    split for more than `patient` times is halved as well. `stack` has room for what is still to be looked at, three
    numbers each: no more than twice as many as a polyline is split times deep.
    """
    for line in range(len(starts) - 1):
        stack[0] = starts[line]
        stack[1] = starts[line + 1] - 1
        stack[2] = 1
        keep[starts[line]] = 1
        keep[starts[line + 1] - 1] = 1
        top = 3
        while top > 0:
            top -= 3
            first = stack[top]
            last = stack[top + 1]
            depth = stack[top + 2]
            if last - first < 2:
                continue
            x = xy[2 * first]
            y = xy[2 * first + 1]
            across = xy[2 * last] - x
            up = xy[2 * last + 1] - y
            whole = across * across + up * up
            if not whole > 0:
                whole = 1.0
            worst = -1.0
            low = first
            for i in range(first + 1, last):
                aside = xy[2 * i] - x
                above = xy[2 * i + 1] - y
                share = (aside * across + above * up) / whole
                share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
                aside = aside - share * across
                above = above - share * up
                far = aside * aside + above * above
                if far > worst:
                    worst = far
                    low = i
            if not worst > square:
                continue
            high = low
            if depth > patient:
                middle = (first + last) // 2
                low = middle if middle < low else low
                high = middle if middle > high else high
            keep[low] = 1
            keep[high] = 1
            for part in range(3):
                begin = first if part == 0 else low if part == 1 else high
                end = low if part == 0 else high if part == 1 else last
                if end - begin > 1:
                    stack[top] = begin
                    stack[top + 1] = end
                    stack[top + 2] = depth + 1
                    top += 3
