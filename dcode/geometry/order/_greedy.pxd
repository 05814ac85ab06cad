# The types of greedy.py where it is compiled.
cimport cython


@cython.locals(taken=int, i=int, left=int, right=int, far=int, end=int)
cpdef int join(int[::1] one, int[::1] other, int[::1] mate, int[::1] tail)


@cython.locals(i=int)
cpdef walk(int node, int[::1] mate, int[::1] tour)
