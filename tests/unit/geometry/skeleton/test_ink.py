from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.skeleton.areas import parted
from dcode.geometry.skeleton.ink import Inked, inked
from tests.unit.geometry.skeleton.curves import drawn, straight


def test_ink_and_paper_are_parted_where_they_differ_most():
    tones = np.full((20, 20), 0.3)
    tones[5:9, 5:15] = 0.55
    assert inked(tones.astype(np.float32)).mask.sum() == 40
    assert inked(tones.astype(np.float32), threshold=0.6).mask.sum() == 0
    assert inked(tones.astype(np.float32), threshold=0.2).mask.all()


def test_light_lines_on_dark_are_ink_when_inverted():
    tones = np.ones((20, 20), dtype=np.float32)
    tones[5:9, 5:15] = 0
    assert inked(tones, inverted=True).mask.sum() == 40


def test_an_even_grey_has_no_ink():
    chance = np.random.Generator(np.random.PCG64(1))
    assert not inked((0.5 + 0.01 * chance.random((30, 30))).astype(np.float32)).mask.any()


def test_grain_does_not_tear_a_line():
    chance = np.random.Generator(np.random.PCG64(2))
    tones = drawn([straight(5, 20, 95, 24)], (40, 100), 4.0)
    grainy = np.clip(0.7 * tones + 0.15 + chance.normal(0, 0.1, tones.shape), 0, 1).astype(np.float32)
    wrong = inked(grainy).mask != (tones > 0.5)
    assert wrong.mean() < 0.02


def ink_of(*boxes: tuple[int, int, int, int]) -> Inked:
    tones = np.zeros((100, 200), dtype=np.float32)
    for top, left, bottom, right in boxes:
        tones[top:bottom, left:right] = 1
    return inked(tones)


def test_an_area_is_outlined_with_its_corners_and_a_line_out_of_it_stays():
    ink = ink_of((20, 20, 80, 80), (48, 80, 52, 190))
    lines, outlines = parted(ink, 20.0)
    assert not lines.mask[20:80, 20:80].any()
    assert lines.mask[50, 85:190].all()
    assert len(outlines) == 1 and outlines.closed.all()
    left, top = outlines.points.min(axis=0)
    assert (left, top) == pytest.approx((20, 20), abs=0.1)


def test_a_stub_is_part_of_its_area_and_a_line_beside_it_is_not():
    ink = ink_of((20, 20, 80, 80), (45, 80, 55, 95), (10, 85, 13, 120))
    lines, outlines = parted(ink, 20.0)
    assert np.argwhere(lines.mask).min(axis=0).tolist() == [10, 85]
    assert np.argwhere(lines.mask).max(axis=0).tolist() == [12, 119]
    assert outlines.points[:, 0].max() == pytest.approx(95, abs=0.1)


def test_lines_that_cross_are_no_area():
    ink = ink_of((40, 0, 50, 200), (0, 90, 100, 100))
    lines, outlines = parted(ink, 20.0)
    assert len(outlines) == 0
    assert np.array_equal(lines.mask, ink.mask)


def test_a_black_sheet_is_an_area():
    lines, outlines = parted(inked(np.ones((60, 80), dtype=np.float32)), 20.0)
    assert not lines.mask.any()
    assert np.ptp(outlines.points, axis=0) == pytest.approx([80, 60])
