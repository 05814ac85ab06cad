"""Flattening, measured against the curves themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import DrawingError
from dcode.geometry.curves import flatten
from dcode.geometry.lines import Points
from dcode.geometry.svg_import.outlines import PathPen
from dcode.geometry.svg_import.path_data import draw_path, draw_points
from dcode.geometry.transform import Transform

AS_IT_IS = Transform()
small = st.floats(-100, 100)
transforms = st.builds(Transform, *6 * [st.floats(-3, 3)])
tolerances = st.sampled_from([1.0, 0.1, 0.05, 0.01])


def drawn(data: str, transform: Transform = AS_IT_IS, tolerance: float = 0.05) -> list[Points]:
    pen = PathPen()
    draw_path(data, pen)
    shape = pen.shape()
    if shape < 0:
        return []
    return list(flatten(pen.appearances([shape], [transform])[0], tolerance))


def deviation(points: Points, line: Points) -> float:
    """How far the furthest of the points is from a polyline."""
    begin, way = line[:-1], np.diff(line, axis=0)
    square = (way * way).sum(axis=1)
    along = ((points[:, None] - begin) * way).sum(axis=2) / np.where(square > 0, square, 1)
    foot = begin + np.clip(along, 0, 1)[:, :, None] * way
    return float(np.linalg.norm(points[:, None] - foot, axis=2).min(axis=1).max())


@settings(deadline=None)
@given(st.lists(small, min_size=8, max_size=8), transforms, tolerances)
def test_cubics_stay_within_the_tolerance(values: list[float], transform: Transform, tolerance: float):
    x0, y0, x1, y1, x2, y2, x3, y3 = values
    lines = drawn(f"M{x0} {y0}C{x1} {y1} {x2} {y2} {x3} {y3}", transform, tolerance)
    t = np.linspace(0, 1, 501)[:, None]
    a, b, c, d = np.array(values).reshape(4, 2)
    curve = transform.points((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
    if len(lines[0]) > 1:
        assert deviation(curve, lines[0]) <= tolerance * (1 + 1e-9)
        assert deviation(lines[0], curve) <= np.linalg.norm(np.diff(curve, axis=0), axis=1).max()


@settings(deadline=None)
@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(-180, 180), transforms, tolerances)
def test_ellipses_stay_within_the_tolerance(rx: float, ry: float, tilt: float, transform: Transform, tolerance: float):
    turn = Transform.turn(tilt)
    (x, y), (u, v) = turn.apply(rx, 0), turn.apply(-rx, 0)
    lines = drawn(f"M{x} {y}A{rx} {ry} {tilt} 0 1 {u} {v}A{rx} {ry} {tilt} 0 1 {x} {y}", transform, tolerance)
    angles = np.linspace(0, 2 * np.pi, 2001)
    curve = transform.after(turn).points(np.column_stack([rx * np.cos(angles), ry * np.sin(angles)]))
    if len(lines[0]) > 1:
        assert deviation(curve, lines[0]) <= tolerance + 1e-6


@pytest.mark.parametrize("large", [0, 1])
@pytest.mark.parametrize("sweep", [0, 1])
def test_an_arc_is_one_of_the_four(large: int, sweep: int):
    (line,) = drawn(f"M10 0A10 10 0 {large} {sweep} 0 10", tolerance=0.001)
    centre = np.array((0, 0) if large != sweep else (10, 10))
    assert np.abs(np.linalg.norm(line - centre, axis=1) - 10).max() < 1e-9
    length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert length == pytest.approx(10 * np.pi * (1.5 if large else 0.5), rel=1e-3)


def test_radii_too_small_grow_and_none_is_a_line():
    (line,) = drawn("M0 0A1 1 0 0 1 10 0")
    assert np.abs(np.linalg.norm(line - (5, 0), axis=1) - 5).max() < 1e-9
    assert drawn("M0 0A0 5 0 0 1 10 0")[0].tolist() == [[0, 0], [10, 0]]


def test_a_circle_takes_as_few_points_as_its_error_asks_for():
    (line,) = drawn("M100 0A100 100 0 1 1-100 0A100 100 0 1 1 100 0", tolerance=0.05)
    assert len(line) - 1 == pytest.approx(np.pi / np.arccos(1 - 0.05 / 100), abs=2)


@pytest.mark.parametrize(
    ("data", "points"),
    [
        ("M1 2L3 4", [[[1, 2], [3, 4]]]),
        ("m1,2 3,4-1-1", [[[1, 2], [4, 6], [3, 5]]]),
        ("M1 2H5V7h-1v-1", [[[1, 2], [5, 2], [5, 7], [4, 7], [4, 6]]]),
        ("M0 0 1 1 M5 5 6 6", [[[0, 0], [1, 1]], [[5, 5], [6, 6]]]),
        ("M.5.5-.5-1e1z", [[[0.5, 0.5], [-0.5, -10], [0.5, 0.5]]]),
        ("M0 0H4V4zl1 1", [[[0, 0], [4, 0], [4, 4], [0, 0]], [[0, 0], [1, 1]]]),
        ("M1 1m2 2m3 3l1 0M9 9", [[[6, 6], [7, 6]]]),
        ("M5 5z", [[[5, 5]]]),
        ("M5 5h0", [[[5, 5]]]),
        ("M5 5", []),
        ("", []),
        ("\nM 1,\t2 L\r3 , 4\n", [[[1, 2], [3, 4]]]),
    ],
)
def test_reads_the_grammar_of_paths(data: str, points: list[list[list[float]]]):
    assert [line.tolist() for line in drawn(data)] == points


@pytest.mark.parametrize(
    "data",
    [
        "L1 2",
        "M1",
        "M1 2 3",
        "MNaN NaN",
        "M0 0C1 1 2 2",
        "M1 2X",
        "M0 0A1 1 0 2 1 5 5",
        "M1_0 2L3 4",
        "M1 2L3 4 #",
    ],
)
def test_refuses_what_is_no_path(data: str):
    with pytest.raises(ValueError, match=r".+"):
        drawn(data)


@pytest.mark.parametrize("data", ["M0 0L1e999 5", "M0 0C1 1 1e400 2 3 3", "M0 0L1e200 1e200A1e300 1 0 0 1 5 5"])
def test_refuses_what_is_not_finite(data: str):
    try:
        lines = drawn(data)
    except DrawingError as error:
        assert "number" in error.problem
    else:
        assert all(np.isfinite(line).all() for line in lines)


def test_refuses_more_points_than_there_is_room_for():
    with pytest.raises(DrawingError, match="more than 10000000 points"):
        drawn("M0 0C1e14 1e14-1e14 1e14 5 5")


commands = st.one_of(
    st.tuples(st.sampled_from("ML"), st.lists(small, min_size=2, max_size=2)),
    st.tuples(st.sampled_from("HV"), st.lists(small, min_size=1, max_size=1)),
    st.tuples(st.sampled_from("C"), st.lists(small, min_size=6, max_size=6)),
    st.tuples(st.sampled_from("SQ"), st.lists(small, min_size=4, max_size=4)),
    st.tuples(st.sampled_from("T"), st.lists(small, min_size=2, max_size=2)),
    st.tuples(st.sampled_from("Z"), st.just(list[float]())),
)


def compact(value: float) -> str:
    """As few characters as the grammar allows: "-.5" follows anything, ".5" what has a point."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


@settings(deadline=None)
@given(st.lists(commands, min_size=1, max_size=8))
def test_relative_and_compact_paths_are_the_same_as_absolute_ones(steps: list[tuple[str, list[float]]]):
    steps = [("M", [0.0, 0.0]), *((command, [round(value, 2) for value in values]) for command, values in steps)]
    absolute = " ".join(f"{command} {' , '.join(map(str, values))}" for command, values in steps)
    relative, x, y, begin = "", 0.0, 0.0, (0.0, 0.0)
    for command, values in steps:
        base = [y] if command == "V" else [x] if command == "H" else [x, y]
        moved = [value - base[index % len(base)] for index, value in enumerate(values)]
        relative += command.lower()
        for index, text in enumerate(map(compact, moved)):
            relative += text if index == 0 or text.startswith("-") else f" {text}"
        if command == "Z":
            x, y = begin
        elif command == "H":
            x = values[0]
        elif command == "V":
            y = values[0]
        else:
            x, y = values[-2:]
        begin = (x, y) if command == "M" else begin
    one, other = drawn(absolute), drawn(relative)
    assert len(one) == len(other)
    for before, after in zip(one, other, strict=True):
        assert deviation(before, after if len(after) > 1 else np.repeat(after, 2, 0)) < 0.11


@settings(deadline=None)
@given(st.text("MmLlHhVvCcSsQqTtAaZz0123456789.-+eE, \n_naif", max_size=40))
def test_any_text_is_a_path_or_a_clear_error(data: str):
    try:
        lines = drawn(data)
    except (ValueError, DrawingError) as error:
        assert str(error)
    else:
        assert all(np.isfinite(line).all() for line in lines)


@pytest.mark.parametrize(
    ("text", "count"), [("0,0 1,1 2 2", 3), ("0-1.5.5 3", 2), ("0 0 1 1 5", 2), ("1 1", 0), ("", 0)]
)
def test_reads_points(text: str, count: int):
    pen = PathPen()
    draw_points(text, pen, closed=False)
    assert len(pen.xy) // 2 == count
