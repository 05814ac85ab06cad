"""dcode check: is this file safe to plot?"""

from __future__ import annotations

from typing import Any

from dcode.cli.command import command, program_options
from dcode.cli.dry_pens import dry_warnings
from dcode.cli.exit_codes import ExitCode
from dcode.cli.program import examine
from dcode.cli.session import Session
from dcode.cli.source import Source, read_source, source_argument
from dcode.cli.violations import cure, violation_lines
from dcode.cli.wishes import Wishes, artwork_options
from dcode.client.words import plural, size

REMARKS = 5


@command()
@source_argument
@artwork_options
@program_options
def check(session: Session, file: str, wishes: Wishes) -> int:
    """Say whether a file is safe to plot.

    Every move that the machine would make is held against the work area and the belts: those of the program, the way
    to it and the way home. Exits with 0 when all are within the limits and with 2 when one is not. Of an SVG, a
    picture or a text, what dcode plot would make of it is checked.
    """
    source = read_source(file, as_text=wishes.text)
    examined = examine(source, session.machine, session.profile, wishes=wishes, output=session.output)
    report = examined.report
    for warning in dry_warnings(session, examined):
        session.output.note(warning)
    session.reply(report, lambda value: _lines(examined.source, value, tried=wishes.fit or wishes.clip))
    return ExitCode.DONE if report["ok"] else ExitCode.USAGE


def _lines(source: Source, report: dict[str, Any], *, tried: bool) -> list[str]:
    bounds = report["bounds"]
    area = "X {left:.1f} to {right:.1f}, Y {bottom:.1f} to {top:.1f}".format(**bounds) if bounds else "no moves"
    lines = [f"{source.name}: {size(report, source.strokes)}", area, *_remarks(source, report)]
    if report["ok"]:
        return [*lines, "It is within the limits."]
    return [*lines, *violation_lines(source, report), *cure(source, report, tried=tried)]


def _remarks(source: Source, report: dict[str, Any]) -> list[str]:
    notes = report["notes"]
    lines = [f"{source.name}, line {note['line']}: {note['message']}" for note in notes[:REMARKS]]
    more = len(notes) + report["more_notes"] - REMARKS
    return [*lines, f"and {plural(more, 'remark')} more."] if more > 0 else lines
