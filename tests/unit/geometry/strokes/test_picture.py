from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dcode.errors import ConfigError, DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.strokes import picture as module
from dcode.geometry.strokes.picture import Picture, check_samples, darkness_of, picture_of, read_picture
from tests.unit.geometry.strokes.ink import picture

SHEET = Bounds(-100, 100, 50, -50)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def grey(*values: int) -> Image.Image:
    return Image.fromarray(np.array([values], dtype=np.uint8))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, more: bytes = b"") -> bytes:
    """A PNG that Pillow does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_picture_is_as_large_as_it_goes_on_the_sheet_and_centred():
    shown = picture_of(np.zeros((10, 40, 3), dtype=np.uint8), SHEET, margin=10)
    assert shown.frame == Bounds(-90, 90, 22.5, -22.5)
    assert shown.pixel_mm == pytest.approx(4.5)
    with pytest.raises(ConfigError):
        picture_of(np.zeros((10, 40, 3), dtype=np.uint8), SHEET, margin=50)


def test_the_darkness_of_a_grey_is_the_same_to_the_last_bit_wherever_it_is_asked():
    greys = np.arange(256, dtype=np.uint8)
    shown = picture_of(np.repeat(greys[None, :, None], 3, axis=2), SHEET)
    assert shown.darkness[0].tolist() == [darkness_of(value) for value in range(256)]
    assert (darkness_of(255), darkness_of(0)) == (0.0, 1.0)


def test_colours_weigh_as_the_eye_sees_them():
    shown = picture_of(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], dtype=np.uint8), SHEET)
    assert shown.darkness[0] == pytest.approx([0.701, 0.413, 0.886])
    assert shown.colours is not None and shown.colours.shape == (1, 3, 3)


def test_tones_between_pixel_centres_are_in_proportion_and_none_outside():
    shown = picture([[0.0, 1.0], [0.5, 0.5]], pixel_mm=10)
    at = [(-5, 5), (5, 5), (0, 5), (0, 0), (-10, 10), (10, -10), (10.001, 0), (np.nan, 0), (0, np.inf)]
    assert shown.tone_at(np.array(at)) == pytest.approx([0, 1, 0.5, 0.5, 0, 0.5, 0, 0, 0])


def test_many_tones_are_those_of_each_point():
    shown = picture(np.random.default_rng(1).random((30, 40)))
    points = np.random.default_rng(2).uniform(-22, 22, (70_000, 2))
    some = [0, 1, 32_767, 32_768, 65_535, 65_536, 69_999]
    assert shown.tone_at(points)[some].tolist() == [shown.tone_at(points[[index]])[0] for index in some]
    assert len(shown.tone_at(np.empty((0, 2)))) == 0


@pytest.mark.parametrize("shape", [(30, 40), (1, 40), (30, 1), (1, 1)])
def test_a_slanted_grid_is_the_tones_at_its_points(shape: tuple[int, int]):
    shown = picture(np.random.default_rng(1).random(shape), pixel_mm=2)
    tones = shown.grid((-50.0, -40.0), (0.9, 0.4), (-0.4, 0.9), (100, 120))
    row, column = np.mgrid[:100, :120]
    points = np.stack([-50 + 0.9 * column - 0.4 * row, -40 + 0.4 * column + 0.9 * row], axis=-1)
    inside = np.array([shown.frame.contains(x, y) for x, y in points.reshape(-1, 2)])
    assert inside.any()
    assert tones.ravel()[inside] == pytest.approx(shown.tone_at(points.reshape(-1, 2))[inside], abs=1e-5)


def test_a_grid_goes_on_for_two_pixels_beyond_the_frame():
    tones = picture(np.ones((4, 4))).grid((-9.5, 0.5), (1.0, 0.0), (0.0, 1.0), (1, 20))
    assert tones[0].tolist() == [0.0] * 6 + [1.0] * 8 + [0.0] * 6


def test_more_samples_than_fit_in_memory_are_refused():
    check_samples(1e6)
    with pytest.raises(DrawingError, match="wider steps"):
        picture([[1.0]]).grid((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (100_000, 100_000))


def test_places_in_the_picture_are_places_on_the_paper():
    shown = Picture(np.zeros((10, 20), dtype=np.float32), Bounds(0, 40, 20, 0))
    assert shown.to_paper([0, 10, 3.5], [0, 20, 5.5]).tolist() == [[0, 20], [40, 0], [11, 13]]


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG"])
def test_every_kind_of_file_is_read(form: str):
    image = Image.fromarray(np.repeat(np.array([[0, 255]], dtype=np.uint8), 16, axis=0).repeat(16, axis=1))
    shown = read_picture(encoded(image, form), SHEET)
    assert shown.darkness.shape == (16, 32)
    assert shown.darkness[5, [3, 28]] == pytest.approx([1, 0], abs=0.02)


def test_what_is_transparent_is_paper():
    colours = np.array([[[0, 0, 0, 255], [0, 0, 0, 51], [0, 0, 0, 0]]], dtype=np.uint8)
    assert read_picture(encoded(Image.fromarray(colours)), SHEET).darkness[0] == pytest.approx([1, 0.2, 0])
    listed = grey(0, 100, 200).convert("P")
    assert read_picture(encoded(listed, transparency=0), SHEET).darkness[0, 0] == 0


def test_a_small_copy_of_a_large_picture_does_not_mix_in_what_is_transparent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_KEPT_PIXELS", 64)
    colours = np.zeros((32, 32, 4), dtype=np.uint8)
    colours[:, :, :3] = 255  # white; where it is opaque, black
    colours[:, ::2] = (0, 0, 0, 255)
    colours[:, 1::2, 3] = 0
    shown = read_picture(encoded(Image.fromarray(colours)), SHEET)
    assert shown.darkness.shape == (8, 8)
    assert shown.darkness == pytest.approx(np.full((8, 8), 0.5), abs=0.01)


def test_sixteen_bits_of_grey_are_all_used():
    values = np.array([[0, 257 * 100, 257 * 100 + 128, 257 * 101 - 128, 65535]], dtype=np.uint16)
    shown = read_picture(encoded(Image.fromarray(values)), SHEET)
    assert shown.darkness[0].tolist() == [darkness_of(value) for value in (0, 100, 100, 101, 255)]


def test_sixteen_bits_of_grey_with_a_transparent_one():
    row = b"\0" + struct.pack(">3H", 0, 30_000, 65_535)
    shown = read_picture(png(3, 1, 16, 0, row, chunk(b"tRNS", struct.pack(">H", 30_000))), SHEET)
    assert shown.darkness[0] == pytest.approx([1, 0, 0], abs=0.01)


def test_numbers_from_nought_to_one_are_tones():
    shown = read_picture(encoded(Image.fromarray(np.array([[0, 0.5, 1]], dtype=np.float32)), "TIFF"), SHEET)
    assert shown.darkness[0] == pytest.approx([1, 0.5, 0], abs=0.01)


def test_a_picture_is_turned_as_its_camera_says():
    exif = Image.Exif()
    exif[274] = 6  # to be turned clockwise by a quarter
    image = Image.fromarray(np.repeat(np.array([[0, 255]], dtype=np.uint8), 16, axis=0).repeat(16, axis=1))
    shown = read_picture(encoded(image, "PNG", exif=exif), SHEET)
    assert shown.darkness.shape == (32, 16)
    assert (shown.darkness[0, 0], shown.darkness[31, 0]) == (1, 0)


def test_a_large_picture_is_made_smaller_and_keeps_its_aspect(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_KEPT_PIXELS", 5000)
    shown = read_picture(encoded(Image.new("L", (400, 200), 0)), SHEET)
    assert shown.darkness.shape == (50, 100)
    assert shown.darkness.min() == 1


def test_too_large_a_picture_is_refused_before_it_is_read():
    for side in (10_001, 20_000):  # beyond the limit, and beyond Pillow's own
        with pytest.raises(DrawingError, match="smaller than 10,000 by 10,000") as caught:
            read_picture(png(side, side, 8, 0, b""), SHEET)
        assert caught.value.limit == 100_000_000


@pytest.mark.parametrize("data", [b"", b"x", b"<svg/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(data: bytes):
    with pytest.raises(DrawingError, match="not a picture"):
        read_picture(data, SHEET)


def test_a_picture_that_ends_early_is_refused():
    whole = encoded(Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64), dtype=np.uint8)))
    with pytest.raises(DrawingError, match="damaged"):
        read_picture(whole[: len(whole) // 2], SHEET)


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG"])
def test_a_damaged_file_is_a_picture_or_a_drawing_error(form: str):
    exif = Image.Exif()
    exif[274], exif[306] = 6, "2026:01:01 00:00:00"
    options = {"exif": exif} if form in ("PNG", "TIFF", "WEBP", "JPEG") else {}
    noise = np.random.default_rng(1).integers(0, 255, (12, 12, 3), dtype=np.uint8)
    whole = encoded(Image.fromarray(noise), form, **options)
    random = np.random.default_rng(2)
    outcomes = set()
    for _ in range(150):
        data = bytearray(whole)
        for place in random.integers(0, min(len(data), 300), random.integers(1, 4)):
            data[place] = random.choice([0, 255, data[place] ^ 1 << random.integers(8)])
        try:
            read_picture(bytes(data), SHEET)
            outcomes.add("read")
        except DrawingError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
