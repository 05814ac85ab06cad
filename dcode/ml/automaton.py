"""A finite automaton over characters, from texts and ranges of numbers, as a table.

Built with either-ors that may overlap, then made deterministic by the subset construction and as small as it can be by
joining states that no continuation tells apart (Moore's refinement).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.int16]

DEAD: Final = -1
_SLACK: Final = 1e-6  # of the last decimal: 0.1 * 1000 is not 100 in binary


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """`step[state, code]` is the next state or DEAD; the last row belongs to DEAD, so that -1 indexes it.

    `codes` numbers the characters; `foreign` stands for all others and `no_character` keeps every state.
    """

    step: Table
    codes: dict[str, int]
    start: int
    end: int

    @property
    def foreign(self) -> int:
        return len(self.codes)

    @property
    def no_character(self) -> int:
        return len(self.codes) + 1


class Builder:
    """States that are linked by characters and by either-ors."""

    def __init__(self) -> None:
        self._arrows: list[dict[str, set[int]]] = []
        self._others: list[set[int]] = []

    def state(self) -> int:
        """A new state, linked to nothing."""
        self._arrows.append({})
        self._others.append(set())
        return len(self._arrows) - 1

    def arrow(self, at: int, character: str, after: int) -> None:
        self._arrows[at].setdefault(character, set()).add(after)

    def either(self, at: int, other: int) -> None:
        """Whatever may follow at `other` may follow at `at`."""
        self._others[at].add(other)

    def text(self, at: int, text: str) -> int:
        """The state after `text`; a blank in it may be left out."""
        for character in text:
            after = self.state()
            self.arrow(at, character, after)
            if character == " ":
                self.either(at, after)
            at = after
        return at

    def number(self, at: int, low: float, high: float, decimals: int) -> int:
        """The state after a number from `low` to `high`, written out, with at most so many decimals."""
        after, unit = self.state(), 10**decimals
        least, most = ceil(low * unit - _SLACK), floor(high * unit + _SLACK)
        if most >= 0:
            _Digits(self, after, max(least, 0), most, decimals).begin(at)
        if least < 0:
            minus = self.state()
            self.arrow(at, "-", minus)
            _Digits(self, after, max(-most, 0), -least, decimals).begin(minus)
        return after

    def automaton(self, start: int, end: int, marked: list[int]) -> tuple[Automaton, list[int]]:
        """The smallest deterministic one, and its states that stand where `marked` ones do."""
        subsets, step, codes = self._deterministic(start)
        flags = np.array([[end in subset, any(state in subset for state in marked)] for subset in subsets])
        classes = _told_apart(step, flags)
        first = np.unique(classes, return_index=True)[1]
        small = np.full((len(first) + 1, step.shape[1]), DEAD, dtype=np.int16)
        small[:-1] = np.append(classes, DEAD)[step[first]]
        small[:-1, -1] = np.arange(len(first))
        ends = np.flatnonzero(flags[first, 0])
        return Automaton(small, codes, int(classes[0]), int(ends[0])), np.flatnonzero(flags[first, 1]).tolist()

    def _deterministic(self, start: int) -> tuple[list[frozenset[int]], Table, dict[str, int]]:
        codes = {char: code for code, char in enumerate(sorted({c for arrows in self._arrows for c in arrows}))}
        subsets = [self._closed({start})]
        number = {subsets[0]: 0}
        rows: list[list[int]] = []
        for subset in subsets:  # grows while it is walked through
            row = [DEAD] * (len(codes) + 2)
            for character, code in codes.items():
                after = {state for at in subset for state in self._arrows[at].get(character, ())}
                if after:
                    closed = self._closed(after)
                    if closed not in number:
                        number[closed] = len(subsets)
                        subsets.append(closed)
                    row[code] = number[closed]
            rows.append(row)
        return subsets, np.array(rows, dtype=np.int16), codes

    def _closed(self, states: set[int]) -> frozenset[int]:
        """The states and all that an either-or leads to."""
        found, new = set(states), list(states)
        while new:
            more = self._others[new.pop()] - found
            found |= more
            new += more
        return frozenset(found)


class _Digits:
    """The digits of one number, without its sign, from `least` to `most` units of its last decimal."""

    def __init__(self, build: Builder, after: int, least: int, most: int, decimals: int) -> None:
        self._build, self._after, self._decimals = build, after, decimals
        self._least, self._most, self._unit = least, most, 10**decimals
        self._free: dict[tuple[str, int], int] = {}

    def begin(self, at: int) -> None:
        longest = len(str(self._most // self._unit))
        for digit in range(10):
            self._link(at, str(digit), self._whole(digit, longest - 1))

    def _link(self, at: int, character: str, after: int | None) -> None:
        if after is not None:
            self._build.arrow(at, character, after)

    def _whole(self, value: int, left: int) -> int | None:
        """The state after the whole digits `value`, of which at most `left` more may come; None: nothing fits."""
        left = left if value else 0  # nothing is written 07
        spans = [(value * 10**more * self._unit, (value + 1) * 10**more * self._unit - 1) for more in range(left + 1)]
        while left and not self._touches(*spans[left]):
            left -= 1
            spans.pop()
        if not any(self._touches(*span) for span in spans):
            return None
        if all(self._holds(*span) for span in spans):
            state, known = self._shared("whole", left)
            if known:
                return state
        else:
            state = self._build.state()
        if self._holds(spans[0][0], spans[0][0]):
            self._build.either(state, self._after)
        if self._decimals and self._touches(*spans[0]):
            self._link(state, ".", self._part(spans[0][0], self._decimals))
        for digit in range(10 if left else 0):
            self._link(state, str(digit), self._whole(value * 10 + digit, left - 1))
        return state

    def _part(self, value: int, left: int) -> int | None:
        """The state after the point and some decimals that make `value` units, with `left` more to come."""
        last = value + 10**left - 1
        if not self._touches(value, last):
            return None
        if self._holds(value, last):
            state, known = self._shared("part", left)
            if known:
                return state
        else:
            state = self._build.state()
        if left < self._decimals and self._holds(value, value):
            self._build.either(state, self._after)
        for digit in range(10 if left else 0):
            self._link(state, str(digit), self._part(value + digit * 10 ** (left - 1), left - 1))
        return state

    def _shared(self, kind: str, left: int) -> tuple[int, bool]:
        """The one state where anything may follow, and whether it was there already."""
        known = (kind, left) in self._free
        if not known:
            self._free[kind, left] = self._build.state()
        return self._free[kind, left], known

    def _touches(self, first: int, last: int) -> bool:
        return first <= self._most and last >= self._least

    def _holds(self, first: int, last: int) -> bool:
        return self._least <= first and last <= self._most


def _told_apart(step: Table, flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
    """A number for every state, the same for states that nothing tells apart."""
    classes = np.unique(flags, axis=0, return_inverse=True)[1].astype(np.int16).reshape(-1)
    while True:
        seen = np.column_stack([classes, np.append(classes, DEAD)[step]])
        finer = np.unique(seen, axis=0, return_inverse=True)[1].astype(np.int16).reshape(-1)
        if finer.max() == classes.max():
            return finer
        classes = finer
