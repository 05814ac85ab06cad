from __future__ import annotations

import base64

import numpy as np
import pytest

from dcode.errors import GenerationError
from dcode.generation.packed import MAX_POINTS, MAX_PREVIEW, Packed, preview_bytes, preview_text
from dcode.geometry.lines import Lines

TWO = Lines.of([[(0.0, 0.0), (1.5, -2.25)], [(3.0, 4.0), (5.0, 6.0), (7.0, 8.0)]])


def text(*values: float, kind: str = "<f4") -> str:
    return base64.b64encode(np.array(values, dtype=kind).tobytes()).decode()


def test_lines_come_back_as_they_went():
    found = Packed.of(TWO).lines()
    assert np.array_equal(found.points, TWO.points) and np.array_equal(found.starts, TWO.starts)
    assert len(Packed.of(Lines.of([])).lines()) == 0


def test_places_keep_24_bits():
    points = np.random.default_rng(1).uniform(-1000.0, 1000.0, (100, 2))
    assert np.abs(Packed.of(Lines.of([points])).lines().points - points).max() < 4e-5


def test_a_point_costs_eleven_characters():
    packed = Packed.of(Lines.of([np.zeros((30_000, 2))]))
    assert len(packed.points) + len(packed.counts) < 11 * 30_000


@pytest.mark.parametrize(
    ("points", "counts"),
    [
        (text(0, 0, 1, 1), text(3, kind="<u4")),
        (text(0, 0, 1, 1), text(2, 0, kind="<u4")),
        (text(0, 0, 1), text(1, kind="<u4")),
        (text(0, 0), text(2**32 - 1, 2, kind="<u4")),
        (text(0, float("nan")), text(1, kind="<u4")),
        (text(0, float("inf")), text(1, kind="<u4")),
        ("AAA", ""),
        ("not base64!", ""),
        ("ä", ""),
    ],
)
def test_what_are_no_lines_is_an_error(points: str, counts: str):
    with pytest.raises(GenerationError):
        Packed(points, counts).lines()


@pytest.mark.parametrize("place", [float("nan"), float("inf"), 1e300])
def test_a_point_that_is_nowhere_is_not_sent(place: float):
    with pytest.raises(GenerationError, match="nowhere"):
        Packed.of(Lines.of([[(0.0, place)]]))


def test_too_many_points_are_not_sent():
    with pytest.raises(GenerationError, match="are the most"):
        Packed.of(Lines.of([np.zeros((MAX_POINTS + 1, 2))]))


def test_a_preview_is_a_png_of_bounded_size():
    png = b"\x89PNG\r\n\x1a\n..."
    assert preview_bytes(preview_text(png)) == png
    for wrong in (b"GIF89a", png + bytes(MAX_PREVIEW)):
        with pytest.raises(GenerationError):
            preview_text(wrong)
    with pytest.raises(GenerationError):
        preview_bytes(base64.b64encode(b"<svg>").decode())
