"""What the check found: violations by line, remarks, and the size of the drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from dcode.gcode.notes import Note
from dcode.geometry.bounds import Bounds

# As many violations are listed; all are counted.
KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason not to run a program. `value` and `limit` are None where there is nothing to measure."""

    line: int
    kind: str  # a Breach's kind, or a Note's
    value: float | None
    limit: float | None
    message: str

    def as_json(self) -> dict[str, object]:
        return {
            "line": self.line,
            "kind": self.kind,
            "value": _finite(self.value),
            "limit": _finite(self.limit),
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The check's answer. Lengths in mm; `bounds` is around every move, None when nothing moves."""

    lines: int
    violations: tuple[Violation, ...]
    violations_total: int
    bounds: Bounds | None
    draw_mm: float
    travel_mm: float
    pen_lifts: int
    notes: tuple[Note, ...] = ()  # remarks; what is fatal is among the violations
    more_notes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the program may be queued."""
        return self.violations_total == 0

    def as_json(self) -> dict[str, object]:
        """The report as JSON values, as `dcode check --json` prints it."""
        bounds = self.bounds
        return {
            "ok": self.ok,
            "lines": self.lines,
            "violations": [violation.as_json() for violation in self.violations],
            "violations_total": self.violations_total,
            "bounds": None
            if bounds is None
            else {side: _finite(getattr(bounds, side)) for side in ("left", "right", "top", "bottom")},
            "draw_mm": _finite(round(self.draw_mm, 3)),
            "travel_mm": _finite(round(self.travel_mm, 3)),
            "pen_lifts": self.pen_lifts,
            "notes": [
                {"line": note.line, "column": note.column, "kind": note.kind, "message": note.message}
                for note in self.notes
            ],
            "more_notes": self.more_notes,
        }


def _finite(value: float | None) -> float | None:
    """The number, or None for what JSON cannot say."""
    return value if value is not None and math.isfinite(value) else None
