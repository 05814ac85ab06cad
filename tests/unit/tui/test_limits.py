from __future__ import annotations

from dcode.geometry.bounds import Bounds
from dcode.tui.limits import Limits, pen_colours


def shown(*colours: str) -> dict[str, dict[str, dict[str, str]]]:
    values = {f"pens[{number}].colour": {"value": colour, "source": "file"} for number, colour in enumerate(colours)}
    return {"values": {"pen.up_angle": {"value": "90", "source": "file"}, **values}}


def test_limits_are_an_area_and_outlines() -> None:
    limits = Limits.of({"area": [-1, 2, 3, -4], "unreachable": [[[0, 3], [2, 3], [2, 1]]]})
    assert limits.area == Bounds(-1, 2, 3, -4)
    assert [line.tolist() for line in limits.unreachable] == [[[0, 3], [2, 3], [2, 1]]]


def test_pens_have_colours_where_there_are_several() -> None:
    assert pen_colours(shown("#000", "red")) == {1: "#000", 2: "red"}
    assert pen_colours(shown("red")) == pen_colours(shown()) == {}
