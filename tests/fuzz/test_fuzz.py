"""Every reader of what others write, given anything (targets.py). scripts/fuzz goes on for as long as you like."""

from __future__ import annotations

import pytest
from by_chance import inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import TARGETS

EXAMPLES = {"gcode": 1000, "simulator": 500, "profile": 800, "settings": 500}  # the slow ones


@pytest.mark.parametrize("name", TARGETS)
def test_anything_is_taken(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=EXAMPLES.get(name, 2000), deadline=None)
    @given(inputs(target))
    def run(data: bytes) -> None:
        target.run(data)

    run()


@pytest.mark.parametrize("name", TARGETS)
@given(st.binary(min_size=2, max_size=4), st.integers(0, 255))
@settings(max_examples=4, deadline=None)
def test_much_of_the_same_is_taken_in_time(name: str, some: bytes, selector: int) -> None:
    TARGETS[name].run(bytes([selector]) + some * 4000)
