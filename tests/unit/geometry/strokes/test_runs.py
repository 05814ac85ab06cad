from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.runs import Runs, runs_above


def runs(*rows: list[float]) -> Runs:
    return runs_above(np.array(rows))


def listed(found: Runs) -> list[tuple[int, float, float]]:
    return list(zip(found.row.tolist(), found.begin.tolist(), found.end.tolist(), strict=True))


def test_a_run_begins_and_ends_where_the_value_crosses_nought():
    assert listed(runs([-1, 3, 1, -3])) == [(0, 0.25, 2.25)]


def test_a_run_goes_on_to_the_ends_of_its_row_and_not_into_the_next():
    assert listed(runs([1, 1, -1], [-1, -1, 1], [1, 1, 1], [-1, -1, -1])) == [(0, 0, 1.5), (1, 1.5, 2), (2, 0, 2)]


def test_one_sample_is_a_run_without_length():
    assert listed(runs([1.0])) == [(0, 0, 0)]


def test_nought_is_not_above():
    assert len(runs([0, 0, 0])) == 0
    assert listed(runs([0, 1, 0])) == [(0, 0, 2)]


def test_calm_closes_short_gaps_before_it_drops_short_runs():
    found = Runs(np.array([0, 0, 0, 1]), np.array([0.0, 1.5, 9.0, 9.2]), np.array([1.0, 3.0, 9.5, 20.0]))
    assert listed(found.calmed(1.0)) == [(0, 0, 3), (1, 9.2, 20)]
    assert listed(found.calmed(0.0)) == listed(found)


def test_calming_nothing_is_nothing():
    assert len(runs([-1.0]).calmed(3)) == 0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_every_sample_above_is_in_a_run_and_no_other(kind: type):
    values = np.random.default_rng(3).normal(size=(20, 50)).astype(kind)
    found = runs_above(values)
    inside = np.zeros(values.shape, dtype=bool)
    for row, begin, end in listed(found):
        inside[row, int(np.ceil(begin)) : int(np.floor(end)) + 1] = True
    assert (inside == (values > 0)).all()
