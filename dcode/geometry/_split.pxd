# The types of split.py where it is compiled.
cimport cython


@cython.locals(
    line=int, top=int, first=int, last=int, depth=int, x=double, y=double, across=double, up=double, whole=double,
    worst=double, low=int, high=int, i=int, aside=double, above=double, share=double, far=double, middle=int, part=int,
    begin=int, end=int,
)
cpdef void split(
    double[::1] xy, int[::1] starts, unsigned char[::1] keep, int[::1] stack, double square, int patient
) noexcept
