"""The paths of a file as they are read, in their own coordinates, and all their appearances on paper at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dcode.geometry.curves import Outline
from dcode.geometry.lines import Lines, Offsets, ranges
from dcode.geometry.transform import Transform

_CURVE = 8  # numbers a curve: three points, where an arc begins and how far it goes


class PathPen:
    """Takes path after path and keeps them in flat arrays: 16 bytes a vertex, whatever the file does.

    `shape()` ends an element's paths and gives them a number. A subpath that only moves is nothing.
    """

    def __init__(self) -> None:
        self.xy = array("d")
        self.starts = array("q")  # the vertex that each subpath begins with
        self.curve_at = array("q")
        self.curve_is_arc = bytearray()
        self.curves = array("d")
        self._shapes = array("q")  # four numbers each: subpaths from, to; curves from, to
        self._subpaths = 0
        self._curves = 0

    def straight(self, coordinates: Sequence[float]) -> None:
        """A whole subpath of straight lines: x, y, x, y, ..."""
        self.starts.append(len(self.xy) // 2)
        self.xy.extend(coordinates)

    def move(self, x: float, y: float) -> None:
        self.starts.append(len(self.xy) // 2)
        self.xy.extend((x, y))

    def line(self, x: float, y: float) -> None:
        self.xy.extend((x, y))

    def cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None:
        self._curve(False, (x1, y1, x2, y2, 0.0, 0.0, 0.0, 0.0), x, y)

    def quadratic(self, x1: float, y1: float, x: float, y: float) -> None:
        """As the cubic that it is."""
        x0, y0 = self.xy[-2], self.xy[-1]
        self.cubic(x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3, x + (x1 - x) * 2 / 3, y + (y1 - y) * 2 / 3, x, y)

    def ellipse_part(
        self, centre: tuple[float, float], axes: tuple[float, float, float, float], begin: float, turn: float
    ) -> None:
        """On from here, around `centre`: half axes u and v as (ux, uy, vx, vy), angles in radians from u towards v."""
        ux, uy, vx, vy = axes
        cosine, sine = math.cos(begin + turn), math.sin(begin + turn)
        x, y = centre[0] + ux * cosine + vx * sine, centre[1] + uy * cosine + vy * sine
        self._curve(True, (*centre, *axes, begin, turn), x, y)

    def arc(self, rx: float, ry: float, tilt: float, large: bool, sweep: bool, x: float, y: float) -> None:
        """SVG's A command: from two points to the ellipse between them, SVG 2, B.2.4. Tilt in degrees."""
        x0, y0 = self.xy[-2], self.xy[-1]
        rx, ry = abs(rx), abs(ry)
        if rx == 0 or ry == 0 or (x0 == x and y0 == y):
            self.line(x, y)
            return
        cosine, sine = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        half_x, half_y = (x0 - x) / 2, (y0 - y) / 2
        px, py = (cosine * half_x + sine * half_y) / rx, (cosine * half_y - sine * half_x) / ry
        square = px * px + py * py
        if not math.isfinite(square) or square == 0:
            self.line(x, y)
            return
        if square > 1:  # radii too small to reach: the smallest that do
            grow = math.sqrt(square)
            rx, ry, px, py, square = rx * grow, ry * grow, px / grow, py / grow, 1.0
        off = math.sqrt(max(0.0, 1 / square - 1)) * (-1 if large == sweep else 1)
        # In the ellipse's own axes, as a unit circle: its centre, then the angles of both ends around it.
        cx, cy = off * py, -off * px
        begin, end = math.atan2(py - cy, px - cx), math.atan2(-py - cy, -px - cx)
        turn = (end - begin) % (2 * math.pi)
        if not sweep:
            turn -= 2 * math.pi
        centre = (
            cosine * rx * cx - sine * ry * cy + (x0 + x) / 2,
            sine * rx * cx + cosine * ry * cy + (y0 + y) / 2,
        )
        axes = (rx * cosine, rx * sine, -ry * sine, ry * cosine)
        self._curve(True, (*centre, *axes, begin, turn), x, y)

    def close(self) -> tuple[float, float]:
        """Back to where the subpath began: that point."""
        first = 2 * self.starts[-1]
        x, y = self.xy[first], self.xy[first + 1]
        # A subpath of one point is closed by a line without length, which is a dot.
        if (self.xy[-2], self.xy[-1]) != (x, y) or first == len(self.xy) - 2:
            self.line(x, y)
        return x, y

    def shape(self) -> int:
        """The number of what came since the last call; -1 when nothing did."""
        starts = self.starts
        if len(starts) > self._subpaths and len(self.xy) // 2 - starts[-1] == 1:
            starts.pop()
            del self.xy[-2:]
        if len(starts) > self._subpaths + 1:
            self._drop_moves()
        if len(starts) == self._subpaths:
            return -1
        curves = len(self.curve_is_arc)
        self._shapes.extend((self._subpaths, len(starts), self._curves, curves))
        self._subpaths, self._curves = len(starts), curves
        return len(self._shapes) // 4 - 1

    def vertices(self, shape: int) -> int:
        """How many vertices a shape has."""
        first, beyond = self._shapes[4 * shape], self._shapes[4 * shape + 1]
        end = self.starts[beyond] if beyond < len(self.starts) else len(self.xy) // 2
        return end - self.starts[first]

    def _drop_moves(self) -> None:
        """Take the subpaths of one vertex out of the shape under way."""
        begins = self.starts[self._subpaths :]
        ends = [*begins[1:], len(self.xy) // 2]
        if all(end - begin > 1 for begin, end in zip(begins, ends, strict=True)):
            return
        kept_xy, kept_starts, moved = array("d"), array("q"), dict[int, int]()
        base = begins[0]
        for begin, end in zip(begins, ends, strict=True):
            if end - begin > 1:
                kept_starts.append(base + len(kept_xy) // 2)
                for vertex in range(begin, end):
                    moved[vertex] = base + len(kept_xy) // 2 + vertex - begin
                kept_xy.extend(self.xy[2 * begin : 2 * end])
        del self.xy[2 * base :], self.starts[self._subpaths :]
        self.xy.extend(kept_xy)
        self.starts.extend(kept_starts)
        for index in range(self._curves, len(self.curve_at)):
            self.curve_at[index] = moved[self.curve_at[index]]

    def _curve(self, is_arc: bool, row: tuple[float, ...], x: float, y: float) -> None:
        self.curve_at.append(len(self.xy) // 2)
        self.curve_is_arc.append(is_arc)
        self.curves.extend(row)
        self.xy.extend((x, y))

    def appearances(self, shapes: Sequence[int], transforms: Sequence[Transform]) -> tuple[Outline, Offsets]:
        """Every shape as its transform shows it, in one outline; and for each of its paths the place of its shape."""
        table = np.frombuffer(self._shapes, dtype=np.int64).reshape(-1, 4)[np.array(shapes, dtype=np.int64)]
        maps = _as_rows(transforms)
        vertices = np.frombuffer(self.xy, dtype=np.float64).reshape(-1, 2)
        starts = np.append(np.frombuffer(self.starts, dtype=np.int64), len(vertices))
        paths = ranges(table[:, 0], table[:, 1] - table[:, 0])
        owner = np.repeat(np.arange(len(table)), table[:, 1] - table[:, 0])
        counts = starts[paths + 1] - starts[paths]
        points = _mapped(vertices[ranges(starts[paths], counts)], maps[np.repeat(owner, counts)])
        lines = Lines(points, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
        curve_counts = table[:, 3] - table[:, 2]
        which = ranges(table[:, 2], curve_counts)
        curve_owner = np.repeat(np.arange(len(table)), curve_counts)
        rows = np.frombuffer(self.curves, dtype=np.float64).reshape(-1, _CURVE)[which]
        is_arc = np.frombuffer(self.curve_is_arc, dtype=np.uint8)[which] == 1
        control, own = rows[:, :6].reshape(-1, 3, 2).copy(), maps[curve_owner]
        for corner in range(3):
            shift = np.where(is_arc & (corner > 0), 0.0, 1.0)  # an arc's second and third are directions
            control[:, corner] = _mapped(
                control[:, corner], own * np.column_stack([np.ones((len(own), 4)), shift, shift])
            )
        # A shape's vertices lie in one piece: where they begin in the file, and where its paths begin among these.
        first_vertex = starts[table[:, 0]]
        sizes = starts[table[:, 1]] - first_vertex
        new_first = np.cumsum(sizes) - sizes
        at = np.frombuffer(self.curve_at, dtype=np.int64)[which] - first_vertex[curve_owner] + new_first[curve_owner]
        return Outline(lines, at, is_arc, control, rows[:, 6:].copy()), owner


def _as_rows(transforms: Sequence[Transform]) -> npt.NDArray[np.float64]:
    """Shape (n, 6). Most are one and the same object, which is turned into numbers once."""
    rows = {id(transform): transform for transform in transforms}
    place = {key: number for number, key in enumerate(rows)}
    which = np.array([place[id(transform)] for transform in transforms], dtype=np.int64)
    return np.array(list(rows.values()), dtype=np.float64).reshape(-1, 6)[which]


def _mapped(points: npt.NDArray[np.float64], maps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found when it is flattened
        x, y = points[:, 0], points[:, 1]
        return np.column_stack(
            [maps[:, 0] * x + maps[:, 2] * y + maps[:, 4], maps[:, 1] * x + maps[:, 3] * y + maps[:, 5]]
        )
