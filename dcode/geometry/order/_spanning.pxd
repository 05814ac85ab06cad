# The types of spanning.py where it is compiled.
cimport cython


cdef int root(int[::1] parent, int stroke) noexcept


@cython.locals(left=int, i=int, edge=int, here=int, there=int, total=double)
cpdef double span(int[::1] order, int[::1] one, int[::1] other, double[::1] weight, int[::1] parent, int[::1] degree)
