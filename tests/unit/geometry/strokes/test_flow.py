from __future__ import annotations

import numpy as np
import pytest
import shapely

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.strokes.flow import Field, Options, convert
from dcode.geometry.strokes.kernels import kernel
from tests.unit.geometry.strokes.ink import picture, wedge


def compiled() -> bool:
    try:
        kernel("streamlines", "compiled")
    except ImportError:
        return False
    return True


def disc(size=100):
    """A dark disc with a soft edge on a lighter ground: its edges are circles."""
    x = np.arange(size) + 0.5 - size / 2
    return 0.8 / (1 + np.exp((np.hypot(x, x[:, None]) - size / 4) / 3)) + 0.1


def bearings(lines: Lines):
    """The middle of each segment, and its direction as a unit vector."""
    ways = [(line[:-1] + np.diff(line, axis=0) / 2, np.diff(line, axis=0)) for line in lines]
    middles, steps = (np.concatenate(part) for part in zip(*ways, strict=True))
    return middles, steps / np.hypot(*steps.T)[:, None]


def nearest_other(lines: Lines):
    """For each line how near another comes to it."""
    strokes = [shapely.LineString(line) for line in lines]
    tree = shapely.STRtree(strokes)
    return [
        min(stroke.distance(strokes[other]) for other in tree.query(stroke.buffer(20)) if other != index)
        for index, stroke in enumerate(strokes)
    ]


@pytest.mark.parametrize("field", Field)
def test_lines_keep_their_distance_and_leave_no_gaps(field):
    even = picture(np.full((60, 60), 1.0)) if field is Field.NOISE else picture(disc(60) * 0 + 1.0)
    lines = convert(even, Options(field=field, near=3.0, swirl=40, shortest=3))
    # They may come as near as three quarters of it, and points lie two thirds of it apart.
    assert min(nearest_other(lines)) > 0.6 * 3
    places = shapely.points(even.to_paper(*np.mgrid[5:56:1, 5:56:1].reshape(2, -1)))
    apart = shapely.distance(places, shapely.MultiLineString(list(lines)))
    assert np.quantile(apart, 0.97) < 3.0


def test_lines_are_closer_where_it_is_darker():
    steps = wedge([0.2, 1.0], 60)
    lines = convert(steps, Options(near=2.0, far=12.0, field=Field.NOISE, swirl=60))
    light, dark = (
        shapely.MultiLineString(list(lines)).intersection(shapely.box(left, -25, left + 50, 25)).length
        for left in (-55, 5)
    )
    # 1 / 2 for each mm, and 0.8 / 12 + 0.2 / 2.
    assert dark / light == pytest.approx(0.5 / (0.8 / 12 + 0.2 / 2), rel=0.25)


def test_lines_run_along_edges_or_across_them():
    for field, turned in ((Field.EDGES, True), (Field.GRADIENT, False)):
        lines = convert(picture(disc()), Options(field=field, near=2, far=4))
        middles, ways = bearings(lines)
        radius = np.hypot(*middles.T)
        ring = (radius > 15) & (radius < 35)
        outward = np.abs((middles * ways).sum(axis=1) / radius)[ring]
        assert np.quantile(outward, 0.95) < 0.2 if turned else np.quantile(outward, 0.05) > 0.98


def test_lines_around_a_disc_close_to_rings():
    lines = convert(picture(disc()), Options(near=2, far=4))
    whole = lines.kept(lines.closed)
    assert len(whole) >= 5
    assert np.hypot(*whole.points.T).max() > 25


def test_an_even_picture_has_level_lines():
    _, ways = bearings(convert(picture(np.full((40, 40), 0.5)), Options()))
    assert np.abs(ways[:, 1]).max() == 0.0


def test_nothing_is_drawn_where_it_is_lighter_than_the_lightest():
    tones = np.full((60, 60), 0.6)
    tones[:, 20:40] = 0.02
    lines = convert(picture(tones), Options(lightest=0.04))
    assert not (np.abs(lines.points[:, 0]) < 9.9).any()
    assert len(convert(picture(np.zeros((30, 30))), Options())) == 0


@pytest.mark.parametrize("shortest", [0.0, 12.0])
def test_lines_are_not_shorter_than_wanted(shortest):
    lines = convert(picture(disc()), Options(near=2, far=4, shortest=shortest, field=Field.NOISE, swirl=20))
    # A line's steps add up to its length, less what corners that are left out cut off.
    assert (lines.lengths.min() >= 0.97 * shortest) and (shortest or lines.lengths.min() < 5)


def test_the_seed_alone_changes_the_drawing():
    def drawn(seed: int) -> bytes:
        return convert(picture(disc(60)), Options(field=Field.NOISE, seed=seed)).points.tobytes()

    assert drawn(1) == drawn(1) != drawn(2)


@pytest.mark.skipif(not compiled(), reason="the kernel is not compiled here")
@pytest.mark.parametrize("field", Field)
def test_compiled_and_plain_lines_are_the_same(field):
    steps, options = picture(disc(50)), Options(field=field, near=1.5, far=6, swirl=20)
    one, other = (convert(steps, options, way) for way in ("compiled", "plain"))
    assert len(one) > 10
    assert np.array_equal(one.points, other.points) and np.array_equal(one.starts, other.starts)


def test_no_point_is_outside_the_frame():
    for height, width in ((31, 77), (64, 64)):
        steps = picture(np.ones((height, width)), pixel_mm=0.31)
        assert steps.frame.holds(convert(steps, Options(field=Field.NOISE, near=0.5, swirl=8, shortest=0)).bounds)


def test_lines_too_close_for_the_sheet_are_refused():
    with pytest.raises(DrawingError, match="further apart"):
        convert(picture(np.ones((4, 4)), pixel_mm=300.0), Options(near=0.2))
