from __future__ import annotations

import pytest

from dcode.generation.sketch.prompt import Part, Place, parts, whole


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("Please draw me a fox.", "a fox"),
        ("a simple line drawing of a fox", "a fox"),
        ("sketch of two cats", "two cats"),
        ("Draw a picture of a house!", "a house"),
        ("a drawing board", "a drawing board"),
        ("fox", "fox"),
    ],
)
def test_asking_for_a_drawing_is_no_part_of_it(prompt, left):
    assert whole(prompt) == left


def test_things_stand_beside_each_other_by_default():
    assert parts("a cat and a house") == (Part("a cat"), Part("a house"))
    assert parts("cat, dog, and bird") == (Part("cat"), Part("dog"), Part("bird"))
    assert parts("tea & cake") == (Part("tea"), Part("cake"))


def test_what_something_is_on_is_below_it_and_what_it_is_under_above():
    assert parts("a cat on a chair") == (Part("a cat"), Part("a chair", 1, Place.BELOW))
    assert parts("a dog under a tree") == (Part("a dog"), Part("a tree", 1, Place.ABOVE))


def test_numbers_are_counted():
    assert parts("two birds above a tree") == (Part("birds", 2), Part("a tree", 1, Place.BELOW))
    assert parts("a pair of shoes") == (Part("shoes", 2),)
    assert parts("3 fish") == (Part("fish", 3),)


def test_a_word_that_only_has_and_in_it_is_left_whole():
    assert parts("sandcastle on sand") == (Part("sandcastle"), Part("sand", 1, Place.BELOW))
    assert parts("panda") == (Part("panda"),)


def test_no_more_than_six_things_are_drawn():
    assert len(parts(" and ".join(["cat"] * 40))) == 6


@pytest.mark.parametrize("odd", ["", "and", ",,,", "& and with", "the"])
def test_what_has_no_thing_is_one_part(odd):
    assert len(parts(odd)) == 1


@pytest.mark.parametrize("prompt", ["draw me a horse please", "a photo of a horse", "A painting of a horse, please."])
def test_asking_and_the_kind_of_picture_are_no_part_of_what_is_drawn(prompt):
    assert whole(prompt).removeprefix("a ") == "horse"
