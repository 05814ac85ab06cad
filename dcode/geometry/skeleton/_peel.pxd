# The types of peel.py where it is compiled.
cimport cython


@cython.locals(filled_even=int, filled_odd=int, number=int, rule=int, count=int, i=int, at=int)
cpdef peel(
    unsigned char[::1] ink, unsigned char[::1] codes, const unsigned char[::1] deleted, int[::1] steps,
    int[::1] border, int[::1] even, int[::1] odd, int[::1] lost,
)

@cython.locals(filled=int, i=int, direction=int, at=int)
cdef int touch(
    unsigned char[::1] ink, unsigned char[::1] codes, int[::1] steps, int[::1] lost, int count, int[::1] touched,
    int bit,
) noexcept
