"""What the pen's guide shows at each stage."""

from __future__ import annotations

from typing import Final

from dcode.machine.calibration.guide import Choice, Fact, Question, View
from dcode.machine.calibration.pen_found import Bench, Found
from dcode.machine.calibration.pen_pattern import ROW
from dcode.machine.calibration.pen_table import TABLE, Stage
from dcode.machine.height_map import PLACES

_S = Stage
_NUMBERS: Final = {
    _S.UP: 1,
    _S.STEPS: 1,
    _S.TOUCH: 2,
    _S.PRESSURE: 3,
    _S.LOWER: 4,
    _S.LOWERED: 4,
    _S.RAISE: 5,
    _S.RAISED: 5,
    _S.TEST: 6,
    _S.MAP: 7,
    _S.SAVE: 8,
    _S.OVER: 8,
}
_STEPS: Final = 8
_TITLES: Final = {
    _S.UP: "Pen up",
    _S.STEPS: "How finely the servo turns",
    _S.TOUCH: "First touch",
    _S.PRESSURE: "Pressure",
    _S.LOWER: "The wait after lowering",
    _S.LOWERED: "The wait after lowering",
    _S.RAISE: "The wait after raising",
    _S.RAISED: "The wait after raising",
    _S.TEST: "Test strokes",
    _S.MAP: "The height of the wall",
    _S.SAVE: "Save",
    _S.OVER: "Done",
}
_TEXTS: Final = {
    _S.UP: "Bring the pen clear of the paper, by about 3 to 5 mm. Put paper behind it that may be drawn on: the patch "
    "is {width:.0f} by {height:.0f} mm, to the right of and below the gondola.",
    _S.STEPS: "A pen on the spindle's output may turn in large steps only. Make small steps until the pen moves, and "
    "say so each time that it moves, three times; or say that it moves with every one.",
    _S.TOUCH: "Lower the pen step by step until it just marks the paper. Each step is slow; the pen is lifted when "
    "you say that it marks, and when you leave.",
    _S.PRESSURE: "The pen is pressed this much further than where it just touches, so that it marks on uneven paper "
    "too: little for a fine nib, more for a ball.",
    _S.LOWER: "A row of short strokes is drawn, each after a longer wait than the one before: {waits}. The pen begins "
    "at a tick.",
    _S.LOWERED: "Each stroke should begin at its tick, without a gap or a skip. From which number on is that so?",
    _S.RAISE: "Another row: now the wait after raising the pen grows, {waits}. Each stroke ends at a tick, and the pen "
    "then goes on to the right.",
    _S.RAISED: "No stroke should go on beyond its tick. From which number on is that so?",
    _S.TEST: "A figure with all of it: its lines should be whole, of one width, and end where they meet.",
    _S.MAP: "Lower the pen until it just marks {place}. The step begins a little above where it touched before.",
    _S.SAVE: "Nothing is written yet. This is what would be changed.",
    _S.OVER: "{saved} The pen is up.",
}


def view(bench: Bench, stage: Stage, found: Found) -> View:
    """What is shown at a stage."""
    return View(
        step=str(stage),
        number=_NUMBERS[stage],
        steps=_STEPS,
        title=_TITLES[stage],
        text=_text(bench, stage, found),
        choices=tuple(Choice(name, move.key, move.label) for name, move in TABLE[stage].items()),
        questions=(Question("number", "number"),) if stage in (_S.LOWERED, _S.RAISED) else (),
        facts=tuple(Fact(label, value) for label, value in _facts(bench, stage, found)),
    )


def _text(bench: Bench, stage: Stage, found: Found) -> str:
    first, last = bench.wait(found, 1), bench.wait(found, ROW)
    places = ["in the centre", *(f"near the corner at the {name.replace('_', ' ')}" for name in PLACES)]
    return _TEXTS[stage].format(
        width=bench.patch.width,
        height=bench.patch.height,
        waits=f"{1000 * first:.0f} ms, then {1000 * found.spread:.0f} ms more each, up to {1000 * last:.0f} ms",
        saved="It is written to machine.json." if found.saved else "Nothing was changed.",
        place=places[min(len(found.touches), len(places) - 1)],
    )


def _facts(bench: Bench, stage: Stage, found: Found) -> list[tuple[str, str]]:
    shown, facts = bench.unit.shown, [("pen", bench.name)]
    if stage in (_S.UP, _S.STEPS, _S.TOUCH, _S.MAP):
        facts += [("at", shown(found.at)), ("step", shown(bench.step(found))), ("paper", _way(found))]
    if stage in (_S.STEPS, _S.TOUCH) and bench.unit.asks:
        facts.append(("range", _range(bench)))
    if found.whole:
        count = (bench.unit.high - bench.unit.low) / found.whole
        facts.append(("servo", f"turns in whole steps of {found.whole:.1f} degrees, about {count:.0f} over its range"))
    if stage in (_S.PRESSURE, _S.LOWER, _S.LOWERED, _S.RAISE, _S.RAISED, _S.TEST) and found.touch is not None:
        facts += [
            ("touch", shown(found.touch)),
            ("pressure", shown(found.pressure)),
            ("down", shown(bench.down(found))),
        ]
    if bench.start.own_wait and stage in (_S.LOWER, _S.LOWERED, _S.RAISE, _S.RAISED):
        facts.append(("firmware", f"waits {1000 * bench.start.own_wait:.0f} ms by itself, which nothing shortens"))
    if stage in (_S.TEST, _S.SAVE):
        facts += [
            ("wait after lowering", f"{1000 * bench.lower_seconds(found):.0f} ms"),
            ("wait after raising", f"{1000 * bench.raise_seconds(found):.0f} ms"),
        ]
    if stage is _S.MAP:
        facts.append(("place", f"{len(found.touches) + 1} of {len(bench.places)}"))
    if stage is _S.SAVE:
        facts += [(key, f"{value:g}" if isinstance(value, float) else value) for key, value in _changes(bench, found)]
    return facts


def _changes(bench: Bench, found: Found) -> list[tuple[str, float | str]]:
    return list(bench.changes(found).items())


def _way(found: Found) -> str:
    return "at larger numbers (a reversed servo)" if found.toward > 0 else "at smaller numbers"


def _range(bench: Bench) -> str:
    settings = bench.start.settings
    if {"$30", "$31"} <= settings.keys():
        return f"S from {settings['$31']:g} to {settings['$30']:g} ($31 and $30)"
    return bench.unit.shown(bench.unit.high)
