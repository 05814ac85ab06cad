"""What is known of an interrupted job, in words, and the question how it should go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.api.codec import Message
from dcode.cli.output import Output
from dcode.cli.sketch import sketch
from dcode.client.sentences import with_stop
from dcode.client.words import length, table

SOME_INK_MM: Final = 0.05  # less of it is nothing that a person can see
SKETCHED_FROM_MM: Final = 5.0  # a shorter stretch has no shape to look for
SKETCH: Final = (36, 8)  # columns and lines


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


def way_lines(recovery: Message) -> list[str]:
    """The commands that answer the question, for whoever cannot be asked."""
    resume = f"dcode resume {recovery['job']['id']}"
    if is_certain(recovery):
        return [f"{resume} --yes         goes on there.", f"{resume} --back 10     begins 10 mm of ink earlier."]
    return [
        f"{resume} --redraw     draws the uncertain stretch again; so does --yes.",
        f"{resume} --skip       leaves it out.",
        f"{resume} --back 10    begins 10 mm of ink earlier.",
    ]


def asked_way(output: Output, recovery: Message) -> Way | None:
    """How the person wants it to go on; None: not now."""
    for line in _picture(output, recovery):
        output.note(line)
    if is_certain(recovery):
        question = "Go on there (Enter), go back by N mm of ink first (N), or leave it (q)?"
    else:
        question = "Redraw the stretch (Enter), skip it (s), go back by N mm of ink first (N), or leave it (q)?"
    while (answer := output.prompt(question)) is not None:
        match answer.lower().removesuffix("mm").split():
            case [] | ["r" | "redraw"]:
                return REDRAW
            case ["s" | "skip"]:
                return SKIP
            case ["q" | "quit" | "l" | "leave" | "n" | "no"]:
                return None
            case ["back", number] | [number] if (mm := _distance(number)) is not None:
                return Way("back", mm)
        output.note("Enter, s, a number of mm, or q.")
    return None


def _picture(output: Output, recovery: Message) -> list[str]:
    """The uncertain stretch, to look for on the paper."""
    if recovery["stretch_mm"] < SKETCHED_FROM_MM or not (output.live and output.unicode):
        return []
    lines, dot = sketch(recovery["stretch"], *SKETCH)
    return ["", *(f"  {line}" for line in lines), f"  from A to B; a dot is {dot:.1f} mm", ""]


def _distance(text: str) -> float | None:
    """mm, from 0; None for what is no such number."""
    try:
        mm = float(text)
    except ValueError:
        return None
    return mm if 0 <= mm < float("inf") else None


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
