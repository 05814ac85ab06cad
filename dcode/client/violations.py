"""Why a program was refused, line by line, for every client."""

from __future__ import annotations

from typing import Any, Final

from dcode.client.sentences import with_stop

SHOWN: Final = 10

# Violations of the machine's limits, which scaling a drawing may cure; all others are about the text.
OF_LIMITS: Final = frozenset({"work_area", "belt_length", "belt_angle", "belt_tension"})


def violation_lines(name: str, report: dict[str, Any], *, made: bool = False) -> list[str]:
    """The first violations of a check's report, one a line, and how many more there are.

    `made`: the program was made of the file called `name`, and its lines are nobody's.
    """
    violations = report["violations"]
    lines = [_sentence(name, violation, made) for violation in violations[:SHOWN]]
    more = report.get("violations_total", len(violations)) - SHOWN
    return [*lines, f"and {more} more."] if more > 0 else lines


def may_be_fitted(report: dict[str, Any]) -> bool:
    """Whether to scale the drawing may cure something."""
    return any(violation["kind"] in OF_LIMITS for violation in report["violations"])


def _sentence(name: str, violation: dict[str, Any], made: bool) -> str:
    line = None if made else violation.get("line")
    where = f"{name}, line {line}" if line else name
    return f"{where}: {with_stop(str(violation['message']))}"
