"""From the row that is looked at: what may be done there with a job in its state, and how far back that is. Pure.

A job begins again only where everything before is surely drawn; a rehearsal begins anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.api.codec import Message
from dcode.api.kinds import Kind
from dcode.client.words import length
from dcode.tui.path import Path

# Rows are float32 here: rather begin so far inside a stroke, where nobody sees it, than at the end of the one before.
SLACK_MM: Final = 0.02


@dataclass(frozen=True, slots=True)
class FromHere:
    """`back_mm`: the ink to go back by, None where the job cannot begin here; `told` says why, or what it would do."""

    back_mm: float | None
    told: str


def ink_between(path: Path, row: int, to_row: int, to: tuple[float, float] | None) -> float:
    """Ink from the beginning of a row to a place in a later one, mm."""
    x, y, to_x, to_y, _ = path.ink(row, to_row)
    ink = float(np.hypot(to_x.astype(np.float64) - x, to_y.astype(np.float64) - y).sum())
    if to is not None and to_row < path.rows and path.kinds[to_row] == Kind.DRAW:
        ink += math.dist(path.place(to_row), to)
    return ink


def from_here(path: Path, row: int, job: Message, drawn: tuple[int, tuple[float, float] | None]) -> FromHere:
    """What a job can do at the beginning of a row; it is `drawn` to a row and a place in it."""
    state, (to_row, to) = job["state"], drawn
    if state == "plotting":
        return FromHere(None, "The job is being drawn: pause it, and it can go back to here.")
    if state not in ("paused", "interrupted"):
        return FromHere(None, f"The job is {state}: it begins at its start, and can be rehearsed from here.")
    if row > to_row:
        return FromHere(
            None,
            f"The job is surely drawn to row {to_row}. It cannot begin again later, for what lies between would be "
            "missing.",
        )
    ink = ink_between(path, row, to_row, to)
    back_mm = max(ink - SLACK_MM, 0.0)
    back = length(ink) if ink >= 100 else f"{ink:.1f} mm"
    until = " At most to where its pen was put in." if state == "paused" else ""
    return FromHere(back_mm, f"The job can begin again here: {back} of ink is drawn once more.{until}")
