"""What holds for every algorithm, whatever the picture and the options."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.geometry.strokes.options import Option, options_of, read_options
from dcode.geometry.strokes.picture import Picture
from dcode.geometry.strokes.registry import ALGORITHMS, algorithm, convert
from tests.unit.geometry.strokes.ink import picture

ORIGINALS = ("spiral", "crosshatch", "pulse", "squares", "wander", "trace")


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Small ones of any aspect, somewhere on the paper, with paper and ink among their tones."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    tone = st.sampled_from([0.0, 1.0, 0.5]) | st.floats(0, 1)
    tones = np.array(draw(st.lists(tone, min_size=height * width, max_size=height * width)), dtype=np.float32)
    pixel, left, bottom = draw(st.floats(0.05, 9)), draw(st.floats(-500, 500)), draw(st.floats(-500, 500))
    frame = Bounds(left, left + width * pixel, bottom + height * pixel, bottom)
    return Picture(tones.reshape(height, width), frame)


def values(shown: Option) -> st.SearchStrategy[Any]:
    """What an option may be, numbers not far from their default: a spiral of 0.2 mm takes its time."""
    if issubclass(shown.kind, Enum):
        return st.sampled_from(list(shown.kind))
    if shown.kind is bool:
        return st.booleans()
    low, high = max(shown.low, min(shown.default / 3, 1.0)), min(shown.high, max(3 * shown.default, 1.0))
    return st.integers(int(np.ceil(low)), int(high)) if shown.kind is int else st.floats(low, high)


@pytest.mark.parametrize("name", ORIGINALS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_stroke_leaves_the_frame_and_the_same_again_is_the_same(name: str, data: st.DataObject):
    shown = data.draw(pictures())
    module = import_module(f"dcode.geometry.strokes.{name}")
    options = module.Options(**{each.name: data.draw(values(each), each.name) for each in options_of(module.Options)})
    lines, again = module.convert(shown, options), module.convert(shown, options)
    assert np.isfinite(lines.points).all()
    bounds = lines.bounds
    assert bounds is None or shown.frame.holds(bounds)
    assert lines.starts[0] == 0 and lines.starts[-1] == len(lines.points)
    assert (lines.counts > 1).all()
    assert np.array_equal(lines.points, again.points) and np.array_equal(lines.starts, again.starts)


@pytest.mark.parametrize("name", ORIGINALS)
def test_nothing_is_drawn_on_paper_but_the_rows_of_pulse(name: str):
    lines = convert(picture(np.zeros((40, 30))), name, {})
    assert len(lines) == (13 if name == "pulse" else 0)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_option_says_what_it_is_and_has_a_default_within_its_bounds(name: str):
    chosen = algorithm(name)
    shown = list(options_of(chosen.options))
    assert len(shown) == len(fields(chosen.options))
    for each in shown:
        assert each.about, each.name
        text = str(each.default.value if isinstance(each.default, Enum) else each.default)
        assert each.read(text) == each.default
    assert read_options(chosen.options, {}) == chosen.options()


def test_an_algorithm_is_chosen_by_name_with_its_options_as_texts():
    black = picture(np.ones((20, 20)))
    wide, narrow = (convert(black, "crosshatch", {"step_size": step}) for step in ("4", "2"))
    assert len(narrow) == pytest.approx(2 * len(wide), rel=0.2)
    with pytest.raises(ConfigError):
        convert(black, "crosshatch", {"step": "4"})


def test_a_name_that_is_none_is_refused_with_the_nearest_one():
    with pytest.raises(ConfigError) as caught:
        algorithm("spirale")
    assert caught.value.nearest == "spiral"
    assert "crosshatch" in caught.value.message
