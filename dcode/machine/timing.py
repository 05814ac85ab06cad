"""How long a program takes on a machine with its firmware. The model, that of the simulator too, is in lookahead.py."""

from __future__ import annotations

from array import array
from dataclasses import replace

from dcode.gcode.motion import Kind, Motion
from dcode.machine.estimate import Estimate, PenShare
from dcode.machine.kernels import Way, kernel
from dcode.machine.ledger import FIRST
from dcode.machine.lookahead import PENS, TOTALS
from dcode.machine.machine import Machine, Pen
from dcode.machine.pace import Pace


def estimate(motion: Motion, machine: Machine, pace: Pace | None = None, way: Way | None = None) -> Estimate:
    """The time that the program takes at a pace; by default as machine.json alone says.

    `way` is the kernel's: both give the same answer. A pause and a change of pens take what leads to them, and no more:
    how long the user takes is not known.
    """
    pace, tools, rows = pace or Pace.of(machine), kernel(way), len(motion)
    own_wait = 0.0 if pace.settles else pace.pen_s  # of the firmware: a host only waits for what is more
    numbers = [number for number, _ in _taken(motion)]
    pens = [machine.named_pen(number).pen for number in (motion.holder[0] if motion.holder else FIRST, *numbers)]
    size = 1 << int(pace.blocks).bit_length()
    totals = tools.floats([0.0] * (TOTALS * len(pens)))
    elapsed = tools.floats([0.0] * max(rows, 1))
    pacer = tools.pacer(
        tools.floats(replace(pace, settles=True).numbers()),
        tools.floats([figure for pen in pens for figure in _figures(pen, own_wait)]),
        totals,
        elapsed,
        tools.floats([0.0] * (7 * size)),
        tools.ints([0] * size),
        tools.floats([0.0] * 64),
        tools.floats([0.0] * 64),
        tools.floats([0.0] * 64),
        size,
        pace.window,
        *motion.start,
    )
    pacer.rows(motion.kind, motion.x, motion.y, motion.value, rows)
    park_s = pacer.park(*machine.home) if machine.park and rows else 0.0
    shares = _shares(list(totals), _called(motion, machine))
    return Estimate.of(shares, park_s, array("d", elapsed)[:rows])


def _taken(motion: Motion) -> list[tuple[int, int]]:
    """The pens that the program takes, by number, and the rows at which it does."""
    kinds, found, row = bytes(motion.kind), [], -1
    while (row := kinds.find(Kind.PEN_CHANGE, row + 1)) >= 0:
        found.append((int(motion.value[row]), row))
    return found


def _called(motion: Motion, machine: Machine) -> list[tuple[int, str]]:
    """Number and name of the pen that is there at first, then of those that are taken: machine.json's name, or else

    what the program calls it. 0 is a pen of which neither says anything.
    """
    taken = [(number, motion.texts.get(row, "")) for number, row in _taken(motion)]
    known = len(machine.pens)
    return [
        (number, machine.named_pen(number).name if not said or 1 <= number <= known else said)
        for number, said in [motion.holder or (0, ""), *taken]
    ]


def _figures(pen: Pen, own_wait: float) -> list[float]:
    waits = [max(0.0, seconds - own_wait) for seconds in (pen.raise_seconds, pen.lower_seconds)]
    figures = [pen.draw_speed / 60, pen.travel_speed / 60, *waits]
    assert len(figures) == PENS
    return figures


def _shares(totals: list[float], pens: list[tuple[int, str]]) -> tuple[PenShare, ...]:
    """One share for each pen in the order in which they are taken first.

    A pen that did nothing has none; where it was raised for the change, that counts for the one that came.
    """
    shares: dict[int, PenShare] = {}
    idle: PenShare | None = None
    for turn, (number, name) in enumerate(pens):
        draw_s, travel_s, pen_s, dwell_s, draw_mm, travel_mm, lifts = totals[TOTALS * turn : TOTALS * (turn + 1)]
        share = PenShare(number, name, draw_s, travel_s, pen_s, dwell_s, draw_mm, travel_mm, int(lifts))
        share = share + idle if idle else share
        idle = share if not (draw_mm or travel_mm or lifts) and turn + 1 < len(pens) else None
        if idle is None:
            shares[number] = shares[number] + share if number in shares else share
    return tuple(share for share in shares.values() if share.seconds > 0) or tuple(shares.values())[:1]
