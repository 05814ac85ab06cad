"""A chunk of G-code as columns with one entry a line, by numpy: G, X, Y and F of plain lines.

No loop runs over lines or words. Comments are cut out, every byte gets a class, and a chunk whose words are all a
letter and a number then gives two parallel lists of letters and numbers; lines that disturb this are blanked and left
to the careful path. A number's digits are at most sixteen, read eight at a time as one 64-bit word: a whole number
below 2**53 divided by an exact power of ten is rounded once, and so is the nearest double, the same as float() finds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from dcode.gcode.parse import LARGEST, LONGEST_LINE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.intp]
    Floats = NDArray[np.float64]

_COMMENT: Final = re.compile(rb";[^\n]*|\([^)\n]*\)")
_CONTROLS: Final = bytes(c for c in range(32) if c not in b"\t\n") + b"\x7f"

# Classes of bytes, in an order that makes questions about them comparisons.
_BLANK, _END, _G, _X, _Y, _F, _N, _FOREIGN, _SIGN, _DOT, _DIGIT = range(11)
_CLASS_OF: Final = {b" \t": _BLANK, b"\n": _END, b"+-": _SIGN, b".": _DOT, b"0123456789": _DIGIT}
_LETTERS: Final = {b"Gg": _G, b"Xx": _X, b"Yy": _Y, b"Ff": _F, b"Nn": _N}


def _table() -> bytes:
    table = bytearray([_FOREIGN]) * 256
    for characters, kind in (_CLASS_OF | _LETTERS).items():
        for character in characters:
            table[character] = kind
    return bytes(table)


_TABLE: Final = _table()
_MOST_DIGITS: Final = 16
_EXACT: Final = 2**53
_POWERS: Final = 10.0 ** np.arange(_MOST_DIGITS + 1)
_BEFORE: Final = b"\n" + b" " * 15  # so that every number has 16 bytes ahead of it, and the first line a line end


class Lines:
    """The lines of a chunk. The columns hold what plain lines say and nothing for others; `g` is -1 for none."""

    def __init__(self, chunk: bytes) -> None:
        self._chunk = chunk
        self._ends: Indices = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\n"))
        count = len(self._ends)
        self.foreign: Flags = np.zeros(count, np.bool_)  # not plain
        self.g: NDArray[np.int8] = np.full(count, -1, np.int8)
        self.x, self.y, self.f = (np.zeros(count) for _ in range(3))
        self.has_x, self.has_y, self.has_f = (np.zeros(count, np.bool_) for _ in range(3))

    def __len__(self) -> int:
        return len(self._ends)

    def text(self, index: int) -> bytes:
        """The source of a line."""
        start = int(self._ends[index - 1]) + 1 if index else 0
        return self._chunk[start : int(self._ends[index])]

    def special(self) -> list[int]:
        """The lines that are not plain."""
        return [int(index) for index in np.flatnonzero(self.foreign)]

    def without_tails(self) -> bytes:
        """The chunk without comments that go to the end of the line."""
        marks = np.flatnonzero(np.frombuffer(self._chunk, np.uint8) == ord(";"))
        if not len(marks):
            return self._chunk
        line = np.searchsorted(self._ends, marks)
        first = np.diff(line, prepend=-1) > 0
        kept = zip([0, *self._ends[line[first]].tolist()], [*marks[first].tolist(), None], strict=True)
        return b"".join([self._chunk[start:stop] for start, stop in kept])

    def mark_odd_bytes(self) -> None:
        """Leave lines of impossible length or with control characters, which comments hide, to the careful path."""
        self.foreign |= np.diff(self._ends, prepend=-1) > LONGEST_LINE + 1
        if len(self._chunk.translate(None, _CONTROLS)) != len(self._chunk):
            odd = np.flatnonzero(np.isin(np.frombuffer(self._chunk, np.uint8), list(_CONTROLS)))
            self.foreign[np.searchsorted(self._ends, odd)] = True

    def fill(self, words: _Words) -> None:
        """Put the words of plain lines into the columns."""
        value, line = words.value, words.line
        self.foreign[line[words.odd]] = True
        for letter, column, given in ((_X, self.x, self.has_x), (_Y, self.y, self.has_y), (_F, self.f, self.has_f)):
            at = words.of(letter)
            column[line[at]] = value[at]
            given[line[at]] = True
        at = words.of(_G)
        self.foreign[line[at[(value[at] != 0) & (value[at] != 1)]]] = True
        self.g[line[at]] = value[at] == 1
        self.foreign |= self.has_f & (self.f <= 0)
        for given in (self.has_x, self.has_y, self.has_f):
            given[self.foreign] = False
        self.g[self.foreign] = -1


def read_lines(chunk: bytes) -> Lines:
    """Read the lines of a chunk, which must end where a line or the file does."""
    if b"\r" in chunk:
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
    lines = Lines(chunk)
    lines.mark_odd_bytes()
    code = _COMMENT.sub(b"", chunk) if b"(" in chunk else lines.without_tails()
    words = _Words(_BEFORE + code)
    while len(disturbed := words.disturbed()):
        lines.foreign[disturbed] = True
        words = _Words(words.without(disturbed))
    words.read()
    lines.fill(words)
    return lines


class _Words:
    """Letters and numbers of a chunk without comments, in order."""

    def __init__(self, code: bytes) -> None:
        self._code = code
        self._classes: Bytes = np.frombuffer(code.translate(_TABLE), np.uint8)
        self._ends: Indices = np.flatnonzero(self._classes == _END)[1:]  # less that of _BEFORE
        self._letters: Indices = np.flatnonzero(self._classes - np.uint8(_G) <= _FOREIGN - _G)
        in_number = self._classes >= _SIGN
        edges = np.flatnonzero(in_number[1:] != in_number[:-1]) + 1
        self._starts, self._stops = edges[0::2], edges[1::2]

    def disturbed(self) -> Indices:
        """Lines that are not a row of letters, each with a number behind it (blanks may come between)."""
        letters, starts, ends = self._letters, self._starts, self._ends
        if len(letters) == len(starts) and (starts - letters == 1).all():
            return starts[:0]
        uneven = np.diff(np.searchsorted(letters, ends), prepend=0) != np.diff(np.searchsorted(starts, ends), prepend=0)
        if uneven.any():
            return np.flatnonzero(uneven)
        crossed = letters > starts
        crossed[:-1] |= letters[1:] < starts[:-1]
        return np.unique(np.searchsorted(ends, starts[crossed]))

    def without(self, disturbed: Indices) -> bytes:
        """The code with these lines blanked."""
        code = bytearray(self._code)
        for line in disturbed:
            start = self._ends[line - 1] + 1 if line else len(_BEFORE)
            code[start : self._ends[line]] = b" " * (self._ends[line] - start)
        return bytes(code)

    def read(self) -> None:
        """Find the line and the value of every word; `odd` are those that only the careful path may judge."""
        counts = np.diff(np.searchsorted(self._starts, self._ends), prepend=0)
        self.line: Indices = np.repeat(np.arange(len(counts)), counts)
        self._kinds: Bytes = self._classes[self._letters]
        self.value, odd, whole = self._values()
        odd |= self._kinds == _FOREIGN
        for letter in (_G, _X, _Y, _F):
            at = self.of(letter)
            odd[at[1:][np.diff(self.line[at]) == 0]] = True  # twice on a line
        at = self.of(_N)
        first = np.diff(self.line, prepend=-1) > 0
        odd[at[~(first[at] & whole[at])]] = True
        self.odd: Indices = np.flatnonzero(odd)

    def of(self, letter: int) -> Indices:
        """The words with this letter."""
        return np.flatnonzero(self._kinds == letter)

    def _values(self) -> tuple[Floats, Flags, Flags]:
        """Every number, whether it is odd, and whether it is written as a line number may be."""
        signed = self._classes[self._starts] == _SIGN
        dots = np.flatnonzero(self._classes == _DOT)
        dotted = np.searchsorted(self._starts, dots, side="right") - 1  # the number that each dot is in
        points = np.bincount(dotted, minlength=len(signed))
        decimals = np.zeros(len(signed), np.intp)
        decimals[dotted] = self._stops[dotted] - dots - 1
        digits = self._stops - self._starts - signed - points
        odd = (digits < 1) | (digits > _MOST_DIGITS) | (points > 1)
        signs = np.flatnonzero(self._classes == _SIGN)
        if len(signs) != np.count_nonzero(signed):
            inside = signs[self._classes[signs - 1] >= _SIGN]
            odd[np.searchsorted(self._starts, inside, side="right") - 1] = True
        whole = _whole_numbers(self._code.translate(None, b"."), self._stops - np.cumsum(points), digits)
        odd |= whole > _EXACT
        value = whole / _POWERS[np.minimum(decimals, _MOST_DIGITS)]
        odd |= value > LARGEST
        np.negative(value, out=value, where=np.frombuffer(self._code, np.uint8)[self._starts] == ord("-"))
        return value, odd, ~signed & (points == 0) & (digits < 10)


def _whole_numbers(text: bytes, stops: Indices, digits: Indices) -> NDArray[np.uint64]:
    """The whole numbers of 1 to 16 digits that end before `stops`."""
    windows: NDArray[np.uint64] = np.ndarray(len(text) - 7, "<u8", text, strides=(1,))  # one from every byte on
    whole = _eight_digits(windows, stops, np.minimum(digits, 8))
    long = np.flatnonzero(digits > 8)
    if len(long):
        high = _eight_digits(windows, stops[long] - 8, np.minimum(digits[long] - 8, 8))
        whole[long] += high * np.uint64(10**8)
    return whole


def _eight_digits(windows: NDArray[np.uint64], stops: Indices, digits: Indices) -> NDArray[np.uint64]:
    """The last `digits` (up to 8) before each stop as a number: all eight bytes at once, pairs, fours, eights.

    Bytes ahead of the number are shifted out; the last digit is the highest byte of the little-endian word.
    """
    word = windows[stops - 8]
    shift = (8 * (8 - np.maximum(digits, 1))).astype(np.uint64)
    word = (word >> shift) << shift
    for mask, factor, width in (
        (0x0F0F0F0F0F0F0F0F, 10 * 2**8 + 1, 8),
        (0x00FF00FF00FF00FF, 100 * 2**16 + 1, 16),
        (0x0000FFFF0000FFFF, 10_000 * 2**32 + 1, 32),
    ):
        word = ((word & np.uint64(mask)) * np.uint64(factor)) >> np.uint64(width)
    return word
