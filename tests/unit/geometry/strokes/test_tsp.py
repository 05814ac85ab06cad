from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.order.effort import Mode
from dcode.geometry.strokes.tsp import Options, convert
from dcode.geometry.strokes.uncross import crossings, uncrossed
from tests.unit.geometry.strokes.ink import picture, wedge

RAMP = picture(np.tile(np.linspace(0.1, 1.0, 60), (40, 1)))


def turns(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    return float(np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])))


def crossings_told_slowly(line: np.ndarray) -> set[tuple[int, int]]:
    found = set()
    for i in range(len(line) - 1):
        for j in range(i + 2, len(line) - 1):
            a, b, c, d = line[i], line[i + 1], line[j], line[j + 1]
            if turns(a, b, c) * turns(a, b, d) < 0 and turns(c, d, a) * turns(c, d, b) < 0:
                found.add((i, j))
    return found


@pytest.mark.parametrize(("closed", "effort"), [(False, Mode.FAST), (True, Mode.FAST), (True, Mode.DEFAULT)])
def test_one_line_goes_once_through_every_dot_and_never_crosses_itself(closed, effort):
    [line] = convert(RAMP, Options(dots=400, closed=closed, effort=effort))
    assert len(line) == 400 + closed
    assert (line[0] == line[-1]).all() == closed
    assert len(np.unique(line, axis=0)) == 400
    assert not crossings_told_slowly(line)
    assert ((line >= (-30, -20)) & (line <= (30, 20))).all()


def test_both_lines_go_through_the_same_dots():
    one, closed = (convert(RAMP, Options(dots=80, closed=closed, effort=Mode.FAST)).points for closed in (False, True))
    assert {tuple(point) for point in one.tolist()} == {tuple(point) for point in closed.tolist()}


def test_the_line_is_about_as_short_as_can_be():
    """In roots of dots times area: dots at random take 0.7124, those on a lattice of triangles 1.0746."""
    for effort, most in ((Mode.FAST, 1.02), (Mode.DEFAULT, 1.005)):
        drawn = convert(picture(np.full((80, 80), 0.5)), Options(dots=700, effort=effort))
        assert drawn.lengths.sum() < most * math.sqrt(700 * 80 * 80)


def test_twice_as_dark_is_twice_as_much_line():
    tones = [0.25, 0.5, 0.75, 1.0]
    [line] = convert(wedge(tones, 60), Options(dots=2000, effort=Mode.FAST))
    middles, lengths = (line[1:] + line[:-1]) / 2, np.hypot(*np.diff(line, axis=0).T)
    inner = [np.abs(middles[:, 0] - middle) < 24 for middle in (-90, -30, 30, 90)]
    found = np.array([lengths[mask].sum() for mask in inner])
    assert found / found.sum() == pytest.approx(np.array(tones) / sum(tones), rel=0.06)


def test_the_same_choices_give_the_same_line():
    one, same, other = (convert(RAMP, Options(dots=150, seed=seed, effort=Mode.FAST)).points for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("dots", [1, 2, 3, 4, 5])
def test_few_dots(dots, closed):
    [line] = convert(RAMP, Options(dots=dots, closed=closed))
    assert len(line) == dots + (closed and dots > 2)


def test_white_paper_stays_white():
    assert len(convert(picture(np.zeros((9, 9))), Options())) == 0


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_a_line_loses_its_crossings_and_no_points(count, seed, closed):
    line = np.random.default_rng(seed).random((count, 2))
    if closed:
        line = np.concatenate([line, line[:1]])
    assert {tuple(pair) for pair in crossings(line).tolist()} == crossings_told_slowly(line)
    found = uncrossed(line)
    assert not crossings_told_slowly(found)
    assert (found[0] == line[0]).all() and (found[-1] == line[-1]).all()
    assert np.array_equal(np.sort(found, axis=0), np.sort(line, axis=0))
    assert np.hypot(*np.diff(found, axis=0).T).sum() <= np.hypot(*np.diff(line, axis=0).T).sum() + 1e-9


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20, unique=True))
def test_points_in_straight_lines_come_to_an_end(points):
    assert not crossings_told_slowly(uncrossed(np.array(points, dtype=float)))
