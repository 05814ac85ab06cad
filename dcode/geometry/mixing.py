"""What colour the eye sees where inks cover part of the paper.

Strokes of several pens that cross by chance leave bare paper, single inks and overprints, in the shares that Demichel
gave (1924); the light of a patch is the mean of these by area (Neugebauer 1937). Pen inks are dyes: an overprint lets
through the product of what each ink lets through. The shares and the products together factor into one term a pen:

    light = paper * product over the pens of (1 - coverage * (1 - ink))

Light spreads inside the paper and is caught by the ink nearby, so that a half covered patch is darker than the mean;
Yule and Nielsen (1951) take the mean of the n-th roots instead, n from 1, no spreading, to 2, complete spreading. All
sums here are of square roots (n = 2). A root of linear light is within 0.04 of the sRGB value, so that one black pen
that covers as much as a Picture is dark gives the picture, and strokes in pixels mix as browsers mix them.
See R. D. Hersch and M. Hébert, "Base models for color halftone reproduction", 2015, for all of these models.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import ConfigError
from dcode.geometry.svg_import.colours import colour as css_colour

Tones = npt.NDArray[np.float32]  # any shape, 0 to 1
Bytes = npt.NDArray[np.uint8]

_SHADES: Final = 4095  # steps of a root that are told apart on the way to sRGB: finer than its finest step
# Linear sRGB to CIE XYZ under D65, IEC 61966-2-1; rows X, Y, Z.
_TO_XYZ: Final = np.array(((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)))
_WHITE: Final = _TO_XYZ.sum(axis=1)
_TO_LAB: Final = np.array(((0.0, 116.0, 0.0), (500.0, -500.0, 0.0), (0.0, 200.0, -200.0)))
_LAB_FLOOR: Final = np.array((-16.0, 0.0, 0.0))


def rgb_of(colour: str) -> tuple[int, int, int]:
    """The three bytes of a colour as CSS writes them: #rrggbb, #rgb, a name. Raises ConfigError for what is none."""
    known = css_colour(colour)
    if known is None:
        raise ConfigError(f"{colour!r} is not a colour; write it as #rrggbb or red", key="colour", value=colour)
    red, green, blue = bytes.fromhex(known[0][1:])
    return red, green, blue


def _roots() -> Tones:
    value = np.arange(256) / 255
    return np.sqrt(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)).astype(np.float32)


def _encoded() -> Bytes:
    linear = (np.arange(_SHADES + 1) / _SHADES) ** 2
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(value * 255).astype(np.uint8)


ROOTS: Final = _roots()  # of the light that each sRGB value stands for (IEC 61966-2-1)
_ENCODED: Final = _encoded()


def roots_of(colours: Bytes | tuple[int, int, int]) -> Tones:
    """Square roots of linear light, 0 to 1, of sRGB values; the same shape."""
    return np.asarray(ROOTS[np.asarray(colours)])


def srgb_of(roots: Tones) -> Bytes:
    """sRGB values of square roots of linear light, which must be from 0 to 1."""
    return _ENCODED[(roots * np.float32(_SHADES) + np.float32(0.5)).astype(np.int16)]


def mixed(inks: Iterable[tuple[str, Tones]], paper: Tones | str = "#ffffff") -> Tones:
    """Roots of light, shape (..., 3), of paper on which each ink (#rrggbb) covers shares, shape (...), of each place.

    `paper` is a colour, or roots of shape (..., 3): paper on which something is drawn already.
    """
    light: Tones | None = None if isinstance(paper, str) else paper.copy()
    for colour, share in inks:
        if light is None:
            light = np.broadcast_to(roots_of(rgb_of(str(paper))), (*share.shape, 3)).copy()
        for channel, root in enumerate(roots_of(rgb_of(colour)).tolist()):
            if root < 1:
                light[..., channel] *= 1 - share * np.float32(1 - root)
    return roots_of(rgb_of(str(paper))) if light is None else light


def lab_of(roots: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """CIE 1976 L*, a*, b* under D65, shape (..., 3), of square roots of linear light, shape (..., 3)."""
    cubes = (roots.astype(np.float64) ** 2 @ _TO_XYZ.T) / _WHITE
    straight = (24389 / 27 * cubes + 16) / 116
    return np.asarray(np.where(cubes > 216 / 24389, np.cbrt(cubes), straight) @ _TO_LAB.T + _LAB_FLOOR)


def lab_slopes(roots: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How L*, a*, b* change with each root, shape (..., 3, 3): Lab first, then red, green, blue."""
    squares = roots.astype(np.float64) ** 2
    cubes = (squares @ _TO_XYZ.T) / _WHITE
    slope = np.where(cubes > 216 / 24389, np.cbrt(np.maximum(cubes, 1e-9)) ** -2 / 3, 24389 / 27 / 116)
    by_root = (_TO_XYZ / _WHITE[:, None]) * (2 * roots.astype(np.float64))[..., None, :]
    return np.asarray(_TO_LAB @ (slope[..., :, None] * by_root))
