"""A line drawing comes back as the lines that it was drawn with."""

from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.lines import Lines, Points
from dcode.geometry.skeleton.ink import inked
from dcode.geometry.skeleton.kernels import kernel
from dcode.geometry.skeleton.tracing import traced
from dcode.geometry.strokes.picture import Tones
from tests.unit.geometry.skeleton.curves import apart, arc, drawn, straight, stroke_of, wave

CROSSINGS = [
    [straight(10, 60, 110, 62), straight(60, 8, 58, 112)],
    [straight(10, 40, 110, 80), straight(10, 80, 110, 42)],
    [straight(10, 52, 110, 68), straight(10, 68, 110, 52)],  # shallow: they share ink for a third of their way
    [arc(60, 60, 40, 20, 330), straight(5, 50, 115, 65)],
    [wave(8, 60, 112, 15, 1), straight(10, 75, 112, 70), straight(50, 112, 80, 8)],
    [straight(10, 20, 110, 100), straight(10, 100, 110, 20), straight(60, 6, 61, 114)],  # three in one place
]


def strokes(tones: Tones, smallest: float = 2.0) -> Lines:
    return traced(inked(tones), smallest)


@pytest.mark.parametrize("width", [1.5, 3.0, 5.0])
@pytest.mark.parametrize("curves", CROSSINGS)
def test_a_line_goes_on_over_a_crossing(curves: list[Points], width: float):
    lines = strokes(drawn(curves, (120, 120), width))
    assert len(lines) == len(curves)
    assert {stroke_of(curve, lines, 1.2) for curve in curves} == set(range(len(curves)))


@pytest.mark.parametrize("width", [1.5, 2.0, 3.3, 6.0])
def test_a_stroke_lies_in_the_middle_of_its_line_and_is_as_long(width: float):
    curve = wave(10.3, 40.7, 190.2, 20, 2)
    lines = strokes(drawn([curve], (80, 200), width))
    assert len(lines) == 1
    inner = lines.points[(lines.points[:, 0] > 14) & (lines.points[:, 0] < 186)]
    assert apart(inner, curve) < 0.4
    assert lines.lengths[0] == pytest.approx(np.hypot(*np.diff(curve, axis=0).T).sum(), rel=0.02)


def test_a_ring_is_closed_whether_it_is_alone_or_crossed():
    ring = arc(60, 60, 35)
    for curves in ([ring], [ring, straight(5, 55, 115, 70)]):
        lines = strokes(drawn(curves, (120, 120)))
        assert len(lines) == len(curves)
        assert lines.closed[stroke_of(ring, lines)]
        assert lines.closed.sum() == 1


def test_a_line_that_ends_at_another_reaches_it():
    lines = strokes(drawn([straight(10, 60, 110, 60), straight(60, 59, 60, 10)], (120, 120), 4.0))
    assert len(lines) == 2
    foot = min(lines, key=lambda line: np.ptp(line[:, 0]))
    assert foot[:, 1].max() == pytest.approx(60, abs=1.5)


@pytest.mark.parametrize("further", [5, 7, 12])
@pytest.mark.parametrize("slope", [0, 12])
def test_a_line_that_ends_just_behind_another_is_drawn_to_its_end(further: float, slope: float):
    curves = [straight(60 - slope, 10, 60 + slope * further / 50, 60 + further), straight(8, 60, 112, 60)]
    lines = strokes(drawn(curves, (120, 120), 4.0))
    assert len(lines) == 2
    foot = min(lines, key=lambda line: np.ptp(line[:, 0]))
    assert foot[:, 1].max() == pytest.approx(60 + further, abs=1.0)


def test_pairs_of_ends_are_the_same_whether_all_are_asked_or_those_near(monkeypatch: pytest.MonkeyPatch):
    ink = inked(drawn(CROSSINGS[4] + CROSSINGS[5] + CROSSINGS[3], (120, 120)))
    one = traced(ink)
    monkeypatch.setattr("dcode.geometry.skeleton.linking._FEW", -1)
    other = traced(ink)
    assert np.array_equal(one.points, other.points) and np.array_equal(one.starts, other.starts)


def test_a_wide_bar_has_no_hairs():
    tones = np.zeros((60, 160), dtype=np.float32)
    tones[20:40, 20:140] = 1
    lines = strokes(tones)
    assert len(lines) <= 3
    assert max(lines.lengths) > 100


@pytest.mark.parametrize("width", [3.0, 6.0, 10.0, 18.0])
@pytest.mark.parametrize("slope", [0, 17, 40])
def test_a_blunt_end_is_one_end(width: float, slope: float):
    lines = strokes(drawn([straight(30, 60 - slope, 90, 60 + slope)], (120, 120), width))
    assert len(lines) == 1
    assert lines.lengths[0] == pytest.approx(np.hypot(60, 2 * slope), abs=4)


def test_lines_that_lie_side_by_side_are_two_strokes():
    curves = [straight(10, 54, 190, 66), straight(10, 66, 190, 54)]
    lines = strokes(drawn(curves, (120, 200), 3.0))
    assert {stroke_of(curve, lines, 1.3) for curve in curves} == {0, 1} and len(lines) == 2


def test_a_line_of_single_pixels_is_one_stroke_over_crossings():
    tones = np.zeros((60, 160), dtype=np.float32)
    along = np.arange(10, 150)
    tones[10 + along // 4, along] = 1
    tones[50 - along // 5, along] = 1
    assert len(strokes(tones)) == 2


def test_specks_are_dots_from_a_size_on():
    tones = np.zeros((60, 60), dtype=np.float32)
    tones[10:13, 10:13] = 1
    tones[40:42, 40:42] = 1
    tones[25, 25] = 1  # a single pixel is grain
    lines = strokes(tones)
    assert lines.counts.tolist() == [1]
    assert lines.points[0] == pytest.approx([11.5, 11.5], abs=0.5)
    assert len(strokes(tones, 0.5)) == 2
    assert len(strokes(tones, 9.0)) == 0


def test_no_stroke_is_shorter_than_four_pixels():
    chance = np.random.Generator(np.random.PCG64(3))
    lines = strokes((chance.random((80, 80)) < 0.4).astype(np.float32))
    assert len(lines) > 20
    assert lines.lengths[lines.counts > 1].min() >= 4


def cases() -> dict[str, Tones]:
    chance = np.random.Generator(np.random.PCG64(1))
    frame = np.zeros((40, 50))
    frame[:3] = frame[-1:] = frame[:, :2] = frame[:, -4:] = 1
    return {
        "paper": np.zeros((20, 30)),
        "ink": np.ones((20, 30)),
        "one pixel of paper": np.zeros((1, 1)),
        "one pixel of ink": np.ones((1, 1)),
        "a row": np.ones((1, 40)),
        "flat": np.ones((3, 3000)),
        "tall": np.ones((3000, 3)),
        "a single pixel": np.pad(np.ones((1, 1)), 9),
        "at all edges": frame,
        "a corner": np.eye(30),
        "noise": chance.random((60, 60)) < 0.5,
        "grey noise": chance.random((60, 60)),
        "flat noise": chance.random((3, 900)) < 0.5,
        "checks": np.indices((40, 40)).sum(axis=0) % 2,
        "stripes": np.indices((40, 40))[0] % 2,
    }


@pytest.mark.parametrize("name", cases())
def test_whatever_the_picture_strokes_stay_inside_and_are_the_same_again(name: str):
    tones = cases()[name].astype(np.float32)
    lines, again = strokes(tones), strokes(tones)
    height, width = tones.shape
    assert np.isfinite(lines.points).all()
    assert (lines.points >= 0).all() and (lines.points <= (width, height)).all()
    assert lines.starts[0] == 0 and lines.starts[-1] == len(lines.points) and (lines.counts > 0).all()
    assert np.array_equal(lines.points, again.points) and np.array_equal(lines.starts, again.starts)


def test_a_line_along_the_picture_s_edge_and_one_across_it_are_drawn_to_the_end():
    frame = strokes(np.ones((3, 300), dtype=np.float32))
    assert len(frame) == 1
    assert sorted(frame.points[[0, -1], 0].tolist()) == [0, 300]
    across = strokes(drawn([straight(-10, 30, 110, 70)], (100, 100)))
    assert len(across) == 1
    assert np.ptp(across.points[:, 0]) == pytest.approx(100, abs=1.5)


def compiled() -> bool:
    try:
        kernel("link", "compiled")
    except ImportError:
        return False
    return True


@pytest.mark.skipif(not compiled(), reason="the kernels are not compiled here")
@pytest.mark.parametrize("case", [3, 4, 5, "noise"])
def test_compiled_and_plain_strokes_are_the_same_to_the_last_bit(case: int | str):
    tones = cases()[case][:40, :40] if isinstance(case, str) else drawn(CROSSINGS[case], (120, 120))
    ink = inked(tones.astype(np.float32))
    one, other = traced(ink, way="compiled"), traced(ink, way="plain")
    assert len(one) > 0
    assert np.array_equal(one.points, other.points) and np.array_equal(one.starts, other.starts)


def test_kernels_that_were_not_built_are_missed(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "dcode.geometry.skeleton._link", None)
    kernel.cache_clear()
    try:
        assert kernel("link").way == "plain"
        with pytest.raises(ImportError):
            kernel("link", "compiled")
    finally:
        kernel.cache_clear()
