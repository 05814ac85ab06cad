"""A picture in colour as one picture for each pen.

Inks mix as mixing.py says: by Demichel's shares and by overprints, which is right for strokes that cross by chance, as
those of pens at different angles do, and for inks that let light through. (Light mixed by addition would be right for
strokes side by side that never cross; while little is covered the two agree.) ink_fit.py finds the coverages for the
colours of a coarse cube; a picture's colours lie between those, and so do their coverages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import ConfigError
from dcode.geometry.mixing import ROOTS, lab_of, rgb_of, roots_of
from dcode.geometry.strokes.ink_fit import BlackUse, fit, fit_each
from dcode.geometry.strokes.picture import Colours, Picture, Tones

_NODES: Final = 33  # of the cube, each way: eight levels of a channel apart
_STEPS: Final = (_NODES * _NODES, _NODES, 1)  # to the next node along red, green, blue
_CORNERS: Final = [sum(steps) for steps in product(*((0, step) for step in _STEPS))]
_TORN: Final = 0.5  # shares of one ink that differ by more belong to different mixtures
_AT_ONCE: Final = 1 << 16  # pixels: what is worked on stays in the cache

Codes = npt.NDArray[np.intp]

# Of each value of a channel: where it is along the axis, the nodes below and nearest, how far past the one below it is.
_PLACE: Final = np.arange(256) * ((_NODES - 1) / 255)
_BELOW: Final = np.minimum(_PLACE.astype(np.intp), _NODES - 2)
_NEAREST: Final = np.round(_PLACE).astype(np.intp)
_ABOVE: Final = (_PLACE - _BELOW).astype(np.float32)


class Way(Enum):
    """Whether inks may lie over each other."""

    MIXED = "mixed"  # every pen as much as the mixture wants
    NEAREST = "nearest"  # in every pixel the one pen that comes nearest, as much of it as is best


@dataclass(frozen=True, slots=True)
class Ink:
    """A pen. `colour`, #rrggbb, is that of paper covered with it; `angle`, in degrees, is meant for its strokes.

    Strokes of different pens at different angles cross by chance, instead of lying on each other here and beside each
    other there, which would be seen as moiré and as a change of colour.
    """

    name: str
    colour: str
    angle: float = 45.0


# Colours near those of process inks on paper; the angles of the screens of four-colour print.
CYAN: Final = Ink("cyan", "#00a0e0", 15.0)
MAGENTA: Final = Ink("magenta", "#e4007f", 75.0)
YELLOW: Final = Ink("yellow", "#fff000", 0.0)
BLACK: Final = Ink("black", "#000000", 45.0)

SETS: Final[Mapping[str, tuple[Ink, ...]]] = {
    "cmyk": (CYAN, MAGENTA, YELLOW, BLACK),
    "cmy": (CYAN, MAGENTA, YELLOW),
    # For those who have no other pens: no yellow, cyan or magenta comes of these, since two over each other are dark.
    "rgb": (Ink("red", "#ff0000", 15.0), Ink("green", "#00a000", 75.0), Ink("blue", "#0000ff", 45.0)),
}


def palette(colours: Sequence[str]) -> tuple[Ink, ...]:
    """Inks of any colours, named after them: the darkest at 45°, the others evenly around, from dark to light.

    Raises ConfigError for what is not a colour.
    """
    bytes_of = [rgb_of(colour) for colour in colours]
    lightness = [float(lab_of(roots_of(values))[0]) for values in bytes_of]
    order = sorted(range(len(colours)), key=lightness.__getitem__)
    angles = {place: (45.0 + turn * 180.0 / len(colours)) % 180.0 for turn, place in enumerate(order)}
    return tuple(
        Ink(colour, f"#{bytes(values).hex()}", angles[place])
        for place, (colour, values) in enumerate(zip(colours, bytes_of, strict=True))
    )


def inks_of(text: str) -> tuple[Ink, ...]:
    """The inks that a text names: cmyk, cmy, rgb, or colours with commas between them. Raises ConfigError."""
    return SETS[text] if text in SETS else palette([colour.strip() for colour in text.split(",")])


def separate(
    picture: Picture, inks: Sequence[Ink], way: Way = Way.MIXED, black: BlackUse | None = None
) -> list[tuple[Ink, Picture]]:
    """For each ink the picture of what its pen lays down: `darkness` is the share of the paper that it covers.

    Frame and size are the picture's. A picture without colours is a grey one; with black as the only ink the result is
    the picture. `black` is for mixtures with a black among the inks. Raises ConfigError for no inks, or bad colours.
    """
    if not inks:
        raise ConfigError("a separation needs at least one ink", key="inks")
    films = np.stack([roots_of(rgb_of(ink.colour)) for ink in inks])
    colours = _grey(picture.darkness) if picture.colours is None else picture.colours
    if way is Way.MIXED:
        shares = _mixed(colours, films, black or BlackUse())
    else:
        shares = _nearest(colours, films)
    return [(ink, replace(picture, darkness=tones, colours=None)) for ink, tones in zip(inks, shares, strict=True)]


def _grey(darkness: Tones) -> Colours:
    return np.repeat(np.round((1 - darkness) * 255).astype(np.uint8)[..., None], 3, axis=2)


def _mixed(colours: Colours, films: Tones, black: BlackUse) -> Tones:
    """Coverages, shape (inks, height, width)."""
    channels = _channels(colours)
    table, nodes, target = _nodes_around(channels, len(films))
    table[:, nodes] = fit(target, films, black)
    return _between(table, channels).reshape(len(films), *colours.shape[:2])


def _nearest(colours: Colours, films: Tones) -> Tones:
    """Coverages, shape (inks, height, width), all but one of them 0 in each pixel."""
    channels = _channels(colours)
    table, nodes, target = _nodes_around(channels, len(films))
    table[:, nodes], errors = fit_each(target, films)
    chosen = np.zeros(_NODES**3, dtype=np.int8)
    chosen[nodes] = errors.argmin(axis=0)
    of_pixel = chosen[_code(_NEAREST[channels])]
    shares = np.where(of_pixel == np.arange(len(films))[:, None], _between(table, channels), np.float32(0))
    return shares.reshape(len(films), *colours.shape[:2])


def _channels(colours: Colours) -> Colours:
    """One row a channel, shape (3, n)."""
    return np.ascontiguousarray(colours.reshape(-1, 3).T)


def _code(steps: Codes) -> Codes:
    """The number of a node by its steps along the three axes, shape (3, n)."""
    return np.asarray(steps[0] * _STEPS[0] + steps[1] * _STEPS[1] + steps[2])


def _nodes_around(channels: Colours, inks: int) -> tuple[Tones, Codes, Tones]:
    """An empty table of coverages, shape (inks, nodes), which nodes are around colours that there are, and theirs.

    Their colours are roots of light, shape (3, n).
    """
    used = np.zeros(_NODES**3, dtype=np.bool_)
    seen = np.flatnonzero(np.bincount(_code(_BELOW[channels]), minlength=_NODES**3))
    for step in _CORNERS:
        used[seen + step] = True
    nodes = np.flatnonzero(used)
    steps = np.stack(np.unravel_index(nodes, (_NODES,) * 3))
    target = np.interp(steps * (255 / (_NODES - 1)), np.arange(256), ROOTS).astype(np.float32)
    return np.zeros((inks, _NODES**3), dtype=np.float32), nodes, target


def _between(table: Tones, channels: Colours) -> Tones:
    """Coverages, shape (inks, n), of colours, from those of four nodes around each in proportion.

    The four are a tetrahedron along the diagonal of the cell, as in the profiles of printers: what lies between two
    greys is made of those, without a part of the colours beside them.
    """
    found = np.zeros((len(table), channels.shape[1]), dtype=np.float32)
    torn = _torn(table)
    for begin in range(0, channels.shape[1], _AT_ONCE):
        some, shares = channels[:, begin : begin + _AT_ONCE], found[:, begin : begin + _AT_ONCE]
        first, above = _code(_BELOW[some]), _ABOVE[some]
        for weight, node in _tetrahedron(first, above):
            for share, of_nodes in zip(shares, table, strict=True):
                share += of_nodes[node] * weight
        apart = np.flatnonzero(torn[first])
        weights, nodes = zip(*_tetrahedron(first[apart], above[:, apart]), strict=True)
        shares[:, apart] = table[:, np.choose(np.argmax(weights, axis=0), nodes)]
    return np.clip(found, 0.0, 1.0, out=found)  # rounding may lead a little way out


def _tetrahedron(first: Codes, above: Tones) -> Iterator[tuple[Tones, Codes]]:
    """The weight and the number of each of four nodes, for colours that are shares `above` past the node `first`."""
    red, green, blue = above
    most, least = above.max(axis=0), above.min(axis=0)
    middle = red + green + blue - most - least
    along_most = np.where(red == most, _STEPS[0], np.where(green == most, _STEPS[1], _STEPS[2]))
    along_least = np.where(blue == least, _STEPS[2], np.where(green == least, _STEPS[1], _STEPS[0]))
    yield 1 - most, first
    yield most - middle, first + along_most
    yield middle - least, first + sum(_STEPS) - along_least
    yield least, first + sum(_STEPS)


def _torn(table: Tones) -> npt.NDArray[np.bool_]:
    """The cells, by their first node, whose nodes are met by quite different inks: between those there is nothing.

    Half of one mixture and half of another may be far from both; the node with the most weight is six levels away, or
    less.
    """
    last = table.shape[1] - _CORNERS[-1]
    corners = np.stack([table[:, step : step + last] for step in _CORNERS])
    torn = np.zeros(table.shape[1], dtype=np.bool_)
    torn[:last] = (np.ptp(corners, axis=0) > _TORN).any(axis=0)
    return torn
