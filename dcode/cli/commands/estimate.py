"""dcode estimate: how long does this file take?"""

from __future__ import annotations

from typing import Any

from dcode.cli.command import command, program_options
from dcode.cli.dry_pens import dry_warnings
from dcode.cli.program import examine, time_of
from dcode.cli.session import Session
from dcode.cli.source import Source, read_source, source_argument
from dcode.cli.wishes import Wishes, artwork_options
from dcode.client.words import clock, duration, length, plural, size

PARTS = {
    "draw_s": "drawing",
    "travel_s": "travelling",
    "pen_s": "raising and lowering the pen",
    "dwell_s": "waiting",
    "park_s": "going home",
}


@command()
@source_argument
@artwork_options
@program_options
def estimate(session: Session, file: str, wishes: Wishes) -> None:
    """Say how long a file takes.

    The time is that of a plotter that accelerates as machine.json says, with the firmware of its profile.
    """
    source = read_source(file, as_text=wishes.text)
    examined = examine(source, session.machine, session.profile, wishes=wishes, output=session.output)
    answer = examined.report | time_of(examined).as_json()
    del answer["violations"], answer["notes"]
    for warning in dry_warnings(session, examined, answer["pens"]):
        session.output.note(warning)
    session.reply(answer, lambda value: _lines(examined.source, value))


def _lines(source: Source, answer: dict[str, Any]) -> list[str]:
    parts = [f"{clock(answer[part])} {word}" for part, word in PARTS.items() if answer[part] >= 1]
    return [
        f"{source.name}: about {duration(answer['seconds'])}",
        ", ".join(parts) or "less than a second",
        size(answer, source.strokes),
        *(_pen_line(pen) for pen in answer["pens"] if len(answer["pens"]) > 1),
    ]


def _pen_line(pen: dict[str, Any]) -> str:
    called = f"pen {pen['number']}" if pen["number"] else "the first pen"
    called += f" ({pen['name']})" if pen["name"] != "pen" else ""
    ways = f"{length(pen['draw_mm'])} of ink, {length(pen['travel_mm'])} of travel"
    return f"{called}: {duration(pen['seconds'])}, {ways}, {plural(pen['lifts'], 'pen lift')}"
