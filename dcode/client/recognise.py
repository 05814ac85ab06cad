"""What kind of drawing a file is, by what is in it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

LOOKED_AT: Final = 1 << 16  # bytes in which something that is not text shows itself
CONTROL: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})  # a program may have a few: its reader tells where
_LINES: Final = 50  # that are looked at to tell G-code from prose
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_GZIP: Final = b"\x1f\x8b"
# A line of G-code, or one that may stand among such lines: words of a letter and a number, comments, the tape mark.
_GCODE: Final = re.compile(rb"\s*(?:[;(%].*|(?:[A-Za-z]\s*[-+]?[0-9.]+\s*)+(?:[;(*].*)?|)\s*")
_DXF: Final = re.compile(rb"(?:\s{0,8}999\r?\n[^\n]{0,256}\n){0,50}\s{0,8}0\s{1,8}SECTION\s")
# A printer is turned to HPGL by one escape sequence; a serial plotter is set up by others.
_HPGL: Final = re.compile(
    rb"(?:\x1bE)?\x1b%-?\d{1,2}B|(?:\x1b\.[^:\x1b]{0,40}[:(]|[\s;]){0,50}(?:IN|DF|SP ?\d{1,3}|P[UDA][-\d,. ]{0,60});"
)
_FOREIGN: Final = {  # and what to do about it
    b"%PDF-": "a PDF; save it as SVG",
    b"%!PS": "PostScript; save it as SVG",
    b"\xc5\xd0\xd3\xc6": "PostScript; save it as SVG",
    b"AutoCAD Binary DXF": "a DXF drawing; save it as SVG",
    b"AC10": "a DWG drawing; save it as SVG",
    b"PK\x03\x04": "a ZIP archive; take the drawing out of it",
    b"PK\x05\x06": "an empty ZIP archive",
    b"{\\rtf": "RTF text; save it as plain text",
    b"8BPS": "a Photoshop picture; save it as PNG",
    b"\0\0\1\0": "an icon; save it as PNG",
    b"\xff\x0a": "a JPEG XL picture; save it as PNG",
}


class Kind(Enum):
    """`FOREIGN` is what dcode does not read."""

    GCODE = "G-code"
    SVG = "SVG"
    PICTURE = "picture"
    TEXT = "text"
    FOREIGN = "foreign"


def recognise(data: bytes, name: str = "", *, as_text: bool = False) -> Kind:
    """The kind of a file. Only for prose does its name count: it is G-code with errors unless it ends in .txt.

    `as_text` says that it is a text to be written, whatever it looks like.
    """
    if data.startswith(_PICTURES) or _is_webp(data) or _is_bmp(data):
        return Kind.PICTURE
    if as_text:
        return Kind.FOREIGN if _is_binary(data) else Kind.TEXT
    if data.startswith(_GZIP) or _opens_a_tag(data):
        return Kind.SVG
    if data.startswith(_UTF_16) or _named(data) or _is_binary(data):
        return Kind.FOREIGN
    if name.lower().endswith(".txt") and not looks_like_gcode(data):
        return Kind.TEXT
    return Kind.GCODE


def foreign(data: bytes) -> str:
    """What a file is that dcode does not read."""
    if data.startswith(_UTF_16) or _is_bare_utf_16(data):
        return "UTF-16 text; save it as UTF-8 or plain ASCII"
    return _named(data) or "neither SVG, a picture nor G-code: it is not even text"


def _named(data: bytes) -> str:
    """What a file is whose format is known, but not read."""
    if data[4:8] == b"ftyp":  # ISO 14496-12: what cameras and telephones write
        still = data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
        return f"a {'HEIC or AVIF picture' if still else 'film'}; save it as PNG or JPEG"
    if _DXF.match(data):
        return "a DXF drawing; save it as SVG"
    if _HPGL.match(data):
        return "HPGL; save it as SVG"
    return next((name for magic, name in _FOREIGN.items() if data.startswith(magic)), "")


def looks_like_gcode(data: bytes) -> bool:
    """Whether at least half of the first lines that say something could be G-code."""
    lines = [line for line in data[:LOOKED_AT].removeprefix(_BOM).splitlines()[:_LINES] if line.strip()]
    return bool(lines) and 2 * sum(_GCODE.fullmatch(line) is not None for line in lines) >= len(lines)


def _is_bare_utf_16(data: bytes) -> bool:
    """UTF-16 without the mark that says so: every other byte of plain text is zero."""
    head = data[:LOOKED_AT]
    for zeros, others in ((head[::2], head[1::2]), (head[1::2], head[::2])):
        if len(zeros) > 1 and not zeros.strip(b"\0") and 0 not in others:
            return True
    return False


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _is_bmp(data: bytes) -> bool:
    """BM alone may begin a text; a BMP goes on with its size, four zeros, and where the pixels begin (14 or more)."""
    return data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and 14 <= int.from_bytes(data[10:14], "little") < 1 << 16


def _opens_a_tag(data: bytes) -> bool:
    head = data[:LOOKED_AT]
    if head.startswith(_UTF_16):
        head = head.replace(b"\0", b"")[2:]
    return head.removeprefix(_BOM).lstrip().startswith(b"<")


def _is_binary(data: bytes) -> bool:
    head = data[:LOOKED_AT]
    return 20 * (len(head) - len(head.translate(None, CONTROL))) > len(head)
