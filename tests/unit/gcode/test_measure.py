from __future__ import annotations

from pathlib import Path

import pytest

from dcode.gcode import measure as module
from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.measure import measure
from dcode.gcode.motion import Motion
from dcode.geometry.bounds import Bounds

try:
    from dcode.gcode import _scan
except ImportError:
    _scan = None

WAYS = ["python", "numpy", *(["compiled"] if _scan else [])]
DRAWING = b"""
G0 X10 Y10
M280 P0 S40
G1 X40 Y50
M280 P0 S90
G28
G0 X-5 Y-5
M280 P0 S40
M280 P0 S90
G0 X-8
"""


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 3)


def test_lengths_counts_and_bounds(way):
    found = measure(interpret(DRAWING, Reading()).motion, way)
    assert found.draw_mm == pytest.approx(50)
    assert found.travel_mm == pytest.approx(200**0.5 + 4100**0.5 + 50**0.5 + 3)
    assert (found.moves, found.pen_lifts, found.pen_down_at_end) == (4, 2, False)
    assert found.bounds == Bounds(left=-8, right=40, top=50, bottom=-5)
    assert found.ink == Bounds(left=-5, right=40, top=50, bottom=-5)


def test_nothing_has_no_bounds(way):
    found = measure(Motion(), way)
    assert found == module.Measure(None, None, 0, 0, 0, 0, False)


def test_a_dot_is_ink_but_no_move(way):
    found = measure(interpret(b"M3", Reading(home=(2, 3))).motion, way)
    assert (found.ink, found.bounds, found.pen_down_at_end) == (Bounds(2, 2, 3, 3), None, True)


def test_the_way_from_the_start_counts(way):
    assert measure(interpret(b"G0 X3", Reading(start=(3, 4))).motion, way).travel_mm == 0
    assert measure(interpret(b"G0 X3 Y0", Reading(start=(3, 4))).motion, way).travel_mm == 4


def test_a_saved_motion_measures_alike(way, tmp_path: Path):
    motion = interpret(DRAWING, Reading()).motion
    motion.save(tmp_path / "motion")
    assert measure(Motion.load(tmp_path / "motion"), way) == measure(motion, way)
