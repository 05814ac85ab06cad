"""What is written when a part of the screen changes."""

from __future__ import annotations

import re
from pathlib import Path as File

import pytest
from rich.console import Console
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from dcode.geometry.lines import Lines
from dcode.tui.path import Path
from dcode.tui.picture import LOOKS, Ground, Look, Picture, Progress
from dcode.tui.repaint import ExactUpdate, changed_spans
from dcode.tui.view import View

LOOK_CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("before", "after", "spans"),
    [
        ("X 10.00 Y 5.00", "X 10.25 Y 5.00", [(5, 0, 2)]),
        ("line 9 of 40\nelapsed 0:01", "line 10 of 40\nelapsed 0:02", [(5, 0, 8), (11, 1, 1)]),
        ("shorter now", "shorter", [(8, 0, 3)]),
        ("the same", "the same", []),
        ("one", "one\ntwo", [(0, 1, 3)]),
        ("馬.gcode 1", "馬.gcode 2", [(0, 0, 20)]),  # a character of two columns
        ("beyond the edge  1", "beyond the edge  2", [(17, 0, 1)]),
        ("beyond the edge......1", "beyond the edge......2", []),
    ],
)
def test_only_what_differs_of_a_text_is_painted(before: str, after: str, spans: list[tuple[int, int, int]]) -> None:
    assert list(changed_spans(before, after, 20)) == [Region(x, y, width, 1) for x, y, width in spans]


def test_only_the_columns_of_a_span_are_written(tmp_path: File) -> None:
    line = Strip([Segment("abcdefghij")])
    update = ExactUpdate([{0: line, 10: None, 12: line}], [(0, 3, 5), (0, 8, 14)], [[10, 12, 22]])
    with (tmp_path / "screen").open("w") as file:
        written = LOOK_CODES.sub("", update.render_segments(Console(file=file)))
    assert written == "\x1b[1;4Hde\x1b[1;9Hij\x1b[1;13Hab"


def test_of_a_row_of_the_sheet_the_columns_that_changed_are_told() -> None:
    path = Path.of(Lines.of([[(float(x), 3.0) for x in range(20)]]))
    found = Picture(View(10, 1, 0.0, 3.0, 1.0), Ground(), moves=False)
    found.add(path, path.rows)
    found.compose()
    assert found.compose(found.show(Progress(executed=9, sent=9))).tolist() == [[0, 0, 4]]
    assert found.compose(found.show(Progress(executed=13, sent=13))).tolist() == [[0, 4, 6]]


def test_blanks_between_ink_are_of_its_run_unless_they_would_show() -> None:
    apart = Path.of(Lines.of([[(2.0, 3.0), (3.0, 3.0)], [(10.0, 3.0), (11.0, 3.0)]]))
    found = Picture(View(10, 1, 0.0, 3.0, 1.0), Ground(), moves=False)
    found.add(apart, apart.rows)
    found.compose(found.show(Progress(executed=6, sent=6)))
    assert [(text, look % LOOKS) for text, look in found.runs(0)] == [(" ", Look.GROUND), ("⠉   ⠉    ", Look.DRAWN)]
    found.compose(found.show(Progress(executed=0, sent=6)))
    assert [text for text, _ in found.runs(0)] == [" ", "⠉", "   ", "⠉", "    "]
