# The types of link.py where it is compiled.
cimport cython
from libc cimport math

cdef double NEVER, ALONE, WANDER, OFF_SLACK, TURN_SLACK, BEND_SLACK, USUAL, INKED
cdef int EFFORT


@cython.final
cdef class Linker:
    cdef double[::1] states
    cdef double[::1] width
    cdef int[::1] mates
    cdef int[::1] free
    cdef int[::1] group
    cdef int[::1] after
    cdef const unsigned char[::1] tone
    cdef int[::1] seen
    cdef int[::1] changed
    cdef int[::1] ones
    cdef int[::1] fars
    cdef double[::1] costs
    cdef int columns, rows, effort, clock

    @cython.locals(_=int, z=double)
    cdef double log(self, double value) noexcept

    @cython.locals(
        state=double[::1], i=int, j=int, k=int, _=int, dx=double, dy=double, gap=double, ux=double, uy=double,
        wx=double, wy=double, h=double, g=double, bend=double, other_bend=double, mid_x=double, mid_y=double, t=double,
        norm=double, c=double, s=double, ax=double, ay=double, bx=double, by=double, dot=double, turn=double,
        mx=double, my=double, off=double, change=double, h2=double, h3=double, q=double, s00=double, s01=double,
        s02=double, s11=double, s12=double, s22=double, sign=double, c00=double, c01=double, c02=double, c11=double,
        c12=double, c22=double, i00=double, i01=double, i02=double, i11=double, i12=double, i22=double, det=double,
        found=double, thin=double, wide=double,
    )
    cdef double cost(self, int one, int other, double longest, double limit) noexcept

    @cython.locals(
        state=double[::1], i=int, j=int, steps=int, step=int, t=double, s=double, a=double, b=double, c=double,
        d=double, x=double, y=double, row=int, column=int, pace=double,
    )
    cdef bint on_ink(self, int one, int other, double gap) noexcept

    @cython.locals(column=int, row=int, right=int, below=int, at=int, upper=double, lower=double)
    cdef double ink(self, double x, double y) noexcept

    @cython.locals(i=int)
    cpdef price(self, int[::1] one, int[::1] other, double longest, double limit, double[::1] costs)

    @cython.locals(taken=int, again=bint, begun=int, last=int, i=int, piece=int, a=int, b=int)
    cpdef int share(self, int[::1] pieces, double longest)

    @cython.locals(group=int, port=int)
    cdef void unite(self, int one, int other) noexcept

    @cython.locals(
        count=int, best=double, i=int, j=int, one=int, far=int, two=int, other=int, across=double, found=double,
    )
    cdef double gain(self, int a, int b, double longest) noexcept

    @cython.locals(count=int, limit=double, one=int, far=int, found=double)
    cdef int ways(self, int a, int b, double longest) noexcept

    @cython.locals(i=int, j=int)
    cdef bint faces(self, int port, int end) noexcept

    @cython.locals(limit=double, first=double, second=double)
    cdef double beside(self, int end, int one, int other, double longest) noexcept

    @cython.locals(best=double, other=int, found=double)
    cdef double else_than(self, int port, int end, double longest) noexcept
