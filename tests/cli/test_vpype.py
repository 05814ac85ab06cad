"""vpype's last step is dcode, and drawings go to and fro between them whole.

Most of this needs vpype, which is large and no part of `dev`: pip install -e '.[vpype]', and it is run as well.
"""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from dcode.geometry.svg import drawing_svg
from dcode.geometry.svg_import.read import read_svg
from tests.cli.fake_daemon import DONE_JOB, ROOT, job_event

CAT = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 width="100mm" height="80mm" viewBox="0 0 100 80" fill="none">
<g inkscape:groupmode="layer" inkscape:label="sky" id="layer3" stroke="#ff0000" stroke-width=".7">
<path d="M90 10V50"/><path d="M10 10H50"/><path d="M80 10V50"/></g>
<g inkscape:groupmode="layer" inkscape:label="5 sea" stroke="#0000ff" stroke-width=".3"><path d="M10 60H50V70z"/></g>
</svg>"""

# As vpype 1.15 writes two layers, the second without a name, a colour or a pen's width of its own.
BY_VPYPE = """<?xml version="1.0" encoding="utf-8" ?>
<svg baseProfile="tiny" height="8.0cm" version="1.2" viewBox="0 0 377.952 302.362" width="10.0cm"
 xmlns="http://www.w3.org/2000/svg" xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xlink="http://www.w3.org/1999/xlink"><metadata><rdf:RDF>
<cc:Work><dc:format>image/svg+xml</dc:format><dc:source></dc:source></cc:Work></rdf:RDF></metadata><defs />
<g fill="none" id="layer3" inkscape:groupmode="layer" inkscape:label="sky" stroke="#ff0000" stroke-width="2.6456"
 style="display:inline"><line x1="37.7953" x2="188.976" y1="37.7953" y2="37.7953" /></g>
<g fill="none" id="layer5" inkscape:groupmode="layer" inkscape:label="5" stroke="#0000ff" style="display:inline">
<polygon points="37.7953,226.772 188.976,226.772 188.976,264.567" /></g></svg>"""


def looks(svg: str) -> list[tuple[Any, ...]]:
    """What dcode takes from a file of each layer."""
    layers = read_svg(svg.encode()).drawing.layers
    return [(one.pen, one.name, one.colour, round(one.width_mm, 2), len(one.lines)) for one in layers]


def test_what_vpype_writes_is_read_with_its_layers_names_colours_and_widths():
    assert looks(BY_VPYPE) == [(3, "sky", "#ff0000", 0.7, 1), (5, "5", "#0000ff", 0.26, 1)]
    drawing = read_svg(BY_VPYPE.encode()).drawing
    assert drawing.page == (100.0, 80.0)
    assert drawing.layers[0].lines.points.round(2).tolist() == [[-40, 30], [0, 30]]
    assert [len(line) for line in drawing.layers[1].lines] == [4]


def test_the_plugin_is_where_vpype_looks_for_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, _ = project["entry-points"]["vpype.plugins"]["dcode"].partition(":")
    assert util.find_spec(module) is not None
    assert not any("vpype" in one for one in project["dependencies"])


# vpype's own `write` leaves it to the garbage collector to close the file.
vpype_writes = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a line of vpype's in this process; what came of it, as click's test runner tells."""
    pytest.importorskip("vpype")
    import vpype_cli
    from click.testing import CliRunner

    def run(line: str) -> Any:
        ended = CliRunner().invoke(vpype_cli.cli, shlex.split(line))
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        return ended

    return run


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "my cat.svg"
    path.write_text(CAT)
    return path


def test_the_drawing_is_handed_to_dcode_in_the_order_that_it_has(pipeline, cat: Path):
    ended = pipeline(f"read '{cat}' dcode plot --dry-run --json")
    assert ended.exit_code == 0, ended.output
    answer = json.loads(ended.stdout)
    assert (answer["ok"], answer["artwork"]["optimize"], answer["artwork"]["pens"]) == (True, "off", 2)
    assert answer["artwork"]["pen_up_mm"] == answer["artwork"]["pen_up_mm_before"]
    assert answer["bounds"] == pytest.approx({"left": -40, "right": 40, "top": 30, "bottom": -30}, abs=0.01)
    sorted_by_dcode = json.loads(pipeline(f"read '{cat}' dcode plot --optimize=best --dry-run --json").stdout)
    assert sorted_by_dcode["artwork"]["optimize"] == "best"
    assert sorted_by_dcode["artwork"]["pen_up_mm"] < answer["artwork"]["pen_up_mm"]


def test_it_is_plotted_under_the_name_of_its_file(pipeline, cat: Path, daemon):
    fake = daemon(events=[job_event(DONE_JOB)])
    ended = pipeline(f"read '{cat}' linemerge linesort dcode plot --yes --fit")
    assert ended.exit_code == 0, ended.output
    assert [asked["name"] for asked in fake.asked("job.begin")] == ["my cat.svg"]
    assert b"T5M6;5 sea" in fake.uploaded


@vpype_writes
def test_the_pipeline_goes_on_after_it(pipeline, cat: Path, tmp_path: Path):
    ended = pipeline(f"read '{cat}' dcode check dcode optimize -o '{tmp_path}/a.gcode' write '{tmp_path}/b.svg'")
    assert ended.exit_code == 0, ended.output
    assert (tmp_path / "a.gcode").read_text().startswith("G21")
    assert looks((tmp_path / "b.svg").read_text()) == looks(CAT)


@vpype_writes
def test_a_number_in_a_name_is_not_taken_for_the_pen(pipeline, cat: Path, tmp_path: Path):
    ended = pipeline(f"read '{cat}' name -l 3 '2024 sky' dcode optimize -o '{tmp_path}/a.svg' write '{tmp_path}/b.svg'")
    assert ended.exit_code == 0, ended.output
    assert [row[:2] for row in looks((tmp_path / "a.svg").read_text())] == [(3, "3 2024 sky"), (5, "5 sea")]
    assert '"2024 sky"' in (tmp_path / "b.svg").read_text()  # the pipeline's own layer keeps its name


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("dcode plot --dry-run", 2, "Error: vpype.svg: there is nothing to draw in it.\n"),
        (
            "line 0 0 1300mm 1300mm dcode check",
            2,
            "Error: vpype.svg: it is 1300.0 by 1300.0 mm, and the work area 841.0 by 1189.0 mm (229.5 mm over the left "
            "edge).\ndcode plot --fit   scales it to the sheet.\n",
        ),
        ("line 0 0 9 9 dcode plot --fit --clip --dry-run", 2, "Error: --fit and --clip exclude each other.\n"),
        ("line 0 0 9 9 dcode plot --optimize fastest", 2, "Error: Invalid value for '--optimize'"),
        ("line 0 0 9 9 dcode plot --bogus", 2, "Error: No such option '--bogus'."),
        ("line 0 0 9 9 dcode log", 2, "Error: 'log' is not a command that takes a drawing: choose one of plot, "),
        ("line 0 0 9 9 dcode", 2, "Error: Missing command: one of plot, "),
        ("line 0 0 9 9 dcode plot bogus", 2, "Error: No such command 'bogus'."),
    ],
)
def test_what_dcode_refuses_ends_vpype_with_its_sentence_and_exit_code(pipeline, line: str, code: int, sentence: str):
    ended = pipeline(line)
    assert (ended.exit_code, ended.stdout) == (code, "")
    assert sentence in ended.stderr


@vpype_writes
def test_a_wrong_option_is_told_before_the_pipeline_begins(pipeline, tmp_path: Path):
    assert pipeline(f"line 0 0 9 9 write '{tmp_path}/a.svg' dcode plot --bogus").exit_code == 2
    assert not (tmp_path / "a.svg").exists()


def test_python_gets_the_sentence_as_an_exception():
    pytest.importorskip("vpype")
    import click
    import vpype_cli

    with pytest.raises(click.ClickException, match=r"^vpype.svg: there is nothing to draw in it\.$") as caught:
        vpype_cli.execute("dcode plot --dry-run")
    assert caught.value.exit_code == 2
    assert len(vpype_cli.execute("line 0 0 9 9 dcode check").layers) == 1


def test_help_is_that_of_the_command(pipeline):
    assert "Hand the drawing to dcode" in pipeline("dcode --help").stdout
    assert "--dry-run" in pipeline("dcode plot --help").stdout


def test_nothing_is_left_behind(pipeline, cat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for options in ("--dry-run", "--dry-run --clip --fit"):
        pipeline(f"read '{cat}' dcode plot {options}")
    assert not list(tmp_path.glob("dcode-*"))


def test_what_dcode_writes_is_read_by_vpype_with_its_layers_names_colours_and_widths(tmp_path: Path):
    vpype = pytest.importorskip("vpype")
    path = tmp_path / "a.svg"
    path.write_text(drawing_svg(read_svg(CAT.encode()).drawing))
    document = vpype.read_multilayer_svg(str(path), 0.1)
    assert document.page_size == pytest.approx((100 * 96 / 25.4, 80 * 96 / 25.4), abs=0.01)
    found = [
        (number, one.property("vp_name"), one.property("vp_color").as_hex(), one.property("vp_pen_width"), len(one))
        for number, one in document.layers.items()
    ]
    mm = 96 / 25.4
    assert found == [
        (3, "sky", "#ff0000", pytest.approx(0.7 * mm, abs=1e-3), 3),
        (5, "5 sea", "#0000ff", pytest.approx(0.3 * mm, abs=1e-3), 1),
    ]
