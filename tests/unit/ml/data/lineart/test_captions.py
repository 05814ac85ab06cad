from __future__ import annotations

import pytest

from dcode.ml.data.lineart.captions import Captioner, line_list, word_list
from dcode.ml.data.lineart.icons import Icon
from dcode.ml.data.wordnet import Nouns
from tests.unit.ml.data.small_wordnet import write_wordnet


@pytest.fixture
def captioner(tmp_path):
    return Captioner(Nouns(write_wordnet(tmp_path)))


def icon(title: str, *tags: str) -> Icon:
    return Icon("lucide", title.replace(" ", "-"), title, tags, "<svg/>")


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ("horse 02", "horse"),
        ("building castle", "castle"),
        ("bottle wine", "wine bottle"),
        ("castle four", "castle"),
        ("HorseCastle", "horse castle"),
        ("01", ""),
    ],
)
def test_names_become_plain_words(captioner, title, caption):
    assert captioner.caption(icon(title)) == caption


@pytest.mark.parametrize("title", ["horse", "old castle", "wine bottle", "traffic light", "rainbow"])
def test_things_are_kept(captioner, title):
    assert captioner.is_thing(icon(title), captioner.caption(icon(title)))


@pytest.mark.parametrize(
    "title", ["idea", "horse off", "castle search", "spotify horse", "brand horse", "table", "xyz"]
)
def test_signs_brands_and_rejects_are_not(captioner, title):
    assert not captioner.is_thing(icon(title), captioner.caption(icon(title)))


def test_of_two_things_the_one_before_of_is_what_it_is_about(captioner):
    assert captioner.head("castle of wine") == "castle"
    assert captioner.head("wine bottle") == "bottle"


def test_tags_are_plain_and_none_repeats_the_caption(captioner):
    assert captioner.tags(icon("castle", "Castle", "Fort!", "fort", "x"), "castle") == ("fort",)


def test_what_people_call_a_horse_are_its_tags(captioner):
    assert "stallion" in captioner.tags(icon("horse"), "horse")


@pytest.mark.parametrize("name", ["favourites", "reject"])
def test_the_lists_of_drawings_name_each_once_as_set_and_name(name):
    lines = line_list(name)
    assert lines and len(set(lines)) == len(lines)
    assert all(line.count(":") == 1 and " " not in line for line in lines)


def test_no_word_is_both_kept_and_a_head_to_leave_out():
    both = word_list("keep") & word_list("heads")
    assert both <= word_list("keep")  # what is kept as a whole caption may be left out as a head
    assert "horse" not in word_list("heads") | word_list("modifiers") | word_list("brands")
