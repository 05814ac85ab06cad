"""One picture to all its programs: by every algorithm and option, within the limits, and whole within a budget."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind
from dcode.gcode.reading import Reading
from dcode.geometry.lines import Lines
from dcode.machine.check import check
from dcode.machine.machine import Machine
from dcode.ml.data.pairs.budget import Budget
from dcode.ml.data.pairs.convert import convert, convert_file
from dcode.ml.data.pairs.program import LONG, SHORT, estimated, sheet_of, written
from dcode.ml.data.pairs.recipes import PERMUTATIONS, recipes
from dcode.ml.program_strokes import ProgramStrokes
from tests.unit.ml.data.pairs.drawn import ODD, OWNERS, draw_shapes, draw_tones, settings

# A line of the original's exporter (src/dcode/gcode.py), its header and blank lines apart.
_LINE = re.compile(
    r"G0 X-?\d+\.\d\d Y-?\d+\.\d\d F1000|G1 X-?\d+\.\d\d Y-?\d+\.\d\d F500|M280 P0 S40 ; pen down|M280 P0 S90 ; pen up"
)


def test_has_the_algorithms_and_options_of_the_original() -> None:
    assert list(PERMUTATIONS) == ["spiral", "crosshatch", "pulse", "squares", "wander", "trace"]
    assert {name: len(rows) for name, rows in PERMUTATIONS.items()} == {
        **dict.fromkeys(("spiral", "crosshatch", "pulse", "squares", "trace"), 3),
        "wander": 2,
    }
    assert [dict(one.options) for one in recipes(["squares"])] == [
        {"box_size": 6.0, "cutoff": 100},
        {"box_size": 8.0, "cutoff": 128},
        {"box_size": 10.0, "cutoff": 150},
    ]


def test_takes_any_other_algorithm_with_its_own_defaults_and_refuses_what_is_none() -> None:
    assert [(one.name, one.options) for one in recipes(["hilbert"])] == [("hilbert_0", ())]
    with pytest.raises(ConfigError, match=r"there is no algorithm 'spirals'.*Did you mean spiral"):
        recipes(["spirals"])


def test_writes_what_the_originals_exporter_wrote() -> None:
    text = written(Lines.of([[(0.0, 0.0), (12.5, -3.256), (12.5, -3.256)], [(1.0, 1.0)]]), OWNERS, LONG)
    assert text == (
        "; dcode\n\nG21 ; mm\nG90 ; absolute\nM280 P0 S90 ; pen up\nG28 ; home\n\n"
        "G0 X0.00 Y0.00 F1000\nM280 P0 S40 ; pen down\nG1 X12.50 Y-3.26 F500\nM280 P0 S90 ; pen up\n\n"
        "G0 X0 Y0 F1000 ; return home\nM280 P0 S90 ; pen up\nM84 ; motors off"
    )


def test_the_short_form_says_the_same_in_fewer_tokens() -> None:
    lines = Lines.of([[(0.0, 0.0), (10.5, 2.0), (20.0, -3.0)], [(5.0, 5.0), (6.5, 7.0)]])
    long, short = (written(lines, OWNERS, form) for form in (LONG, SHORT))
    strokes = [ProgramStrokes.of(text) for text in (long, short)]
    assert strokes[0].points.tolist() == strokes[1].points.tolist()
    assert strokes[0].starts.tolist() == strokes[1].starts.tolist()
    feeds = [_feeds(text) for text in (long, short)]
    assert feeds[0] == feeds[1]
    assert estimated(short) < 0.8 * estimated(long)


@pytest.mark.parametrize("machine", [OWNERS, ODD])
@pytest.mark.parametrize("tokens", [0, 600])
def test_no_program_leaves_the_limits(tmp_path: Path, machine: Machine, tokens: int) -> None:
    made = convert(draw_tones(tmp_path / "a.png").read_bytes(), settings(tokens=tokens, machine=machine))
    assert not made.failed
    assert len(made.programs) == 17
    for program in made.programs:
        report = check(interpret(program.text.encode(), Reading(home=machine.home)), machine)
        assert (report.ok, report.pen_lifts > 0) == (True, True), program.recipe.name


def test_without_a_budget_every_line_is_of_the_originals_form(tmp_path: Path) -> None:
    made = convert(draw_shapes(tmp_path / "a.png").read_bytes(), settings("spiral", "trace"))
    for program in made.programs:
        body = program.text.split("\n")[7:-3]
        assert len(body) > 100
        assert [line for line in body if line and not _LINE.fullmatch(line)] == []


def test_a_budget_keeps_the_whole_drawing_and_nearly_fills_the_tokens(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "a.png").read_bytes()
    algorithms = ("trace", "pulse", "crosshatch")
    whole = {one.recipe: one.text for one in convert(data, settings(*algorithms)).programs}
    fitted = convert(data, settings(*algorithms, tokens=2048)).programs
    assert len(fitted) == len(whole)
    for program in fitted:
        assert program.tokens == estimated(program.text) <= 2048
        assert program.coarser >= 1
        before, after = ProgramStrokes.of(whole[program.recipe]).bounds, ProgramStrokes.of(program.text).bounds
        assert before and after
        # Not the first 150 lines: what is drawn reaches about as far as the drawing itself.
        assert after.width > 0.75 * before.width, program.recipe.name
        assert after.height > 0.75 * before.height, program.recipe.name
    assert sum(program.tokens for program in fitted) > 0.85 * 2048 * len(fitted)


def test_a_larger_budget_is_a_finer_drawing(tmp_path: Path) -> None:
    data = draw_shapes(tmp_path / "a.png").read_bytes()
    coarser = [convert(data, settings("trace", tokens=tokens)).programs[0].coarser for tokens in (400, 1000, 4000)]
    assert coarser == sorted(coarser, reverse=True)
    assert coarser[0] > 2 * coarser[-1]


def test_what_has_no_coarser_form_keeps_its_longest_strokes_with_fewer_points() -> None:
    """A drawing that does not change with the sheet, and is gone on a smaller one."""
    wave = [(float(x), 30.0 * (x % 2)) for x in range(300)]

    def draw(coarser: float) -> Lines:
        return Lines.of([wave, [(0.0, 100.0), (40.0, 100.0)]] if coarser < 2 else [])

    found = Budget(draw, lambda lines: written(lines, OWNERS, SHORT), estimated, 300, (0.0, 0.0)).fitted()
    assert 0 < found.tokens <= 300
    assert "G1" in found.text


def test_tells_what_is_blank_once_and_what_fails_for_one_algorithm_by_its_options(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "white").save(tmp_path / "blank.png")
    (failure,) = convert_file(tmp_path / "blank.png", settings("spiral", "trace", tokens=512)).failed
    assert (failure.error, failure.recipe) == ("there is nothing to draw in it", None)
    Image.new("RGB", (64, 64), (120, 120, 120)).save(tmp_path / "grey.png")  # between two thresholds
    made = convert_file(tmp_path / "grey.png", settings("trace"))
    assert [dict(one.recipe.options)["threshold"] for one in made.programs] == [128, 150]
    assert [one.recipe.name for one in made.failed if one.recipe] == ["trace_0"]


def test_a_file_that_is_no_picture_is_a_failure_and_no_exception(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    for path in (tmp_path / "a.png", tmp_path / "missing.png", tmp_path):
        made = convert_file(path, settings("spiral"))
        assert (made.programs, len(made.failed)) == ((), 1)


def test_the_sheet_ends_at_numbers_that_can_be_written() -> None:
    sheet = sheet_of(ODD, SHORT)
    assert (sheet.left, sheet.right, sheet.top, sheet.bottom) == (10.2, 99.9, -3.4, -250.0)


def test_needs_no_torch() -> None:
    import subprocess

    code = "import dcode.ml.data.pairs.generate, sys; print([m for m in ('torch', 'tokenizers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _feeds(text: str) -> list[float]:
    motion = interpret(text.encode(), Reading()).motion
    moves = zip(motion.kind, motion.value, strict=True)
    return [value for kind, value in moves if kind in (Kind.TRAVEL, Kind.DRAW)][:4]  # the long form goes home
