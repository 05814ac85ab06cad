# The types of match.py where it is compiled.
cimport cython


@cython.locals(end=int, i=int, side=int, joined=int, a=int, b=int, least=double)
cpdef int match(
    int[::1] one, int[::1] other, double[::1] costs, double limit, double margin, int[::1] mates, int[::1] free,
    int[::1] follow, int[::1] start, double[::1] best, double[::1] second,
)
