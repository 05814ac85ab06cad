"""Kernel: evenly spaced lines along a field of directions.

Compiled as `_streamlines` with the types of `_streamlines.pxd`; see `kernels.py`. B. Jobard and W. Lefer, "Creating
evenly-spaced streamlines of arbitrary density", 1997: new lines begin beside those that there are, at the distance that
lines are to have, and go on both ways until they come too near to another. Here the distance differs from place to
place, and a line has no direction, only an angle: the field holds cosine and sine of twice that angle.

Coordinates are mm from the upper left corner, y down. Lines are tried at every other point of each line, in the order
in which they were drawn; when these are used up, at the places that the caller names.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


class Streamlines:
    """`cosine` and `sine` of the field, `apart`, how far lines are apart in mm, 0 where none is to be.

    `shape` is columns and rows of the field, of `apart`, and of the cells that hold points; `sizes` the side of their
    squares, then width and height of the sheet, the length of a step, how much nearer than `apart` a line may come to
    others before it ends, and the shortest line. `x`, `y`, `arc` and `following` are room for points, `first` for where
    lines begin, `cell` for the first point of each cell: -1 everywhere.

    Line i has the points from first[i] to first[i + 1]; they are in order by `arc`, the steps from where it began.
    """

    def __init__(
        self,
        cosine: Floats,
        sine: Floats,
        apart: Floats,
        shape: Ints,
        sizes: Floats,
        x: Floats,
        y: Floats,
        arc: Ints,
        following: Ints,
        first: Ints,
        cell: Ints,
    ) -> None:
        self.cosine = cosine
        self.sine = sine
        self.apart = apart
        self.field_columns = shape[0]
        self.field_rows = shape[1]
        self.apart_columns = shape[2]
        self.apart_rows = shape[3]
        self.cell_columns = shape[4]
        self.cell_rows = shape[5]
        self.field_side = sizes[0]
        self.apart_side = sizes[1]
        self.cell_side = sizes[2]
        self.width = sizes[3]
        self.height = sizes[4]
        self.step = sizes[5]
        self.nearer = sizes[6]
        self.shortest = sizes[7]
        self.x = x
        self.y = y
        self.arc = arc
        self.following = following
        self.first = first
        self.cell = cell
        self.points = 0
        self.lines = 0
        self.across = 1.0
        self.down = 0.0
        self.full = False

    def fill(self, seeds_x: Floats, seeds_y: Floats) -> int:
        """Draw all lines; how many. `full` then tells that there was no room for more."""
        beside = 0
        for seed in range(len(seeds_x)):
            self.draw(seeds_x[seed], seeds_y[seed])
            while beside < self.points and not self.full:
                self.draw_beside(self.x[beside], self.y[beside])
                beside += 2
            if self.full:
                break
        return self.lines

    def draw_beside(self, x: float, y: float) -> None:
        """Try a line on either side of a point."""
        near = self.gap(x, y)
        if near <= 0.0:
            return
        self.across = 1.0
        self.down = 0.0
        self.look(x, y)
        left_x = self.down
        left_y = -self.across
        for side in range(2):
            if side == 1:
                left_x = -left_x
                left_y = -left_y
            # As far away as lines are to be there, not here; a little more, for rounding.
            far = self.gap(x + left_x * near, y + left_y * near)
            if far > near:
                far = self.gap(x + left_x * far, y + left_y * far)
            if far <= 0.0:
                continue
            if far < near:
                far = near
            far *= 1.0001
            self.draw(x + left_x * far, y + left_y * far)

    def draw(self, x: float, y: float) -> None:
        """Draw the line through a place, if it may lie there and becomes long enough."""
        near = self.gap(x, y)
        if near <= 0.0 or self.lines + 2 > len(self.first) or self.conflict(x, y, near, 0, 0) >= 0:
            return
        begin = self.points
        self.first[self.lines] = begin
        self.across = 1.0
        self.down = 0.0
        self.look(x, y)
        across = self.across
        down = self.down
        if not self.put(x, y, 0):
            return
        if not self.go(x, y, 1):
            self.across = -across
            self.down = -down
            self.go(x, y, -1)
        if self.full or (self.points - begin - 1) * self.step < self.shortest:
            self.take_back(begin)
            return
        self.lines += 1
        self.first[self.lines] = self.points

    def go(self, x: float, y: float, way: int) -> bool:
        """Lengthen the line from a place in the direction looked at, by midpoint steps; whether it closed to a ring."""
        arc = way
        start_x = x
        start_y = y
        while True:
            across = self.across
            down = self.down
            self.look(x + 0.5 * self.step * across, y + 0.5 * self.step * down)
            if across * self.across + down * self.down < 0.5:
                return False  # a bend of more than 60 degrees in half a step: a place without a direction
            next_x = x + self.step * self.across
            next_y = y + self.step * self.down
            near = self.gap(next_x, next_y)
            if near <= 0.0:
                return False
            near *= self.nearer
            met = self.conflict(next_x, next_y, near, arc, 1)
            if met >= 0:
                return way > 0 and met >= self.first[self.lines] and self.closes(x, y, start_x, start_y, arc)
            x = next_x
            y = next_y
            if not self.put(x, y, arc):
                return False
            self.look(x, y)
            arc += way

    def closes(self, x: float, y: float, start_x: float, start_y: float, arc: int) -> bool:
        """End a line that comes back to where it began there, if that lies ahead."""
        to_x = start_x - x
        to_y = start_y - y
        far = self.gap(x, y)
        ahead = to_x * self.across + to_y * self.down
        beside = to_x * self.down - to_y * self.across
        if beside < 0:
            beside = -beside
        if ahead <= 0.0 or ahead > 2 * far or beside > 0.5 * ahead:
            return False
        return self.put(start_x, start_y, arc)

    def look(self, x: float, y: float) -> None:
        """Turn into the direction of the field at a place: `across` and `down`, by less than a right angle."""
        column = x / self.field_side - 0.5
        row = y / self.field_side - 0.5
        column = 0.0 if column < 0.0 else column
        row = 0.0 if row < 0.0 else row
        left = int(column)
        above = int(row)
        left = self.field_columns - 1 if left > self.field_columns - 1 else left
        above = self.field_rows - 1 if above > self.field_rows - 1 else above
        right = left + 1 if left + 1 < self.field_columns else left
        below = above + 1 if above + 1 < self.field_rows else above
        column -= left
        row -= above
        column = 1.0 if column > 1.0 else column
        row = 1.0 if row > 1.0 else row
        one = above * self.field_columns
        two = below * self.field_columns
        cosine = (self.cosine[one + left] * (1 - column) + self.cosine[one + right] * column) * (1 - row)
        cosine += (self.cosine[two + left] * (1 - column) + self.cosine[two + right] * column) * row
        sine = (self.sine[one + left] * (1 - column) + self.sine[one + right] * column) * (1 - row)
        sine += (self.sine[two + left] * (1 - column) + self.sine[two + right] * column) * row
        length = math.sqrt(cosine * cosine + sine * sine)
        if length < 1e-9:
            return
        cosine /= length
        # Half the angle: cos(a / 2) and sin(a / 2) from cos(a).
        across = math.sqrt((1 + cosine) / 2) if cosine > -1 else 0.0
        down = math.sqrt((1 - cosine) / 2) if cosine < 1 else 0.0
        if sine < 0:
            down = -down
        if across * self.across + down * self.down < 0:
            across = -across
            down = -down
        self.across = across
        self.down = down

    def gap(self, x: float, y: float) -> float:
        """How far lines are to be apart at a place; 0 where there is to be none, and outside."""
        if not (0.0 <= x <= self.width and 0.0 <= y <= self.height):
            return 0.0
        column = int(x / self.apart_side)
        row = int(y / self.apart_side)
        column = self.apart_columns - 1 if column > self.apart_columns - 1 else column
        row = self.apart_rows - 1 if row > self.apart_rows - 1 else row
        return self.apart[row * self.apart_columns + column]

    def conflict(self, x: float, y: float, near: float, arc: int, mine: int) -> int:
        """A point nearer than `near`, or -1. With `mine`, not one that the line that is being drawn has just left."""
        left = int((x - near) / self.cell_side) if x > near else 0
        right = int((x + near) / self.cell_side)
        top = int((y - near) / self.cell_side) if y > near else 0
        bottom = int((y + near) / self.cell_side)
        right = self.cell_columns - 1 if right > self.cell_columns - 1 else right
        bottom = self.cell_rows - 1 if bottom > self.cell_rows - 1 else bottom
        begin = self.first[self.lines] if mine else 1 << 30
        recent = int(3 * near / self.step) + 2
        square = near * near
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                point = self.cell[row * self.cell_columns + column]
                while point >= 0:
                    dx = self.x[point] - x
                    dy = self.y[point] - y
                    if dx * dx + dy * dy < square:
                        since = arc - self.arc[point]
                        if since < 0:
                            since = -since
                        if point < begin or since > recent:
                            return point
                    point = self.following[point]
        return -1

    def put(self, x: float, y: float, arc: int) -> bool:
        """Add a point to the line that is being drawn; refused where there is no room."""
        if self.points >= len(self.x):
            self.full = True
            return False
        column = int(x / self.cell_side)
        row = int(y / self.cell_side)
        column = self.cell_columns - 1 if column > self.cell_columns - 1 else column
        row = self.cell_rows - 1 if row > self.cell_rows - 1 else row
        place = row * self.cell_columns + column
        self.x[self.points] = x
        self.y[self.points] = y
        self.arc[self.points] = arc
        self.following[self.points] = self.cell[place]
        self.cell[place] = self.points
        self.points += 1
        return True

    def take_back(self, begin: int) -> None:
        """Take away the points from `begin` on."""
        while self.points > begin:
            self.points -= 1
            column = int(self.x[self.points] / self.cell_side)
            row = int(self.y[self.points] / self.cell_side)
            column = self.cell_columns - 1 if column > self.cell_columns - 1 else column
            row = self.cell_rows - 1 if row > self.cell_rows - 1 else row
            self.cell[row * self.cell_columns + column] = self.following[self.points]
