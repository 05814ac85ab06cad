from __future__ import annotations

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.request import DrawRequest
from tests.unit.generation.sketch.small import small_engine


@pytest.fixture
def engine(tmp_path):
    return small_engine(tmp_path)


def draw(engine, prompt: str, **wishes: object):
    return engine.draw(DrawRequest(prompt, **wishes), lambda progress: None, lambda: False)


def test_draws_what_is_called_that_and_names_the_source(engine):
    (drawn,) = draw(engine, "a cat")
    assert drawn.source == "drawn after Tabler Icons 'cat', MIT"
    assert (drawn.score, drawn.engine, drawn.gcode) == (1.0, "library", None)


@pytest.mark.parametrize("prompt", ["a pony", "two stallions", "steed", "hrose"])
def test_words_that_no_drawing_is_called_fall_on_the_nearest(engine, prompt):
    (drawn,) = draw(engine, prompt)
    assert drawn.source == "drawn after Lucide 'horse', ISC"
    assert 0.5 < drawn.score < 1.0


def test_a_drawing_of_that_very_name_comes_before_a_similar_one(engine):
    (drawn,) = draw(engine, "black cat")
    assert drawn.source == "drawn after Tabler Icons 'black-cat', MIT"


def test_two_things_stand_side_by_side_and_both_sources_are_named(engine):
    (both,), (cat,) = draw(engine, "a cat and a house", style="plain"), draw(engine, "a cat", style="plain")
    assert both.source == "drawn after Tabler Icons 'cat', MIT; Lucide 'home', ISC"
    assert len(both.lines) == 2 * len(cat.lines)
    cat_part, house_part = both.lines.kept(np.arange(2)).bounds, both.lines.kept(np.arange(2, 4)).bounds
    assert cat_part.right < house_part.left
    assert cat_part.bottom == pytest.approx(house_part.bottom)


def test_a_thing_on_another_stands_above_it(engine):
    (both,) = draw(engine, "a cat on a house", style="plain")
    cat, house = both.lines.kept(np.arange(2)).bounds, both.lines.kept(np.arange(2, 4)).bounds
    assert cat.bottom > house.top
    assert cat.centre[0] == pytest.approx(house.centre[0])


def test_three_of_a_thing_are_three(engine):
    (drawn,) = draw(engine, "three trees")
    assert len(drawn.lines) == 6 and drawn.source == "drawn after Lucide 'tree', ISC"


def test_what_nothing_is_near_to_is_left_out_of_a_composition(engine):
    (drawn,) = draw(engine, "a cat and a zzzz")
    assert drawn.source == "drawn after Tabler Icons 'cat', MIT"


@pytest.mark.parametrize("prompt", ["zzzz qqq", "!!!", "the", "猫"])
def test_a_prompt_that_nothing_is_near_to_is_an_error_that_says_what_to_do(engine, prompt):
    with pytest.raises(GenerationError, match="use plain English words for things"):
        draw(engine, prompt)


def test_the_same_seed_gives_the_same_drawing(engine):
    one, again = draw(engine, "a horse", seed=5, count=3), draw(engine, "a horse", seed=5, count=3)
    for first, second in zip(one, again, strict=True):
        assert first.source == second.source
        assert np.array_equal(first.lines.points, second.lines.points)


def test_seeds_choose_among_equals_and_vary_them(engine):
    drawings = [draw(engine, "horse", seed=seed)[0] for seed in range(12)]
    assert len({drawn.source for drawn in drawings}) == 2
    assert len({drawn.lines.points.tobytes() for drawn in drawings}) == 12


def test_the_drawings_of_one_request_differ_and_each_tells_its_seed(engine):
    drawings = draw(engine, "horse", seed=3, count=4)
    assert [drawn.seed for drawn in drawings] == [3, 4, 5, 6]
    assert len({drawn.lines.points.tobytes() for drawn in drawings}) == 4


def test_each_seed_it_tells_gives_that_drawing_again(engine):
    third = draw(engine, "horse", seed=3, count=4)[2]
    (alone,) = draw(engine, "horse", seed=third.seed)
    assert alone.source == third.source and np.array_equal(alone.lines.points, third.lines.points)


def test_plain_style_is_the_drawing_as_it_is(engine):
    (plain,) = draw(engine, "tree", style="plain", seed=9)
    assert np.array_equal(plain.lines.points, engine.finder.store.lines(4).points)


def test_an_unknown_style_is_refused_with_those_there_are(engine):
    with pytest.raises(GenerationError, match=r"no style 'oil'\. It has plain, curves, hand"):
        draw(engine, "cat", style="oil")


def test_progress_is_told_after_each_drawing_and_a_cancelled_request_stops(engine):
    told = []
    request = DrawRequest("cat", count=5)
    drawings = engine.draw(request, told.append, lambda: len(told) == 2)
    assert [(one.stage, one.done, one.total) for one in told] == [("library", 1, 5), ("library", 2, 5)]
    assert len(drawings) == 2


def test_rings_stay_closed_however_they_are_varied(engine):
    for seed in range(8):
        (drawn,) = draw(engine, "house", seed=seed, style="hand")
        assert drawn.lines.closed.tolist() == [False, True]
