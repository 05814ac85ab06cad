"""Pictures are softened evenly, and not at all by next to nothing."""

from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.blur import blurred


def spot() -> np.ndarray:
    tones = np.zeros((21, 21), dtype=np.float32)
    tones[10, 10] = 1.0
    return tones


@pytest.mark.parametrize("sigma", [0.0, 5e-324, 1e-200, 1e-155, 1e-8, 0.1])
def test_next_to_no_blur_changes_nothing(sigma: float):
    assert (blurred(spot(), sigma) == spot()).all()


@pytest.mark.parametrize("sigma", [0.15, 0.3, 1.0, 2.5])
def test_a_blur_spreads_evenly_and_loses_nothing(sigma: float):
    soft = blurred(spot(), sigma)
    assert soft.sum() == pytest.approx(1, abs=1e-5)
    assert (soft == soft.T).all() and (soft == soft[::-1]).all() and soft.max() == soft[10, 10]
    away = np.arange(21) - 10
    if sigma >= 1:
        assert (soft.sum(axis=0) * away**2).sum() == pytest.approx(sigma**2, rel=0.1)


def test_an_even_tone_stays_to_the_edges():
    assert blurred(np.full((5, 7), 0.4, dtype=np.float32), 3.0) == pytest.approx(0.4)
