"""Ink in pixels against a pen that is a disc, moved along the strokes and looked at in 64 points a pixel."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.machine.preview.coverage import View, add_ink, coverage

Tones = npt.NDArray[np.floating]

WORLD = Bounds(0, 40, 30, 0)
ONE_A_MM = View.of(WORLD, 1.0)
ZIGZAG = Lines.of([[(3, 3), (30, 8), (8, 14), (33, 27)], [(35.5, 4.5)]])


def by_disc(lines: Lines, view: View, width_mm: float, inside: int = 8) -> Tones:
    """The share of each pixel that is at most half a width from a stroke."""
    fine = (np.arange(view.height * inside) + 0.5) / inside, (np.arange(view.width * inside) + 0.5) / inside
    y, x = np.meshgrid(view.top - fine[0] * view.pixel_mm, view.left + fine[1] * view.pixel_mm, indexing="ij")
    inked = np.zeros_like(x, dtype=bool)
    for line in lines:
        for begin, end in zip(line, line[1:] if len(line) > 1 else line, strict=False):
            way = end - begin
            along = ((x - begin[0]) * way[0] + (y - begin[1]) * way[1]) / max(float(way @ way), 1e-12)
            along = np.clip(along, 0, 1)
            inked |= np.hypot(x - begin[0] - along * way[0], y - begin[1] - along * way[1]) <= width_mm / 2
    return inked.reshape(view.height, inside, view.width, inside).mean(axis=(1, 3))


def spread(strokes: int, points: int, seed: int, room: float = 30.0) -> Lines:
    """Strokes that wander about."""
    chance = np.random.default_rng(seed)
    way = np.cumsum(chance.normal(0, 1.5, (strokes, points, 2)), axis=1)
    return Lines.of(np.clip(way + chance.uniform(5, room - 5, (strokes, 1, 2)), 1, room - 1))


def test_a_view_is_all_of_a_rectangle_in_whole_pixels():
    view = View.of(Bounds(-10, 10.3, 5, -5), 0.5)
    assert (view.width, view.height) == (41, 20)
    assert view.bounds == Bounds(-10, 10.5, 5, -5)
    assert view.pixels(np.array([[-10.0, 5.0], [0.0, 0.0]])).tolist() == [[0, 0], [20, 10]]


@pytest.mark.parametrize("width_mm", [1.0, 1.7, 3.0, 6.0])
def test_broad_strokes_cover_what_a_round_tip_goes_over(width_mm: float):
    found, expected = coverage(ZIGZAG, ONE_A_MM, width_mm), by_disc(ZIGZAG, ONE_A_MM, width_mm)
    assert found.shape == (30, 40) and found.dtype == np.float32
    assert np.abs(found - expected).mean() < 0.006
    assert np.abs(found - expected).max() < 0.35  # where a line is as wide as a pixel its edges are softer
    assert found.sum() == pytest.approx(expected.sum(), rel=0.03)


@pytest.mark.parametrize("pixel_mm", [0.1, 0.5, 1.0, 3.0])
def test_ink_adds_up_to_length_times_width(pixel_mm: float):
    apart = Lines.of([[(2, 3 + 4 * i), (22 + i, 2 + 4 * i)] for i in range(6)])
    tones = coverage(apart, View.of(WORLD, pixel_mm), 0.4)
    caps = 6 * math.pi * 0.2**2
    assert tones.sum() * pixel_mm**2 == pytest.approx(0.4 * apart.lengths.sum() + caps, rel=0.015)


def test_a_hairline_is_equally_strong_wherever_it_lies_between_pixels():
    rows = [coverage(Lines.of([[(-5, y), (45, y)]]), ONE_A_MM, 0.2)[:, 5:35].sum(axis=0) for y in (10, 10.25, 10.5)]
    assert np.concatenate(rows) == pytest.approx(0.2, rel=5e-3)
    slanted = coverage(Lines.of([[(-7, 3.1), (47, 26.2)]]), ONE_A_MM, 0.2)[:, 5:35].sum(axis=0)
    assert slanted == pytest.approx(0.2 * math.hypot(54, 23.1) / 54, rel=0.06)


def test_at_a_width_of_one_pixel_both_ways_agree():
    thin, broad = coverage(ZIGZAG, ONE_A_MM, 1 - 1e-9), coverage(ZIGZAG, ONE_A_MM, 1.0)
    assert np.abs(thin - broad).mean() < 0.01
    assert thin.sum() == pytest.approx(broad.sum(), rel=0.03)


@pytest.mark.parametrize("width_mm", [0.3, 2.0])
def test_a_dot_is_as_large_as_the_pens_tip(width_mm: float):
    for dot in ([[(20.3, 10.4)]], [[(20.3, 10.4), (20.3, 10.4)]]):
        assert coverage(Lines.of(dot), ONE_A_MM, width_mm).sum() == pytest.approx(math.pi * width_mm**2 / 4, rel=0.1)


@pytest.mark.parametrize("width_mm", [0.3, 3.0])
def test_a_stroke_looks_the_same_however_finely_it_is_divided(width_mm: float):
    turns = np.linspace(0, 1, 4001)[:, None]
    whole = Lines.of([[(4, 5), (36, 21)]])
    fine = Lines.of([np.array([4, 5]) + turns * np.array([32, 16])])
    assert coverage(fine, ONE_A_MM, width_mm) == pytest.approx(coverage(whole, ONE_A_MM, width_mm), abs=0.02)


def test_the_two_ends_of_a_ring_meet_without_a_seam():
    turns = np.linspace(0, 2 * math.pi, 181)
    ring = np.column_stack([20 + 9 * np.cos(turns), 15 + 9 * np.sin(turns)])
    ring[-1] = ring[0]
    turned = np.concatenate([ring[90:-1], ring[:91]])
    one, other = (coverage(Lines.of([points]), ONE_A_MM, 2.5) for points in (ring, turned))
    assert np.abs(one - other).max() < 1e-4


def test_ink_over_ink_is_never_more_than_all():
    many = Lines.joined([ZIGZAG] * 5)
    for width_mm in (0.4, 3.0):
        assert coverage(many, ONE_A_MM, width_mm).max() == 1.0


def test_strokes_side_by_side_leave_no_seams():
    rows = Lines.of([[(-5, 5.3 + 2 * i), (45, 5.3 + 2 * i)] for i in range(8)])
    assert coverage(rows, ONE_A_MM, 2.0)[12:22, 5:35].min() > 0.99


@pytest.mark.parametrize("width_mm", [0.3, 1.0, 2.6])
def test_strokes_that_are_added_one_by_one_come_to_the_same(width_mm: float):
    lines, view = spread(40, 30, seed=1), View.of(Bounds(0, 30, 30, 0), 0.5)
    tones = view.blank()
    for line in lines:
        add_ink(tones, Lines.of([line]), view, width_mm)
    assert tones == pytest.approx(coverage(lines, view, width_mm), abs=1e-4)


@pytest.mark.parametrize("width_mm", [0.3, 1.0, 2.6])
def test_a_stroke_that_grows_comes_to_the_same(width_mm: float):
    (line,), view = spread(1, 200, seed=2), View.of(Bounds(0, 30, 30, 0), 0.5)
    tones = view.blank()
    add_ink(tones, Lines.of([line[:2]]), view, width_mm)
    for end in range(2, len(line)):
        add_ink(tones, Lines.of([line[end - 1 : end + 1]]), view, width_mm, before=tuple(line[end - 2]))
    assert tones == pytest.approx(coverage(Lines.of([line]), view, width_mm), abs=1e-4)


@pytest.mark.parametrize("width_mm", [0.3, 3.0])
def test_a_part_of_the_paper_is_a_part_of_the_picture(width_mm: float):
    lines, view = spread(30, 40, seed=3), View.of(Bounds(0, 30, 30, 0), 0.5)
    whole = coverage(lines, view, width_mm)
    for first in range(0, 60, 13):
        band = coverage(lines, view.rows(first, 13), width_mm)
        assert band == pytest.approx(whole[first : first + 13], abs=0.06)  # drops of a hairline fall elsewhere
        assert band.sum() == pytest.approx(whole[first : first + 13].sum(), rel=0.01)


@pytest.mark.parametrize("width_mm", [0.3, 3.0])
def test_what_is_far_outside_or_nowhere_takes_no_time_and_leaves_no_ink(width_mm: float):
    inf, nan = math.inf, math.nan
    stray = Lines.of([[(1e12, 1e12), (1e12, -1e12)], [(nan, 1), (2, 2)], [(-5, inf), (5, 5)], [(-99, -99)]])
    assert coverage(stray, ONE_A_MM, width_mm).max() == 0
    across = Lines.of([[(-1e9, 15.5), (1e9, 15.5)]])
    assert coverage(across, ONE_A_MM, width_mm)[14] == pytest.approx(min(1.0, width_mm), rel=5e-3)


def test_nothing_is_blank():
    assert coverage(Lines.of(()), ONE_A_MM, 0.5).max() == 0
