# The types of fit.py where it is compiled.
cimport cython
from libc cimport math

cdef double SCATTER, MOST_BEND, MOST_TURN, REACH
cdef int WINDOW, CHORD


@cython.locals(end=int)
cpdef fit_all(double[::1] x, double[::1] y, int[::1] follow, int[::1] start, int[::1] free, double[::1] states)


@cython.locals(
    at=int, far=int, count=int, end_x=double, end_y=double, dx=double, dy=double, along_x=double, along_y=double,
    length=double, precise=double, u=double, v=double, half=double, n0=double, n1=double, n2=double, n3=double,
    n4=double, r0=double, r1=double, r2=double, a=double, b=double, c=double, d=double, e=double, f=double,
    i00=double, i01=double, i02=double, i11=double, i12=double, i22=double, det=double, off=double, slope=double,
    bend=double, norm=double,
)
cdef void _fit(double[::1] x, double[::1] y, int[::1] follow, int first, double[::1] states, int k) noexcept
