"""What each choice of the pen's guide does: to what is known of the pen, and what the machine is asked for.

All take the bench, what was found so far and the values that were typed, and give what is found then and the actions.
They raise CalibrationError for what cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from dcode.errors import CalibrationError
from dcode.machine.calibration.guide import Action, Go, Lift, Save, Strokes
from dcode.machine.calibration.pen_found import SLOW, Bench, Found
from dcode.machine.calibration.pen_pattern import ROW, STEP_SECONDS

_ROOM: Final = 45.0  # degrees: three steps of the coarsest servos that are known, and some

Done: TypeAlias = tuple[Found, Sequence[Action]]
Values: TypeAlias = Mapping[str, float]
Do: TypeAlias = Callable[[Bench, Found, Values], Done]


# -- up and down by hand -----------------------------------------------------------------------------------------------


def away(bench: Bench, found: Found, values: Values) -> Done:
    """Further from the paper: whatever happens from now on, that is where the pen is lifted to."""
    to = bench.stepped(found, nearer=False)
    found = replace(_seen(found, to), up=to)
    return found, [Lift(to)]


def nearer(bench: Bench, found: Found, values: Values) -> Done:
    to = bench.stepped(found, nearer=True)
    return _seen(found, to), [bench.aim(to)]


def _seen(found: Found, at: float) -> Found:
    return replace(found, at=at, seen=(min(at, *found.seen), max(at, *found.seen)))


def wrong_way(bench: Bench, found: Found, values: Values) -> Done:
    """The servo is mounted the other way round: of the heights that were seen, the other end is the safe one."""
    toward = -found.toward
    up = found.seen[0] if toward > 0 else found.seen[1]
    return replace(found, toward=toward, up=up, at=up), [Lift(up)]


def wrong_way_down(bench: Bench, found: Found, values: Values) -> Done:
    """The same once it is known where the pen is up."""
    return replace(found, toward=-found.toward, at=found.up), [Lift(found.up)]


def clear(bench: Bench, found: Found, values: Values) -> Done:
    """Here it is up. To where there is paper to mark."""
    found = replace(found, up=found.at)
    start = bench.patch
    return found, [Lift(found.up), Go((start.left, start.top))]


def finer(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, stride=max(0, found.stride - 1)), []


def coarser(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, stride=min(len(bench.unit.strides) - 1, found.stride + 1)), []


def lower_step(bench: Bench, found: Found, values: Values) -> Done:
    to = bench.stepped(found, nearer=True)
    came = bench.step(found) if found.stood else abs(to - found.up)
    return replace(found, at=to, came=came, stood=True), [bench.aim(to)]


def raise_step(bench: Bench, found: Found, values: Values) -> Done:
    """Back, but not beyond up."""
    to = bench.stepped(found, nearer=False)
    to = min(to, found.up) if found.toward < 0 else max(to, found.up)
    return replace(found, at=to), [bench.aim(to)]


def try_here(bench: Bench, found: Found, values: Values) -> Done:
    """A short stroke at the height that the pen is at; then it is up, and goes on from that height."""
    if found.at == found.up:
        raise CalibrationError("The pen is up: lower it first.")
    line, used = bench.patch.stroke(found.used)
    return replace(found, used=used), [bench.strokes(found, (line,), found.at)]


def try_there(bench: Bench, found: Found, values: Values) -> Done:
    """The same at a place of the map."""
    if not found.stood:
        raise CalibrationError("The pen is up: lower it first.")
    return replace(found, tries=found.tries + 1), [bench.strokes(found, (bench.line_there(found),), found.at)]


def touches(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, touch=bench.touched(found), at=found.up), [bench.lift(found)]


# -- the steps of a coarse servo ---------------------------------------------------------------------------------------


def small_step(bench: Bench, found: Found, values: Values) -> Done:
    """A degree away from the paper; towards it where there is too little room."""
    room = found.up - bench.unit.low if found.toward > 0 else bench.unit.high - found.up
    way = -found.toward if room >= _ROOM else found.toward
    to = bench.held(found, found.at + way * bench.unit.strides[bench.unit.usual])
    return replace(found, at=to), [bench.aim(to)]


def moved(bench: Bench, found: Found, values: Values) -> Done:
    found = bench.learn_step(found)
    return (replace(found, at=found.up), [bench.lift(found)]) if found.whole else (found, [])


def moves_each_time(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, edges=(), at=found.up), [bench.lift(found)]


# -- pressure and tests ------------------------------------------------------------------------------------------------


def harder(bench: Bench, found: Found, values: Values) -> Done:
    return _by_pressure(bench, found, found.whole or bench.unit.strides[0])


def softer(bench: Bench, found: Found, values: Values) -> Done:
    return _by_pressure(bench, found, -(found.whole or bench.unit.strides[0]))


def _by_pressure(bench: Bench, found: Found, by: float) -> Done:
    assert found.touch is not None
    pressure = max(0.0, round(found.pressure + by, 3))
    bench.held(found, found.touch + found.toward * pressure)
    return replace(found, pressure=pressure), []


def try_pressed(bench: Bench, found: Found, values: Values) -> Done:
    line, used = bench.patch.stroke(found.used)
    return replace(found, used=used), [bench.strokes(found, (line,), bench.down(found))]


def accept(bench: Bench, found: Found, values: Values) -> Done:
    return found, []


def draw_figure(bench: Bench, found: Found, values: Values) -> Done:
    lines, used = bench.patch.figure(found.used)
    lower, raising = bench.lower_seconds(found), bench.raise_seconds(found)
    return replace(found, used=used), [bench.strokes(found, lines, bench.down(found), lower, raising)]


# -- the waits ---------------------------------------------------------------------------------------------------------


def _row(bench: Bench, found: Found, *, ends: bool) -> Done:
    """A stroke for each wait, then the ticks and numbers without haste."""
    row, used = bench.patch.row(found.used)
    down, actions = bench.down(found), list[Strokes]()
    for number in range(1, ROW + 1):
        wait = bench.wait(found, number)
        lines = (row.stroke(number), row.beyond(number)) if ends else (row.stroke(number),)
        lower, raising = (SLOW, wait) if ends else (wait, SLOW)
        actions.append(bench.strokes(found, lines, down, lower, raising))
    return replace(found, used=used), [*actions, bench.strokes(found, row.marks(ends=ends), down)]


def draw_starts(bench: Bench, found: Found, values: Values) -> Done:
    return _row(bench, found, ends=False)


def draw_ends(bench: Bench, found: Found, values: Values) -> Done:
    return _row(bench, found, ends=True)


def longer_starts(bench: Bench, found: Found, values: Values) -> Done:
    return _row(bench, replace(found, spread=found.spread * 2), ends=False)


def longer_ends(bench: Bench, found: Found, values: Values) -> Done:
    return _row(bench, replace(found, spread=found.spread * 2), ends=True)


def first_whole_start(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, lower=bench.wait(found, _number(values)), spread=STEP_SECONDS), []


def first_clean_end(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, raising=bench.wait(found, _number(values)), spread=STEP_SECONDS), []


def _number(values: Values) -> int:
    number = values.get("number", 0.0)
    if not 1 <= number <= ROW or number != int(number):
        raise CalibrationError(f"The number below a stroke, from 1 to {ROW}.")
    return int(number)


# -- the height map ----------------------------------------------------------------------------------------------------


def begin_map(bench: Bench, found: Found, values: Values) -> Done:
    found = _from_above(bench, replace(found, touches=(), height_map=None, map_touch=None))
    return found, [bench.lift(found), Go(bench.places[0])]


def _from_above(bench: Bench, found: Found) -> Found:
    return replace(found, at=bench.approach(found), stood=False, tries=0)


def touches_there(bench: Bench, found: Found, values: Values) -> Done:
    found = _from_above(bench, replace(found, touches=(*found.touches, bench.touched(found))))
    if len(found.touches) < len(bench.places):
        return found, [bench.lift(found), Go(bench.places[len(found.touches)])]
    patch = bench.patch
    return bench.mapped(found), [bench.lift(found), Go((patch.left, patch.top))]


def map_goes_on(bench: Bench, found: Found) -> bool:
    return found.height_map is None


def no_map(bench: Bench, found: Found, values: Values) -> Done:
    patch = bench.patch
    found = replace(found, touches=(), height_map=None, map_touch=None)
    return found, [bench.lift(found), Go((patch.left, patch.top))]


# -- the end -----------------------------------------------------------------------------------------------------------


def save(bench: Bench, found: Found, values: Values) -> Done:
    return replace(found, saved=True), [bench.lift(found), Save(bench.changes(found))]


def again(bench: Bench, found: Found, values: Values) -> Done:
    """From the touch on: a map that was made from another one is worth nothing."""
    return replace(found, at=found.up, stood=True, touches=(), height_map=None, map_touch=None), [bench.lift(found)]


# -- where a move leads ------------------------------------------------------------------------------------------------


def asks(bench: Bench, found: Found) -> bool:
    """Whether only the user can see how finely the servo turns."""
    return bench.unit.asks


def looks_on(bench: Bench, found: Found) -> bool:
    """Whether the servo's step is not known yet."""
    return not found.whole
