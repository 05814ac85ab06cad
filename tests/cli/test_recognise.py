"""What kind of drawing a file is."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from dcode.client.recognise import Kind, foreign, looks_like_gcode, recognise
from tests.cli.fake_daemon import SQUARE

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_are_known_by_how_they_begin(form):
    assert recognise(picture(form), "drawing.gcode") is Kind.PICTURE
    assert recognise(picture(form), as_text=True) is Kind.PICTURE


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"\xef\xbb\xbf\n  " + SVG,
        b'<?xml version="1.0"?>' + SVG,
        b"<!-- hello -->" + SVG,
        SVG.decode().encode("utf-16"),
        zlib.compress(SVG, wbits=31),
    ],
)
def test_an_svg_is_known_by_its_first_tag(data):
    assert recognise(data, "drawing.png") is Kind.SVG


@pytest.mark.parametrize("name", ["horse.gcode", "horse", "horse.svg", "horse.txt"])
def test_gcode_is_gcode_under_any_name(name):
    assert recognise(SQUARE.encode(), name) is Kind.GCODE
    assert recognise(b"; made by hand\r\n\r\n%\r\nN10 G1X5Y.5*33\r\n(end) M2\r\n", name) is Kind.GCODE


def test_prose_is_a_text_if_it_says_so():
    prose = b"Dear plotter,\nG is for gondola.\n"
    assert recognise(prose, "letter.txt") is recognise(prose, "letter.TXT") is Kind.TEXT
    assert recognise(prose, "letter") is Kind.GCODE  # with an error in line 1
    assert recognise(prose, "letter", as_text=True) is Kind.TEXT
    assert recognise(SQUARE.encode(), "horse.gcode", as_text=True) is recognise(SVG, as_text=True) is Kind.TEXT
    assert recognise(b"", "empty.txt") is Kind.TEXT
    assert not looks_like_gcode(b"BM is also how a text may begin\n")
    assert recognise(b"BM is also how a text may begin\n", "a.txt") is Kind.TEXT


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF; save it as SVG"),
        (b"%!PS-Adobe-3.0", "PostScript; save it as SVG"),
        (b"PK\x03\x04abc", "a ZIP archive"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC or AVIF picture; save it as PNG"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "a HEIC or AVIF picture; save it as PNG"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a film"),
        (b"8BPS\0\1", "a Photoshop picture"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "a DXF drawing; save it as SVG"),
        (b"999\ndxfrw 0.6.3\n  0\nSECTION\n", "a DXF drawing; save it as SVG"),
        (b"AutoCAD Binary DXF\r\n\x1a\0", "a DXF drawing; save it as SVG"),
        (b"IN;SP1;PU0,0;PD100,100;", "HPGL; save it as SVG"),
        (b"PU0,0;PD100,100;", "HPGL; save it as SVG"),
        (b"\x1b.(\x1b.I81;;17:\x1b.N;19:IN;SP1;", "HPGL; save it as SVG"),
        (b"\x1b%-1BBPINPS4000,4000;", "HPGL; save it as SVG"),
        (b"\x7fELF\x00\x01\x02\x00", "not even text"),
        ("G1 X1".encode("utf-16"), "UTF-16"),
        ("G21\nG1 X1".encode("utf-16-le"), "UTF-16"),
        ("G21\nG1 X1".encode("utf-16-be"), "UTF-16"),
    ],
)
def test_what_cannot_be_read_is_called_by_its_name(data, what):
    assert recognise(data, "x.gcode") is Kind.FOREIGN
    assert what in foreign(data)


def test_words_that_begin_like_instructions_of_a_plotter_are_none():
    for words in (b"PU\nG1 X1", b"PD dear friend", b"INTRO; G1 X1", b"IN THE BEGINNING;", b"SP1\nG1 X1", b"DF hello;"):
        assert recognise(words, "x.gcode") is Kind.GCODE


def test_a_long_line_takes_no_time():
    assert not looks_like_gcode(b"X1 " * 20_000 + b"!")
    assert looks_like_gcode(b"X1 " * 20_000)
