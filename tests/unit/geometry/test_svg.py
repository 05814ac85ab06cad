from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from dcode.geometry.bounds import Bounds
from dcode.geometry.svg import Stroke, number, svg

SHEET = Bounds(left=-420.5, right=420.5, top=594.5, bottom=-594.5)
SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_is_the_sheet_in_millimetres():
    root = ElementTree.fromstring(svg([], SHEET))
    assert root.get("width") == "841mm"
    assert root.get("height") == "1189mm"
    assert root.get("viewBox") == "-420.5 -594.5 841 1189"


def test_up_on_paper_is_up_in_the_picture():
    root = ElementTree.fromstring(svg([Stroke([(0, 0), (10, 20.5)])], SHEET))
    assert [path.get("d") for path in root.iter(f"{SVG}path")] == ["M0 0L10 -20.5"]


def test_strokes_of_one_pen_share_its_colour_and_width():
    strokes = [Stroke([(0, 0), (1, 0)], "#ff0000", 0.7), Stroke([(0, 1), (1, 1)], "#ff0000", 0.7), Stroke([(5, 5)])]
    groups = list(ElementTree.fromstring(svg(strokes, SHEET)).iter(f"{SVG}g"))
    assert [(group.get("stroke"), group.get("stroke-width"), len(group)) for group in groups] == [
        ("#ff0000", "0.7", 2),
        ("#000000", "0.5", 1),
    ]
    assert all(group.get("stroke-linecap") == "round" for group in groups)


def test_a_dot_is_a_line_without_length():
    assert 'd="M5 -6h0"' in svg([Stroke([(5, 6)])], SHEET)


def test_text_from_outside_cannot_leave_its_place():
    picture = svg([Stroke([(0, 0), (1, 1)], '"/><script>')], SHEET, title="a <b> & \x00 c")
    root = ElementTree.fromstring(picture)
    assert root.findtext(f"{SVG}title") == "a <b> &   c"
    assert not list(root.iter(f"{SVG}script"))


def test_numbers_are_short_and_never_minus_zero():
    assert [number(value) for value in (1.0, -0.0001, 0.1234, 100.0, -2.5)] == ["1", "0", "0.123", "100", "-2.5"]
