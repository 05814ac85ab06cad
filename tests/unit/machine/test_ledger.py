"""How far pens have drawn, and when a stroke is too much for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.reading import Reading
from dcode.geometry.bounds import Bounds
from dcode.machine.ledger import Drawn, InkGauge, Ledger, forecast, stroke_mm
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.touch import STROKE_MM, trial_strokes

AREA = Bounds(-100.0, 100.0, 100.0, -100.0)
ONE = NamedPen("fine", "#000000", Pen(dry_after_m=1.0))
MACHINE = Machine(400.0, 400.0, AREA, pens=(ONE, replace(ONE, pen=Pen(dry_after_m=10.0))))


def motion(text: bytes) -> Motion:
    return interpret(text, Reading(home=(0.0, 0.0))).motion


def test_what_a_pen_draws_counts_since_it_was_fresh_and_for_ever() -> None:
    ledger = Ledger().drew(1, Drawn(300.0, 30.0, 2)).took(2).drew(2, Drawn(5.0)).renewed(1, at=7.0)
    ledger = ledger.drew(1, Drawn(100.0, 10.0, 1))
    assert (ledger.of(1).now, ledger.of(1).ever) == (Drawn(100.0, 10.0, 1), Drawn(400.0, 40.0, 3))
    assert (ledger.of(1).fresh_at, ledger.of(2).fresh_at, ledger.in_hand) == (7.0, None, 2)
    assert ledger.laid() == {1: 100.0, 2: 5.0}


def test_a_stroke_ends_with_the_next_pen_up() -> None:
    program = motion(b"M3\nG1 X30 Y40\nG1 X30 Y50\nM5\nG0 X0\nM3\nG1 X1\nM5\n")
    down = list(program.kind).index(Kind.PEN_DOWN)
    assert stroke_mm(program, down) == pytest.approx(60.0)
    assert 10.0 < stroke_mm(program, down, 10.0) <= 60.0


@pytest.mark.parametrize(("laid", "dry"), [(0.0, False), (899.0, False), (901.0, True), (1200.0, True)])
def test_a_pen_runs_dry_in_a_stroke_that_is_longer_than_its_ink(laid: float, dry: bool) -> None:
    program = motion(b"M3\nG1 X100\nM5\n")
    assert InkGauge(MACHINE, 1, {1: laid}).runs_dry(program, 0) is dry


def test_a_pen_that_is_fresh_or_was_let_on_is_not_asked_for_again() -> None:
    program = motion(b"M3\nG1 X90 Y90\nM5\n" + b"M3\nG1 X-90 Y-90\nM5\n" * 9)
    gauge = InkGauge(MACHINE, 1, {1: 950.0})
    gauge.let_on()
    assert not gauge.runs_dry(program, 0)
    gauge.take(1, fresh=True)
    assert (gauge.laid_mm, gauge.runs_dry(program, 0)) == (0.0, False)
    gauge.drew(950.0)
    assert gauge.runs_dry(program, 0)


def test_a_pen_without_an_end_never_runs_dry() -> None:
    gauge = InkGauge(Machine(400.0, 400.0, AREA), 1, {1: 1e9})
    assert not gauge.runs_dry(motion(b"M3\nG1 X90\nM5\n"), 0)


def test_the_forecast_counts_what_is_drawn_already_and_the_pen_in_hand() -> None:
    ledger = Ledger({1: Ledger().drew(1, Drawn(800.0)).of(1)}, in_hand=2)
    assert forecast([(0, 9000.0), (1, 150.0)], ledger, MACHINE) == []
    (sentence,) = forecast([(0, 900.0), (1, 350.0)], ledger, MACHINE)
    assert sentence == "Pen 1 is to draw 0.35 m and has about 0.20 m left: a fresh one is asked for before it runs dry."


def test_a_pen_is_tried_beside_the_drawing_on_the_sheet() -> None:
    drawing = Bounds(-90.0, 90.0, 90.0, -90.0)
    strokes = trial_strokes(AREA, drawing)
    assert len({start for start, _ in strokes}) == len(strokes) > 40
    for start, end in strokes:
        assert end[0] - start[0] == pytest.approx(STROKE_MM)
        assert all(AREA.contains(*point) and not drawing.contains(*point) for point in (start, end))
    assert trial_strokes(AREA, AREA) == []
