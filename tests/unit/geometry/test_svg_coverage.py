"""Our ink against that of a renderer, both as pixels: of all ink at least 98 % is in both pictures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from dcode.geometry.hatch import Hatch
from dcode.geometry.svg import drawing_svg
from dcode.geometry.svg_import.read import read_svg
from tests.unit.geometry.svg_suite import CLIPPED, HATCHED, HIDDEN, STROKED

_RENDERER = shutil.which("rsvg-convert")
_MM_PER_PIXEL = 0.1
_HATCH_MM, _PEN_MM = 0.25, 0.4  # a pen wider than the spacing leaves no seams

pytestmark = pytest.mark.skipif(_RENDERER is None, reason="rsvg-convert is not installed")


Picture = npt.NDArray[np.float64]


def rendered(svg: str, folder: Path) -> Picture:
    """How much of each pixel of the page, 0.1 mm wide, is black: 0 to 1."""
    image = pytest.importorskip("PIL.Image")
    source, picture = folder / "drawing.svg", folder / "drawing.png"
    source.write_text(svg, encoding="utf-8")
    assert _RENDERER is not None
    size = ["--zoom", str(25.4 / 96 / _MM_PER_PIXEL), "--background-color", "white"]
    subprocess.run([_RENDERER, *size, "-o", picture, source], check=True, timeout=30)
    with image.open(picture) as opened:
        return 1 - np.asarray(opened.convert("L"), dtype=np.float64) / 255


def overlap(one: Picture, other: Picture) -> float:
    """Intersection over union, of ink: a pixel that a line half covers counts half."""
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


@pytest.mark.parametrize("name", STROKED)
def test_lines_are_where_a_renderer_draws_them(name: str, tmp_path: Path):
    ours = drawing_svg(read_svg(STROKED[name].encode(), tolerance=0.002).drawing)
    assert overlap(rendered(ours, tmp_path), rendered(STROKED[name], tmp_path)) >= 0.98


@pytest.mark.parametrize("name", CLIPPED)
def test_lines_end_where_a_clip_path_ends(name: str, tmp_path: Path):
    # A pen's end is round; a clip path cuts through the line.
    ours = drawing_svg(read_svg(CLIPPED[name].encode(), tolerance=0.002).drawing).replace(
        'linecap="round"', 'linecap="butt"'
    )
    assert overlap(rendered(ours, tmp_path), rendered(CLIPPED[name], tmp_path)) >= 0.98


@pytest.mark.parametrize("name", HATCHED)
def test_hatching_covers_what_a_renderer_fills(name: str, tmp_path: Path):
    fill = Hatch(_HATCH_MM, 30.0, inset=_PEN_MM / 2)
    drawing = read_svg(HATCHED[name].encode(), fill=fill, outline_fills=False, tolerance=0.002).drawing
    ours = drawing_svg(drawing).replace('stroke-width="0.5"', f'stroke-width="{_PEN_MM}"')
    assert overlap(rendered(ours, tmp_path), rendered(HATCHED[name], tmp_path)) >= 0.98


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_behind_an_area_is_hidden(name: str, tmp_path: Path):
    ours = drawing_svg(read_svg(HIDDEN[name].encode(), hide=True, tolerance=0.002).drawing)
    assert overlap(rendered(ours, tmp_path), rendered(HIDDEN[name], tmp_path)) >= 0.98
