"""Why a program was refused, line by line, and what helps."""

from __future__ import annotations

from typing import Any, Final

from dcode.cli.output import Output
from dcode.cli.sentences import with_stop
from dcode.cli.source import Source

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
    lines = [_sentence(source.name, violation) for violation in violations[:SHOWN]]
    more = report.get("violations_total", len(violations)) - SHOWN
    return [*lines, f"and {more} more."] if more > 0 else lines


def cure(source: Source, report: dict[str, Any], *, tried: bool) -> list[str]:
    """What to do about them, as a line or none; nothing new when --fit or --clip has been `tried`."""
    curable = any(violation["kind"] in OF_LIMITS for violation in report["violations"])
    return [f"dcode plot --fit {source.quoted}   scales it to the sheet."] if curable and not tried else []


def _sentence(name: str, violation: dict[str, Any]) -> str:
    line = violation.get("line")
    where = f"{name}, line {line}" if line else name
    return f"{where}: {with_stop(str(violation['message']))}"
