# The types of darkest.py where it is compiled.
cimport cython


@cython.final
cdef class Darkest:
    cdef double[::1] worth
    cdef double[::1] covered
    cdef double[::1] sums
    cdef double[::1] turn_x
    cdef double[::1] turn_y
    cdef double[::1] x
    cdef double[::1] y
    cdef int[::1] tops
    cdef int[::1] stale
    cdef int[::1] first
    cdef int columns, rows, halvings, block, tried, shortest, longest, most, pieces, across, down, steps, turn
    cdef double part, ink, enough, faintest, share, avoid, half, beside, best_x, best_y
    cdef readonly double off
    cdef readonly int points, strokes
    cdef long long random

    @cython.locals(enough=double, block=int, dark=double)
    cpdef int draw(self)

    @cython.locals(row=int, column=int, block=int, cell=int)
    cdef void measure(self) noexcept

    @cython.locals(begin=int, least=double, x=double, y=double, _=int)
    cdef void stroke(self, int cell, double dark) noexcept

    @cython.locals(
        worth='double[::1]', columns=int, shortest=int, angles=int, begin=int, best=double, mean=double, i=int,
        angle=int, step_x=double, step_y=double, at_x=double, at_y=double, total=double, around=double, step=int,
        column=int, row=int,
    )
    cdef double look(self, double x, double y) noexcept

    @cython.locals(step=int, end_x=double, end_y=double)
    cdef int reach(self, double x, double y, double step_x, double step_y) noexcept

    @cython.locals(
        column=double, row=double, left=int, above=int, right=int, below=int, upper=double, lower=double,
    )
    cdef double around(self, double x, double y) noexcept

    @cython.locals(
        step_x=double, step_y=double, step=int, at_x=double, at_y=double, column=int, row=int, other_column=int,
        other_row=int, paper=double, more=double,
    )
    cdef void lay(self, double x, double y) noexcept

    @cython.locals(column=int)
    cdef int column_at(self, double x) noexcept

    @cython.locals(row=int)
    cdef int row_at(self, double y) noexcept

    cdef int block_at(self, int column, int row) noexcept

    @cython.locals(cell=int, left=double, block=int, before=double, after=double)
    cdef void lighten(self, int column, int row, double ink) noexcept

    @cython.locals(best=int, row=int, top=int, block=int)
    cdef int darkest_block(self) noexcept

    @cython.locals(top=int, left=int, best=int, row=int, column=int)
    cdef int darkest_cell(self, int block) noexcept

    cdef void put(self, double x, double y) noexcept

    @cython.locals(state=cython.longlong)
    cdef int chance(self, int below) noexcept
