# The types of walk.py where it is compiled.
cimport cython


@cython.locals(filled=int, chains=int, rings=int, i=int, first=int, direction=int, here=int, way=int)
cpdef int walk(int[::1] links, int[::1] pixels, int[::1] steps, int[::1] path, int[::1] starts)
