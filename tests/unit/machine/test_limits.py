from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.bounds import Bounds
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import BeltLimits, Machine

OWNERS = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
# The same with a work area up to the line between the motors, which belts cannot hold.
TALL = replace(OWNERS, work_area=Bounds(-600, 600, 762, -594.5))


def test_the_owners_whole_work_area_is_reachable():
    assert SoftLimits.of(OWNERS).area_is_reachable
    assert SoftLimits.of(replace(OWNERS, gondola_kg=1.0)).area_is_reachable


def test_a_point_outside_is_named_by_axis_and_edge():
    limits = SoftLimits.of(OWNERS)
    assert limits.violation(420.5, -594.5) is None
    assert limits.violation(420.5 + 1e-7, 0) is None
    assert limits.violation(431.0, 0.0) == (
        "work_area",
        431.0,
        420.5,
        "X 431.0 is outside the work area (right edge 420.5 mm)",
    )
    both = limits.breaches(-500.0, 600.25)
    assert [(breach.value, breach.limit) for breach in both] == [(-500, -420.5), (600.25, 594.5)]
    assert "top edge 594.5 mm" in both[1].message


def test_a_point_hardly_outside_does_not_read_as_if_it_were_on_the_edge():
    breach = SoftLimits.of(OWNERS).violation(420.50001, 0)
    assert breach is not None
    assert "420.50001" in breach.message


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_outside(bad: float):
    limits = SoftLimits.of(OWNERS)
    assert limits.violation(bad, 0) is not None
    assert limits.violation(0, bad) is not None
    assert limits.segment_violation(bad, 0, 0, 0) is not None
    assert not limits.covers(Bounds(0, bad, 0, 0))


@pytest.mark.parametrize(
    ("point", "kind", "says"),
    [
        ((0, 761), "belt_angle", "below the horizontal"),
        ((-590, 720), "belt_length", "at least 50.0 mm"),
        ((0, 700), None, ""),
    ],
)
def test_belts_have_limits_inside_the_work_area(point: tuple[float, float], kind: str | None, says: str):
    breach = SoftLimits.of(TALL).violation(*point)
    assert (breach.kind if breach else None) == kind
    assert breach is None or says in breach.message


def test_the_longest_belt_is_a_limit():
    short = replace(OWNERS, belt_limits=BeltLimits(max_length_mm=1000))
    breach = SoftLimits.of(short).violation(0, -500)
    assert breach is not None
    assert (breach.kind, breach.limit) == ("belt_length", 1000)


def test_a_gondola_beside_the_motors_cannot_hang():
    wide = replace(OWNERS, work_area=Bounds(-800, 800, 0, -500))
    breach = SoftLimits.of(wide).violation(-700, -100)
    assert breach is not None
    assert "past the vertical" in breach.message


def test_tension_is_a_limit_once_the_mass_is_known():
    low = replace(TALL, belt_limits=BeltLimits(min_angle=1))
    assert SoftLimits.of(low).violation(0, 720) is None
    breach = SoftLimits.of(replace(low, gondola_kg=2.0)).violation(0, 720)
    assert breach is not None
    assert breach.kind == "belt_tension"
    assert breach.value == pytest.approx(2 * 9.80665 / 2 / math.sin(math.atan2(42, 609.6)))


@pytest.mark.parametrize("side", [-1, 1], ids=["left", "right"])
def test_a_move_past_a_motor_is_refused_though_its_ends_are_fine(side: int):
    limits = SoftLimits.of(replace(TALL, belt_limits=BeltLimits(min_length_mm=100, min_angle=0.5)))
    start, end = (600.0 * side, 650.0), (480.0 * side, 745.0)
    assert limits.violation(*start) is None
    assert limits.violation(*end) is None
    breach = limits.segment_violation(*start, *end)
    assert breach is not None
    assert breach.kind == "belt_length"
    assert "on the way" in breach.message


def test_a_move_through_too_much_tension_is_refused_though_its_ends_are_fine():
    limits = SoftLimits.of(replace(TALL, gondola_kg=1.0, belt_limits=BeltLimits(max_tension_n=28)))
    breach = limits.segment_violation(-400, 655, 400, 655)
    assert limits.violation(-400, 655) is None
    assert limits.violation(400, 655) is None
    assert breach is not None
    assert breach.kind == "belt_tension"
    assert "on the way" in breach.message


machines = st.builds(
    lambda mass, tension, angle, shortest, longest, drop, top: replace(
        TALL,
        gondola_kg=mass,
        belt_limits=BeltLimits(shortest, longest, angle, tension),
        right_anchor=(609.6, 762 - drop),
        work_area=Bounds(-600, 600, top, -594.5),
    ),
    mass=st.none() | st.floats(0.1, 3),
    tension=st.floats(5, 80),
    angle=st.floats(0, 20),
    shortest=st.floats(0, 300),
    longest=st.floats(900, 2000),
    drop=st.sampled_from([0.0, 0.0, 40.0, -120.0, 300.0]),
    top=st.floats(300, 762),
)
xs = st.floats(-600, 600)
ys = st.floats(-594, 762)


@settings(max_examples=150, deadline=None)
@given(machines, xs, xs, ys, ys)
def test_what_covers_proves_is_so_at_every_point(machine: Machine, x0: float, x1: float, y0: float, y1: float):
    limits = SoftLimits.of(machine)
    box = Bounds(min(x0, x1), max(x0, x1), max(y0, y1), min(y0, y1))
    if not limits.covers(box):
        return
    chance = random.Random(1)
    for _ in range(200):
        x, y = chance.uniform(box.left, box.right), chance.uniform(box.bottom, box.top)
        assert limits.area.contains(x, y, 1e-6)
        assert _holds(machine, x, y)


@settings(max_examples=150, deadline=None)
@given(machines, xs, xs, ys, ys)
def test_a_move_that_passes_is_fine_at_every_point(machine: Machine, x0: float, x1: float, y0: float, y1: float):
    limits = SoftLimits.of(machine)
    breach = limits.segment_violation(x0, y0, x1, y1)
    points = [(x0 + (x1 - x0) * step / 200, y0 + (y1 - y0) * step / 200) for step in range(201)]
    if breach is None:
        assert all(_holds(machine, x, y) for x, y in points)
    if any(limits.violation(x, y) for x, y in points):
        # The points in between are on the line but for rounding: only what is clearly wrong must be seen.
        assert breach is not None or all(_holds(machine, x, y) for x, y in points)


@settings(max_examples=300, deadline=None)
@given(st.floats(-400, 400), st.floats(-609, 590), st.floats(10, 500), st.floats(1, 300), st.floats(1, 600))
def test_where_the_top_edge_decides_the_pull_falls_on_the_way_down(drop, left, width, depth, height):
    """Motors of unequal height: near the lower one the pull can grow on the way down."""
    machine = replace(TALL, right_anchor=(609.6, 762 - drop), gondola_kg=1.0)
    top = 762 - max(drop, 0) - depth
    box = Bounds(left, min(left + width, 600), top, top - height)
    if not SoftLimits.of(machine).reach._pulls_less_below(box):
        return
    belts = machine.anchors
    for across in range(11):
        x = box.left + box.width * across / 10
        pulls = [belts.tensions(x, box.top - box.height * down / 20, 1.0) for down in range(21)]
        for above, below in pairwise(pulls):
            assert below[0] <= above[0] + 1e-9
            assert below[1] <= above[1] + 1e-9


@pytest.mark.parametrize("side", [-1, 1], ids=["left", "right"])
def test_near_the_lower_motor_the_top_edge_does_not_decide(side: int):
    high, low = (609.6 * -side, 1162.0), (609.6 * side, 762.0)
    left, right = (low, high) if side < 0 else (high, low)
    machine = replace(TALL, left_anchor=left, right_anchor=right, gondola_kg=1.0)
    reach = SoftLimits.of(machine).reach
    near, away = sorted([500.0 * side, 600.0 * side])
    assert not reach._pulls_less_below(Bounds(near, away, 400, 0))
    assert reach._pulls_less_below(Bounds(-100, 100, 400, 0))
    top, bottom = (machine.anchors.tensions(600.0 * side, y, 1.0) for y in (400, 0))
    assert max(bottom) > max(top)


@settings(max_examples=40, deadline=None)
@given(machines)
def test_the_provable_area_is_proved_and_as_high_as_it_may_be(machine: Machine):
    limits = SoftLimits.of(machine)
    area = limits.provable_area()
    if area is None:
        return
    assert limits.covers(area)
    assert limits.area.holds(area)
    if area.top < limits.area.top - 0.01:
        assert not limits.covers(Bounds(area.left, area.right, area.top + 0.01, area.bottom))


def _holds(machine: Machine, x: float, y: float) -> bool:
    """The limits once more, straight from the definitions, with a little slack."""
    limits, belts = machine.belt_limits, machine.anchors
    fine = all(limits.min_length_mm - 1e-3 <= one <= machine.max_belt_length_mm + 1e-3 for one in belts.lengths(x, y))
    fine &= all(limits.min_angle - 1e-3 <= one <= 90 + 1e-3 for one in belts.angles(x, y))
    if machine.gondola_kg is not None:
        fine &= all(one <= limits.max_tension_n * 1.0011 for one in belts.tensions(x, y, machine.gondola_kg))
    return fine
