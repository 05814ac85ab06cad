from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.strokes.picture import Picture, darkness_of
from dcode.geometry.strokes.trace import Fill, Options, convert
from tests.unit.geometry.strokes.ink import picture


def distance(size: int = 100) -> np.ndarray:
    """Of each pixel from the middle of a picture."""
    at = np.arange(size) + 0.5 - size / 2
    return np.asarray(np.hypot(at[:, None], at))


def disc(radius: float, hole: float = 0.0) -> Picture:
    """With soft edges, as a camera or a good renderer makes them."""
    out = distance()
    return picture(np.clip(radius + 0.5 - out, 0, 1) * np.clip(out - hole + 0.5, 0, 1))


def square(size: int = 40, low: int = 10, high: int = 30) -> Picture:
    tones = np.zeros((size, size))
    tones[low:high, low:high] = 1.0
    return picture(tones)


def area(ring: np.ndarray) -> float:
    (x, y), (u, v) = ring[:-1].T, ring[1:].T
    return float((x * v - u * y).sum() / 2)


def spans(lines: Lines) -> list[list[float]]:
    """Where level lines begin and end, by height."""
    ordered = sorted(lines, key=lambda line: (line[0, 1], line[:, 0].min()))
    return [[round(float(line[0, 1]), 6), *sorted(np.round(line[:, 0], 2).tolist())] for line in ordered]


def test_an_outline_lies_between_the_pixels_and_is_drawn_once():
    lines = convert(disc(30), Options())
    assert len(lines) == 1 and lines.closed.all()
    assert np.hypot(*lines.points.T) == pytest.approx(30, abs=0.1)
    assert lines.lengths == pytest.approx(2 * np.pi * 30, rel=0.005)


def test_no_outline_is_further_from_its_tone_than_the_tolerance():
    counts = []
    for tolerance in (0.02, 0.1, 0.5):
        ring = convert(disc(30), Options(tolerance=tolerance))[0]
        middles = (ring[1:] + ring[:-1]) / 2
        assert np.abs(np.hypot(*middles.T) - 30).max() <= tolerance + 0.06  # what the picture itself is off
        counts.append(len(ring))
    assert counts[0] > counts[1] > counts[2] > 4


def test_what_is_dark_is_on_the_left():
    outer, inner = sorted(convert(disc(40, hole=20), Options()), key=lambda ring: -abs(area(ring)))
    assert area(outer) == pytest.approx(np.pi * 40**2, rel=0.01)
    assert area(inner) == pytest.approx(-np.pi * 20**2, rel=0.01)


def test_a_square_has_as_few_points_as_its_softened_corners_allow():
    ring = convert(square(), Options())[0]
    assert len(ring) == 9
    assert convert(square(), Options(tolerance=0.5)).counts.tolist() == [5]


def test_what_touches_the_edge_is_closed_along_it():
    lines = convert(square(40, 0, 30), Options())
    assert len(lines) == 1 and lines.closed.all()
    assert lines.points[:, 0].min() == -20 and lines.points[:, 1].max() == 20
    assert abs(area(lines[0])) == pytest.approx(30 * 30, rel=0.01)


@pytest.mark.parametrize(("grey", "rings"), [(127, 1), (128, 0)])
def test_dark_is_what_is_below_the_threshold(grey: int, rings: int):
    assert len(convert(picture(np.full((20, 20), darkness_of(grey))), Options(threshold=128))) == rings


def test_outlines_shorter_than_the_smallest_are_left_out_and_so_is_their_fill():
    tones = np.zeros((40, 40))
    tones[5:30, 5:30] = 1.0
    tones[35, 35] = 1.0
    for fill in (Fill.NONE, Fill.HORIZONTAL):
        lines = convert(picture(tones), Options(smallest=6, fill=fill))
        assert lines.points[:, 0].max() < 11
        assert convert(picture(tones), Options(smallest=1, fill=fill)).points[:, 0].max() > 15


def test_softening_calms_a_grainy_edge():
    grain = np.random.default_rng(1).normal(0, 0.5, (100, 100))
    grainy = picture(np.clip((distance() < 30) + grain, 0, 1))
    rough, calm = convert(grainy, Options()), convert(grainy, Options(blur=2))
    assert len(calm) == 1 < len(rough)
    assert np.hypot(*calm.points.T) == pytest.approx(30, abs=2)


def test_a_fill_leaves_out_the_holes():
    lines = convert(disc(40, hole=20), Options(fill=Fill.HORIZONTAL, fill_spacing=10, outline=False))
    assert [span[0] for span in spans(lines)] == [-35, -25, -15, -15, -5, -5, 5, 5, 15, 15, 25, 35]
    reach, gap = np.sqrt(40**2 - 5**2), np.sqrt(20**2 - 5**2)
    assert spans(lines)[4][1:] == pytest.approx([-reach, -gap], abs=0.15)
    assert spans(lines)[5][1:] == pytest.approx([gap, reach], abs=0.15)


@pytest.mark.parametrize(
    ("fill", "angles"),
    [(Fill.HORIZONTAL, {0}), (Fill.VERTICAL, {90}), (Fill.DIAGONAL, {45}), (Fill.CROSSHATCH, {0, 90})],
)
def test_fills_run_as_they_are_called(fill: Fill, angles: set[float]):
    lines = convert(square(), Options(fill=fill, outline=False))
    assert (lines.counts == 2).all()
    ways = np.diff(lines.points.reshape(-1, 2, 2), axis=1)[:, 0]
    assert set(np.round(np.degrees(np.arctan2(ways[:, 1], ways[:, 0])) % 180, 6) % 180) == angles
    assert lines.lengths.sum() == pytest.approx(20 * 20 / 2 * len(angles), rel=0.1)


def test_a_contour_fill_is_rings_inside_each_other():
    lines = convert(square(), Options(fill=Fill.CONTOUR, outline=False, fill_spacing=4))
    assert lines.closed.all()
    assert [round(float(np.ptp(ring[:, 0]))) for ring in lines] == [16, 8]


def test_an_inset_keeps_the_fill_off_the_outline():
    lines = convert(square(), Options(fill=Fill.HORIZONTAL, outline=False, inset=1.5))
    assert np.abs(lines.points).max() == pytest.approx(8.5, abs=0.05)


def test_outlines_come_before_the_fill():
    both = convert(square(), Options(fill=Fill.VERTICAL))
    assert both.closed.tolist() == [True] + [False] * (len(both) - 1)
    assert len(both) == 11


def test_paper_and_a_black_sheet():
    assert len(convert(picture(np.zeros((9, 9))), Options(fill=Fill.CONTOUR))) == 0
    assert convert(picture(np.ones((8, 8))), Options()).bounds == picture(np.ones((8, 8))).frame


def test_a_fill_too_fine_to_be_drawn_is_refused():
    huge = picture(np.indices((200, 200)).sum(axis=0) // 2 % 2, pixel_mm=100)
    with pytest.raises(DrawingError, match="wider spacing"):
        convert(huge, Options(fill=Fill.HORIZONTAL, fill_spacing=0.1))
