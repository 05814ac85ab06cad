"""Broken and hostile files: a clear error with its place, in little time and memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.errors import DrawingError
from dcode.geometry.hatch import Hatch
from dcode.geometry.svg_import import tree
from dcode.geometry.svg_import.read import read_svg
from tests.unit.geometry.svg_suite import CLIPPED, STROKED

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{10 * f"&{chr(97 + n)};"}">' for n in range(9))
    + "]><svg><text>&j;</text></svg>"
)
MANY_USES = "<svg><defs><path id='u0' d='M0 0H9'/>" + "".join(
    f"<g id='u{n}'>" + 10 * f"<use href='#u{n - 1}'/>" + "</g>" for n in range(1, 12)
)

MANY_REFERENCES = f"""<!DOCTYPE svg [<!ENTITY a "{200 * "ha"}">]><svg><text>{1000 * "&a;"}</text></svg>"""

HOSTILE = {
    "an entity bomb": (BOMB, "entities are refused"),
    "a file read by an entity": (
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "entities are refused",
    ),
    "a parameter entity": (
        '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://x.example/">%x;]><svg/>',
        "entities are refused",
    ),
    "a long entity": (MANY_REFERENCES, "entities are refused"),
    "an entity used very often": (
        MANY_REFERENCES.replace(200 * "ha", "ha").replace("&a;", 300 * "&a;"),
        "entities are refused",
    ),
    "an element in an entity": ('<!DOCTYPE svg [<!ENTITY a "<g/>">]><svg>&a;</svg>', "entities are refused"),
    "a use of itself": ('<svg><g id="a"><use href="#a"/></g></svg>', "inside itself"),
    "uses in a ring": ('<svg><g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g></svg>', "inside itself"),
    "a clip path of itself": (
        '<svg><clipPath id="a" clip-path="url(#a)"/><path d="M0 0H9" clip-path="url(#a)"/></svg>',
        "inside itself",
    ),
    "uses of uses of uses": (MANY_USES + "</defs><use href='#u11'/></svg>", "more than 500000 elements to draw"),
    "deep nesting": ("<svg>" + 200 * "<g>" + 200 * "</g>" + "</svg>", "one inside the other"),
    "more dashes than fit": (
        '<svg><path stroke="red" stroke-dasharray="0.4 0.4" d="M0 0H1e8"/></svg>',
        "dashes need more than",
    ),
    "an encoding that is none": ('<?xml version="1.0" encoding="gb-nonsense"?><svg/>', "not XML"),
    "half a file": ("<svg><path d='M0 0", "not XML"),
    "no XML": ("G1 X10 Y10", "not XML"),
    "nothing": ("", "not XML"),
    "another kind of XML": ("<html/>", "not SVG"),
    "a number that is none": ("<svg><path d='MNaN,NaN'/></svg>", "numbers by 2"),
    "a number too large": ("<svg><path d='M0 0L1e999 5'/></svg>", "too large"),
    "a length that is none": ("<svg><rect width='wide' height='5'/></svg>", "not a length"),
    "a transform that is none": ("<svg><g transform='twist(5)'/></svg>", "not a transform"),
    "a view box that is none": ("<svg viewBox='0 0 5'/>", "not a view box"),
    "a curve without end": ("<svg><path d='M0 0C1e30 0 0 1e30 5 5'/></svg>", "points"),
    "digits without end": ("<svg><path d='A" + 100_000 * "1" + "'/></svg>", "path begins with M"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_says_what_is_wrong(name: str):
    text, words = HOSTILE[name]
    begin = time.process_time()
    with pytest.raises(DrawingError, match=words):
        read_svg(text.encode())
    assert time.process_time() - begin < 30


def test_says_where():
    with pytest.raises(DrawingError) as caught:
        read_svg(b"<svg>\n<g>\n<path id='roof' d='M0 0L1'/></g></svg>")
    assert (caught.value.element, caught.value.line) == ("path#roof", 3)
    assert str(caught.value) == "line 3, <path#roof>: L takes numbers by 2, and there are 1"
    with pytest.raises(DrawingError) as broken:
        read_svg(b"<svg>\n  <g></svg>")
    assert (broken.value.line, broken.value.column) == (2, 8)


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tree, "MOST_BYTES", 1000)
    for data in (b"<svg>" + 1000 * b" " + b"</svg>", gzip.compress(b"<svg>" + 100_000 * b" " + b"</svg>")):
        with pytest.raises(DrawingError, match="is not read"):
            read_svg(data)


def test_a_packed_bomb_is_not_unpacked():
    packed = gzip.compress(b"\0" * (tree.MOST_BYTES + 5_000_000), compresslevel=1)
    tracemalloc.start()
    with pytest.raises(DrawingError, match="is not read"):
        read_svg(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * tree.MOST_BYTES


def test_a_hatching_without_end_is_refused():
    with pytest.raises(DrawingError, match="wider spacing"):
        read_svg(b"<svg><rect width='1e12' height='1e12'/></svg>", fill=Hatch(1.0))


def test_backtracking_is_not_to_be_had():
    begin = time.process_time()
    for value in ("1" * 100_000 + "x", "A" + "1" * 5_000, "M0 0A" + "1" * 5_000 + "x"):
        for body in (f"<path d='{value}'/>", f"<rect width='{value}'/>", f"<g transform='rotate({value})'/>"):
            with pytest.raises(DrawingError):
                read_svg(f"<svg>{body}</svg>".encode())
    assert time.process_time() - begin < 10


PIECES = sorted({*STROKED.values(), *CLIPPED.values()})


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(PIECES),
    st.integers(0, 2000),
    st.integers(0, 20),
    st.text("<>/\"'#()0123456789.eE-gMz ", max_size=8),
)
def test_a_damaged_file_is_read_or_refused(svg: str, place: int, length: int, damage: str):
    try:
        read_svg((svg[:place] + damage + svg[place + length :]).encode())
    except DrawingError as error:
        assert str(error)
