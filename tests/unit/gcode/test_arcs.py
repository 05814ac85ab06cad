from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, isclose, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.errors import GcodeError
from dcode.gcode.arcs import centre_of, chords

angles = st.floats(-7, 7)
radii = st.floats(0.01, 5000)


def on_circle(radius: float, angle: float) -> tuple[float, float]:
    return radius * cos(angle), radius * sin(angle)


@given(radii, angles, angles, st.booleans(), st.sampled_from([0.001, 0.02, 0.5]))
def test_no_chord_leaves_the_arc_by_more_than_the_tolerance(radius, first, last, clockwise, tolerance):
    start, end = on_circle(radius, first), on_circle(radius, last)
    points = [start, *chords(start, end, (0.0, 0.0), clockwise, tolerance)]
    assert points[-1] == end
    for (x0, y0), (x1, y1) in pairwise(points):
        assert isclose(hypot(x1, y1), radius, rel_tol=1e-9, abs_tol=1e-9)
        assert radius - hypot((x0 + x1) / 2, (y0 + y1) / 2) <= tolerance * (1 + 1e-6) + 1e-9


@given(radii, angles, st.floats(0.001, 6.28), st.booleans())
def test_the_extremes_of_the_arc_are_chord_ends(radius, first, turn, clockwise):
    sweep = -turn if clockwise else turn
    start, end = on_circle(radius, first), on_circle(radius, first + sweep)
    points = [start, *chords(start, end, (0.0, 0.0), clockwise, 1.0)]
    fine = [on_circle(radius, first + sweep * i / 5000) for i in range(5001)]
    for axis in (0, 1):
        for extreme in (min, max):
            true = extreme(point[axis] for point in fine)
            found = extreme(point[axis] for point in points)
            assert found == pytest.approx(true, abs=radius * 1e-6)


def test_directions() -> None:
    above = chords((1.0, 0.0), (-1.0, 0.0), (0.0, 0.0), False, 0.01)
    below = chords((1.0, 0.0), (-1.0, 0.0), (0.0, 0.0), True, 0.01)
    assert (0.0, 1.0) in above
    assert (0.0, -1.0) in below


@pytest.mark.parametrize("clockwise", [True, False])
def test_equal_ends_make_a_full_circle_with_exact_extremes(clockwise):
    points = chords((15.0, 20.0), (15.0, 20.0), (10.0, 20.0), clockwise, 0.02)
    assert {(10.0, 25.0), (5.0, 20.0), (10.0, 15.0), (15.0, 20.0)} <= set(points)
    turn = sum(
        (x0 - 10) * (y1 - 20) - (x1 - 10) * (y0 - 20)
        for (x0, y0), (x1, y1) in zip([points[-1], *points], points, strict=False)
    )
    assert turn / 2 == pytest.approx((-1 if clockwise else 1) * pi * 25, rel=0.01)


@given(angles, st.floats(0.5, 3.1), radii, st.booleans(), st.booleans())
def test_the_radius_form_finds_the_centre(first, turn, radius, clockwise, long_way):
    sweep = (2 * pi - turn if long_way else turn) * (-1 if clockwise else 1)
    start, end = on_circle(radius, first), on_circle(radius, first + sweep)
    centre = centre_of(start, end, -radius if long_way else radius, clockwise)
    assert centre == pytest.approx((0, 0), abs=radius * 1e-3)


def test_a_half_circle_may_be_rounded_a_little_short() -> None:
    assert centre_of((0.0, 0.0), (10.004, 0.0), 5.0, False) == pytest.approx((5.002, 0))


def test_a_rounded_end_is_taken_as_it_is() -> None:
    points = chords((10.0, 0.0), (0.0, 10.004), (0.0, 0.0), False, 0.02)
    assert points[-1] == (0.0, 10.004)
    assert all(hypot(*point) == pytest.approx(10.002, abs=0.003) for point in points)


@pytest.mark.parametrize(
    ("end", "centre"), [((0.0, 11.0), (0.0, 0.0)), ((0.0, 10.0), (10.0, 0.0)), ((10.0, 1e-9), (-1e9, 0.0))]
)
def test_arcs_that_cannot_be(end, centre):
    with pytest.raises(GcodeError):
        chords((10.0, 0.0), end, centre, True, 0.02)
