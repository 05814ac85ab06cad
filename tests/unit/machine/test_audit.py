from __future__ import annotations

import pytest

from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind
from dcode.gcode.reading import Reading
from dcode.machine.audit import Drift, is_between_pens


@pytest.mark.parametrize(
    ("dx", "dy", "says"),
    [
        (3.0, -4.0, "by 5.00 mm, 3.00 mm to the right and 4.00 mm down"),
        (-0.4, 0.01, "by 0.40 mm, 0.40 mm to the left."),
        (0.0, 0.2, "by 0.20 mm, 0.20 mm up."),
        (0.04, 0.04, "0.04 mm to the right and 0.04 mm up"),
    ],
)
def test_a_drift_is_said_in_mm_and_ways(dx: float, dy: float, says: str) -> None:
    assert says in Drift(dx, dy).sentence(corrected=False)
    assert "corrected" not in Drift(dx, dy).sentence(corrected=False)
    assert Drift(dx, dy).sentence(corrected=True).endswith("; that is corrected.")


def test_what_cannot_be_seen_is_no_drift() -> None:
    assert not Drift(0.03, -0.03).is_seen
    assert "no steps were lost" in Drift(0.0, 0.0).sentence(corrected=False)


def test_an_audit_is_due_at_a_change_of_pens_behind_ink() -> None:
    text = b"G21 G90\nT1 M6\nG0 X1\nT2 M6\nM280 P0 S40\nG1 X9\nM280 P0 S90\nM0\nT3 M6\n"
    motion = interpret(text, Reading()).motion
    changes = [row for row, kind in enumerate(motion.kind) if kind == Kind.PEN_CHANGE]
    assert len(changes) == 3
    assert [row for row in range(len(motion)) if is_between_pens(motion, row)] == changes[-1:]
