"""Tones on another grid, and tones softened."""

from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.blur import blurred
from dcode.geometry.strokes.means import means


@pytest.mark.parametrize(("rows", "columns"), [(6, 8), (3, 2), (5, 7), (11, 40), (1, 1)])
def test_means_count_pixels_in_part(rows, columns):
    tones = np.random.default_rng(1).random((6, 8)).astype(np.float32)
    fine = tones.repeat(rows, axis=0).repeat(columns, axis=1)
    expected = fine.reshape(rows, 6, columns, 8).mean(axis=(1, 3))
    assert means(tones, rows, columns) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 4.0])
def test_a_blur_spreads_a_point_by_its_deviation_and_keeps_what_there_is(sigma):
    tones = np.zeros((61, 61), dtype=np.float32)
    tones[30, 30] = 1.0
    soft = blurred(tones, sigma)
    off = np.arange(61) - 30
    assert soft.sum() == pytest.approx(1, abs=1e-5)
    for along in (0, 1):
        assert np.sqrt((soft.sum(axis=along) * off**2).sum()) == pytest.approx(sigma, rel=0.08)


def test_a_blur_of_nothing_changes_nothing_and_an_even_picture_stays_even_up_to_its_edges():
    tones = np.random.default_rng(2).random((5, 9)).astype(np.float32)
    assert np.array_equal(blurred(tones, 0.0), tones)
    assert blurred(np.full((4, 6), 0.3, dtype=np.float32), 5.0) == pytest.approx(0.3, abs=1e-6)
