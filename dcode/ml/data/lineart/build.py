"""The library built: every set read, filtered, converted, near-duplicates dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.skeleton.united import united
from dcode.ml.data.lineart.captions import Captioner, line_list
from dcode.ml.data.lineart.clusters import ALIKE, near_pairs, pictures
from dcode.ml.data.lineart.fetch import debian_package, debian_version
from dcode.ml.data.lineart.icons import Icon, icons
from dcode.ml.data.lineart.pack import Drawing
from dcode.ml.data.lineart.sets import SETS, SHARE_ALIKE, IconSet
from dcode.ml.data.lineart.strokes import strokes_of
from dcode.ml.data.wordnet import Nouns

_SAME: Final = 0.99  # the cosine above which two drawings are one, whatever they are called
_MADE: Final = "5"  # of the kept conversions: counted up when strokes.py or ink.py draw differently

Say = Callable[[str], None]


def chosen_sets(include_sa: bool) -> tuple[IconSet, ...]:
    """The sets that are read: those whose licence asks for share-alike only where wanted."""
    return tuple(source for source in SETS if include_sa or source.licence != SHARE_ALIKE)


def version_of(source: IconSet, cache: Path) -> str:
    """The version that is read: npm's is pinned, Debian's is that of the distribution."""
    return source.version or debian_version(source.package, cache)


def drawings_of(source: IconSet, cache: Path, captioner: Captioner, say: Say) -> list[Drawing]:
    """The drawings of a set that show things. Conversions are kept in the cache: they are most of the work."""
    every = list(icons(source, cache))
    captions = [(icon, captioner.caption(icon)) for icon in every]
    things = [
        (icon, caption)
        for icon, caption in captions
        if len(caption.split()) <= source.longest and captioner.is_thing(icon, caption)
    ]
    kept = _Kept(cache / "strokes" / f"{source.key}-{_MADE}.npz")
    found = []
    for icon, caption in things:
        lines = kept.lines(icon, source)
        if lines is not None:
            found.append(Drawing(source.key, icon.name, caption, captioner.tags(icon, caption), lines))
    kept.save()
    say(
        f"{source.title} {version_of(source, cache)} ({source.licence}): {len(every)} files, "
        f"{len(things)} show things, {len(found)} drawings"
    )
    return found


class _Kept:
    """Conversions of one set, by a hash of the SVG. No strokes: it cannot be drawn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = dict[str, Lines | None]()
        self._new = False
        if path.is_file():
            with np.load(path) as file:
                keys, drawings, strokes, points = (file[name] for name in ("keys", "drawings", "strokes", "points"))
            stroke_at, point_at = np.cumsum([0, *drawings]), np.cumsum([0, *strokes])
            for key, (first, last) in zip(keys.tolist(), pairwise(stroke_at.tolist()), strict=True):
                starts = point_at[first : last + 1]
                lines = Lines(points[starts[0] : starts[-1]].astype(np.float64), starts - starts[0])
                self._known[key] = lines if len(lines) else None

    def lines(self, icon: Icon, source: IconSet) -> Lines | None:
        key = hashlib.sha256(f"{source.way.value} {icon.svg}".encode()).hexdigest()[:24]
        if key not in self._known:
            self._known[key], self._new = strokes_of(icon.svg, source.way), True
        return self._known[key]

    def save(self) -> None:
        if not self._new:
            return
        every = [Lines.of(()) if lines is None else lines for lines in self._known.values()]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            self._path,
            keys=np.array(list(self._known)),
            drawings=np.array([len(lines) for lines in every], dtype=np.int64),
            strokes=np.concatenate([lines.counts for lines in every]).astype(np.int64),
            points=np.concatenate([lines.points for lines in every]).astype(np.uint8),
        )


def in_order(drawings: Sequence[Drawing]) -> list[Drawing]:
    """The favourites first, in the order of their list, then the others as they come."""
    wanted = {name: place for place, name in enumerate(line_list("favourites"))}
    return sorted(drawings, key=lambda drawing: wanted.get(f"{drawing.set_key}:{drawing.name}", len(wanted)))


def without_repeats(drawings: Sequence[Drawing], say: Say) -> list[Drawing]:
    """The drawings less those that look like an earlier one: nearly so with a word in common, or the same at all.

    A drawing that goes leaves its words to the one that stays, as tags. Near-duplicates that stay, such as two faces
    in the same circle, have the same cluster.
    """
    pairs = near_pairs(pictures([drawing.lines for drawing in drawings]), ALIKE)
    images = pictures([drawing.lines for drawing in drawings])
    cosine = np.einsum("ij,ij->i", images[pairs[:, 0]], images[pairs[:, 1]])
    group = united(len(drawings), pairs)
    gone = np.zeros(len(drawings), dtype=bool)
    extra = dict[int, list[str]]()
    for (one, other), same in zip(pairs.tolist(), cosine.tolist(), strict=True):  # in the order of `one`
        if gone[one] or gone[other]:
            continue
        shared = set(drawings[one].caption.split()) & set(drawings[other].caption.split())
        if shared or same > _SAME:
            gone[other] = True
            extra.setdefault(one, []).append(drawings[other].caption)
    stays = [index for index in range(len(drawings)) if not gone[index]]
    say(
        f"{len(drawings)} drawings, {int(gone.sum())} of them near-duplicates that go, {len(stays)} stay, "
        f"in {len(set(group[stays].tolist()))} clusters"
    )
    return [
        replace(drawings[index], cluster=int(group[index]), tags=_with(drawings[index], extra.get(index, [])))
        for index in stays
    ]


def _with(drawing: Drawing, more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*drawing.tags, *(word for word in more if word != drawing.caption)]))


def captioner_of(cache: Path) -> Captioner:
    """Captions with the WordNet of Debian's package."""
    return Captioner(Nouns(debian_package("wordnet-base", cache) / "usr/share/wordnet"))
