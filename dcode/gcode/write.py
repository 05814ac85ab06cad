"""G-code in dcode's own dialect, as short as it can be without changing a position.

    G21G90              millimetres, absolute
    M280P0S90 / S40     pen up / down, by the servo angles of the reading
    G0X..Y..F.. / G1    travel / draw; G and F where they change, axes that change
    G4S0.5  M0;text  T2M6;text  G28
    T1;text             ahead of all moves: the pen that is in the holder at first, where others follow

F is written when the feed differs from that of the last move or of the last one of its kind, so that readers with one
feed for G0 and G1 understand it as well as those with two. What is written and read again (by the same reading) is the
same motion, when its positions are multiples of the last decimal, or are written in full (`decimals=None`).
"""

from __future__ import annotations

from array import array
from decimal import Decimal
from functools import lru_cache
from math import isfinite, isnan, nan

from dcode.gcode.block import Block
from dcode.gcode.motion import MOVES, Kind, Motion
from dcode.gcode.reading import Reading

try:
    from dcode.gcode import _scan
except ImportError:  # not built: every row is then written by itself
    _scan = None  # type: ignore[assignment]


def shortest(value: float, decimals: int | None = 3) -> str:
    """The shortest decimal that is the same number at `decimals` decimals or, for None, exactly.

    No exponent, no zeros that say nothing, no -0. Raises ValueError for what is not finite.
    """
    if not isfinite(value):
        raise ValueError(f"{value} cannot be written in G-code")
    if decimals is None:
        text = f"{Decimal(repr(value)):f}"
    else:
        whole = round(value * 10**decimals)  # of two equally near to the even one, as _scan does
        sign = "-" if whole < 0 else ""
        text = f"{sign}{abs(whole) // 10**decimals}.{abs(whole) % 10**decimals:0{decimals}d}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(maxsize=256)
def _single(value: float) -> str:
    """The shortest decimal for a number that was kept in 32 bits: feeds and times."""
    for digits in range(1, 9):
        text = f"{value:.{digits}g}"
        if array("f", [float(text)])[0] == value:
            break
    else:
        text = f"{value:.9g}"  # nine digits tell any two apart
    return f"{Decimal(text):f}"


def _feed_word(feed: float) -> bytes:
    """The word of a feed; nothing for none."""
    return b"" if isnan(feed) else b"F" + _single(feed).encode("ascii")


def write_block(block: Block) -> str:
    """The line of a block: the source's own text, byte for byte, or its words where there is no source."""
    if block.text:
        return block.text
    number = [] if block.number is None else [f"N{block.number}"]
    words = [
        word.letter if word.letter == "%" else f"{word.letter}{shortest(word.value, None)}" for word in block.words
    ]
    return " ".join([*number, *words, *([f";{block.comment}"] if block.comment else [])])


def write(motion: Motion, reading: Reading | None = None, decimals: int | None = 3) -> str:
    """The whole motion as a program for that reading (the default one is dcode's own dialect).

    Positions have at most `decimals` decimals (up to 9), or all that they need for None.
    """
    return _Writer(motion, reading or Reading(), decimals).program()


class _Writer:
    """What was written so far, as far as later lines leave it out."""

    def __init__(self, motion: Motion, reading: Reading, decimals: int | None) -> None:
        self.motion, self.reading, self.decimals = motion, reading, decimals
        self.parts = ["G21G90\n"]
        self.mode: int | None = None
        self.feed: float | None = None  # of any move
        self.feeds: dict[int, float] = {}  # of travels and draws
        self.x = self.y = ""
        up, down = (shortest(angle, None) for angle in (self.reading.up_angle, self.reading.down_angle))
        servo = f"M280P{self.reading.servo_index}S"
        self.pen_lines = (f"{servo}{up}\n".encode("ascii"), f"{servo}{down}\n".encode("ascii"))

    def program(self) -> str:
        kinds = self.motion.kind
        row = 0
        if self.motion.holder and Kind.PEN_CHANGE in kinds:  # a T where no M6 is would be a change itself
            pen, name = self.motion.holder
            self.parts.append(f"T{pen}{_comment(name)}\n")
        while row < len(kinds):
            if kinds[row] in MOVES:
                row = self.moves(row)
            else:
                self.parts.append(self.command(row) + "\n")
                row += 1
        return "".join(self.parts)

    def moves(self, row: int) -> int:
        """Write the move of a row, and what follows at known feeds where that can be done fast; the row after it."""
        motion = self.motion
        kind, feed = motion.kind[row], motion.value[row]
        x, y = shortest(motion.x[row], self.decimals), shortest(motion.y[row], self.decimals)
        if x == self.x and y == self.y:
            return row + 1
        g = "" if kind == self.mode else f"G{kind}"
        f = "" if feed == self.feed == self.feeds.get(kind) else f"F{_single(feed)}"
        self.parts.append(f"{g}{'' if x == self.x else 'X' + x}{'' if y == self.y else 'Y' + y}{f}\n")
        self.mode, self.feed, self.x, self.y = kind, feed, x, y
        self.feeds[kind] = feed
        row += 1
        if _scan is None or self.decimals is None or row == len(motion):
            return row
        known = self.feeds.get(Kind.TRAVEL, nan), self.feeds.get(Kind.DRAW, nan)
        lines, row, self.mode, self.feed = _scan.write_rows(
            motion.kind,
            motion.x,
            motion.y,
            motion.value,
            row,
            self.decimals,
            kind,
            feed,
            known,
            (_feed_word(known[0]), _feed_word(known[1])),
            self.pen_lines,
        )
        self.parts.append(lines.decode("ascii"))
        self.x, self.y = shortest(motion.x[row - 1], self.decimals), shortest(motion.y[row - 1], self.decimals)
        return row

    def command(self, row: int) -> str:
        motion, reading = self.motion, self.reading
        match motion.kind[row]:
            case Kind.PEN_UP:
                return self.pen_lines[0].decode("ascii").rstrip()
            case Kind.PEN_DOWN:
                return self.pen_lines[1].decode("ascii").rstrip()
            case Kind.DWELL:
                return f"G4{'S' if reading.dwell_p == 'ms' else 'P'}{_single(motion.value[row])}"
            case Kind.PAUSE:
                return f"M0{_comment(motion.texts.get(row))}"
            case Kind.PEN_CHANGE:
                return f"T{motion.value[row]:.0f}M6{_comment(motion.texts.get(row))}"
            case Kind.HOME:
                self.x, self.y = shortest(motion.x[row], self.decimals), shortest(motion.y[row], self.decimals)
                return "G28"
            case kind:
                raise ValueError(f"row {row} has the kind {kind}, which no motion has")


def _comment(text: str | None) -> str:
    """A message as a comment; nothing when there is none."""
    return ";" + "".join(c if c.isprintable() else " " for c in text) if text else ""
