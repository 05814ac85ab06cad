"""What is known of an interrupted job, in words, and how it may go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.api.codec import Message
from dcode.client.sentences import with_stop
from dcode.client.words import length, table

SOME_INK_MM: Final = 0.05  # less of it is nothing that a person can see


@dataclass(frozen=True, slots=True)
class Way:
    """How an interrupted job goes on: redraw, skip, or back by some ink, in mm."""

    how: str
    back_mm: float | None = None

    @property
    def params(self) -> dict[str, float | str]:
        """As plotter.resume takes it."""
        return {"how": self.how} | ({} if self.back_mm is None else {"back_mm": self.back_mm})


REDRAW: Final = Way("redraw")
SKIP: Final = Way("skip")


def recovery_lines(recovery: Message) -> list[str]:
    """Why the job was interrupted, what is on the paper, what is uncertain, and whether the position is known."""
    job = recovery["job"]
    why = f": {with_stop(job['reason'])}" if job["reason"] else "."
    return [
        f"Job {job['id']}, {job['name']}, was interrupted{why}",
        *table(
            [
                [
                    "drawn",
                    f"{_mm(recovery['done_mm'])} of {_mm(job['draw_mm'])} of ink, to {_place(recovery['executed'])}",
                ],
                ["uncertain", _stretch(recovery)],
                ["position", "known" if recovery["registered"] else "not known"],
            ]
        ),
    ]


def is_certain(recovery: Message) -> bool:
    """Whether nothing is uncertain: to redraw and to skip are the same."""
    return bool(recovery["stretch_mm"] < SOME_INK_MM)


def _stretch(recovery: Message) -> str:
    if is_certain(recovery):
        return "nothing"
    first, last = recovery["executed"], recovery["sent"]
    return f"{_mm(recovery['stretch_mm'])} of ink, from {_place(first)} to {_place(last)}"


def _place(place: Message) -> str:
    line = f"line {place['line']} at " if place["line"] else ""
    return f"{line}X {place['x']:.2f} Y {place['y']:.2f}"


def _mm(mm: float) -> str:
    return length(mm) if mm >= 100 else f"{mm:.1f} mm"
