"""Scenes as SVG and as PNG, alone and beside each other."""

from __future__ import annotations

import io
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.machine.machine import BeltLimits, Machine
from dcode.machine.preview import looks
from dcode.machine.preview.panels import Panel, panels_png, panels_svg
from dcode.machine.preview.pixels import pixels_of, png_of, view_of
from dcode.machine.preview.scene import Scene, scene_of_drawing, scene_of_motion
from dcode.machine.preview.vector import svg_of

SVG = "{http://www.w3.org/2000/svg}"
SMALL = Machine(300.0, 300.0, Bounds(-60, 60, 40, -40))
RENDERER = shutil.which("rsvg-convert")


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{name}"))


def colours_of(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def drawn(*layers: Layer, page: tuple[float, float] = (40.0, 30.0)) -> Scene:
    return scene_of_drawing(Drawing(layers, page))


def test_the_svg_has_the_page_in_millimetres_and_up_is_up(build):
    root = ElementTree.fromstring(svg_of(scene_of_motion(build("down", "draw 10 20"), SMALL, title="a <b>")))
    assert (root.get("width"), root.get("viewBox")) == ("120mm", "-60 -40 120 80")
    assert root.findtext(f"{SVG}title") == "a <b>"
    assert [path.get("d") for path in root.iter(f"{SVG}path")] == ["M0 0L10 -20"]


def test_travels_are_faint_and_can_be_left_out(build):
    motion = build("travel 5 5", "down", "draw 7 7", "up", "home 0 0")
    assert len(elements(svg_of(scene_of_motion(motion, SMALL, travels=False)), "path")) == 1
    travels, ink = elements(svg_of(scene_of_motion(motion, SMALL)), "g")
    assert [path.get("d") for path in travels] == ["M0 0L5 -5", "M7 -7L0 0"]
    assert float(travels.get("opacity", 1)) < 0.5 and ink.get("opacity") is None


def test_pens_draw_in_their_own_groups_and_darken_each_other_where_there_are_several():
    one, other = Layer(Lines.of([[(0, 0), (1, 1)]]), colour="#ff0000", width_mm=0.8), Layer(Lines.of([[(2, 2)]]))
    groups = elements(svg_of(drawn(one, other)), "g")
    assert [(group.get("stroke"), group.get("stroke-width")) for group in groups[-2:]] == [
        ("#ff0000", "0.8"),
        ("#000000", "0.5"),
    ]
    assert "multiply" in svg_of(drawn(one, other)) and "multiply" not in svg_of(drawn(one))


def test_where_limits_are_left_there_are_rings(build):
    svg = svg_of(scene_of_motion(build("down", "draw 100 0", "draw 100 10", "draw 0 30"), SMALL))
    (ring,) = elements(svg, "circle")
    assert (float(ring.get("cx", 0)), float(ring.get("cy", 1))) == pytest.approx((60, 0), abs=0.01)
    assert looks.STRAY in svg
    assert not elements(svg_of(scene_of_motion(build("down", "draw 50 0"), SMALL)), "circle")


def test_what_the_belts_cannot_reach_is_shaded(build):
    short = replace(SMALL, belt_limits=BeltLimits(max_length_mm=245.0))
    scene = scene_of_motion(build("down", "draw 5 5"), short)
    assert any(path.get("fill") == looks.UNREACHABLE for path in elements(svg_of(scene), "path"))
    pixels = pixels_of(scene, view_of(scene.page, 4.0)).astype(int)
    assert pixels[-8, 8].tolist() != [255, 255, 255] == pixels[160, 300].tolist()


def test_ink_has_its_true_width_and_colour_in_pixels():
    scene = drawn(Layer(Lines.of([[(-15, 5), (15, 5)]]), colour="#e00000", width_mm=2.0))
    pixels = pixels_of(scene, view_of(scene.page, 10.0)).astype(int)
    assert pixels.shape == (300, 400, 3)
    column = pixels[:, 200]
    assert column[92:108].tolist() == [[224, 0, 0]] * 16
    assert (column[:89] == 255).all() and (column[111:] == 255).all()
    assert (pixels[100, :35] == 255).all() and (pixels[100, 45] == (224, 0, 0)).all()


def test_inks_over_each_other_are_darker_than_either():
    cyan = Layer(Lines.of([[(-15, 0), (15, 0)]]), colour="#00ffff", width_mm=4.0)
    yellow = Layer(Lines.of([[(0, -10), (0, 10)]]), colour="#ffff00", width_mm=4.0)
    scene = drawn(cyan, yellow)
    pixels = pixels_of(scene, view_of(scene.page, 2.0))
    assert [pixels[30, 20].tolist(), pixels[15, 40].tolist(), pixels[30, 40].tolist()] == [
        [0, 255, 255],
        [255, 255, 0],
        [0, 255, 0],
    ]


def test_a_large_picture_is_made_in_bands_without_seams(monkeypatch):
    from dcode.machine.preview import pixels

    turns = np.linspace(0, 60, 2000)
    spiral = np.column_stack([turns / 4 * np.cos(turns), turns / 4 * np.sin(turns)])
    scene = drawn(Layer(Lines.of([spiral]), width_mm=0.7))
    view = view_of(scene.page, 5.0)
    whole = pixels_of(scene, view).astype(int)
    monkeypatch.setattr(pixels, "_BAND", 1700)
    assert np.abs(pixels_of(scene, view).astype(int) - whole).max() <= 1


def test_a_png_knows_its_size_on_paper_and_its_title():
    scene = replace(drawn(Layer(Lines.of([[(0, 0), (9, 9)]]))), title="hörse")
    with Image.open(io.BytesIO(png_of(scene, scale=5.0))) as image:
        assert image.size == (200, 150)
        assert image.info["dpi"] == pytest.approx((127, 127), abs=0.1)
        assert image.text["Title"] == "hörse"  # type: ignore[attr-defined]


def test_without_a_scale_the_longer_side_is_as_long_as_asked_for():
    view = view_of(Bounds(0, 300, 100, 0), longest=600)
    assert (view.width, view.height, view.pixel_mm) == (600, 200, 0.5)


def test_a_picture_that_is_too_large_is_refused_before_it_is_made():
    with pytest.raises(DrawingError, match="84100 by 118900 pixels are too many"):
        view_of(Bounds(-420.5, 420.5, 594.5, -594.5), 100.0)


@pytest.mark.skipif(RENDERER is None, reason="rsvg-convert is not installed")
def test_the_png_is_what_a_renderer_makes_of_the_svg(build, tmp_path: Path):
    rows = ["travel -40 -30", "down", "draw 40 -30", "draw 0 35", "draw -40 -30", "up", "travel 10 0", "down", "up"]
    machine = replace(SMALL, pens=())
    scene = scene_of_motion(build(*rows, "travel 0 0", "down", "draw 90 20", "up"), machine)
    (tmp_path / "scene.svg").write_text(svg_of(scene))
    assert RENDERER is not None
    view = view_of(scene.page, 8.0)
    size = ["-w", str(view.width), "-h", str(view.height)]
    subprocess.run([RENDERER, *size, "-o", tmp_path / "scene.png", tmp_path / "scene.svg"], check=True, timeout=30)
    theirs = colours_of((tmp_path / "scene.png").read_bytes())
    ours = pixels_of(scene, view).astype(int)
    assert np.abs(ours - theirs).mean() < 1.0
    ink_ours, ink_theirs = (255 - ours.min(axis=2), 255 - theirs.min(axis=2))
    assert np.minimum(ink_ours, ink_theirs).sum() / np.maximum(ink_ours, ink_theirs).sum() > 0.93


def test_panels_show_both_at_the_same_scale_with_a_line_below():
    before = drawn(Layer(Lines.of([[(-13, 0), (13, 0)]]), colour="#ff0000", width_mm=3.0), page=(30.0, 40.0))
    after = drawn(Layer(Lines.of([[(-9, 0), (9, 0)]]), colour="#0000ff", width_mm=3.0), page=(40.0, 50.0))
    panels = [Panel(before, "before"), Panel(after, "after")]
    root = ElementTree.fromstring(panels_svg(panels, "both"))
    inner = root.findall(f"{SVG}svg")
    assert [panel.get("viewBox") for panel in inner] == ["-20 -25 40 50"] * 2
    assert float(inner[0].get("x", 0)) < float(inner[1].get("x", 0)) and inner[0].get("y") == inner[1].get("y")
    assert len(root.findall(f"{SVG}g")[-1]) > 10  # the strokes of the letters
    colours = colours_of(panels_png(panels, longest=400))
    red = np.argwhere((colours == (255, 0, 0)).all(axis=2))
    blue = np.argwhere((colours == (0, 0, 255)).all(axis=2))
    assert red[:, 1].max() < colours.shape[1] / 2 < blue[:, 1].min()
    assert np.ptp(red[:, 1]) / np.ptp(blue[:, 1]) == pytest.approx(29 / 21, rel=0.05)


def test_wide_pages_are_one_below_the_other():
    scene = drawn(Layer(Lines.of([[(0, 0), (9, 0)]])), page=(50.0, 20.0))
    first, second = ElementTree.fromstring(panels_svg([Panel(scene, "a"), Panel(scene, "b")])).findall(f"{SVG}svg")
    assert first.get("x") == second.get("x")
    assert float(second.get("y", 0)) > float(first.get("y", 0)) + 20
