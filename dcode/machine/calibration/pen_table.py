"""The stages of the pen's guide, and what may be done at each: the table that it goes by and is shown from.

up -> (steps of a coarse servo) -> touch -> pressure -> waits to lower and to raise -> test strokes
   -> (height map: the touch in the centre and near the corners) -> save
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dcode.machine.calibration import pen_moves as moves
from dcode.machine.calibration.pen_found import Bench, Found


class Stage(StrEnum):
    """Where the guide is. LOWERED and RAISED: a row is drawn and is looked at."""

    UP = "up"
    STEPS = "steps"
    TOUCH = "touch"
    PRESSURE = "pressure"
    LOWER = "lower"
    LOWERED = "lowered"
    RAISE = "raise"
    RAISED = "raised"
    TEST = "test"
    MAP = "map"
    SAVE = "save"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Move:
    """A key, what it does, and where that leads: to the first of `to`, or to the second where `unless` holds then."""

    key: str
    label: str
    do: moves.Do
    to: tuple[Stage, ...]
    unless: Callable[[Bench, Found], bool] | None = None

    def leads(self, bench: Bench, found: Found) -> Stage:
        return self.to[1] if self.unless is not None and self.unless(bench, found) else self.to[0]


_S = Stage
_STRIDES: Final = {
    "finer": ("-", "smaller steps", moves.finer),
    "coarser": ("+", "larger steps", moves.coarser),
}


def _with_strides(stage: Stage, moves: Mapping[str, Move]) -> Mapping[str, Move]:
    return {**moves, **{name: Move(key, label, do, (stage,)) for name, (key, label, do) in _STRIDES.items()}}


TABLE: Final[Mapping[Stage, Mapping[str, Move]]] = {
    _S.UP: _with_strides(
        _S.UP,
        {
            "away": Move("up", "further from the paper", moves.away, (_S.UP,)),
            "nearer": Move("down", "nearer", moves.nearer, (_S.UP,)),
            "wrong_way": Move("r", "it goes the wrong way: the servo is reversed", moves.wrong_way, (_S.UP,)),
            "clear": Move("enter", "here it is up", moves.clear, (_S.TOUCH, _S.STEPS), moves.asks),
        },
    ),
    _S.STEPS: {
        "small": Move("down", "a small step", moves.small_step, (_S.STEPS,)),
        "moved": Move("m", "now it has moved", moves.moved, (_S.TOUCH, _S.STEPS), moves.looks_on),
        "each": Move("enter", "it moves every time", moves.moves_each_time, (_S.TOUCH,)),
    },
    _S.TOUCH: _with_strides(
        _S.TOUCH,
        {
            "lower": Move("down", "lower", moves.lower_step, (_S.TOUCH,)),
            "raise": Move("up", "back", moves.raise_step, (_S.TOUCH,)),
            "try": Move("t", "draw a short stroke here", moves.try_here, (_S.TOUCH,)),
            "wrong_way": Move("r", "it moves away: the servo is reversed", moves.wrong_way_down, (_S.TOUCH,)),
            "touches": Move("enter", "it marks", moves.touches, (_S.PRESSURE,)),
        },
    ),
    _S.PRESSURE: {
        "harder": Move("down", "press harder", moves.harder, (_S.PRESSURE,)),
        "softer": Move("up", "press less", moves.softer, (_S.PRESSURE,)),
        "try": Move("t", "draw a short stroke", moves.try_pressed, (_S.PRESSURE,)),
        "again": Move("b", "find the touch again", moves.again, (_S.TOUCH,)),
        "accept": Move("enter", "go on", moves.accept, (_S.LOWER,)),
    },
    _S.LOWER: {
        "draw": Move("enter", "draw the row", moves.draw_starts, (_S.LOWERED,)),
        "keep": Move("k", "keep the wait as it is", moves.accept, (_S.RAISE,)),
    },
    _S.LOWERED: {
        "found": Move("enter", "from this number on they are whole", moves.first_whole_start, (_S.RAISE,)),
        "longer": Move("l", "none is whole: draw it with longer waits", moves.longer_starts, (_S.LOWERED,)),
        "again": Move("a", "draw it again", moves.draw_starts, (_S.LOWERED,)),
    },
    _S.RAISE: {
        "draw": Move("enter", "draw the row", moves.draw_ends, (_S.RAISED,)),
        "keep": Move("k", "keep the wait as it is", moves.accept, (_S.TEST,)),
    },
    _S.RAISED: {
        "found": Move("enter", "from this number on none has a tail", moves.first_clean_end, (_S.TEST,)),
        "longer": Move("l", "all have one: draw it with longer waits", moves.longer_ends, (_S.RAISED,)),
        "again": Move("a", "draw it again", moves.draw_ends, (_S.RAISED,)),
    },
    _S.TEST: {
        "draw": Move("t", "draw a test figure", moves.draw_figure, (_S.TEST,)),
        "harder": Move("down", "press harder", moves.harder, (_S.TEST,)),
        "softer": Move("up", "press less", moves.softer, (_S.TEST,)),
        "times": Move("w", "find the waits again", moves.accept, (_S.LOWER,)),
        "again": Move("b", "find the touch again", moves.again, (_S.TOUCH,)),
        "map": Move("m", "find the touch all over the sheet", moves.begin_map, (_S.MAP,)),
        "good": Move("enter", "good", moves.accept, (_S.SAVE,)),
    },
    _S.MAP: _with_strides(
        _S.MAP,
        {
            "lower": Move("down", "lower", moves.lower_step, (_S.MAP,)),
            "raise": Move("up", "back", moves.raise_step, (_S.MAP,)),
            "try": Move("t", "draw a short stroke here", moves.try_there, (_S.MAP,)),
            "touches": Move("enter", "it marks", moves.touches_there, (_S.SAVE, _S.MAP), moves.map_goes_on),
            "without": Move("x", "without a map after all", moves.no_map, (_S.TEST,)),
        },
    ),
    _S.SAVE: {
        "save": Move("y", "write it to machine.json", moves.save, (_S.OVER,)),
        "back": Move("b", "back to the test strokes", moves.accept, (_S.TEST,)),
    },
    _S.OVER: {},
}
