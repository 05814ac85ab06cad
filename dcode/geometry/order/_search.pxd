# The types of search.py where it is compiled.
cimport cython
from libc cimport math


@cython.final
cdef class Search:
    cdef double[::1] x
    cdef double[::1] y
    cdef int[::1] near
    cdef double[::1] far
    cdef int[::1] tour
    cdef int[::1] rank
    cdef int[::1] spare
    cdef int[::1] log
    cdef int[::1] queue
    cdef int[::1] waits
    cdef int[::1] breadth
    cdef int[::1] chain
    cdef int[::1] cut
    cdef int[::1] edge
    cdef int[::1] entry
    cdef int[::1] join
    cdef int[::1] slot
    cdef int[::1] found
    cdef int[::1] anywhere
    cdef double speed, acceleration, lift, tolerance, reach, ramps, gain, least
    cdef bint timed, largest, logging
    cdef int width, deepest, depth, strokes, virtual, head, logged, loose
    cdef readonly int waiting
    cdef long long random

    @cython.locals(dx=double, dy=double, apart=double, taken=double)
    cdef double between(self, double x0, double y0, double x1, double y1) noexcept

    cdef double cost(self, int one, int other) noexcept

    @cython.locals(i=int, found=double)
    cpdef double total(self)

    @cython.locals(at=int)
    cdef int mate(self, int node) noexcept

    @cython.locals(tail=int, size=int)
    cdef void push(self, int node) noexcept

    @cython.locals(i=int)
    cpdef push_all(self)

    @cython.locals(gained=double, node=int)
    cpdef double descend(self, int nodes)

    @cython.locals(i=int)
    cdef bint improve(self, int node) noexcept

    @cython.locals(
        last=int, first=int, row=int, i=int, j=int, near=int, after=int, used=bint,
        rest=double, gained=double,
    )
    cdef void extend(self, int depth, double gain) noexcept

    cdef int is_entry(self, int node) noexcept

    @cython.locals(end=int, runs=int)
    cdef bint closes(self, int depth) noexcept

    @cython.locals(i=int, j=int, node=int, at=int, one=int, other=int)
    cdef void arrange(self, int depth) noexcept

    @cython.locals(found=int)
    cdef int length(self, int run, int depth) noexcept

    @cython.locals(longest=int, i=int, stays=int, end=int, filled=int, run=int, at=int, _=int)
    cdef bint make(self, int depth) noexcept

    @cython.locals(i=int, at=int)
    cdef bint write(self, int after, int count) noexcept

    @cython.locals(i=int, count=int, after=int)
    cdef void undo(self) noexcept

    @cython.locals(state=cython.longlong)
    cdef int draw(self, int below) noexcept

    @cython.locals(
        strokes=int, before=int, one=int, two=int, three=int, gained=double, i=int, left=int, right=int, filled=int,
        at=int,
    )
    cdef double kick(self, int longest) noexcept

    @cython.locals(won=double, gained=double, _=int)
    cpdef double perturb(self, int kicks, int longest, int deepest)

    @cython.locals(
        won=double, i=int, node=int, stroke=int, before=int, after=int, from_free=bint, to_free=bint, best=double,
        start=double, vertex=int, here_x=double, here_y=double, found=double,
    )
    cpdef double reseam(self, int[::1] first, double[::1] points_x, double[::1] points_y, int[::1] seam)
