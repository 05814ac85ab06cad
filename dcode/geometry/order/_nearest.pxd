# The types of nearest.py where it is compiled.
cimport cython

cdef int BY_NUMBER


@cython.final
cdef class Nearest:
    cdef double[::1] x
    cdef double[::1] y
    cdef int[::1] group
    cdef double[::1] number
    cdef int[::1] order
    cdef int[::1] axis
    cdef int[::1] best
    cdef double[::1] distance
    cdef bint largest
    cdef int leaf, count, wanted

    @cython.locals(
        x=double[::1], y=double[::1], order=int[::1], left=double, right=double, bottom=double, top=double, here=double,
        i=int, middle=int,
    )
    cdef void build(self, int low, int high) noexcept

    @cython.locals(order=int[::1], i=int, j=int, other=int, one=double, two=double, three=double, pivot=double)
    cdef void select(self, int low, int high, int middle, double[::1] values) noexcept

    @cython.locals(i=int, total=int, point=int, rank=int)
    cpdef find(self, int wanted, int[::1] near)

    @cython.locals(middle=int, split=int, off=double)
    cdef void search(self, int point, int low, int high) noexcept

    @cython.locals(dx=double, dy=double)
    cdef double apart(self, int point, int other) noexcept

    @cython.locals(last=int)
    cdef bint comes(self, double apart, int other) noexcept

    @cython.locals(
        order=int[::1], group=int[::1], best=int[::1], distance=double[::1], own=int, i=int, other=int, rank=int,
        apart=double,
    )
    cdef void look(self, int point, int low, int high) noexcept
