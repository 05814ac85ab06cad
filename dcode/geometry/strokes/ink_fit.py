"""How much of the paper each of some inks must cover for a colour: least squares in CIE Lab, coverages 0 to 1.

The mixture of mixing.py is linear in any one coverage: with the others held, the best is a quotient, cut to 0 and 1.
Ink after ink, over and over, is a non-negative least squares by coordinates. Differences of roots of light are weighed
by the slopes of Lab, so that the error is the one that is seen. The mixture is not convex in all coverages together:
several beginnings are tried, and the best of them kept.

With black there are more inks than channels, and many answers. How much black is taken is the user's to say, up to the
most that leaves the colour as it is (L. Yang, S. Gooran, M. Eriksen and T. Johansson, "Color-based maximal GCR for
electrophotography", 2006). The grey component itself would be too much: coloured inks are not ideal ones, and what they
lack is not all grey. Black saves two of three strokes in greys, which stay grey whatever the pens are really like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.mixing import Tones, lab_of, lab_slopes

_SWEEPS: Final = 8  # rounds of all inks; 60 of them change no mean by 0.1
_HALVINGS: Final = 6  # steps to the most black, to 1/64
_FEW: Final = 4  # rounds of the coloured inks after such a step: they begin near
_UNSEEN: Final = 0.5  # in Lab: what more black, or less, may cost
_THRIFT: Final = 2.0  # half of what covering all paper costs, in squared Lab: of equal mixtures that with less ink
_BLACK: Final = 0.35  # an ink is a black when no channel lets through more, as a root of light
_DARKEST: Final = 0.1  # the slopes of Lab are taken at this root of light or above: at 0 a root has none


@dataclass(frozen=True, slots=True)
class BlackUse:
    """How much black is taken where coloured inks would do: `share`, 0 to 1, of the most that leaves the colour.

    It begins where that most is above `begin`, 0 to 1. (1, 0) replaces all grey, (1, 0.5) only that of the shadows,
    which keeps black strokes out of light skin; (0, 0) takes black only for what the others are not dark enough for.
    """

    share: float = 1.0
    begin: float = 0.0


def fit(target: Tones, films: Tones, black: BlackUse) -> Tones:
    """Coverages, shape (inks, n), whose mixtures come nearest to roots of light, shape (3, n).

    `films` are the roots of light of paper covered with each ink, shape (inks, 3).
    """
    key = _key(films)
    coloured = [ink for ink in range(len(films)) if ink != key]
    last = [] if key is None else [key]
    fitting = _Fitting(target, films)
    several = [fitting.begun(order) for order in (last + coloured, coloured + last, coloured[::-1] + last)]
    errors = np.stack([fitting.errors(shares) for shares in several])
    if key is None or not coloured:
        return _chosen(several, errors.argmin(axis=0))
    return _Blackening(fitting, several, errors, key, coloured).shares(black)


def fit_each(target: Tones, films: Tones) -> tuple[Tones, Tones]:
    """For each ink alone its best coverage and how far off it is in Lab; both of shape (inks, n)."""
    fitting = _Fitting(target, films)
    shares = np.zeros((len(films), len(films), target.shape[1]), dtype=np.float32)
    for ink, alone in enumerate(shares):
        fitting.sweep(alone, [ink], 1)
    return np.stack([alone[ink] for ink, alone in enumerate(shares)]), np.stack([*map(fitting.errors, shares)])


def _key(films: Tones) -> int | None:
    """The darkest of the inks that are black; None when none is."""
    lightest = films.max(axis=1)
    return int(lightest.argmin()) if lightest.min() < _BLACK else None


def _chosen(several: Sequence[Tones], which: npt.NDArray[np.intp]) -> Tones:
    """Of each of several mixtures, column by column, the one that is named."""
    return np.asarray(np.choose(which, several))


class _Fitting:
    """Colours to be met, and how much each difference from them counts."""

    def __init__(self, target: Tones, films: Tones) -> None:
        self._target, self._missing = target, (1 - films)[:, :, None]
        self._lab = lab_of(target.T)
        self._weights = self._at_target = self._weigh(target)

    def begun(self, order: Sequence[int]) -> Tones:
        """A mixture of all inks, in this order: the first take on the most."""
        shares = np.zeros((len(self._missing), self._target.shape[1]), dtype=np.float32)
        self._weights = self._at_target
        for some in range(1, len(order)):
            self.sweep(shares, order[:some], 1)
        self.sweep(shares, order, _SWEEPS)
        self.bend(shares)
        self.sweep(shares, order, _SWEEPS)
        return shares

    def sweep(self, shares: Tones, inks: Sequence[int], times: int) -> None:
        """Bring the coverage of each of the inks to what is best beside the others, some times over, in place."""
        held = self._mixture(shares, set(range(len(shares))) - {*inks})
        for _ in range(times):
            later = [held]
            for ink in reversed(inks[1:]):
                later.append(later[-1] * self._light(shares, ink))
            before = np.ones_like(held)
            for ink in inks:
                shares[ink] = self._best(ink, before * later.pop())
                before *= self._light(shares, ink)

    def errors(self, shares: Tones) -> Tones:
        """How far each mixture is from its colour, in Lab."""
        mixture = self._mixture(shares, range(len(shares)))
        return np.asarray(np.linalg.norm(lab_of(mixture.T) - self._lab, axis=1), dtype=np.float32)

    def bend(self, shares: Tones) -> None:
        """Take the slopes of Lab half way to the mixtures: where a colour is out of reach they lie far apart."""
        middle = self._target + self._mixture(shares, range(len(shares)))
        middle *= np.float32(0.5)
        self._weights = self._weigh(middle)

    def _best(self, ink: int, others: Tones) -> Tones:
        """The coverage that an ink must have where the others let this much light through."""
        way = others * self._missing[ink]
        pull = np.stack([(row * way).sum(axis=0) for row in self._weights])
        wanted = (pull * (others - self._target)).sum(axis=0) - np.float32(_THRIFT)
        return np.asarray((wanted / np.maximum((pull * way).sum(axis=0), np.float32(1e-9))).clip(0, 1))

    def _light(self, shares: Tones, ink: int) -> Tones:
        return np.asarray(1 - shares[ink] * self._missing[ink])

    def _mixture(self, shares: Tones, inks: Iterable[int]) -> Tones:
        light = np.ones_like(self._target)
        for ink in inks:
            light *= self._light(shares, ink)
        return light

    def _weigh(self, roots: Tones) -> Tones:
        """The square of a difference in Lab as a form of the three channels, shape (3, 3, n)."""
        slopes = lab_slopes(np.maximum(roots.T, _DARKEST)).astype(np.float32)
        return np.ascontiguousarray(np.einsum("nki,nkj->ijn", slopes, slopes))


class _Blackening:
    """Mixtures that are as good as the best of several, with more black or less."""

    def __init__(
        self, fitting: _Fitting, several: Sequence[Tones], errors: Tones, key: int, coloured: Sequence[int]
    ) -> None:
        self._fitting, self._several, self._key, self._coloured = fitting, several, key, coloured
        self._allowed = errors.min(axis=0) + np.float32(_UNSEEN)
        self._good = errors <= self._allowed

    def shares(self, black: BlackUse) -> Tones:
        """The mixtures with as much black as is wanted."""
        most = self._edge(1.0)
        if black == BlackUse():
            return most
        least, key = self._edge(0.0), self._key
        above = (most[key] - np.float32(black.begin)) / np.float32(max(1e-6, 1 - black.begin))
        wanted = np.minimum(np.maximum(np.float32(black.share) * above, least[key]), most[key])
        nearer = wanted - least[key] < most[key] - wanted
        return self._with_black(np.where(nearer, least, most), wanted, 2 * _SWEEPS)[0]

    def _edge(self, end: float) -> Tones:
        """The mixtures with the most black (`end` 1) or the least (0)."""
        black = np.stack([shares[self._key] for shares in self._several])
        first = np.where(self._good, np.abs(black - np.float32(end)), np.inf).argmin(axis=0)
        found = _chosen(self._several, first)
        self._fitting.bend(found)
        good, bad = found[self._key].copy(), np.full_like(black[0], end)
        trial = bad
        for _ in range(_HALVINGS):
            found, as_good = self._with_black(found, trial, _FEW)
            good, bad = np.where(as_good, trial, good), np.where(as_good, bad, trial)
            trial = (good + bad) / 2
        return found

    def _with_black(self, shares: Tones, black: Tones, times: int) -> tuple[Tones, npt.NDArray[np.bool_]]:
        """Mixtures with this much black where they are as good, what they were elsewhere; and where that is."""
        trial = shares.copy()
        trial[self._key] = black
        self._fitting.sweep(trial, self._coloured, times)
        as_good = self._fitting.errors(trial) <= self._allowed
        return np.where(as_good, trial, shares), as_good
