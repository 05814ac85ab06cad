"""Kernel: strokes from the darkest place on, each piece in the darkest direction, until enough is drawn.

Compiled as `_darkest` with the types of `_darkest.pxd`; see `kernels.py`. What is still to draw is kept in a grid of
cells and falls as ink comes to lie on them, below nothing too: what is too much here is missing there. Places are
counted in cells from the upper left corner, y down. Blocks of cells say where it is darkest.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


class Darkest:
    """`worth` is how dark each cell is to become, and `covered`, of as many zeros, how dark it is; `sums` is room for
    what is left of each block, `tops` and `stale` for something of each row of blocks: all zeros. `turn_x` and `turn_y`
    are the unit vectors of all angles, in order.

    `shape` is columns and rows of cells, how often a block's side is halved to come to one cell, directions that are
    tried, the shortest and longest piece in cells, and how many strokes and how many pieces to a stroke there may be.
    `limits` is the ink of a piece a cell long, which part of the tone may be off when it is enough, how dark a piece
    must be at least, how dark it must be at least of what is darkest anywhere, and by how much a cell in which nothing
    is left counts less. `x`, `y` and `first` are room for points and for where strokes begin. `seed` is from 1 on.
    """

    def __init__(
        self,
        worth: Floats,
        covered: Floats,
        sums: Floats,
        tops: Ints,
        stale: Ints,
        turn_x: Floats,
        turn_y: Floats,
        shape: Ints,
        limits: Floats,
        x: Floats,
        y: Floats,
        first: Ints,
        seed: int,
    ) -> None:
        self.worth = worth
        self.covered = covered
        self.sums = sums
        self.tops = tops
        self.stale = stale
        self.turn_x = turn_x
        self.turn_y = turn_y
        self.columns = shape[0]
        self.rows = shape[1]
        self.halvings = shape[2]
        self.block = 1 << shape[2]
        self.part = 1.0 / self.block  # of a power of two: as exact as to divide
        self.tried = shape[3]
        self.shortest = shape[4]
        self.longest = shape[5]
        self.most = shape[6]
        self.pieces = shape[7]
        self.across = (self.columns + self.block - 1) >> self.halvings
        self.down = len(tops)
        self.ink = limits[0]
        self.enough = limits[1]
        self.faintest = limits[2]
        self.share = limits[3]
        self.avoid = limits[4]
        self.half = 0.5 * limits[0] if limits[0] < 2 else 1.0
        self.beside = 0.25 * limits[0]
        self.x = x
        self.y = y
        self.first = first
        self.points = 0
        self.strokes = 0
        self.random = seed
        self.off = 0.0
        self.best_x = 0.0
        self.best_y = 0.0
        self.steps = 0
        self.turn = 0

    def draw(self) -> int:
        """Draw until the error is small enough, or there is nothing to draw or no room; how many strokes."""
        self.measure()
        enough = self.enough * self.off
        while self.strokes < self.most and self.points + self.pieces + 1 < len(self.x) and self.off > enough:
            block = self.darkest_block()
            dark = self.sums[block] / (self.block * self.block)
            if dark < self.faintest:
                break
            self.stroke(self.darkest_cell(block), dark)
        return self.strokes

    def measure(self) -> None:
        """Add up the blocks, and make a cell in which there is nothing to draw count less."""
        for row in range(self.rows):
            for column in range(self.columns):
                cell = row * self.columns + column
                self.sums[self.block_at(column, row)] += self.worth[cell]
                if self.worth[cell] <= 0:
                    self.worth[cell] -= self.avoid
        for block in range(len(self.sums)):
            self.off += self.sums[block] if self.sums[block] > 0 else -self.sums[block]
        for row in range(self.down):
            self.stale[row] = 1

    def stroke(self, cell: int, dark: float) -> None:
        """One stroke from a cell on; where no piece can begin there, the cell is not looked at again."""
        begin = self.points
        least = self.share * dark
        least = self.faintest if self.faintest > least else least
        x = cell % self.columns + 0.5
        y = cell // self.columns + 0.5
        self.put(x, y)
        for _ in range(self.pieces):
            if self.look(x, y) < least:
                break
            self.lay(x, y)
            x = self.best_x
            y = self.best_y
            self.put(x, y)
        if self.points > begin + 1:
            self.first[self.strokes] = begin
            self.strokes += 1
            self.first[self.strokes] = self.points
        else:
            self.points = begin
            self.lighten(cell % self.columns, cell // self.columns, self.ink)

    def look(self, x: float, y: float) -> float:
        """How dark the surroundings of the darkest piece from a place are; where it ends and its length are kept.

        A cell counts by itself and by its block: the first keeps lines off lines, the second makes the tone right. One
        in which nothing is left to draw counts less. Longer pieces are preferred a little.
        """
        worth = self.worth
        columns = self.columns
        shortest = self.shortest
        angles = len(self.turn_x)
        begin = self.chance(angles)
        best = -1e9
        mean = -1e9
        for i in range(self.tried):
            angle = (begin + i * angles // self.tried) % angles
            step_x = self.turn_x[angle]
            step_y = self.turn_y[angle]
            # Of a piece along the far edge the cells inside it.
            at_x = x + 0.5 * step_x if x + 0.5 * step_x < columns else columns - 0.5
            at_y = y + 0.5 * step_y if y + 0.5 * step_y < self.rows else self.rows - 0.5
            total = 0.0
            around = 0.0
            for step in range(1, self.reach(x, y, step_x, step_y) + 1):
                column = int(at_x)
                row = int(at_y)
                total += worth[row * columns + column]
                if step & 3 == 1:  # half a block of eight: what is around changes no faster
                    around += self.around(at_x, at_y)
                at_x += step_x
                at_y += step_y
                if step >= shortest and total + around * 4 > best * (step + shortest):
                    best = (total + around * 4) / (step + shortest)
                    mean = around / ((step + 3) // 4)
                    self.turn = angle
                    self.steps = step
        self.best_x = x + self.steps * self.turn_x[self.turn]
        self.best_y = y + self.steps * self.turn_y[self.turn]
        return mean

    def reach(self, x: float, y: float, step_x: float, step_y: float) -> int:
        """How many cells the longest piece in a direction has that ends in the picture; below the shortest: none."""
        for step in range(self.longest, self.shortest - 1, -1):
            end_x = x + step * step_x
            end_y = y + step * step_y
            if end_x >= 0 and end_y >= 0 and end_x <= self.columns and end_y <= self.rows:
                return step
        return 0

    def around(self, x: float, y: float) -> float:
        """How dark what is left around a place is: the means of blocks, from middle to middle in proportion."""
        column = x * self.part - 0.5
        row = y * self.part - 0.5
        column = 0.0 if column < 0 else column
        row = 0.0 if row < 0 else row
        left = int(column)
        above = int(row)
        column -= left
        row -= above
        right = left + 1 if left + 1 < self.across else left
        below = (above + 1 if above + 1 < self.down else above) * self.across
        above *= self.across
        upper = self.sums[above + left] * (1 - column) + self.sums[above + right] * column
        lower = self.sums[below + left] * (1 - column) + self.sums[below + right] * column
        return (upper * (1 - row) + lower * row) * (self.part * self.part)

    def lay(self, x: float, y: float) -> None:
        """Put the ink of the piece that was found onto its cells: half of it on either side of the middle.

        Of a cell that has ink that much of the piece falls onto paper as is left: lines at all angles cross by chance.
        """
        step_x = self.turn_x[self.turn]
        step_y = self.turn_y[self.turn]
        for step in range(self.steps):
            at_x = x + (step + 0.5) * step_x
            at_y = y + (step + 0.5) * step_y
            column = self.column_at(at_x - self.beside * step_y)
            row = self.row_at(at_y + self.beside * step_x)
            other_column = self.column_at(at_x + self.beside * step_y)
            other_row = self.row_at(at_y - self.beside * step_x)
            paper = 1.0 - self.covered[row * self.columns + column]
            more = 1.0 - self.covered[other_row * self.columns + other_column]
            self.lighten(column, row, self.half * paper if paper > 0 else 0.0)
            self.lighten(other_column, other_row, self.half * more if more > 0 else 0.0)

    def column_at(self, x: float) -> int:
        column = int(x) if x > 0 else 0
        return column if column < self.columns else self.columns - 1

    def row_at(self, y: float) -> int:
        row = int(y) if y > 0 else 0
        return row if row < self.rows else self.rows - 1

    def block_at(self, column: int, row: int) -> int:
        return (row >> self.halvings) * self.across + (column >> self.halvings)

    def lighten(self, column: int, row: int, ink: float) -> None:
        """Less is left to draw in a cell, and in its block."""
        cell = row * self.columns + column
        left = self.worth[cell] - ink if self.worth[cell] > 0 else self.worth[cell] + self.avoid - ink
        self.worth[cell] = left if left > 0 else left - self.avoid
        self.covered[cell] += ink
        block = self.block_at(column, row)
        before = self.sums[block]
        after = before - ink
        self.sums[block] = after
        self.off += (after if after > 0 else -after) - (before if before > 0 else -before)
        row >>= self.halvings
        if self.tops[row] == block:  # ink makes no other block of the row the darkest
            self.stale[row] = 1

    def darkest_block(self) -> int:
        """The first of the darkest; only rows of blocks of which the darkest was drawn on are looked through again."""
        best = 0
        for row in range(self.down):
            if self.stale[row]:
                top = row * self.across
                for block in range(top + 1, top + self.across):
                    if self.sums[block] > self.sums[top]:
                        top = block
                self.tops[row] = top
                self.stale[row] = 0
            if row == 0 or self.sums[self.tops[row]] > self.sums[best]:
                best = self.tops[row]
        return best

    def darkest_cell(self, block: int) -> int:
        """The first of the darkest cells of a block."""
        top = block // self.across * self.block
        left = block % self.across * self.block
        best = top * self.columns + left
        for row in range(top, top + self.block if top + self.block < self.rows else self.rows):
            for column in range(left, left + self.block if left + self.block < self.columns else self.columns):
                if self.worth[row * self.columns + column] > self.worth[best]:
                    best = row * self.columns + column
        return best

    def put(self, x: float, y: float) -> None:
        self.x[self.points] = x
        self.y[self.points] = y
        self.points += 1

    def chance(self, below: int) -> int:
        """A pseudo-random number from 0 on (Marsaglia, Xorshift RNGs, 2003: 13, 17, 5 on 32 bits)."""
        state = self.random
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        self.random = state
        return (state * below) >> 32
