"""Dots are seen in small pictures, and ink stands out from the ways between it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.machine.machine import Machine, Pen
from dcode.machine.preview.dots import Dots
from dcode.machine.preview.film import gif_of
from dcode.machine.preview.pixels import pixels_of, view_of
from dcode.machine.preview.scene import scene_of_drawing, scene_of_motion
from dcode.machine.preview.timeline import Timeline
from dcode.machine.preview.vector import svg_of
from tests.unit.machine.test_preview_film import frames_of

PAGE = (841.0, 1189.0)
SIZES = (400, 2048)  # pixels of the longer side


def stippled(apart: float, width_mm: float = 0.5) -> Drawing:
    """Dots on all of the page in rows, to and fro."""
    x, y = np.arange(-400.0, 401.0, apart), np.arange(-580.0, 581.0, apart)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    places[1::2] = places[1::2, ::-1]
    points = places.reshape(-1, 2)
    return Drawing((Layer(Lines(points, np.arange(len(points) + 1)), width_mm=width_mm),), PAGE)


def darkness(drawing: Drawing, longest: int, *, travels: bool = True) -> np.ndarray:
    scene = scene_of_drawing(drawing, travels=travels)
    return 1 - pixels_of(scene, view_of(scene.page, longest=longest)).mean(axis=2) / 255


@pytest.mark.parametrize("longest", SIZES)
def test_a_dot_is_dark_wherever_it_lies_between_pixels(longest: int):
    drawing = stippled(apart=37.3)
    shown = darkness(drawing, longest, travels=False)
    view = view_of(Bounds(-420.5, 420.5, 594.5, -594.5), longest=longest)
    columns, rows = (view.pixels(drawing.layers[0].lines.points) - 0.5).round().astype(int).T
    assert shown[rows, columns].min() > 0.6


@pytest.mark.parametrize("longest", SIZES)
def test_dots_are_darker_than_the_ways_between_them(longest: int):
    drawing = stippled(apart=9.1)
    ways = darkness(drawing, longest) - darkness(drawing, longest, travels=False)
    dots = darkness(drawing, longest, travels=False)
    assert dots.max() > 5 * ways.max() and dots.sum() > ways.sum() > 0


@pytest.mark.parametrize("longest", SIZES)
def test_many_ways_over_each_other_are_lighter_than_one_line_of_ink(longest: int):
    chance = np.random.default_rng(5)
    ends = chance.uniform((-400, -580), (400, 580), (4000, 2))
    ends[0], ends[1] = (-400, 0), (400, 3)  # one long stroke, and a thousand short ones in no order
    ends[3::2] = ends[2::2] + 1.0
    drawing = Drawing((Layer(Lines(ends, np.arange(0, 4001, 2))),), PAGE)
    lone = Drawing((replace(drawing.layers[0], lines=drawing.layers[0].lines.kept(np.array([0]))),), PAGE)
    ink = darkness(lone, longest)
    ways = darkness(drawing, longest) - darkness(drawing, longest, travels=False)
    assert np.median(ink.max(axis=0)[20:-20]) > 2 * ways.max() > 0


def test_tones_are_still_told_apart_where_dots_are_many():
    light, dark = (darkness(stippled(apart), 400, travels=False).mean() for apart in (4.0, 3.0))
    assert 0.1 < light < 0.5 and dark < 0.5


def test_dots_that_are_large_enough_and_strokes_stay_as_wide_as_their_pen():
    strokes = Drawing((Layer(Lines.of([[(0, 0), (1, 0)], [(5, 5), (5, 5)], [(9, 9)]]), width_mm=0.5),), PAGE)
    lines, dots = Dots.of(strokes, 1.0).shown(strokes)
    assert (len(lines.lines), lines.width_mm, len(dots.lines), dots.width_mm) == (1, 0.5, 2, 2.0)
    assert [layer.width_mm for layer in Dots.of(strokes, 0.2).shown(strokes)] == [0.5]
    assert [layer.width_mm for layer in Dots.of(stippled(30.0, 4.0), 1.0).shown(stippled(30.0, 4.0))] == [4.0]


def test_the_first_point_of_a_stroke_in_a_moving_picture_is_no_dot():
    strokes = Drawing((Layer(Lines.of([[(0, 0), (1, 0)], [(9, 9)]])),), PAGE)
    piece = Drawing((Layer(Lines.of([[(9, 9)], [(0, 0)]])),))
    assert [len(layer.lines) for layer in Dots.of(strokes, 1.0).shown(piece)] == [1, 1]


def test_an_svg_shows_dots_as_wide_as_is_seen_when_all_of_it_is():
    groups = ElementTree.fromstring(svg_of(scene_of_drawing(stippled(60.0)))).iter("{http://www.w3.org/2000/svg}g")
    ways, dots = (float(group.get("stroke-width", 0)) for group in groups)
    assert ways <= 0.5 and dots == pytest.approx(2 * PAGE[1] / 1500, rel=1e-3)


def test_a_moving_picture_ends_with_the_dots_as_the_still_one_has_them(build):
    machine = Machine(1219.2, 1524.0, Bounds(-400, 400, 500, -500), pen=Pen(raise_seconds=0.1, lower_seconds=0.1))
    rows = [row for x in range(-390, 391, 30) for row in (f"travel {x} {x}", "down", "up")]
    motion = build(*rows, "travel 0 200", "down", "draw 300 -100", "up")
    scene, timeline = scene_of_motion(motion, machine), Timeline(motion, machine)
    finished = pixels_of(scene, view_of(scene.page, longest=200)).astype(int)
    assert np.abs(frames_of(gif_of(scene, timeline, 2.0, longest=200))[-1] - finished).max() < 60
    assert (finished.sum(axis=2) < 200).sum() > 25
