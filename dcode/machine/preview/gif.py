"""An animated GIF, written a frame at a time: GIF89a, with Pillow's encoder for what is compressed.

A frame holds what has changed since the last one, in the smallest rectangle around it; what has not is left clear.
Pillow's own writer keeps all frames in memory to the end.
"""

from __future__ import annotations

import io
from struct import pack
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.mixing import Bytes

_CLEAR: Final = 255  # the colour that is none: what was there stays
_FOREVER: Final = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_KEEP: Final = 1 << 2  # what a frame leaves behind stays for the next one
_HAS_CLEAR: Final = 1
_BITS: Final = 8  # of a pixel, before it is compressed

Indices = npt.NDArray[np.uint8]  # shape (height, width): which colour each pixel has


class Gif:
    """A film that grows by `show`. `colours`, shape (n, 3), are at most 255."""

    def __init__(self, width: int, height: int, colours: Bytes) -> None:
        table = np.zeros((256, 3), dtype=np.uint8)
        table[: len(colours)] = colours
        self._file = io.BytesIO()
        self._file.write(b"GIF89a" + pack("<HHBBB", width, height, 0xF7, 0, 0) + table.tobytes() + _FOREVER)
        self._shown: Indices | None = None
        self._pending = b""  # the last frame, but for how long it is shown
        self._hundredths = 0

    def show(self, frame: Indices, hundredths: int) -> None:
        """The next picture, for so many hundredths of a second."""
        before, self._shown = self._shown, frame.copy()
        changed = np.ones_like(frame, dtype=np.bool_) if before is None else frame != before
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if len(rows):
            self._write_pending()
            top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
            part = np.where(changed, frame, np.uint8(_CLEAR))[top:bottom, left:right]
            self._pending = pack("<BHHHHB", 0x2C, left, top, right - left, bottom - top, 0) + _compressed(part)
        self._hundredths += hundredths

    def ended(self) -> bytes:
        """The whole file."""
        self._write_pending()
        return self._file.getvalue() + b"\x3b"

    def _write_pending(self) -> None:
        if self._pending:
            self._file.write(pack("<3sBHBB", b"\x21\xf9\x04", _KEEP | _HAS_CLEAR, self._hundredths, _CLEAR, 0))
            self._file.write(self._pending)
        self._pending, self._hundredths = b"", 0


def _compressed(part: Indices) -> bytes:
    from PIL import Image

    return bytes([_BITS]) + Image.fromarray(part).tobytes("gif", "L") + b"\0"
