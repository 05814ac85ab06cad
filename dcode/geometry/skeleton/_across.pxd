# The types of across.py where it is compiled.
cimport cython

cdef int REACH, NOTHING, VALLEY


@cython.locals(
    i=int, at=int, own=int, total=int, moment=int, stride=int, side=int, room=int, last=int, place=int, away=int,
    here=int,
)
cpdef across(
    const unsigned char[::1] tone, int columns, int rows, int[::1] column, int[::1] row, int[::1] level,
    int[::1] thin, int[::1] sums, int[::1] moments,
)
