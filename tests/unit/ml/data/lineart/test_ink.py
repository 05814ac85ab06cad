from __future__ import annotations

import numpy as np

from dcode.geometry.lines import Lines
from dcode.ml.data.lineart.ink import filled_mask, middle_lines

OUTER = [(2, 2), (18, 2), (18, 18), (2, 18), (2, 2)]
INNER = [(6, 6), (14, 6), (14, 14), (6, 14), (6, 6)]


def test_pixels_whose_centre_is_inside_are_filled():
    mask = filled_mask(Lines.of([OUTER]), 20, even_odd=False)
    assert mask.sum() == 16 * 16 and mask[2, 2] and not mask[1, 2] and not mask[18, 17]


def test_a_ring_that_runs_the_same_way_is_a_hole_only_by_the_even_odd_rule():
    rings = Lines.of([OUTER, INNER])
    assert filled_mask(rings, 20, even_odd=False).sum() == 256
    assert filled_mask(rings, 20, even_odd=True).sum() == 256 - 64
    turned = Lines.of([OUTER, INNER[::-1]])
    assert filled_mask(turned, 20, even_odd=False).sum() == 256 - 64


def test_an_open_ring_is_closed_and_what_is_outside_is_cut():
    assert filled_mask(Lines.of([OUTER[:-1]]), 20, even_odd=False).sum() == 256
    wide = Lines.of([[(-50, 5), (50, 5), (50, 9), (-50, 9)]])
    assert filled_mask(wide, 20, even_odd=False).sum() == 20 * 4


def test_a_blob_becomes_a_small_ring_and_paper_nothing():
    mask = np.zeros((40, 40), dtype=bool)
    assert len(middle_lines(mask)) == 0
    mask[15:24, 15:24] = True
    (ring,) = middle_lines(mask)
    assert np.array_equal(ring[0], ring[-1]) and np.allclose(ring.mean(axis=0), 19.5, atol=1.5)


def test_a_cross_of_thick_lines_has_no_spurs():
    mask = np.zeros((100, 100), dtype=bool)
    mask[46:55, 10:90] = mask[10:90, 46:55] = True
    lines = middle_lines(mask)
    assert len(lines) <= 4 and 140 < lines.lengths.sum() < 175
