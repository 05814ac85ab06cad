"""dcode estimate: how long does this file take?"""

from __future__ import annotations

from typing import Any

from dcode.cli.command import command, fitting_options, program_options
from dcode.cli.program import examine
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.words import clock, duration, facts
from dcode.machine.timing import estimate as estimate_of

PARTS = {
    "draw_s": "drawing",
    "travel_s": "travelling",
    "pen_s": "raising and lowering the pen",
    "dwell_s": "waiting",
    "park_s": "going home",
}


@command()
@source_argument
@fitting_options
@program_options
def estimate(session: Session, file: str, fit: bool, clip: bool) -> None:
    """Say how long a file takes.

    The time is that of a plotter that accelerates as machine.json says; what a firmware adds of its own is not in it.
    """
    source = read_source(file)
    examined = examine(source, session.machine, session.profile, to_fit=fit, to_clip=clip)
    answer = examined.report | estimate_of(examined.motion, examined.machine).as_json()
    del answer["violations"], answer["notes"]
    session.reply(answer, lambda value: _lines(source.name, value))


def _lines(name: str, answer: dict[str, Any]) -> list[str]:
    parts = [f"{clock(answer[part])} {word}" for part, word in PARTS.items() if answer[part] >= 1]
    return [f"{name}: about {duration(answer['seconds'])}", ", ".join(parts) or "less than a second", facts(answer)]
