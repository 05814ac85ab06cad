"""Pictures that move: what is there when."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dcode.gcode.motion import Motion
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.preview.coverage import View, add_ink, coverage
from dcode.machine.preview.film import frames_in, gif_of
from dcode.machine.preview.gif import Gif
from dcode.machine.preview.moving import moving_svg_of
from dcode.machine.preview.pixels import pixels_of, view_of
from dcode.machine.preview.scene import scene_of_motion
from dcode.machine.preview.timeline import Timeline

SVG = "{http://www.w3.org/2000/svg}"
SMALL = Machine(300.0, 300.0, Bounds(-60, 60, 40, -40), pen=Pen(raise_seconds=0.2, lower_seconds=0.2))
PENS = replace(SMALL, pens=(NamedPen("a", "#d00000", Pen(width_mm=0.6)), NamedPen("b", "#0000d0", Pen(width_mm=2.0))))


@pytest.fixture
def program(build) -> Motion:
    turns = np.linspace(0, 6, 60)
    wave = [f"draw {-40 + 13 * turn} {10 * np.sin(turn)}" for turn in turns]
    first = ["pen 1", "travel -40 0", "down", *wave, "dwell 1", "draw 40 -30", "up"]
    return build(*first, "pen 2", "travel 0 30", "down", "up", "travel 10 20", "down", "draw -30 20", "up", "home 0 0")


def frames_of(gif: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(gif)) as image:
        found = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            found.append(np.asarray(image.convert("RGB")).astype(int))
        return found


def test_moments_are_equal_parts_of_the_time_that_the_machine_takes(program):
    timeline = Timeline(program, PENS)
    assert timeline.seconds > 20  # some 150 mm at 500 mm/min
    moments = timeline.moments(7)
    assert moments[-1] == timeline.seconds and np.diff(moments) == pytest.approx(timeline.seconds / 7)


def test_the_pen_goes_with_the_machines_own_speed(build):
    # Two ways of the same length, one ten times as fast as the other.
    timeline = Timeline(build("travel 50 0 3000", "down", "draw 50 30 300", "draw 50 0 300"), SMALL)
    places = timeline.places(timeline.moments(100))
    assert (places[:12, 1] > 0).sum() < 12
    assert np.diff(places[20:50, 1]) == pytest.approx(np.diff(places[20:50, 1]).mean(), rel=0.15)
    assert places[-1] == pytest.approx((50, 0), abs=1e-6)


@pytest.mark.parametrize("count", [1, 7, 120])
def test_pieces_put_together_are_the_drawing(program, count: int):
    timeline, scene = Timeline(program, PENS), scene_of_motion(program, PENS)
    pieces = list(timeline.pieces(timeline.moments(count)))
    assert len(pieces) == count
    travels = Lines.joined(piece.travels for piece in pieces)
    assert travels.lengths.sum() == pytest.approx(scene.travels.lengths.sum())
    view = View.of(scene.page, 0.5)
    for layer in scene.ink.layers:
        tones = view.blank()
        for piece in pieces:
            before = piece.before
            for part in piece.ink.layers:
                if part.colour == layer.colour:
                    add_ink(tones, part.lines, view, part.width_mm, before)
                before = None
        assert tones == pytest.approx(coverage(layer.lines, view, layer.width_mm), abs=2e-3)


def test_pieces_have_the_pen_that_an_earlier_one_put_in(program):
    timeline = Timeline(program, PENS)
    colours = [[layer.colour for layer in piece.ink.layers] for piece in timeline.pieces(timeline.moments(60))]
    shown = [colour for piece in colours for colour in piece]
    assert shown == ["#d00000"] * shown.count("#d00000") + ["#0000d0"] * shown.count("#0000d0")
    assert shown.count("#d00000") > 20 and shown.count("#0000d0") > 5


def test_a_pen_that_only_the_program_names_has_its_colour_in_every_piece(build):
    motion = build("pen 3", "travel 1 1", "down", "draw 40 1", "draw 1 1", "up")
    motion.texts[0] = "sea, #0080c0"
    pieces = Timeline(motion, SMALL).pieces(Timeline(motion, SMALL).moments(9))
    assert {layer.colour for piece in pieces for layer in piece.ink.layers} == {"#0080c0"}


def test_a_gif_begins_with_paper_and_ends_with_the_finished_drawing(program):
    scene, timeline = scene_of_motion(program, PENS), Timeline(program, PENS)
    frames = frames_of(gif_of(scene, timeline, 2.0, scale=3.0))
    finished = pixels_of(scene, view_of(scene.page, 3.0)).astype(int)
    assert len(frames) <= frames_in(2.0) == 40
    assert np.abs(frames[-1] - finished).max() < 60  # of a palette of 64
    assert np.abs(frames[-1] - finished).mean() < 1.0
    red = [int(((frame[..., 0] > 180) & (frame[..., 2] < 60) & (frame[..., 1] < 60)).sum()) for frame in frames]
    assert red[0] < red[len(red) // 2] and max(red) <= red[-1] + 20


def test_a_gif_takes_the_time_that_is_asked_for_and_shows_the_end_longer(program):
    scene, timeline = scene_of_motion(program, PENS), Timeline(program, PENS)
    with Image.open(io.BytesIO(gif_of(scene, timeline, 3.0, longest=100))) as image:
        shown = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            shown.append(image.info["duration"])
        assert image.info["loop"] == 0
    assert sum(shown) == 3000 + 2000 and shown[-1] >= 2000


def test_the_pens_dot_is_where_the_pen_is_and_gone_at_the_end(build):
    motion = build("travel -50 0 600", "travel 50 0 600", "down", "draw 50 1")
    scene, timeline = scene_of_motion(motion, SMALL), Timeline(motion, SMALL)
    frames = frames_of(gif_of(scene, timeline, 3.0, scale=4.0))
    dots = [np.argwhere((frame == (255, 106, 0)).all(axis=2)).mean(axis=0) for frame in frames[:-1]]
    places = timeline.places(timeline.moments(60))
    assert dots[30] == pytest.approx((160 - 4 * places[30, 1], 240 + 4 * places[30, 0]), abs=1.5)
    assert not (frames[-1] == (255, 106, 0)).all(axis=2).any()


def test_a_gif_of_ones_own_making_is_read_as_it_was_meant():
    chance = np.random.default_rng(3)
    colours = chance.integers(0, 256, (255, 3)).astype(np.uint8)
    colours[:] = np.unique(colours, axis=0)[: len(colours)] if len(np.unique(colours, axis=0)) == 255 else colours
    frames = [chance.integers(0, 255, (17, 33)).astype(np.uint8)]
    for _ in range(5):
        frames.append(frames[-1].copy())
        frames[-1][3:9, chance.integers(0, 9) : 20] = chance.integers(0, 255)
    gif = Gif(33, 17, colours)
    for frame in [*frames, frames[-1]]:
        gif.show(frame, 7)
    with Image.open(io.BytesIO(gif.ended())) as image:
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        assert image.info["duration"] == 140  # two alike are one, twice as long
    found = frames_of(gif.ended())
    assert len(found) == 6
    for frame, seen in zip(frames, found, strict=True):
        assert (colours[frame] == seen).all()


def test_an_svg_that_moves_shows_each_part_at_its_time_and_all_of_it_without_css(program):
    scene, timeline = scene_of_motion(program, PENS), Timeline(program, PENS)
    root = ElementTree.fromstring(moving_svg_of(scene, timeline, 5.0))
    parts = [group for group in root.iter(f"{SVG}g") if group.get("class") == "part"]
    delays = [float(re.sub(r"[^\d.]", "", group.get("style", ""))) for group in parts]
    assert 40 < len(parts) <= frames_in(5.0) == 100
    assert delays == sorted(delays) and delays[-1] == 5.0
    assert all(group.get("visibility") is None for group in parts)
    (dot,) = [circle for circle in root.iter(f"{SVG}circle") if circle.get("class") == "pen"]
    assert dot.get("visibility") == "hidden"


def test_a_program_that_does_nothing_can_be_shown(build):
    for motion in (build(), build("up"), build("down", "up")):
        scene, timeline = scene_of_motion(motion, SMALL), Timeline(motion, SMALL)
        assert len(frames_of(gif_of(scene, timeline, 2.0, longest=60))) >= 1
        assert moving_svg_of(scene, timeline, 2.0).endswith("</svg>\n")


def test_without_travels_none_are_shown_as_it_moves(program):
    scene = scene_of_motion(program, PENS, travels=False)
    assert "#5b8def" not in moving_svg_of(scene, Timeline(program, PENS), 2.0)
