"""Kernel: where a line is at its end, which way it goes there and how much it bends, and how certain each of these is.

Compiled as `_fit` with the types of `_fit.pxd`; see `kernels.py`.

With u along the line, outwards from its end, and v across it, to the left, the last points are taken for

    v = p + q u + r u^2 / 2 + chance        (position p, direction q, curvature r)

a linear regression with what is known beforehand: chance scatters by SCATTER, a curvature is as large as MOST_BEND, a
direction not far from that of the chord. With A the matrix of the normal equations of this, each point weighed by
1 / SCATTER^2, (p, q, r) is the inverse of A times the right side, and the inverse is the covariance (T. Bayes; any text
on regression with normal errors and a normal prior). All is written out, for the same result from C and Python.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence

SCATTER = 0.3  # pixels: of the points across the line
MOST_BEND = 0.03  # per pixel: the usual curvature
MOST_TURN = 0.5  # radians: between the chord and the line at its end
REACH = 32.0  # pixels from the end that tell how a line goes on
WINDOW = 30  # points of them at the most
CHORD = 14  # points of these that tell the direction along which the others are measured

Ints = MutableSequence[int]
Floats = MutableSequence[float]


def fit_all(x: Floats, y: Floats, follow: Ints, start: Ints, free: Ints, states: Floats) -> None:
    """Fill `states` with 11 numbers for every end that is free: place (2), direction outwards (2), bend to the left,
    and the covariance of place, direction and bend: pp, pq, pr, qq, qr, rr.

    `x`, `y` are points in pixels. A line is followed from point i forwards as 2 i, backwards as 2 i + 1: `follow` leads
    from one to the next or is -1, `start` has the first for each end, going inwards.
    """
    for end in range(len(start)):
        if free[end]:
            _fit(x, y, follow, start[end], states, 11 * end)


def _fit(x: Floats, y: Floats, follow: Ints, first: int, states: Floats, k: int) -> None:
    """The 11 numbers of one end, from place k on."""
    at = first
    end_x = x[at >> 1]
    end_y = y[at >> 1]
    far = at
    count = 0
    while at >= 0 and count < CHORD:
        dx = x[at >> 1] - end_x
        dy = y[at >> 1] - end_y
        if dx * dx + dy * dy > REACH * REACH:
            break
        far = at
        at = follow[at]
        count += 1
    along_x = end_x - x[far >> 1]
    along_y = end_y - y[far >> 1]
    length = math.sqrt(along_x * along_x + along_y * along_y)
    if length == 0.0:
        length = 1.0
    along_x /= length
    along_y /= length
    precise = 1.0 / (SCATTER * SCATTER)
    n0 = n1 = n2 = n3 = n4 = r0 = r1 = r2 = 0.0
    at = first
    count = 0
    while at >= 0 and count < WINDOW:
        dx = x[at >> 1] - end_x
        dy = y[at >> 1] - end_y
        if dx * dx + dy * dy > REACH * REACH:
            break
        u = dx * along_x + dy * along_y
        v = dy * along_x - dx * along_y
        half = u * u / 2
        n0 += 1.0
        n1 += u
        n2 += u * u
        n3 += u * half
        n4 += half * half
        r0 += v
        r1 += v * u
        r2 += v * half
        at = follow[at]
        count += 1
    # A, less what is symmetric: a b c / b d e / c e f.
    a = n0 * precise + 1e-6
    b = n1 * precise
    c = n2 / 2 * precise
    d = n2 * precise + 1.0 / (MOST_TURN * MOST_TURN)
    e = n3 * precise
    f = n4 * precise + 1.0 / (MOST_BEND * MOST_BEND)
    r0 *= precise
    r1 *= precise
    r2 *= precise
    i00 = d * f - e * e
    i01 = c * e - b * f
    i02 = b * e - c * d
    det = a * i00 + b * i01 + c * i02
    i00 /= det
    i01 /= det
    i02 /= det
    i11 = (a * f - c * c) / det
    i12 = (b * c - a * e) / det
    i22 = (a * d - b * b) / det
    off = i00 * r0 + i01 * r1 + i02 * r2
    slope = i01 * r0 + i11 * r1 + i12 * r2
    bend = i02 * r0 + i12 * r1 + i22 * r2
    norm = math.sqrt(1.0 + slope * slope)
    states[k] = end_x - along_y * off
    states[k + 1] = end_y + along_x * off
    states[k + 2] = (along_x - along_y * slope) / norm
    states[k + 3] = (along_y + along_x * slope) / norm
    states[k + 4] = bend / (norm * norm * norm)
    states[k + 5] = i00
    states[k + 6] = i01
    states[k + 7] = i02
    states[k + 8] = i11
    states[k + 9] = i12
    states[k + 10] = i22
