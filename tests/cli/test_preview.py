"""dcode preview: pictures of a file, still and moving."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from dcode.tui.path import Path as PenPath
from tests.cli.fake_daemon import ROOT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("ending", "kind"), [("svg", "svg"), ("PNG", "png"), ("gif", "gif")])
def test_the_name_says_what_is_written(dcode, horse: Path, tmp_path: Path, ending: str, kind: str):
    path = tmp_path / f"x.{ending}"
    ended = dcode("preview", horse, "-o", path, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert (ended.json["format"], ended.json["file"], ended.json["ok"]) == (kind, str(path), True)
    if kind == "svg":
        assert ElementTree.parse(path).getroot().tag == f"{SVG}svg"
    else:
        with Image.open(path) as image:
            assert image.format == kind.upper()


def test_json_is_the_way_of_the_pen_and_the_answer_has_the_times(dcode, horse: Path, tmp_path: Path):
    ended = dcode("preview", horse, "-o", tmp_path / "way.json", "--json")
    path = PenPath()
    path.take(json.loads((tmp_path / "way.json").read_text()))
    bounds = ended.json["bounds"]
    assert path.complete and path.bounds is not None
    assert (path.bounds.left, path.bounds.right) == pytest.approx((bounds["left"], bounds["right"]), abs=1e-3)
    assert ended.json["times"]["seconds"] == dcode("estimate", horse, "--json").json["seconds"]


def test_the_format_can_be_said_instead(dcode, horse: Path, tmp_path: Path):
    assert dcode("preview", horse, "-o", tmp_path / "x", "--format", "png").code == 0
    assert (tmp_path / "x").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["x", "x.jpg"])
def test_a_name_that_does_not_say_is_a_sentence(dcode, horse: Path, tmp_path: Path, name: str):
    ended = dcode("preview", horse, "-o", tmp_path / name)
    assert ended.code == 2 and "end its name in .svg, .png or .gif" in ended.err
    assert not (tmp_path / name).exists()


def test_a_png_can_go_to_stdout(horse: Path):
    command = [sys.executable, "-c", "from dcode.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "preview", horse, "-o", "-", "--format", "png", "--scale", "0.5"], capture_output=True, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert image.size == (421, 595)


def test_the_scale_is_pixels_a_mm(dcode, horse: Path, tmp_path: Path):
    assert dcode("preview", horse, "-o", tmp_path / "x.png", "--scale", "1").code == 0
    with Image.open(tmp_path / "x.png") as image:
        assert image.size == (841, 1189)


def test_a_scale_that_is_too_large_is_a_sentence(dcode, horse: Path, tmp_path: Path):
    ended = dcode("preview", horse, "-o", tmp_path / "x.png", "--scale", "50")
    assert ended.code != 0 and "too many for a picture" in ended.err and len(ended.err.splitlines()) <= 2


def test_an_svg_moves_when_it_is_asked_to(dcode, horse: Path, tmp_path: Path):
    assert dcode("preview", horse, "-o", tmp_path / "x.svg", "--animate", "--seconds", "3").code == 0
    assert "animation" in (tmp_path / "x.svg").read_text()
    dcode("preview", horse, "-o", tmp_path / "still.svg")
    assert "animation" not in (tmp_path / "still.svg").read_text()


def test_a_gif_takes_as_long_as_it_is_asked_to(dcode, horse: Path, tmp_path: Path):
    assert dcode("preview", horse, "-o", tmp_path / "x.gif", "--seconds", "2", "--scale", "0.2").code == 0
    with Image.open(tmp_path / "x.gif") as image:
        shown = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            shown.append(image.info["duration"])
    assert len(shown) > 10 and sum(shown) == 2000 + 2000


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["x.png", "--animate"], "--animate is for .svg and .gif"),
        (["x.svg", "--seconds", "5"], "--seconds is for pictures that move"),
        (["x.svg", "--scale", "2"], "--scale is for .png and .gif"),
        (["x.gif", "--before", "y.gcode"], "--before is for pictures that do not move"),
    ],
)
def test_what_means_nothing_together_is_refused(dcode, horse: Path, options: list[str], sentence: str):
    ended = dcode("preview", horse, "-o", *options)
    assert ended.code == 2 and sentence in ended.err


def test_travels_can_be_left_out(dcode, horse: Path, tmp_path: Path):
    dcode("preview", horse, "-o", tmp_path / "with.svg")
    dcode("preview", horse, "-o", tmp_path / "without.svg", "--no-travel")
    paths = [len(list(ElementTree.parse(tmp_path / name).iter(f"{SVG}path"))) for name in ("with.svg", "without.svg")]
    assert paths == [2, 1]


def test_before_and_after_are_beside_each_other_with_what_each_takes(dcode, tmp_path: Path):
    strokes = [(90, 0), (10, 0), (80, 0), (20, 0), (70, 0), (30, 0)]
    lines = ["G21", "G90"]
    for x, y in strokes:
        lines += [f"G0 X{x} Y{y}", "M280 P0 S40", f"G1 X{x} Y{y + 5} F500", "M280 P0 S90"]
    (tmp_path / "x.gcode").write_text("\n".join(lines) + "\n")
    picture = tmp_path / "x.svg"
    ended = dcode(
        "preview", tmp_path / "x.gcode", "--optimize", "fast", "--before", tmp_path / "x.gcode", "-o", picture
    )
    assert (ended.code, ended.err) == (0, "")
    before, after = ElementTree.parse(picture).getroot().findall(f"{SVG}svg")
    drawn = [[path.get("d") for path in panel.findall(f"{SVG}g")[-1]] for panel in (before, after)]
    assert drawn[0] == [f"M{x} {-y or 0}L{x} {-y - 5}" for x, y in strokes]
    assert len(drawn[1]) == 6 and drawn[1] != drawn[0]
    dcode("preview", tmp_path / "x.gcode", "--before", tmp_path / "x.gcode", "-o", tmp_path / "x.png", "--scale", "0.3")
    with Image.open(tmp_path / "x.png") as image:
        assert image.width > image.height


def test_what_leaves_the_work_area_is_ringed(dcode, stray: Path, tmp_path: Path):
    ended = dcode("preview", stray, "-o", tmp_path / "stray.svg", "--json")
    assert (ended.code, ended.json["ok"]) == (0, False)
    assert len(list(ElementTree.parse(tmp_path / "stray.svg").iter(f"{SVG}circle"))) >= 1
    dcode("preview", stray, "-o", tmp_path / "fits.svg", "--fit")
    assert not list(ElementTree.parse(tmp_path / "fits.svg").iter(f"{SVG}circle"))


def test_artwork_is_shown_as_it_will_be_drawn(dcode, tmp_path: Path):
    (tmp_path / "x.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="50mm" viewBox="0 0 100 50">'
        '<path d="M10 10H90" stroke="red" fill="none"/></svg>'
    )
    assert dcode("preview", tmp_path / "x.svg", "-o", tmp_path / "y.svg").code == 0
    group = ElementTree.parse(tmp_path / "y.svg").getroot().findall(f"{SVG}g")[-1]
    assert group.get("stroke") == "#ff0000"
    (ink,) = group
    assert ink.get("d") in ("M-40 -15L40 -15", "M40 -15L-40 -15")


def test_the_help_of_it_loads_no_numpy():
    script = "import sys; from dcode.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script, "preview", "--help"], capture_output=True, text=True, cwd=ROOT)
    assert "--animate" in done.stdout and not {"numpy", "PIL", "shapely"} & set(done.stderr.split())
