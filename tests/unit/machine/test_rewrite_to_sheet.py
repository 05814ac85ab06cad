"""--fit and --clip."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import ConfigError
from dcode.gcode.measure import measure
from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.machine.fit import clip, fit
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import BeltLimits, Machine

SHEET = Bounds(-100, 100, 50, -50)
MACHINE = Machine(400, 400, SHEET)


def rows(motion: Motion) -> list[tuple[str, float, float, int]]:
    return [(step.kind.name, step.x, step.y, step.line) for step in motion]


def test_clip_leaves_what_is_inside_as_it_is(build):
    motion = build("up", "travel 10 10", "down", "draw 20 20", "dwell 0.1", "up", "home 0 0")
    assert rows(clip(motion, MACHINE)) == rows(motion)


def test_clip_cuts_a_stroke_at_the_edge_with_the_pen_up_outside(build):
    motion = build("up", "travel 0 0", "down", "draw 200 0", "draw 200 20", "draw 0 20", "up")
    assert rows(clip(motion, MACHINE)) == [
        ("PEN_UP", 0, 0, 1),
        ("TRAVEL", 0, 0, 2),
        ("PEN_DOWN", 0, 0, 3),
        ("DRAW", 100, 0, 4),
        ("PEN_UP", 100, 0, 4),
        ("TRAVEL", 100, 20, 6),
        ("PEN_DOWN", 100, 20, 6),
        ("DRAW", 0, 20, 6),
        ("PEN_UP", 0, 20, 7),
    ]


def test_clip_keeps_the_feed_of_each_piece(build):
    motion = build("down", "draw 200 0 321")
    assert clip(motion, MACHINE)[1].value == 321


def test_clip_drops_dots_and_dwells_outside(build):
    motion = build("travel 200 0", "down", "dwell 0.5", "up", "travel 10 0", "down", "dwell 0.5", "up")
    assert rows(clip(motion, MACHINE)) == [
        ("PEN_UP", 0, 0, 4),
        ("TRAVEL", 10, 0, 5),
        ("PEN_DOWN", 10, 0, 6),
        ("DWELL", 10, 0, 7),
        ("PEN_UP", 10, 0, 8),
    ]


def test_clip_keeps_ink_along_the_edge_and_adds_none(build):
    along = build("travel -200 50", "down", "draw 200 50", "up")
    assert _ink(clip(along, MACHINE)) == [((-100, 50), (100, 50))]
    outside = build("travel -90 0", "down", "draw -150 0", "draw -150 40", "draw -90 40", "up")
    assert _ink(clip(outside, MACHINE)) == [((-90, 0), (-100, 0)), ((-100, 40), (-90, 40))]


def test_pauses_and_their_messages_stay(build):
    motion = build("travel 200 0", "pause", "pen 2")
    motion.texts[1] = "turn the paper"
    clipped = clip(motion, MACHINE)
    assert [step.kind for step in clipped] == [Kind.PAUSE, Kind.PEN_CHANGE]
    assert clipped.texts == {0: "turn the paper"}


def test_fit_fills_the_sheet_and_centres(build):
    motion = build("travel 500 500", "down", "draw 510 500", "draw 510 505", "up")
    assert measure(fit(motion, MACHINE)).ink == Bounds(-100, 100, 50, -50)
    assert measure(fit(motion, MACHINE, margin=10)).ink == Bounds(-80, 80, 40, -40)


def test_fit_keeps_feeds_and_lines(build):
    motion = build("travel 500 500 1200", "down", "draw 510 500 345", "up")
    fitted = fit(motion, MACHINE)
    assert [step.line for step in fitted] == [1, 2, 3, 4]
    assert [fitted[0].value, fitted[2].value] == [1200, 345]


def test_fit_leaves_home_where_it_is_and_travels_to_a_stroke_that_began_there(build):
    motion = build("home 0 0", "down", "draw 10 0", "up", "home 0 0")
    fitted = fit(motion, MACHINE)
    assert rows(fitted) == [
        ("HOME", 0, 0, 1),
        ("TRAVEL", -100, 0, 2),
        ("PEN_DOWN", -100, 0, 2),
        ("DRAW", 100, 0, 3),
        ("PEN_UP", 100, 0, 4),
        ("HOME", 0, 0, 5),
    ]


def test_fit_drops_travels_that_would_leave_the_sheet(build):
    motion = build("travel -5000 0", "travel 10 0", "down", "draw 20 0", "up", "travel 5000 0")
    assert [kind for kind, *_ in rows(fit(motion, MACHINE))] == ["TRAVEL", "PEN_DOWN", "DRAW", "PEN_UP"]


def test_a_program_without_ink_fits_as_it_is(build):
    assert rows(fit(build("travel 10 10", "travel 500 0"), MACHINE)) == [("TRAVEL", 10, 10, 1)]


def test_a_margin_without_a_sheet_is_an_error(build):
    with pytest.raises(ConfigError, match="margin"):
        fit(build("down", "draw 1 1"), MACHINE, margin=60)


def test_the_sheet_is_what_the_belts_can_reach(build):
    low = replace(MACHINE, work_area=Bounds(-190, 190, 200, -150), belt_limits=BeltLimits(min_angle=20))
    motion = build("travel 0 0", "down", "draw 10 0", "draw 10 100", "up")
    for result in (fit(motion, low), clip(build("down", "draw 0 300", "up"), low)):
        assert _all_allowed(result, low)
        assert _ink(result)


def test_edges_with_many_decimals_are_not_rounded_across_on_the_wire(build):
    odd = replace(MACHINE, work_area=Bounds(-100.00049, 100.00051, 50.00049, -50.00051))
    motion = build("travel -300 0", "down", "draw 300 0", "draw 0 300", "draw 0 -300", "up")
    for result in (fit(motion, odd), clip(motion, odd)):
        for step in result:
            assert odd.work_area.contains(round(step.x, 3), round(step.y, 3))


places = st.integers(-30, 30).map(lambda tens: tens * 10.0) | st.floats(-300, 300)
steps = st.one_of(
    st.tuples(st.sampled_from(["go", "ink"]), places, places),
    st.tuples(st.just("dot"), places, places),
    st.just(("home", 0.0, 0.0)),
)


def _program(rows: list[tuple[str, float, float]]) -> Motion:
    motion, down, here = Motion(), False, (0.0, 0.0)
    for line, (kind, x, y) in enumerate(rows, start=1):
        if down != (kind == "ink"):
            motion.append(Kind.PEN_DOWN if kind == "ink" else Kind.PEN_UP, *here, 0.0, line)
        down, here = kind == "ink", (x, y)
        move = {"go": Kind.TRAVEL, "dot": Kind.TRAVEL, "ink": Kind.DRAW, "home": Kind.HOME}[kind]
        motion.append(move, x, y, 600.0, line)
        if kind == "dot":
            motion.append(Kind.PEN_DOWN, x, y, 0.0, line)
            motion.append(Kind.PEN_UP, x, y, 0.0, line)
    return motion


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=25))
def test_clip_is_the_ink_inside_and_nothing_else(program):
    motion = _program(program)
    clipped = clip(motion, MACHINE)
    assert _consistent(clipped)
    assert _all_allowed(clipped, MACHINE)
    before, after = _ink(motion), _ink(clipped)
    for line in before:
        for x, y in _along(line):
            if SHEET.contains(x, y, -1e-6):
                assert any(_distance(x, y, *other) < 1e-6 for other in after)
    for line in after:
        for x, y in _along(line):
            assert any(_distance(x, y, *other) < 1e-6 for other in before)
    total = sum(math.dist(*line) for line in after)
    assert total == pytest.approx(_length_inside(before), rel=1e-6, abs=1e-6)
    # A stroke that begins on the very edge and leaves it has left a dot there in the original, too.
    dots = [dot for dot in _dots(clipped) if SHEET.contains(*dot, -1e-9)]
    assert dots == [dot for dot in _dots(motion) if SHEET.contains(*dot, -1e-9)]


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=25), st.sampled_from([0.0, 5.0]))
def test_fit_ends_inside_with_all_its_ink_in_proportion(program, margin):
    motion = _program(program)
    fitted = fit(motion, MACHINE, margin)
    assert _consistent(fitted)
    assert _all_allowed(fitted, MACHINE)
    before, after = _ink(motion), _ink(fitted)
    assert len(before) == len(after)
    bounds = measure(motion).ink
    if bounds is None:
        return
    fitted_bounds = measure(fitted).ink
    assert fitted_bounds is not None
    assert SHEET.inset(margin).holds(fitted_bounds)
    size = max(bounds.width, bounds.height)
    if size > 1e-3:
        scale = max(fitted_bounds.width, fitted_bounds.height) / size
        for old, new in zip(before, after, strict=True):
            assert math.dist(*new) == pytest.approx(math.dist(*old) * scale, abs=1e-6 * (1 + scale))


def _consistent(motion: Motion) -> bool:
    """The pen is down for ink and for nothing else, and only moves move."""
    down, here = False, motion.start
    for step in motion:
        if step.kind in (Kind.PEN_UP, Kind.PEN_DOWN):
            down = step.kind is Kind.PEN_DOWN
        if step.kind in (Kind.TRAVEL, Kind.HOME) and down:
            return False
        if step.kind is Kind.DRAW and not down:
            return False
        if step.kind not in (Kind.TRAVEL, Kind.DRAW, Kind.HOME) and (step.x, step.y) != here:
            return False
        here = (step.x, step.y)
    return not down or motion[len(motion) - 1].kind is Kind.DRAW


def _all_allowed(motion: Motion, machine: Machine) -> bool:
    limits, here = SoftLimits.of(machine), motion.start
    for step in motion:
        if limits.segment_violation(*here, step.x, step.y) is not None:
            return False
        here = (step.x, step.y)
    return True


def _ink(motion: Motion) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    found, here = [], motion.start
    for step in motion:
        if step.kind is Kind.DRAW:
            found.append((here, (step.x, step.y)))
        here = (step.x, step.y)
    return found


def _dots(motion: Motion) -> list[tuple[float, float]]:
    """Where the pen goes down and up again without a move."""
    steps = list(motion)
    return [
        (first.x, first.y)
        for first, second in pairwise(steps)
        if first.kind is Kind.PEN_DOWN and second.kind is Kind.PEN_UP
    ]


def _along(line):
    (x0, y0), (x1, y1) = line
    return [(x0 + (x1 - x0) * part / 16, y0 + (y1 - y0) * part / 16) for part in range(17)]


def _length_inside(lines) -> float:
    """How much of the lines is on the sheet, from where their parameters cross its edges."""
    total = 0.0
    for (x0, y0), (x1, y1) in lines:
        cuts = {0.0, 1.0}
        for start, end, edges in ((x0, x1, (SHEET.left, SHEET.right)), (y0, y1, (SHEET.bottom, SHEET.top))):
            if start != end:
                cuts |= {min(max((edge - start) / (end - start), 0.0), 1.0) for edge in edges}
        ordered = sorted(cuts)
        for low, high in pairwise(ordered):
            middle = (low + high) / 2
            if SHEET.contains(x0 + middle * (x1 - x0), y0 + middle * (y1 - y0)):
                total += (high - low) * math.hypot(x1 - x0, y1 - y0)
    return total


def _distance(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    squared = math.dist(start, end) ** 2
    across, up = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * across + (y - start[1]) * up) / squared if squared else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(x - start[0] - along * across, y - start[1] - along * up)
