"""Lines as text that fits in a JSON message: the points as float32, the points of each polyline as uint32, base64.

float32 keeps 24 bits: half a thousandth of a pen's width on a wall of two metres. 11 characters a point, against some
20 for digits. Not deflated: a message is then no bigger than it looks to who has to bound it.
Who only passes lines on (the daemon) needs no numpy for that.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from dcode.errors import GenerationError
from dcode.tables import Only

if TYPE_CHECKING:
    from dcode.geometry.lines import Lines

MAX_POINTS: Final = 1_000_000  # of one drawing
MAX_PREVIEW: Final = 4 << 20  # bytes of a PNG
_POINT, _COUNT = 8, 4  # bytes
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def _text_of(size: int) -> int:
    """Characters of base64 for so many bytes."""
    return -(-size // 3) * 4


def _bytes_of(text: str) -> int:
    """Bytes of so much base64."""
    return len(text) // 4 * 3 - text.count("=", -2) if text else 0


def _base64(max_bytes: int) -> Only:
    return Only(f"at most {max_bytes} bytes as base64", lambda text: len(text) <= _text_of(max_bytes))


_Points = Annotated[str, _base64(MAX_POINTS * _POINT)]
_Counts = Annotated[str, _base64(MAX_POINTS * _COUNT)]
Preview = Annotated[str, _base64(MAX_PREVIEW)]


@dataclass(frozen=True, slots=True)
class Packed:
    """Polylines. `points`: x, y, x, y, ... little-endian float32; `counts`: little-endian uint32; both as base64."""

    points: _Points
    counts: _Counts

    @classmethod
    def of(cls, lines: Lines) -> Packed:
        """Raises GenerationError for more points than a message may have, or one that is no place."""
        import numpy as np

        if len(lines.points) > MAX_POINTS:
            raise GenerationError(f"The drawing has {len(lines.points)} points; {MAX_POINTS} are the most.")
        with np.errstate(over="ignore"):
            points = np.ascontiguousarray(lines.points, dtype="<f4")
        if not np.isfinite(points).all():
            raise GenerationError("The drawing has points that are nowhere (NaN or infinite).")
        return cls(_text(points.tobytes()), _text(lines.counts.astype("<u4").tobytes()))

    def first(self, strokes: int) -> Packed:
        """The first polylines; no numpy is needed. Raises GenerationError for texts that are no base64."""
        counts = _bytes(self.counts)[: strokes * _COUNT]
        points = sum(int.from_bytes(counts[at : at + _COUNT], "little") for at in range(0, len(counts), _COUNT))
        return Packed(_text(_bytes(self.points)[: points * _POINT]), _text(counts))

    @property
    def size(self) -> int:
        """How many points there are, going by the length of the text; no numpy is needed."""
        return _bytes_of(self.points) // _POINT

    @property
    def strokes(self) -> int:
        """How many polylines there are, going by the length of the text."""
        return _bytes_of(self.counts) // _COUNT

    def lines(self) -> Lines:
        """The polylines. Raises GenerationError where the two texts do not belong together."""
        import numpy as np

        from dcode.geometry.lines import Lines

        points, counts = _bytes(self.points), _bytes(self.counts)
        if len(points) % _POINT or len(counts) % _COUNT:
            raise GenerationError("The drawing is cut off in the middle of a point.")
        places = np.frombuffer(points, "<f4").astype(np.float64).reshape(-1, 2)
        starts = np.concatenate([[0], np.cumsum(np.frombuffer(counts, "<u4").astype(np.int64))]).astype(np.int64)
        if starts[-1] != len(places) or (np.diff(starts) < 1).any():
            raise GenerationError(f"The drawing says that it has {starts[-1]} points, and has {len(places)}.")
        if not np.isfinite(places).all():
            raise GenerationError("The drawing has points that are nowhere (NaN or infinite).")
        return Lines(places, starts)


def preview_text(png: bytes) -> str:
    """A PNG for a message. Raises GenerationError for one that is too big, or none."""
    if len(png) > MAX_PREVIEW or not png.startswith(_PNG):
        raise GenerationError(f"A preview is a PNG of at most {MAX_PREVIEW} bytes.")
    return _text(png)


def preview_bytes(text: str) -> bytes:
    """The PNG in a message. Raises GenerationError."""
    png = _bytes(text)
    if not png.startswith(_PNG):
        raise GenerationError("A preview is no PNG.")
    return png


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:  # the latter for what is not ASCII
        raise GenerationError(f"The drawing is not base64: {error}.") from error
