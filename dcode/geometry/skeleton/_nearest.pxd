# The types of nearest.py where it is compiled.
cimport cython


@cython.locals(
    furthest=double, i=int, begin=int, own=int, best=double, found=int, step=int, side=int, way=int, at=int,
    square=double,
)
cpdef nearest(
    const unsigned short[::1] down, int width, int[::1] rows, int[::1] columns, double most, double[::1] squares,
    int[::1] across,
)
