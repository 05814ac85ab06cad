"""The ink ledger: how far each pen has drawn since it was put in fresh, and when it will have to be changed.

Pens are counted by the numbers that T gives them. A program that asks for none draws with the pen that is in the
holder: the one that was put in last, or else pen 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dcode.gcode.motion import Kind, Motion
from dcode.machine.machine import Machine

FIRST: Final = 1  # the pen in the holder where nobody has said anything
_ENDS_STROKE: Final = (Kind.PEN_UP, Kind.HOME, Kind.PEN_CHANGE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a pen has drawn: mm of ink, seconds on the paper at the feeds that were asked for, times put down."""

    mm: float = 0.0
    seconds: float = 0.0
    strokes: int = 0

    def __add__(self, more: Drawn) -> Drawn:
        return Drawn(self.mm + more.mm, self.seconds + more.seconds, self.strokes + more.strokes)


@dataclass(frozen=True, slots=True)
class Account:
    """One pen: since it was fresh, and since the ledger was begun. `fresh_at` is Unix time, None where nobody said."""

    now: Drawn = Drawn()
    ever: Drawn = Drawn()
    fresh_at: float | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All pens by number, and which of them is in the holder. Values: a change makes another ledger."""

    pens: Mapping[int, Account] = field(default_factory=dict)
    in_hand: int = FIRST

    def of(self, pen: int) -> Account:
        """What is known of a pen; of one that never drew, that."""
        return self.pens.get(pen, Account())

    def drew(self, pen: int, more: Drawn) -> Ledger:
        """A pen has drawn."""
        old = self.of(pen)
        return self._with(pen, replace(old, now=old.now + more, ever=old.ever + more))

    def took(self, pen: int) -> Ledger:
        """A pen was put into the holder."""
        return replace(self, in_hand=pen)

    def renewed(self, pen: int, at: float) -> Ledger:
        """From `at` on, Unix time, that pen is a fresh one."""
        return self._with(pen, replace(self.of(pen), now=Drawn(), fresh_at=at))

    def laid(self) -> dict[int, float]:
        """mm since fresh, by pen."""
        return {pen: account.now.mm for pen, account in self.pens.items()}

    def _with(self, pen: int, account: Account) -> Ledger:
        return replace(self, pens={**self.pens, pen: account})


class InkGauge:
    """What a run knows of its ink: the pen that is in, how much of each is used up, and whether a stroke still fits.

    `laid`: mm since fresh, by pen, before the run. A pen without `dry_after_m` in machine.json never runs dry.
    """

    def __init__(self, machine: Machine, pen: int = FIRST, laid: Mapping[int, float] | None = None) -> None:
        self._machine, self.pen, self._laid = machine, pen, dict(laid or {})
        self._let_on: set[int] = set()  # pens that go on for as long as they write: a user was asked

    @property
    def laid_mm(self) -> float:
        """Of the pen that is in, since it was fresh."""
        return self._laid.get(self.pen, 0.0)

    @property
    def dry_after_mm(self) -> float | None:
        """How far the pen that is in goes, where machine.json says it."""
        return dry_after_mm(self._machine, self.pen)

    def listed(self, pen: int) -> int:
        """The same number where machine.json lists such a pen; else 0, which is the machine's own."""
        return pen if 1 <= pen <= len(self._machine.pens) else 0

    def lacks(self, motion: Motion) -> int | None:
        """The pen that a program begins with, where dcode has had another one put in since; else None."""
        first = motion.holder[0] if motion.holder else self.pen
        return None if self.pen in (FIRST, first) else first

    def drew(self, mm: float) -> None:
        """The pen that is in has drawn, or is about to."""
        self._laid[self.pen] = self.laid_mm + mm

    def take(self, pen: int, *, fresh: bool) -> None:
        """Another pen was put in, or a fresh one of the same."""
        self.pen = pen
        if fresh:
            self.renew(pen)

    def renew(self, pen: int) -> None:
        """A fresh one of some pen is there."""
        self._laid[pen] = 0.0
        self._let_on.discard(pen)

    def let_on(self) -> None:
        """The pen that is in goes on although it should be dry."""
        self._let_on.add(self.pen)

    def runs_dry(self, motion: Motion, row: int) -> bool:
        """Whether the pen would run dry in the stroke that begins with `row`. One that is fresh has to try."""
        most = self.dry_after_mm
        if most is None or self.pen in self._let_on or self.laid_mm <= 0.0:
            return False
        left = most - self.laid_mm
        return left <= 0.0 or stroke_mm(motion, row, left) > left


def stroke_mm(motion: Motion, row: int, enough: float = math.inf) -> float:
    """The ink from `row` to the next pen-up, mm; no further than is `enough` to know that it is more."""
    (x, y), ink = motion.position_before(row), 0.0
    for at in range(row, len(motion)):
        kind = motion.kind[at]
        if kind in _ENDS_STROKE or ink > enough:
            break
        if kind == Kind.DRAW:
            ink += math.hypot(motion.x[at] - x, motion.y[at] - y)
        x, y = motion.x[at], motion.y[at]
    return ink


def dry_after_mm(machine: Machine, pen: int) -> float | None:
    """How far a pen goes, where machine.json says it."""
    metres = machine.named_pen(pen).pen.dry_after_m
    return None if metres is None else metres * 1000


def forecast(ink: Iterable[tuple[int, float]], ledger: Ledger, machine: Machine) -> list[str]:
    """A sentence for each pen that runs dry in a program. `ink`: mm by pen number, 0 the one that it begins with."""
    needed: dict[int, float] = {}
    for number, mm in ink:
        pen = number or ledger.in_hand
        needed[pen] = needed.get(pen, 0.0) + mm
    sentences = list[str]()
    for pen, mm in needed.items():
        most = dry_after_mm(machine, pen)
        if most is None or ledger.of(pen).now.mm + mm <= most:
            continue
        left = max(0.0, most - ledger.of(pen).now.mm)
        changes = max(1, math.ceil((mm - left) / most))
        times = "a fresh one is asked for" if changes == 1 else f"fresh ones are asked for, about {changes} times,"
        sentences.append(
            f"Pen {pen} is to draw {metres(mm)} and has about {metres(left)} left: {times} before it runs dry."
        )
    return sentences


def metres(mm: float) -> str:
    """98 m, 4.2 m, 0.35 m."""
    length = mm / 1000
    return f"{length:.0f} m" if length >= 9.95 else f"{length:.1f} m" if length >= 0.95 else f"{length:.2f} m"
