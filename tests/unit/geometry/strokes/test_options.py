from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pytest

from dcode.errors import ConfigError
from dcode.geometry.strokes.options import option, options_of, read_options


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


@dataclass(frozen=True, slots=True)
class Options:
    size: float = option(2.0, "of a thing", unit="mm", low=0.5, high=10)
    free: float = option(1.0, "without bounds")
    count: int = option(3, "of things", low=1, high=8)
    round: bool = option(False, "whether they are round")
    colour: Colour = option(Colour.RED, "of the things")
    label: str = option("none", "what it says")


def refusal(name: str, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_options(Options, {name: text})
    return caught.value


def test_options_are_read_by_name_and_the_rest_are_defaults():
    given = {"size": "2.5", "count": " 8 ", "round": "Yes", "colour": "dark-blue", "label": "a b"}
    assert read_options(Options, given) == Options(2.5, 1.0, 8, True, Colour.DARK_BLUE, "a b")
    assert read_options(Options, {}) == Options()


@pytest.mark.parametrize(("name", "text"), [("size", "0.5"), ("size", "10"), ("count", "1"), ("free", "-1e300")])
def test_bounds_belong_to_what_is_allowed(name: str, text: str):
    assert getattr(read_options(Options, {name: text}), name) == float(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("size", "0.49"),
        ("size", "10.01"),
        ("size", "nan"),
        ("size", "inf"),
        ("free", "inf"),
        ("free", "-inf"),
        ("free", "nan"),
        ("size", "wide"),
        ("size", ""),
        ("count", "0"),
        ("count", "9"),
        ("count", "2.5"),
        ("count", "1" * 400),
        ("round", "maybe"),
        ("colour", "green"),
        ("colour", "RED_"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_name(name: str, text: str):
    error = refusal(name, text)
    assert (error.key, error.value) == (name, text)
    assert repr(text) in error.message


def test_a_refusal_says_what_would_do():
    assert "a number from 0.5 up to 10" in refusal("size", "x").message
    assert "a whole number from 1 up to 8" in refusal("count", "x").message
    assert refusal("free", "x").message.endswith("a number")
    assert "yes or no" in refusal("round", "x").message
    assert "one of red, dark-blue" in refusal("colour", "x").message


def test_what_was_probably_meant_is_named():
    assert refusal("sise", "1").nearest == "size"
    assert refusal("zzz", "1").nearest == ""
    assert refusal("colour", "darkblue").nearest == "dark-blue"


def test_options_tell_what_they_are():
    shown = {each.name: each for each in options_of(Options)}
    assert list(shown) == ["size", "free", "count", "round", "colour", "label"]
    size = shown["size"]
    assert (size.kind, size.default, size.about, size.unit) == (float, 2.0, "of a thing", "mm")
    assert (size.low, size.high, size.choices) == (0.5, 10, ())
    assert shown["colour"].choices == ("red", "dark-blue")
