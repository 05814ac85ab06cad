"""Plain text in single-line fonts."""

from __future__ import annotations

import pytest

from dcode.errors import DrawingError
from dcode.geometry.hershey.font import FONTS
from dcode.geometry.lettering import lettered
from dcode.geometry.lines import Lines


def rows(lines: Lines) -> list[float]:
    """The tops of lines of capitals, from the first on."""
    return sorted({round(float(line[:, 1].max()), 6) for line in lines}, reverse=True)


@pytest.mark.parametrize("font", FONTS)
def test_capitals_are_as_high_as_asked_for(font):
    bounds = lettered("E", font, 10.0, 1000.0).bounds
    assert bounds is not None
    assert bounds.height == pytest.approx(10.0, rel=0.15) and bounds.top == pytest.approx(0.0, abs=1.0)


def test_lines_break_between_words():
    one = lettered("III III", "futural", 10.0, 1000.0)
    two = lettered("III III", "futural", 10.0, 30.0)
    assert len(rows(one)) == 1 and len(rows(two)) == 2
    assert len(one) == len(two) == 6


def test_no_line_is_wider_than_the_width():
    text = "some words, andoneverylongwordthatisbrokenwithin\n\tindented " + "more " * 40
    bounds = lettered(text, "timesr", 7.0, 90.0).bounds
    assert bounds is not None and bounds.left >= 0 and bounds.right <= 90.0


def test_an_empty_line_is_left_empty():
    assert rows(lettered("I\n\nI", "futural", 21.0, 100.0)) == [0.0, -72.0]


def test_blanks_at_the_beginning_indent():
    plain, indented = (lettered(text, "futural", 10.0, 1000.0).bounds for text in ("I", "  I"))
    assert plain is not None and indented is not None and indented.left > plain.left + 5


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\x00\x1b"])
def test_nothing_to_write_is_nothing(text):
    assert len(lettered(text, "futural", 10.0, 100.0)) == 0


def test_a_letter_wider_than_the_sheet_is_written_all_the_same():
    assert len(lettered("WW", "futural", 50.0, 1.0)) == 2 * len(lettered("W", "futural", 50.0, 1.0))


@pytest.mark.parametrize(("size", "width"), [(0.0, 10.0), (10.0, 0.0), (float("nan"), 1.0)])
def test_no_size_is_refused(size, width):
    with pytest.raises(DrawingError):
        lettered("A", "futural", size, width)


def test_a_text_without_end_is_refused():
    with pytest.raises(DrawingError, match="letters"):
        lettered("x" * 500_001, "futural", 1.0, 100.0)
