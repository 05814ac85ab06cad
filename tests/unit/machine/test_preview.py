from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

from dcode.machine.machine import NamedPen, Pen
from dcode.machine.preview import preview, strokes

SVG = "{http://www.w3.org/2000/svg}"


def test_a_stroke_is_what_is_between_pen_down_and_pen_up(build, owners):
    motion = build("travel 1 1", "down", "draw 2 2", "draw 3 1", "up", "travel 9 9", "down", "up", "travel 0 0")
    assert [list(stroke.points) for stroke in strokes(motion, owners)] == [[(1, 1), (2, 2), (3, 1)], [(9, 9)]]


def test_pens_have_their_colours(build, owners):
    machine = replace(owners, pens=(NamedPen("a", "#111111", 0.3, Pen()), NamedPen("b", "#22aa22", 0.8, Pen())))
    motion = build("down", "draw 1 0", "up", "pen 2", "down", "draw 2 0", "up", "pen 7", "down", "draw 3 0")
    found = [(stroke.colour, stroke.width_mm) for stroke in strokes(motion, machine)]
    assert found == [("#111111", 0.3), ("#22aa22", 0.8), ("#000000", 0.5)]


def test_the_page_grows_with_a_program_that_leaves_it(build, owners):
    root = ElementTree.fromstring(preview(build("down", "draw 1000 0"), owners))
    assert root.get("viewBox") == "-420.5 -594.5 1420.5 1189"


def test_travels_are_shown_when_asked_for(build, owners):
    motion = build("travel 5 5", "travel 6 6", "down", "draw 7 7", "up", "home 0 0")
    assert len(list(ElementTree.fromstring(preview(motion, owners)).iter(f"{SVG}path"))) == 1
    picture = ElementTree.fromstring(preview(motion, owners, travels=True))
    assert [path.get("d") for path in picture.iter(f"{SVG}path")] == ["M0 0L5 -5 6 -6", "M7 -7L0 0", "M6 -6L7 -7"]
