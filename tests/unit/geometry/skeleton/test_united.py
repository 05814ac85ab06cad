from __future__ import annotations

import numpy as np

from dcode.geometry.skeleton.united import united


def test_what_belongs_together_over_several_pairs_has_the_lowest_number_of_them():
    assert united(6, np.array([[1, 3], [3, 5], [0, 2]])).tolist() == [0, 1, 0, 1, 4, 1]


def test_without_pairs_everything_is_by_itself():
    assert united(3, np.empty((0, 2), dtype=np.int64)).tolist() == [0, 1, 2]
