"""A picture's tones on another grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcode.geometry.strokes.picture import Tones

Values = npt.NDArray[np.float64]


def means(tones: Tones, rows: int, columns: int) -> Values:
    """The mean tone of each field of a grid of `rows` by `columns` laid over the picture, pixels counted in part."""
    fewer = _along_columns(np.asarray(tones, dtype=np.float64), rows)
    return np.ascontiguousarray(_along_columns(fewer.T, columns).T)


def _along_columns(values: Values, count: int) -> Values:
    height = len(values)
    if count == height:
        return values
    sums = np.zeros((height + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    cuts = np.arange(count + 1) * (height / count)
    whole = np.minimum(cuts.astype(np.int64), height - 1)
    upto = sums[whole] + (cuts - whole)[:, None] * values[whole]
    return np.diff(upto, axis=0) * (count / height)
