# The types of streamlines.py where it is compiled.
cimport cython
from libc cimport math


@cython.final
cdef class Streamlines:
    cdef double[::1] cosine
    cdef double[::1] sine
    cdef double[::1] apart
    cdef double[::1] x
    cdef double[::1] y
    cdef int[::1] arc
    cdef int[::1] following
    cdef int[::1] first
    cdef int[::1] cell
    cdef int field_columns, field_rows, apart_columns, apart_rows, cell_columns, cell_rows
    cdef double field_side, apart_side, cell_side, width, height, step, nearer, shortest, across, down
    cdef readonly int points, lines
    cdef readonly bint full

    @cython.locals(beside=int, seed=int)
    cpdef int fill(self, double[::1] seeds_x, double[::1] seeds_y)

    @cython.locals(near=double, left_x=double, left_y=double, side=int, far=double)
    cdef void draw_beside(self, double x, double y) noexcept

    @cython.locals(near=double, begin=int, across=double, down=double)
    cdef void draw(self, double x, double y) noexcept

    @cython.locals(
        arc=int, start_x=double, start_y=double, across=double, down=double, next_x=double, next_y=double, near=double,
        met=int,
    )
    cdef bint go(self, double x, double y, int way) noexcept

    @cython.locals(to_x=double, to_y=double, far=double, ahead=double, beside=double)
    cdef bint closes(self, double x, double y, double start_x, double start_y, int arc) noexcept

    @cython.locals(
        column=double, row=double, left=int, above=int, right=int, below=int, one=int, two=int, cosine=double,
        sine=double, length=double, across=double, down=double,
    )
    cdef void look(self, double x, double y) noexcept

    @cython.locals(column=int, row=int)
    cdef double gap(self, double x, double y) noexcept

    @cython.locals(
        left=int, right=int, top=int, bottom=int, begin=int, recent=int, square=double, row=int, column=int, point=int,
        dx=double, dy=double, since=int,
    )
    cdef int conflict(self, double x, double y, double near, int arc, int mine) noexcept

    @cython.locals(column=int, row=int, place=int)
    cdef bint put(self, double x, double y, int arc) noexcept

    @cython.locals(column=int, row=int)
    cdef void take_back(self, int begin) noexcept
