"""dcode optimize and dcode convert: artwork made into files."""

from __future__ import annotations

import json
import os
import signal
import xml.etree.ElementTree as ET
from pathlib import Path
from re import fullmatch

import numpy as np
import pytest
from PIL import Image

from dcode.cli.output import Output
from dcode.cli.patience import Patience
from dcode.geometry.lines import Lines
from dcode.geometry.order.best_order import best_order
from dcode.geometry.pen_width import PEN_MM
from dcode.geometry.svg_import.read import read_svg
from tests.cli.fake_daemon import ROOT, SQUARE
from tests.cli.test_artwork import CAT, CROSSHATCH, cat, photo

__all__ = ["cat", "photo"]


@pytest.fixture
def dashes(tmp_path: Path) -> Path:
    """A hundred strokes in no order, on a page that the machine does not have."""
    random = np.random.default_rng(1)
    begins = random.uniform(0, 1990, (100, 2)).round(2).tolist()
    paths = "".join(f'<path d="M{x} {y}l3 4"/>' for x, y in begins)
    path = tmp_path / "dashes.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="2000mm" height="2000mm" viewBox="0 0 2000 2000" '
        f'stroke="#00f" stroke-width="0.7">{paths}</svg>'
    )
    return path


def test_gcode_comes_out_checked_and_in_order(dcode, cat: Path, tmp_path: Path):
    ended = dcode("optimize", cat, "-o", tmp_path / "cat.gcode")
    assert ended.code == 0
    assert ended.out.splitlines()[:2] == [
        f"{tmp_path / 'cat.gcode'}: 3 strokes of 4, 236 mm of ink",
        "78 mm of travel between strokes, 187 mm before",
    ]
    assert fullmatch(r"about \d+ s to plot, \d+ s before", ended.out.splitlines()[2])
    assert dcode("check", tmp_path / "cat.gcode").code == 0


def test_where_nothing_is_drawn_nothing_is_written(dcode, tmp_path: Path):
    empty = tmp_path / "empty.svg"
    empty.write_text('<svg width="10" height="10"><image href="x.png"/></svg>')
    for target in (tmp_path / "out.svg", tmp_path / "out.gcode"):
        ended = dcode("optimize", empty, "-o", target)
        assert (ended.code, target.exists()) == (2, False)
        assert "empty.svg: there is nothing to draw in it." in ended.err


def test_a_bound_that_says_nothing_is_not_told(dcode, tmp_path: Path):
    places = [(x, y) for x in range(100, 300, 10) for y in range(100, 300, 10)]
    loops = "".join(f'<circle cx="{x}" cy="{y}" r="90"/>' for x, y in places)
    drawing = tmp_path / "loops.svg"
    drawing.write_text(f'<svg width="400mm" height="400mm" viewBox="0 0 400 400">{loops}</svg>')
    made = dcode("optimize", drawing, "--optimize", "fast", "--json").json
    assert made["lower_bound_mm"] is None or made["lower_bound_mm"] > 0


def test_figures_in_json(dcode, dashes: Path, tmp_path: Path):
    answer = dcode("optimize", dashes, "-o", tmp_path / "out.svg", "--seed", "5", "--json").json
    assert (answer["ok"], answer["input"], answer["format"], answer["seed"]) == (True, "svg", "svg", 5)
    assert answer["file"] == str(tmp_path / "out.svg")
    assert answer["strokes"] == answer["strokes_before"] == answer["lifts"] == 100
    assert 0 < answer["lower_bound_mm"] <= answer["pen_up_mm"] < answer["pen_up_mm_before"] / 3
    assert answer["seconds"] < answer["seconds_before"]
    assert answer["draw_mm"] == pytest.approx(500, abs=0.1)


def test_an_svg_stays_on_its_page_and_keeps_its_looks(dcode, dashes: Path, tmp_path: Path):
    assert dcode("optimize", dashes, "-o", tmp_path / "out.svg").code == 0
    before, after = (read_svg(path.read_bytes()).drawing for path in (dashes, tmp_path / "out.svg"))
    assert (after.page, after.layers[0].colour, after.layers[0].width_mm) == ((2000, 2000), "#0000ff", 0.7)
    assert ends(before.layers[0].lines) == ends(after.layers[0].lines)


def ends(lines: Lines) -> list[list[list[float]]]:
    """The strokes, each with its ends in one order."""
    return sorted(sorted(line.round(2).tolist()) for line in lines)


def test_the_same_drawing_is_too_large_as_gcode_until_it_is_fitted(dcode, dashes: Path, tmp_path: Path):
    assert dcode("optimize", dashes, "-o", tmp_path / "out.gcode").code == 2
    assert not (tmp_path / "out.gcode").exists()
    assert dcode("optimize", dashes, "-o", tmp_path / "out.gcode", "--fit").code == 0
    assert dcode("optimize", dashes, "-o", tmp_path / "out.svg", "--fit").code == 0
    fitted = read_svg((tmp_path / "out.svg").read_bytes()).drawing
    assert fitted.page == (841, 1189) and fitted.bounds is not None
    assert fitted.bounds.width == pytest.approx(841, abs=0.01)


def test_off_keeps_the_order(dcode, dashes: Path):
    answer = dcode("optimize", dashes, "--optimize", "off", "--format", "svg", "--json").json
    assert answer["pen_up_mm"] == answer["pen_up_mm_before"]
    assert answer["file"] is None


def test_the_modes_get_better(dcode, dashes: Path):
    modes = ("off", "fast", "default")
    ways = [dcode("optimize", dashes, "--fit", "--optimize", mode, "--json").json for mode in modes]
    assert [way["optimize"] for way in ways] == ["off", "fast", "default"]
    assert ways[0]["seconds"] > ways[1]["seconds"] >= ways[2]["seconds"]


def test_gcode_is_reordered_without_being_moved(dcode, tmp_path: Path):
    strokes = [f"G0 X{x} Y0\nM280 P0 S40\nG1 Y10 F321\nG4 P50\nM280 P0 S90\n" for x in (100, 10, 90)]
    (tmp_path / "in.gcode").write_text("G21 G90\n" + "".join(strokes) + "M0 (turn it)\n" + strokes[1])
    ended = dcode("optimize", tmp_path / "in.gcode", "-o", tmp_path / "out.gcode")
    assert ended.code == 0 and "dwells are left out" in ended.err
    lines = (tmp_path / "out.gcode").read_text().splitlines()
    assert [line for line in lines if not line.startswith("M280")] == [
        "G21G90",
        *("G0X10Y0F1000", "G1Y10F321", "G0X90F1000", "G1Y0F321", "G0X100F1000", "G1Y10F321"),
        "M0;turn it",
        *("G0X10F1000", "G1Y0F321"),
    ]


def test_gcode_becomes_an_svg(dcode, horse: Path, tmp_path: Path):
    assert dcode("optimize", horse, "-o", tmp_path / "horse.svg").code == 0
    drawing = read_svg((tmp_path / "horse.svg").read_bytes()).drawing
    assert drawing.page == (841, 1189)
    assert drawing.layers[0].lines.points.round(6).tolist() == [[10, 10], [110, 10], [110, 110]]


def test_what_the_check_refuses_is_not_written(dcode, stray: Path, tmp_path: Path):
    ended = dcode("optimize", stray, "-o", tmp_path / "out.gcode", "--json")
    assert (ended.code, ended.json["ok"]) == (2, False)
    assert "stray.gcode, line 8: X 431" in ended.err
    assert not (tmp_path / "out.gcode").exists()


def test_stdout_gets_an_svg_or_what_it_is_told_to_get(dcode, cat: Path):
    assert ET.fromstring(dcode("optimize", cat, "-o", "-").out).tag.endswith("svg")
    assert dcode("optimize", cat, "-o", "-", "--format", "gcode").out.startswith("G21G90\n")
    assert dcode("optimize", "-", "-o", "-", stdin=CAT.encode()).code == 0
    assert dcode("optimize", cat, "-o", "-", "--json").code == 2


@pytest.mark.parametrize("name", ["out.dxf", "out"])
def test_an_ending_that_says_nothing_is_refused(dcode, cat: Path, tmp_path: Path, name: str):
    ended = dcode("optimize", cat, "-o", tmp_path / name)
    assert ended.code == 2 and "end its name in .svg or .gcode" in ended.err
    assert dcode("optimize", cat, "-o", tmp_path / name, "--format", "gcode").code == 0


def test_a_preview_is_saved_beside_it(dcode, cat: Path, tmp_path: Path):
    for name in ("out.svg", "out.gcode"):
        assert dcode("optimize", cat, "-o", tmp_path / name, "--preview", tmp_path / "look.svg").code == 0
        assert ET.parse(tmp_path / "look.svg").getroot().tag.endswith("svg")
        (tmp_path / "look.svg").unlink()


def test_a_time_limit_takes_the_best_so_far(dcode, dashes: Path):
    ended = dcode("optimize", dashes, "--fit", "--time-limit", "0", "--json")
    assert (ended.code, ended.json["stopped"], ended.json["strokes"]) == (0, True, 100)
    assert ended.json["seconds"] <= ended.json["seconds_before"]
    assert "ended early" in ended.err


def test_ctrl_c_takes_the_best_so_far_and_then_leaves(dcode, dashes: Path, monkeypatch):
    def ordered(lines: Lines, *arguments: object, stop, **settings: object):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        return best_order(lines, *arguments, stop=stop, **settings)

    monkeypatch.setattr("dcode.machine.prepare_drawing.best_order", ordered)
    ended = dcode("optimize", dashes, "--fit", "--json")
    assert (ended.code, ended.json["stopped"]) == (0, True)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_leaves(monkeypatch):
    with Patience(Output(), "x", takes_best=True) as patience:
        assert not patience.stops()
        os.kill(os.getpid(), signal.SIGINT)
        assert patience.stops()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_long_search_is_told_of_each_ten_per_cent(capsys, monkeypatch):
    now = 100.0
    monkeypatch.setattr("dcode.cli.patience.time.monotonic", lambda: now)
    with Patience(Output(), "x.svg") as patience:
        for percent in range(0, 101, 5):
            patience.progress(percent / 100)
            now += 0.5
    assert capsys.readouterr().err.splitlines() == [
        f"Ordering x.svg: {percent} %, {percent // 10} s" for percent in (50, 60, 70, 80, 90, 100)
    ]


def test_a_picture_is_converted_in_the_order_of_the_algorithm(dcode, photo: Path, tmp_path: Path):
    answer = dcode("convert", photo, *CROSSHATCH, "-o", tmp_path / "photo.svg", "--json").json
    assert (answer["ok"], answer["optimize"], answer["input"]) == (True, "off", "picture")
    drawing = read_svg((tmp_path / "photo.svg").read_bytes()).drawing
    assert drawing.page == (841, 1189) and drawing.strokes == answer["strokes"]
    assert dcode("check", tmp_path / "photo.svg").code == 0
    as_gcode = dcode("convert", photo, *CROSSHATCH, "-o", tmp_path / "photo.gcode", "--json").json
    assert as_gcode["optimize"] == "default"
    assert dcode("check", tmp_path / "photo.gcode").code == 0


def test_a_colour_separation_has_a_layer_for_each_ink(dcode, tmp_path: Path):
    Image.new("RGB", (32, 32), "#c03060").save(tmp_path / "red.png")
    options = [*CROSSHATCH, "--inks", "cmyk", "-o", tmp_path / "red.svg"]
    assert dcode("convert", tmp_path / "red.png", *options).code == 0
    names = [layer.name for layer in read_svg((tmp_path / "red.svg").read_bytes()).drawing.layers]
    assert {"magenta", "yellow"} <= {name.split()[-1] for name in names}


def with_pens(path: Path, *pens: tuple[str, float]) -> Path:
    """A machine.json that names pens."""
    machine = json.loads((ROOT / "configs" / "machine.json").read_text())
    machine["pens"] = [{"name": f"n{width}", "colour": colour, "width_mm": width} for colour, width in pens]
    path.write_text(json.dumps(machine))
    return path


def test_an_algorithm_goes_by_the_width_of_the_pen_unless_told(dcode, photo: Path, tmp_path: Path):
    machine = with_pens(tmp_path / "machine.json", ("#00f", 20.0))
    hatched = ["convert", photo, "--algorithm", "hatch", "--json"]
    told = dcode(*hatched, "-O", "pen=20").json["draw_mm"]
    assert dcode(*hatched, "--machine", machine).json["draw_mm"] == pytest.approx(told, rel=0.05)
    assert dcode(*hatched).json["draw_mm"] > 2 * told
    assert dcode(*hatched, "--machine", machine, "-O", "pen=5").json["draw_mm"] > 2 * told


SVG_SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="90mm" height="90mm"><rect width="300" height="300"/></svg>'


def test_the_only_pen_is_as_wide_to_an_algorithm_a_hatching_and_a_preview(dcode, photo: Path, tmp_path: Path):
    described = json.loads((ROOT / "configs" / "machine.json").read_text())
    described["pen"]["width_mm"] = 4.0
    broad = tmp_path / "broad.json"
    broad.write_text(json.dumps(described))
    hatched = ["convert", photo, "--algorithm", "hatch", "--optimize", "off", "--json"]
    assert dcode(*hatched).json["draw_mm"] == dcode(*hatched, "-O", f"pen={PEN_MM}").json["draw_mm"]
    assert dcode(*hatched, "--machine", broad).json["draw_mm"] == dcode(*hatched, "-O", "pen=4").json["draw_mm"]
    square = tmp_path / "square.svg"
    square.write_text(SVG_SQUARE)
    filled = ["optimize", square, "--fill", "lines", "--json"]
    assert dcode(*filled).json["draw_mm"] == dcode(*filled, "--fill-spacing", "1").json["draw_mm"]
    wide = dcode(*filled, "--machine", broad).json["draw_mm"]
    assert wide == dcode(*filled, "--machine", broad, "--fill-spacing", "8").json["draw_mm"]
    for shown in ([square], [photo, "--algorithm", "hatch"]):
        assert dcode("preview", *shown, "--machine", broad, "-o", tmp_path / "look.svg").code == 0
        assert 'stroke-width="4"' in (tmp_path / "look.svg").read_text()


def test_gcode_in_inks_is_shown_in_them_from_the_first_on(dcode, tmp_path: Path):
    Image.new("RGB", (32, 32), "#208030").save(tmp_path / "green.png")
    program = tmp_path / "green.gcode"
    options = [*CROSSHATCH, "--inks", "cmyk", "-o", program]
    assert dcode("convert", tmp_path / "green.png", *options).code == 0
    assert program.read_text().splitlines()[1] == "T1;cyan, #00a0e0"
    assert dcode("preview", program, "-o", tmp_path / "look.svg").code == 0
    look = (tmp_path / "look.svg").read_text()
    assert 'stroke="#00a0e0"' in look and 'stroke="#fff000"' in look


def test_the_nearest_of_some_inks_alone(dcode, tmp_path: Path):
    Image.new("RGB", (32, 32), "#a02060").save(tmp_path / "red.png")
    inked = ["convert", tmp_path / "red.png", *CROSSHATCH, "--inks", "#d00,#00d", "--json"]
    assert (dcode(*inked).json["pens"], dcode(*inked, "--nearest").json["pens"]) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "a picture, or - for standard input"),
        (["horse"], "horse.gcode is G-code, not a picture"),
        (["photo"], "photo.jpg is a picture: say by --algorithm"),
        (["photo", "--algorithm", "spirl"], "--algorithm: there is no algorithm 'spirl'"),
        (["photo", "--algorithm", "spirl"], "Did you mean spiral?"),
        (["--list", "--algorithm", "spirl"], "dcode: --algorithm: there is no algorithm 'spirl'"),
        (
            ["photo", "--algorithm", "crosshatch", "-O", "step=3"],
            "-O step: there is no such option. Did you mean step_size?",
        ),
        (["photo", "--algorithm", "crosshatch", "-O", "passes"], "NAME=VALUE"),
        (["photo", "--algorithm", "crosshatch", "-O", "passes=many"], "passes"),
        (["photo", "--algorithm", "crosshatch", "--inks", "red,bleu"], "--inks: 'bleu' is not a colour"),
        (["photo", "--algorithm", "crosshatch", "--nearest"], "--nearest is for pictures in --inks"),
    ],
)
def test_a_conversion_that_cannot_be_is_one_sentence(dcode, horse, photo, arguments: list[str], sentence: str):
    files = {"horse": horse, "photo": photo}
    ended = dcode("convert", *(files.get(argument, argument) for argument in arguments))
    assert ended.code == 2 and sentence in ended.err
    assert "inside dcode" not in ended.err


def test_the_algorithms_are_listed_with_their_options(dcode):
    listed = dcode("convert", "--list", "--json").json
    assert {"spiral", "stipple", "trace"} <= {one["name"] for one in listed}
    for chosen in listed:
        for option in chosen["options"]:
            assert option["about"] and option["kind"] in ("int", "float", "bool", "str", "choice")
            assert option["kind"] != "choice" or option["default"] in option["choices"]
    words = dcode("convert", "--list").out
    assert all(f"{one['name']}   {one['about']}\n" in words for one in listed)
    assert "--inks" in words
    assert dcode("convert", "--list", "--algorithm", "spiral").out.count("\n") < words.count("\n") / 2


def test_the_listed_width_of_the_pen_is_that_of_the_machine(dcode, tmp_path):
    machine = with_pens(tmp_path / "machine.json", ("#000000", 0.8))
    (chosen,) = dcode("convert", "--list", "--algorithm", "hatch", "--machine", str(machine), "--json").json
    assert {one["name"]: one["default"] for one in chosen["options"]}["pen"] == 0.8
    machine.write_text("{")  # what is to be listed is listed all the same
    (chosen,) = dcode("convert", "--list", "--algorithm", "hatch", "--machine", str(machine), "--json").json
    assert {one["name"]: one["default"] for one in chosen["options"]}["pen"] == 0.5


def test_given_gcode_in_the_order_given(dcode, horse: Path, tmp_path: Path):
    assert dcode("optimize", horse, "--optimize", "off", "-o", tmp_path / "same.gcode").code == 0
    moves = [line for line in (tmp_path / "same.gcode").read_text().splitlines() if line[0] in "GXY"]
    assert moves == ["G21G90", "G0X10Y10F1000", "G1X110F500", "Y110"]
    assert SQUARE.count("G1") == 2
