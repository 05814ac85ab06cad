"""Which pen draws which layer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.geometry.pen_width import PEN_MM
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.pens import described, numbered, width_of

PLAIN = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
NAMED = replace(
    PLAIN, pens=(NamedPen("liner", "black", Pen(width_mm=0.3)), NamedPen("marker", "#F00", Pen(width_mm=1.0)))
)
LINE = Lines.of([[(0, 0), (1, 1)]])


def layer(pen: int | None = None, colour: str = "#000000") -> Layer:
    return Layer(LINE, pen=pen, colour=colour)


@pytest.mark.parametrize(
    ("machine", "layers", "pens"),
    [
        (PLAIN, [layer()], [None]),
        (PLAIN, [layer(7)], [None]),  # one pen is put in by whoever starts the plot
        (PLAIN, [layer(colour="#0000ff"), layer(colour="#00ff00"), layer(colour="#0000ff")], [1, 2, 1]),
        (PLAIN, [layer(colour="#0000ff"), layer(1, "#00ff00")], [2, 1]),
        (PLAIN, [layer(2), layer(100_000)], [2, 1]),  # no T goes so far
        (NAMED, [layer()], [1]),
        (NAMED, [layer(colour="#ff0000")], [2]),
        (NAMED, [layer(colour="#123456")], [None]),
        (NAMED, [layer(2)], [2]),
        (NAMED, [layer(colour="#123456"), layer(colour="#ff0000"), layer()], [3, 2, 1]),
        (PLAIN, [], []),
    ],
)
def test_pens_by_number_and_colour(machine, layers, pens):
    assert [one.pen for one in numbered(Drawing(tuple(layers)), machine).layers] == pens


def test_a_pen_draws_as_wide_as_the_machine_says_of_it_or_of_its_only_pen():
    broad = replace(NAMED, pen=Pen(width_mm=0.8))
    assert [width_of(colour, broad) for colour in (None, "#ff0000", "#123456")] == [0.3, 1.0, 0.8]
    assert width_of(None, replace(PLAIN, pen=Pen(width_mm=0.8))) == 0.8
    assert width_of(None, PLAIN) == PEN_MM


def test_a_pen_is_described_by_name_and_colour():
    assert described(Layer(LINE, "cyan", colour="#00aaff")) == "cyan, #00aaff"
    assert described(Layer(LINE, "#0af", colour="#00aaff")) == "#00aaff"
    assert described(Layer(LINE, "#00aaff", colour="#00aaff")) == described(Layer(LINE, colour="#00aaff")) == "#00aaff"
