"""Drawings that say one thing of SVG each: what a reader of SVG must get right to put the ink where a browser does.

`HATCHED` are those whose ink is a filled area, compared with a hatching as dense as the pen is wide.
"""

from __future__ import annotations

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
_PAGE = _HEAD + 'width="100mm" height="80mm" viewBox="0 0 100 80">'
# As a pen draws, and as thick however the drawing is scaled: a pen is.
_INK = '<g fill="none" stroke="black" stroke-width="0.6" stroke-linecap="round" stroke-linejoin="round">'

# Lines that cross the edges of clip paths steeply: a cut along a line shows how thick the line is, not where it is.
_LINES = (
    '<g stroke-width="0.3"><circle cx="50" cy="40" r="26"/><path d="M0 40H100M50 0V80M0 30L100 35M36 0L38 80"/></g>'
)


def _page(body: str) -> str:
    return f"{_PAGE}{_INK}{body}</g></svg>"


def _clip(clip: str, body: str, more: str = "") -> str:
    return _page(f'<defs>{more}<clipPath id="c">{clip}</clipPath></defs><g clip-path="url(#c)">{body}</g>')


STROKED = {
    "lines, curves and arcs": _page(
        '<path d="M10 10 L30 10 30 30 10 30z m5 5 l10 10 M40 10 C50 0 60 40 70 10 S90 20 90 40'
        'M10 50 Q20 30 30 50 T50 50 70 50"/>'
        '<path d="M60 70a15 8 30 0 1 25-5 M20 70 a10 10 0 1 0 10-8 M45 75A5 5 0 0 1 50 60"/>'
    ),
    "compact numbers": _page(
        '<path d="M10-0m.5.5l10 20-5.5 3.5.5.5-1e1.1M50 40a10 10 0 01.5 10h10v-5.5zM60,60,70,50"/>'
    ),
    "basic shapes": _page(
        '<rect x="5" y="5" width="20" height="10"/><rect x="30" y="5" width="20" height="14" rx="4"/>'
        '<rect x="55" y="5" width="20" height="14" rx="30" ry="3"/><circle cx="20" cy="40" r="12"/>'
        '<ellipse cx="60" cy="40" rx="20" ry="8"/><line x1="5" y1="60" x2="95" y2="75"/>'
        '<polyline points="5,70 15,60 25,70 35,60"/><polygon points="50,60 60,75 40,75"/>'
    ),
    "units": f'{_HEAD}width="10cm" height="8cm"><g fill="none" stroke="black" stroke-width="1mm">'
    '<rect x="10mm" y="1cm" width="0.5in" height="36pt"/><circle cx="50%" cy="50%" r="10%"/>'
    '<line x1="2pc" y1="200" x2="200px" y2="250"/></g></svg>',
    "a view box that does not fit": f'{_HEAD}width="100mm" height="80mm" viewBox="10 20 50 20" '
    f'preserveAspectRatio="xMaxYMin meet">{_INK}<rect x="11" y="21" width="48" height="18"/>'
    '<circle cx="35" cy="30" r="8"/></g></svg>',
    "a view box that is sliced": f'{_HEAD}width="100mm" height="80mm" viewBox="0 0 50 20" '
    f'preserveAspectRatio="xMidYMid slice">{_INK}<circle cx="25" cy="10" r="8"/><path d="M0 0L50 20"/></g></svg>',
    "use, defs and symbol": _page(
        '<defs><g id="star"><path id="ray" d="M0 0L8 0"/><use href="#ray" transform="rotate(120)"/>'
        '<use xlink:href="#ray" transform="rotate(240)"/></g></defs>'
        '<symbol id="box" viewBox="0 0 30 30"><rect x="3" y="3" width="24" height="24"/><path d="M0 15H30"/></symbol>'
        '<use href="#box" x="10" y="40" width="30" height="30"/><use href="#box" x="55" y="40" width="40" height="30"/>'
    ),
    "style sheets": f"{_PAGE}<style><![CDATA[ /* pens */ * {{fill:none}} .ink {{stroke:#000; stroke-width:1}}"
    " g#a > path.ink {stroke: none} g .gone, .gone.gone {display:none} path { stroke:none !important }"
    " rect[width='20'] {stroke:black;stroke-width:1px} @media print {.ink{stroke:none}} ]]></style>"
    '<g id="a"><path class="ink" d="M0 0L99 99"/><circle class="ink" cx="40" cy="40" r="20"/>'
    '<line class="ink gone" x2="90" y2="9"/></g><rect x="70" y="10" width="20" height="50"/>'
    '<ellipse cx="20" cy="20" rx="9" ry="5" style="stroke:black;stroke-width:1" stroke="none"/></svg>',
    "what is not shown": _page(
        '<g display="none"><circle r="30"/></g><g visibility="hidden"><circle cx="20" cy="20" r="10"/>'
        '<circle cx="50" cy="40" r="10" visibility="visible"/></g><path stroke="none" d="M0 0L99 70"/>'
        '<path opacity="0" d="M0 70L99 0"/><path stroke-opacity="0" d="M0 60L99 0"/><rect width="20" height="0"/>'
    ),
    "inherited from the root": f'{_HEAD}width="100mm" height="80mm" viewBox="0 0 100 80" fill="none" stroke="#000">'
    '<circle cx="50" cy="40" r="30"/><switch><circle cx="20" cy="20" r="10"/><circle cx="80" cy="20" r="9"/>'
    "</switch></svg>",
}

CLIPPED = {
    "nested svg": _page(
        '<svg x="10" y="10" width="40" height="30" viewBox="0 0 10 10">'
        '<circle cx="5" cy="5" r="6" stroke-width=".2"/></svg>'
        '<svg x="55" y="40" width="40" height="30" overflow="visible"><circle cx="5" cy="5" r="20"/></svg>'
    ),
    "clip path": _clip('<circle cx="40" cy="40" r="25"/>', _LINES),
    "clip path with the even-odd rule": _clip(
        '<path clip-rule="evenodd" d="M10 10H90V70H10zM30 25H70V55H30z"/>', _LINES
    ),
    "clip path with the nonzero rule": _clip('<path d="M10 10H90V70H10zM30 25H70V55H30z"/>', _LINES),
    "clip path of several shapes, one by use": _clip(
        '<use href="#r"/><circle cx="70" cy="50" r="15" transform="translate(5 0)"/>'
        '<rect width="9" height="90" display="none"/>',
        _LINES,
        '<rect id="r" x="15" y="10" width="30" height="40"/>',
    ),
    "nested clip paths": _page(
        '<clipPath id="a"><circle cx="40" cy="40" r="25"/></clipPath><clipPath id="e"><circle cx="45" cy="40" r="25"/>'
        '</clipPath><clipPath id="b" clip-path="url(#e)"><rect x="30" y="0" width="70" height="50"/></clipPath>'
        f'<g clip-path="url(#a)" transform="translate(10 0)"><g clip-path="url(#b)">{_LINES}</g></g>'
    ),
    "clip path in units of the box": _page(
        '<clipPath id="c" clipPathUnits="objectBoundingBox"><circle cx=".5" cy=".5" r=".4"/></clipPath>'
        '<rect x="10" y="10" width="60" height="40" clip-path="url(#c)"/>'
        '<path d="M20 20L80 60M20 60L80 20M50 20V60" clip-path="url(#c)"/>'
    ),
    "clip path on a shape that is turned": _page(
        '<clipPath id="c"><rect x="-10" y="-10" width="20" height="20"/></clipPath>'
        '<g transform="translate(50 40) rotate(30) scale(2)"><path d="M-15 3H15M3-15V15"'
        ' clip-path="url(#c)" stroke-width=".2"/></g>'
    ),
}

HATCHED = {
    "transforms": f'{_PAGE}<g transform="translate(50 40) rotate(30) scale(.8 1.2)"><rect x="-20" y="-10" width="40" '
    'height="20"/><g transform="translate(0,30) skewX(20) skewY(-10)"><circle r="10"/></g></g>'
    '<path transform="matrix(1 .2 -.3 .8 10 5) rotate(20,20,20)" d="M5 5h20v20"/></svg>',
    "a view box that is stretched": f'{_HEAD}width="100mm" height="80mm" viewBox="0 0 100 40" '
    'preserveAspectRatio="none"><circle cx="50" cy="20" r="18"/></svg>',
    "a star by the nonzero rule": f'{_PAGE}<path d="M50 5L71 69 17 29H83L29 69z"/></svg>',
    "a star by the even-odd rule": f'{_PAGE}<path fill-rule="evenodd" d="M50 5L71 69 17 29H83L29 69z"/></svg>',
    "rings, one turned": f'{_PAGE}<path d="M10 10H50V70H10zM20 20H40V60H20zM60 10H90V70H60zM70 20V60H80V20z"/></svg>',
    "a curved area, clipped": f'{_PAGE}<clipPath id="c"><circle cx="50" cy="40" r="28"/></clipPath>'
    '<path clip-path="url(#c)" d="M10 40C10 0 50 0 50 40S90 80 90 40L50 5z"/></svg>',
}

HIDDEN = {
    "later areas hide earlier lines": _page(
        '<path d="M0 40H100M0 20L100 60"/><circle cx="40" cy="40" r="20" fill="white"/>'
        '<rect x="50" y="30" width="40" height="30" fill="white"/><path d="M70 0V80"/>'
    ),
}
