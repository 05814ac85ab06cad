"""Text along a path, text that says how long it is, and letters that are turned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.geometry.test_svg_letters import boxes, read, spans

LEVEL = '<path id="p" d="M10 50H70" fill="none"/>'
CIRCLE = '<circle id="p" cx="50" cy="40" r="20" fill="none"/>'


def along(attributes: str, letters: str = "IH", path: str = LEVEL, text: str = 'font-size="10"') -> str:
    return f'<defs>{path}</defs><text {text}><textPath href="#p" {attributes}>{letters}</textPath></text>'


def middles(body: str) -> np.ndarray:
    """The middle of each letter's foot, and the angle that it is turned by from upright, clockwise, in degrees."""
    found = []
    for layer in read(body).drawing.layers:
        for line in layer.lines:  # the foot is drawn first
            (left, right) = line[:2] * (1, -1) + (50, 40)
            turn = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
            found.append([*((left + right) / 2), turn])
    return np.array(found).round(3)


@pytest.mark.parametrize(
    ("attributes", "begin"),
    [
        ("", 10),
        ('startOffset="7"', 17),
        ('startOffset="5mm"', 10 + 5 * 96 / 25.4),
        ('startOffset="2em"', 30),
        ('startOffset="50%"', 40),
        ('startOffset="50%" text-anchor="middle"', 34),
        ('startOffset="100%" text-anchor="end"', 58),
    ],
)
def test_text_begins_so_far_along_its_path(attributes: str, begin: float):
    expected = np.array([(begin, begin + 5), (begin + 6, begin + 11)])
    assert np.array(spans(along(attributes))) == pytest.approx(expected, abs=1e-5)


def test_an_offset_is_counted_as_the_path_says_that_it_is_long():
    counted = LEVEL.replace("<path", '<path pathLength="6"')
    assert spans(along('startOffset="1"', path=counted))[0] == (20, 25)
    assert spans(along('startOffset="50%"', path=counted))[0] == (40, 45)


def test_letters_turn_with_the_path_and_stand_on_it():
    # On a circle the foot of a letter touches it in the middle of the letter's advance.
    found = middles(along("", "III", CIRCLE))
    for (x, y, turn), at in zip(found, (3, 9, 15), strict=True):
        angle = at / 20
        # The advance is 6, a letter's foot 5: its middle lies half a unit before that of the advance.
        touch = (50 + 20 * math.cos(angle) + 0.5 * math.sin(angle), 40 + 20 * math.sin(angle) - 0.5 * math.cos(angle))
        assert (x, y) == pytest.approx(touch, abs=2e-3)
        assert turn == pytest.approx(math.degrees(angle) + 90, abs=0.3)


def test_the_other_side_of_a_path_is_read_the_other_way():
    assert middles(along('side="right"'))[:, 2] == pytest.approx([180, 180])
    right = boxes(read(along('side="right"')).drawing)
    assert right[0][:2] == pytest.approx((65, 70)) and right[0][2:] == pytest.approx((50, 60))


def test_around_a_closed_path_text_goes_on_where_it_began():
    around = 2 * math.pi * 20
    found = middles(along(f'startOffset="{around - 3}"', "II", CIRCLE))
    assert len(found) == 2 and found[1][:2] == pytest.approx(
        middles(along('startOffset="3"', "I", CIRCLE))[0][:2], abs=1e-2
    )
    assert len(middles(along('startOffset="0" text-anchor="middle"', "II", CIRCLE))) == 2


def test_letters_beyond_the_ends_of_a_path_are_told_of():
    reading = read(along('startOffset="50"', "I I I"))
    assert len(reading.drawing.layers[0].lines) == 1
    assert reading.notes == ("letters beyond the ends of their path are not drawn (2 times)",)


def test_a_path_has_its_own_transform_and_may_be_any_shape_or_stand_in_the_text():
    moved = LEVEL.replace("<path", '<path transform="translate(5 3) scale(.5)"')
    assert boxes(read(along("", "I", moved)).drawing) == [(10, 15, 18, 28)]
    line = '<line id="p" x1="10" y1="50" x2="70" y2="50"/>'
    assert spans(along("", path=line)) == spans(along(""))
    assert spans('<text font-size="10"><textPath path="M10 50H70">IH</textPath></text>') == spans(along(""))


def test_jumps_in_a_path_have_no_length():
    parted = '<path id="p" d="M10 50h6M40 20h30"/>'
    assert boxes(read(along("", path=parted)).drawing) == [(10, 15, 40, 50), (40, 45, 10, 20)]


def test_positions_along_a_path_and_across_it():
    assert spans(along("", text='font-size="10" x="4" y="99"'))[0] == (14, 19)
    shifted = along("", '<tspan dx="2" dy="-3">I</tspan>H')
    assert boxes(read(shifted).drawing) == [(12, 17, 37, 47), (18, 23, 37, 47)]


def test_what_follows_a_path_begins_at_its_end():
    text = f'<defs>{LEVEL}</defs><text font-size="10"><textPath href="#p">I</textPath>H</text>'
    assert spans(text) == [(10, 15), (70, 75)]


def test_a_path_that_is_not_there_is_told_of():
    reading = read(along("", path=""))
    assert reading.drawing.strokes == 0
    assert "text whose path is not there is not drawn" in " ".join(reading.notes)
    nothing = read(along("", path='<path id="p" d=""/>'))
    assert "text whose path is not there is not drawn" in " ".join(nothing.notes)


def test_single_line_letters_run_along_a_path_as_well():
    level, upright = (
        read(along("", "ZZ", f'<path id="p" d="{data}"/>')).drawing.bounds for data in ("M10 50h40", "M10 50v-40")
    )
    assert level is not None and upright is not None
    assert (level.width, level.height) == pytest.approx((upright.height, upright.width), abs=1e-6)


@pytest.mark.parametrize(
    ("attributes", "letters"),
    [
        ('textLength="30"', [(10, 15), (22, 27), (34, 39)]),
        ('textLength="30" lengthAdjust="spacing"', [(10, 15), (22, 27), (34, 39)]),
        ('textLength="9"', [(10, 15), (11.5, 16.5), (13, 18)]),
        ('textLength="36" lengthAdjust="spacingAndGlyphs"', [(10, 20), (22, 32), (34, 44)]),
        ('textLength="30%"', [(10, 15), (22, 27), (34, 39)]),
        ('textLength="36" text-anchor="end"', [(-26, -21), (-11, -6), (4, 9)]),
        ('textLength="-1"', [(10, 15), (16, 21), (22, 27)]),
    ],
)
def test_text_is_as_long_as_it_says(attributes: str, letters: list[tuple[float, float]]):
    text = f'<text x="40" y="50" font-size="10" {attributes}>III</text>'
    assert np.array(spans(text)) - 30 == pytest.approx(np.array(letters))


def test_a_part_that_has_its_length_moves_as_one():
    text = '<text y="50" font-size="10" textLength="50">I<tspan textLength="20">II</tspan>I</text>'
    # 6 + 20 + 6 are 32; the 18 that are missing go into the two gaps around the inner part.
    assert spans(text) == [(0, 5), (15, 20), (29, 34), (44, 49)]
    wide = text.replace('="50">', '="64" lengthAdjust="spacingAndGlyphs">', 1)
    assert spans(wide) == [(0, 10), (12, 22), (40, 50), (52, 62)]


def test_a_single_letter_and_nothing_have_no_gaps_to_widen():
    assert spans('<text y="50" font-size="10" textLength="30">I</text>') == [(0, 5)]
    assert spans('<text y="50" font-size="10" textLength="30"> </text>') == []


def test_text_on_a_path_is_as_long_as_it_says():
    assert spans(along('textLength="30"', "III")) == [(10, 15), (22, 27), (34, 39)]


def test_single_line_letters_are_as_long_as_the_text_says():
    bounds = [
        read(f'<text x="10" y="50" font-size="10" {more}>ZZZ</text>').drawing.bounds
        for more in ("", 'textLength="40"', 'textLength="40" lengthAdjust="spacingAndGlyphs"')
    ]
    plain, spaced, wide = (round(one.width, 6) if one else 0.0 for one in bounds)
    assert plain < 25 < wide < 40 and spaced < 40
    assert wide == pytest.approx(plain * wide / plain) and spaced != wide


def test_letters_are_turned_about_where_they_begin():
    assert middles('<text x="10" y="50" font-size="10" rotate="0 90">III</text>')[:, 2].tolist() == [0, 90, 90]
    turned = boxes(read('<text x="50" y="50" font-size="10" rotate="90">I</text>').drawing)
    assert turned[0] == pytest.approx((50, 60, 50, 55))


def test_percentages_are_of_the_page():
    assert boxes(read('<text x="50%" y="50%" font-size="10">I</text>').drawing) == [(50, 55, 30, 40)]


def test_no_text_is_left_out_in_silence():
    reading = read('<text y="50">I<tref href="#other"/><title>no ink</title></text>')
    assert reading.notes == ("<tref> in a text is not drawn",)
