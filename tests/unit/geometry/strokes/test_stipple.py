from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import DrawingError
from dcode.geometry.strokes.options import read_options
from dcode.geometry.strokes.registry import algorithm
from dcode.geometry.strokes.stipple import Form, Options, Size, convert
from dcode.geometry.strokes.voronoi import Raster, spread
from tests.unit.geometry.strokes.ink import covered, patches, picture, wedge

TONES = [0.0, 0.1, 0.25, 0.5, 0.75, 1.0]
RAMP = picture(np.tile(np.linspace(0.1, 1.0, 60), (40, 1)))


def nearest(points: np.ndarray) -> np.ndarray:
    """How far each point is from the one nearest to it."""
    apart = np.hypot(*(points[:, None] - points).T)
    np.fill_diagonal(apart, np.inf)
    return apart.min(axis=1)


@pytest.mark.parametrize(
    ("options", "off"),
    [
        (Options(dots=0, pen=1.8), 0.02),
        (Options(dots=0, form=Form.SPIRAL, diameter=2, pen=0.4), 0.02),
        (Options(dots=700, form=Form.RINGS, pen=0.4), 0.03),
        (Options(dots=700, form=Form.SPIRAL, size=Size.TONE, pen=0.4), 0.025),
        (Options(dots=0, form=Form.SPIRAL, size=Size.TONE, diameter=3, pen=0.4), 0.025),
    ],
)
def test_paper_is_as_dark_as_the_picture(options, off):
    """That is what is measured with the pen's width on paper, 0 to 1."""
    steps = wedge(TONES, 30)
    lines = convert(steps, options)
    found = [covered(lines, options.pen, patch) for patch in patches(steps, len(TONES), 4)]
    assert found == pytest.approx(TONES, abs=off)


def test_points_are_as_dense_as_the_picture_is_dark():
    tones = [0.1, 0.2, 0.4, 0.7, 1.0]
    points = convert(wedge(tones, 60), Options(dots=1500)).points
    counts, _ = np.histogram(points[:, 0], np.linspace(-150, 150, 6))
    assert counts / 1500 == pytest.approx(np.array(tones) / sum(tones), rel=0.08)


def test_dots_of_an_even_tone_lie_evenly():
    """Their nearest are 1.07 of the root of a dot's share away in a lattice of triangles; 0.5 by chance."""
    points = convert(picture(np.full((80, 80), 0.5)), Options(dots=500)).points
    inner = nearest(points)[(np.abs(points) < 35).all(axis=1)] / math.sqrt(80 * 80 / 500)
    assert inner.mean() > 0.9
    assert inner.min() > 0.65


@pytest.mark.parametrize("dots", [1, 2, 7, 500])
def test_gives_as_many_points_as_asked_for_inside_the_frame_and_apart(dots):
    lines = convert(RAMP, Options(dots=dots))
    assert lines.counts.tolist() == [1] * dots
    assert RAMP.frame.holds(lines.bounds)
    assert dots == 1 or nearest(lines.points).min() > 0.5 * math.sqrt(60 * 40 / dots)


def test_the_same_choices_give_the_same_dots_and_another_seed_others():
    one, same, other = (convert(RAMP, Options(dots=200, seed=seed)).points for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_more_iterations_make_dots_more_even():
    even = picture(np.full((50, 50), 0.5))
    apart = [nearest(convert(even, Options(dots=300, iterations=times)).points).mean() for times in (0, 2, 5, 20)]
    assert apart == sorted(apart)


def test_white_paper_stays_white():
    for form in Form:
        assert len(convert(picture(np.zeros((9, 9))), Options(form=form))) == 0


def test_dots_that_have_no_room_are_left_out(monkeypatch):
    monkeypatch.setattr("dcode.geometry.strokes.voronoi._MOST_PIXELS", 250_000)
    speck = np.zeros((50, 50))
    speck[20, 30] = 1.0
    points = convert(picture(speck), Options(dots=20_000, iterations=3)).points
    assert 10 < len(points) < 20_000
    assert len(np.unique(points, axis=0)) == len(points)
    assert (np.abs(points - (5.5, 4.5)) <= 0.5).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (30, 1), (17, 3)])
def test_pictures_of_any_form_are_covered(size):
    drawn = picture(np.full(size, 0.7), pixel_mm=3.0)
    points = convert(drawn, Options(dots=120)).points
    assert len(points) == 120
    apart = math.sqrt(drawn.frame.width * drawn.frame.height / 120)
    assert np.ptp(points, axis=0) == pytest.approx([drawn.frame.width, drawn.frame.height], abs=1.5 * apart)


def test_circles_are_closed_and_filled_ones_end_with_the_same_circle():
    circles, spirals, rings = (
        convert(RAMP, Options(dots=40, form=form, diameter=5, pen=0.5))
        for form in (Form.CIRCLE, Form.SPIRAL, Form.RINGS)
    )
    assert circles.closed.all()
    for circle, spiral, ring in zip(circles, spirals, rings, strict=True):
        assert np.array_equal(spiral[-len(circle) :], circle)
        assert np.array_equal(ring[-len(circle) :], circle)
        edge = shapely.LineString(circle).buffer(0.25)
        assert shapely.LineString(spiral).buffer(0.25).difference(shapely.convex_hull(edge).buffer(0.01)).is_empty


@pytest.mark.parametrize("form", [Form.SPIRAL, Form.RINGS])
@pytest.mark.parametrize("diameter", [1.1, 1.6, 2.0, 3.3, 7.0])
def test_filled_dots_leave_no_paper_inside(form, diameter):
    [dot] = convert(picture(np.full((20, 20), 0.5)), Options(dots=1, form=form, diameter=diameter, pen=1.0))
    ink = shapely.LineString(dot).buffer(0.5)
    assert not list(ink.interiors)
    assert ink.area == pytest.approx(math.pi / 4 * diameter**2, rel=0.02)


def test_dots_of_the_tones_size_grow_with_it_up_to_the_diameter():
    lines = convert(RAMP, Options(dots=200, form=Form.CIRCLE, size=Size.TONE, diameter=4, pen=0.3))
    across = np.array([np.ptp(line, axis=0).max() for line in lines]) + 0.3
    middles = np.array([line[:-1].mean(axis=0) for line in lines])
    assert across.max() == pytest.approx(4, rel=0.02)
    left, right = across[middles[:, 0] < -15].mean(), across[middles[:, 0] > 15].mean()
    assert right > 1.3 * left


def test_dots_at_the_edge_stay_inside_and_whole():
    drawn = picture(np.full((20, 20), 1.0))
    lines = convert(drawn, Options(dots=30, form=Form.SPIRAL, pen=0.3))
    assert len(lines) == 30
    assert drawn.frame.holds(lines.bounds)


def test_contrast_takes_dots_from_the_light_and_gives_them_to_the_dark():
    def share(contrast: float) -> float:
        return float((convert(RAMP, Options(dots=400, contrast=contrast)).points[:, 0] > 0).mean())

    assert share(0.5) < share(1) < share(2)


def test_too_many_dots_are_refused_with_what_to_do():
    with pytest.raises(DrawingError, match="say how many"):
        convert(picture(np.full((100, 100), 0.8), pixel_mm=10), Options(dots=0, pen=0.5))


def test_is_known_by_name_with_options_as_texts():
    stipple = algorithm("stipple")
    options = read_options(stipple.options, {"dots": "12", "form": "spiral", "size": "tone"})
    assert options == Options(dots=12, form=Form.SPIRAL, size=Size.TONE)
    assert np.array_equal(stipple.convert(RAMP, options).points, convert(RAMP, options).points)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 23), st.floats(0, 17)), min_size=1, max_size=40),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 0.9]),
)
def test_a_pixel_belongs_to_the_dot_nearest_to_it(sites, seed, white):
    chance = np.random.default_rng(seed)
    tones = np.where(chance.random((17, 23)) < white, 0.0, np.round(chance.random((17, 23)) * 64) / 64)
    raster = Raster.of(picture(tones), lambda tones: tones, tones.size)
    found = raster.regions(np.array(sites))
    x, y = np.arange(23) + 0.5, np.arange(17)[:, None] + 0.5
    apart = np.stack([(x - site[0]) ** 2 + (y - site[1]) ** 2 for site in sites])
    owner = apart.argmin(axis=0)
    close = np.sort(apart, axis=0)
    if len(sites) > 1 and (close[1] - close[0] < 1e-9)[tones > 0].any():
        return  # of two equally near either will do
    for layer, values in enumerate([tones, tones**2, tones**2 * x, tones**2 * y]):
        expected = np.bincount(owner.ravel(), np.broadcast_to(values, tones.shape).ravel(), len(sites))
        assert found[layer] == pytest.approx(expected, abs=1e-3)


def test_regions_share_out_all_of_the_ink():
    found = spread(RAMP, 90, lambda tones: tones, rounds=20, chance=np.random.default_rng(1))
    assert found.ink.sum() == pytest.approx(RAMP.covered * 60 * 40)
    assert found.ink == pytest.approx(np.full(90, found.ink.mean()), rel=0.4)
