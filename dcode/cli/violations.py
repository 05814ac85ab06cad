"""Why a program was refused, and what helps on the command line."""

from __future__ import annotations

from typing import Any

from dcode.cli.output import Output
from dcode.cli.source import Source
from dcode.client import violations
from dcode.client.recognise import looks_like_gcode


def tell_violations(output: Output, source: Source, report: dict[str, Any], *, tried: bool) -> None:
    """Say on stderr why nothing is plotted."""
    first, *more = violation_lines(source, report)
    output.fail(first, [*more, *cure(source, report, tried=tried)])


def violation_lines(source: Source, report: dict[str, Any]) -> list[str]:
    """The first violations of a report, one a line, and how many more there are."""
    return violations.violation_lines(source.name, report, made=source.made is not None)


def cure(source: Source, report: dict[str, Any], *, tried: bool) -> list[str]:
    """What to do about them, as a line or none; nothing new when --fit or --clip has been `tried`."""
    if violations.may_be_fitted(report):
        return [] if tried else [f"dcode plot --fit {source.quoted}   scales it to the sheet."]
    if source.made is None and source.data.strip() and not looks_like_gcode(source.data):
        return [f"dcode plot --text {source.quoted}   writes it as a text."]
    return []
