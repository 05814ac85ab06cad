"""Machines and motions that the tests of this directory share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine

Build = Callable[..., Motion]


@pytest.fixture(scope="session")
def owners() -> Machine:
    """The owner's machine: today's machine.json."""
    return Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))


@pytest.fixture(scope="session")
def build() -> Build:
    """Makes a motion of words: build("travel 1 2", "down", "draw 3 4", "up"), one line each, from (0, 0)."""
    return _build


def _build(*rows: str, start: tuple[float, float] = (0.0, 0.0)) -> Motion:
    motion, here = Motion(start), start
    for line, text in enumerate(rows, start=1):
        word, *numbers = text.split()
        values = [float(number) for number in numbers]
        if word in ("travel", "draw", "home"):
            here = (values[0], values[1])
            value = values[2] if len(values) > 2 else {"travel": 1000.0, "draw": 500.0, "home": 0.0}[word]
        else:
            value = values[0] if values else 0.0
        motion.append(_KINDS[word], *here, value, line)
    return motion


_KINDS = {
    "travel": Kind.TRAVEL,
    "draw": Kind.DRAW,
    "up": Kind.PEN_UP,
    "down": Kind.PEN_DOWN,
    "dwell": Kind.DWELL,
    "pause": Kind.PAUSE,
    "pen": Kind.PEN_CHANGE,
    "home": Kind.HOME,
}
