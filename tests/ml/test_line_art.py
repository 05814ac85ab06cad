"""Pictures of line drawings made into strokes: what is ink, what is a speck, what is a line drawing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dcode.ml.line_art import cleaned, covered, traced

Colours = npt.NDArray[np.uint8]
Pen = ImageDraw.ImageDraw


def picture(paint: Callable[[Pen], object], shade: float = 0.0, grain: float = 0.0, side: int = 256) -> Colours:
    """A soft picture, its paper darker by `shade` from left to right."""
    image = Image.new("L", (side, side), 245)
    paint(ImageDraw.Draw(image))
    grey = np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float64)
    grey = grey - np.linspace(0.0, shade, side) + np.random.default_rng(1).normal(0.0, grain or 1e-9, grey.shape)
    return np.stack([np.clip(grey, 0, 255).astype(np.uint8)] * 3, axis=-1)


def ring(draw: Pen) -> None:
    draw.ellipse((60, 60, 200, 200), outline=40, width=4)


def test_a_ring_becomes_one_closed_stroke_in_its_place() -> None:
    found = traced(picture(ring))
    assert len(found.lines) == 1
    radius = np.hypot(*(found.lines[0] - (130.5, 256 - 130.5)).T)
    assert np.abs(radius - 68.5).max() < 1.5
    assert found.covered > 0.95


def test_paper_that_darkens_across_the_picture_is_no_ink() -> None:
    found = traced(picture(ring, shade=150.0))
    assert len(found.lines) <= 3
    assert found.ink < 0.06
    assert found.covered > 0.9


def test_specks_and_grain_leave_no_strokes() -> None:
    def specked(draw: Pen) -> None:
        ring(draw)
        for at in range(5, 250, 20):
            draw.point((at, 10), fill=0)

    assert len(traced(picture(specked, grain=6.0)).lines) <= 2


def test_what_is_black_inside_is_ink_and_outlined() -> None:
    disc = picture(lambda draw: draw.ellipse((60, 60, 200, 200), fill=5))
    found = traced(disc)
    assert len(found.lines) == 1
    assert found.ink == pytest.approx(0.235, abs=0.03)


def test_a_line_drawing_is_worth_more_than_noise_shading_or_nothing() -> None:
    def drawing(draw: Pen) -> None:
        ring(draw)
        draw.line((20, 230, 240, 240), fill=30, width=4)
        for x in (90, 160):
            draw.ellipse((x, 100, x + 12, 112), outline=30, width=3)
        draw.arc((90, 110, 170, 170), 20, 160, fill=30, width=4)

    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8)
    clouds = np.asarray(Image.fromarray(noise[:8, :8]).resize((256, 256), Image.Resampling.BICUBIC))
    best = traced(picture(drawing)).worth
    assert best > 0.9
    assert traced(clouds).worth < 0.7 * best
    assert traced(noise).worth < 0.7 * best


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_plain_sheet_is_worth_nothing(grey: int) -> None:
    assert traced(np.full((64, 64, 3), grey, dtype=np.uint8)).worth < 0.05


def test_strokes_that_miss_the_ink_cover_none() -> None:
    found = traced(picture(ring))
    away = np.zeros((256, 256), dtype=bool)
    away[:20, :20] = True
    assert covered(found.lines, away, 3.0) == 0.0


def test_ink_is_a_share_of_every_pixel() -> None:
    ink = cleaned(picture(ring)[..., 0].astype(np.float32) / -255 + 1)
    assert ink.dtype == np.float32
    assert ink.min() == 0.0
    assert ink.max() == 1.0
    assert ((ink > 0) & (ink < 1)).any()
