"""The question how an interrupted job should go on, on the terminal."""

from __future__ import annotations

from typing import Final

from dcode.api.codec import Message
from dcode.cli.output import Output
from dcode.cli.sketch import sketch
from dcode.client.recovery import REDRAW, SKIP, Way, is_certain

SKETCHED_FROM_MM: Final = 5.0  # a shorter stretch has no shape to look for
SKETCH: Final = (36, 8)  # columns and lines


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
