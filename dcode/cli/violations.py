"""Why a program was refused, line by line, and what helps."""

from __future__ import annotations

from typing import Any, Final

from dcode.cli.output import Output
from dcode.cli.recognise import looks_like_gcode
from dcode.cli.source import Source
from dcode.client.sentences import with_stop

SHOWN: Final = 10

# Violations of the machine's limits, which --fit may cure; all others are about the text.
OF_LIMITS: Final = frozenset({"work_area", "belt_length", "belt_angle", "belt_tension"})


def tell_violations(output: Output, source: Source, report: dict[str, Any], *, tried: bool) -> None:
    """Say on stderr why nothing is plotted."""
    first, *more = violation_lines(source, report)
    output.fail(first, [*more, *cure(source, report, tried=tried)])


def violation_lines(source: Source, report: dict[str, Any]) -> list[str]:
    """The first violations of a report, one a line, and how many more there are."""
    violations = report["violations"]
    lines = [_sentence(source, violation) for violation in violations[:SHOWN]]
    more = report.get("violations_total", len(violations)) - SHOWN
    return [*lines, f"and {more} more."] if more > 0 else lines


def cure(source: Source, report: dict[str, Any], *, tried: bool) -> list[str]:
    """What to do about them, as a line or none; nothing new when --fit or --clip has been `tried`."""
    if any(violation["kind"] in OF_LIMITS for violation in report["violations"]):
        return [] if tried else [f"dcode plot --fit {source.quoted}   scales it to the sheet."]
    if source.made is None and source.data.strip() and not looks_like_gcode(source.data):
        return [f"dcode plot --text {source.quoted}   writes it as a text."]
    return []


def _sentence(source: Source, violation: dict[str, Any]) -> str:
    """Lines of a program that was made here are nobody's."""
    line = None if source.made else violation.get("line")
    where = f"{source.name}, line {line}" if line else source.name
    return f"{where}: {with_stop(str(violation['message']))}"
