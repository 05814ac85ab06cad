"""The same stroke over again, for pens that run thin and for ink that is to be dark."""

from __future__ import annotations

import numpy as np

from dcode.geometry.lines import Lines, Points


def multipass(lines: Lines, times: int) -> Lines:
    """Every stroke drawn `times` times without lifting the pen: there and back, or round and round when it is closed.

    Dots stay single. Raises ValueError for less than one.
    """
    if times < 1:
        raise ValueError(f"a stroke is drawn once or more, not {times} times")
    if times == 1:
        return lines
    closed = lines.closed
    return Lines.of(_again(line, times, bool(closed[index])) for index, line in enumerate(lines))


def _again(line: Points, times: int, closed: bool) -> Points:
    if len(line) == 1:
        return line
    further = [line[1:] if closed else line[-2::-1], line[1:]]
    return np.concatenate([line, *(further[turn % 2] for turn in range(times - 1))])
