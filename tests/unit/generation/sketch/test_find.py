from __future__ import annotations

import numpy as np

from tests.unit.generation.sketch.small import small_finder


def test_drawings_that_are_allowed_are_the_only_ones_found(tmp_path):
    finder = small_finder(tmp_path)
    allowed = np.array([caption != "horse" for caption in map(finder.store.caption, range(6))])
    assert "horse" in {finder.store.caption(match.place) for match in finder.near("horse")}
    assert "horse" not in {finder.store.caption(match.place) for match in finder.near("horse", allowed=allowed)}


def test_matches_come_best_first_and_equals_in_the_order_of_the_library(tmp_path):
    matches = small_finder(tmp_path).near("horses", most=3)
    assert [match.place for match in matches[:2]] == [0, 1]
    assert matches[0].score == matches[1].score == 1.0 > matches[2].score


def test_what_one_drawing_is_tagged_with_is_true_of_all_that_are_called_the_same(tmp_path):
    matches = small_finder(tmp_path).near("steed", most=2)
    assert [match.place for match in matches] == [0, 1]


def test_it_knows_what_a_drawing_is_called(tmp_path):
    finder = small_finder(tmp_path)
    assert finder.knows("the black cats") and not finder.knows("pony")
