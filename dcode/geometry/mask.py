"""Keep of polylines what is inside an area, or what is outside of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from dcode.geometry.lines import Lines, Mask, Offsets


def clip_to(lines: Lines, area: BaseGeometry) -> Lines:
    """The parts of the polylines inside an area, in their order and direction; its edge belongs to it."""
    return clip_pieces(lines, area)[0]


def clip_pieces(lines: Lines, area: BaseGeometry) -> tuple[Lines, Offsets]:
    """The same, and for each part the index of the polyline that it is of."""
    if area.is_empty or not len(lines):
        return Lines.of(()), np.empty(0, dtype=np.int64)
    shapes = _shapes(lines)
    shapely.prepare(area)
    inside = shapely.covers(area, shapes)
    return _pieces(lines, inside, shapes, shapely.intersection, area, shapely.intersects(area, shapes) & ~inside)


def cut_out(lines: Lines, area: BaseGeometry) -> Lines:
    """The parts of the polylines outside an area, in their order and direction."""
    if area.is_empty or not len(lines):
        return lines
    shapes = _shapes(lines)
    shapely.prepare(area)
    touching = shapely.intersects(area, shapes)
    return _pieces(lines, ~touching, shapes, shapely.difference, area, touching & ~shapely.covers(area, shapes))[0]


def _pieces(
    lines: Lines,
    whole: Mask,
    shapes: npt.NDArray[np.object_],
    cut: Callable[[npt.NDArray[np.object_], BaseGeometry], npt.NDArray[np.object_]],
    area: BaseGeometry,
    crossing: Mask,
) -> tuple[Lines, Offsets]:
    """The polylines that stay whole and what a cut leaves of those that cross, in their order, with their indices."""
    left = [_parts(shape, rest) for shape, rest in zip(shapes[crossing], cut(shapes[crossing], area), strict=True)]
    owners = np.concatenate(
        [np.flatnonzero(whole), np.repeat(np.flatnonzero(crossing), [len(parts) for parts in left])]
    ).astype(np.int64)
    order = np.argsort(owners, kind="stable")
    return Lines.joined([lines.kept(whole), *left]).kept(order), owners[order]


def _shapes(lines: Lines) -> npt.NDArray[np.object_]:
    """A LineString for each polyline, a Point for a dot."""
    dots = lines.counts == 1
    shapes = np.empty(len(lines), dtype=object)
    shapes[dots] = shapely.points(lines.points[lines.starts[:-1][dots]])
    long = lines.kept(~dots)
    if len(long):
        shapes[~dots] = shapely.linestrings(long.points, indices=np.repeat(np.arange(len(long)), long.counts))
    return shapes


def _parts(shape: BaseGeometry, rest: BaseGeometry) -> Lines:
    """What is left of one polyline. A closed one is not cut where it happens to begin."""
    pieces = [part for part in shapely.get_parts(rest) if isinstance(part, shapely.LineString) and part.length > 0]
    found = [shapely.get_coordinates(piece) for piece in pieces]
    if len(found) > 1 and (found[0][0] == found[-1][-1]).all() and shape.is_closed:
        found[0] = np.concatenate([found.pop(), found[0][1:]])
    return Lines.of(found)
