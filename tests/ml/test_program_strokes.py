"""The strokes of programs that are being written, and prompts as models are told them."""

from __future__ import annotations

import pytest

from dcode.errors import GenerationError
from dcode.ml import prompts
from dcode.ml.program_strokes import ProgramStrokes

PROGRAM = """; dcode

G21 ; mm
M280 P0 S90 ; pen up
G28 ; home

G0 X1.50 Y2 F1000
M280 P0 S40 ; pen down
G1 X3 Y-4.25 F500
G1 X5 Y6
M280 P0 S90 ; pen up

G0 X7 Y8
M280 P0 S40 ; pen down
G1 X9 Y10
M280 P0 S90 ; pen up

M84 ; motors off
"""


def test_strokes_begin_where_the_pen_goes_down() -> None:
    lines = ProgramStrokes.of(PROGRAM)
    assert [line.tolist() for line in lines] == [[[1.5, 2], [3, -4.25], [5, 6]], [[7, 8], [9, 10]]]


def test_line_by_line_gives_the_same_and_news_only_where_something_is_drawn() -> None:
    strokes, told = ProgramStrokes(), 0
    for line in PROGRAM.split("\n"):
        strokes.take([line])
        told += strokes.fresh is not None
    assert told == 3
    assert strokes.lines.points.tolist() == ProgramStrokes.of(PROGRAM).points.tolist()


def test_a_program_without_moves_has_no_strokes() -> None:
    assert len(ProgramStrokes.of("; dcode\nM84\n")) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a horse", "a sketch of a horse"),
        ("horse", "a sketch of a horse"),
        ("  the   old\nboat ", "a sketch of a old boat"),
        ("a sketch of a cat", "a sketch of a cat"),
        ("antelope", "a sketch of a antelope"),
        ("{x}", "a sketch of a {x}"),
    ],
)
def test_the_originals_captions(words: str, told: str) -> None:
    assert prompts.SKETCH.filled(words) == told


def test_line_art_keeps_the_words_and_their_article() -> None:
    assert prompts.LINE_ART.filled("a horse").startswith("a horse, simple black and white line art")
    assert prompts.LINE_ART.filled("a line drawing of a horse") == "a line drawing of a horse"


def test_an_unknown_style_is_named_with_those_that_are_there() -> None:
    known = {"plain": prompts.PLAIN, "sketch": prompts.SKETCH}
    assert prompts.template(None, known, "some") is prompts.PLAIN
    with pytest.raises(GenerationError, match="some has no style 'oil'; it has plain, sketch"):
        prompts.template("oil", known, "some")
