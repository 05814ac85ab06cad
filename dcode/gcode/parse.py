"""Text to blocks, one line at a time and losslessly.

This careful reader is the truth about the grammar; the fast paths (columns.py, _scan.pyx) take only lines that they
read exactly as it does and leave the rest to it.

    line    = [N digits] { word | comment } [* checksum] { comment }
    word    = letter [+|-] (digits [. [digits]] | . digits)      blanks between letter and number are let through
    comment = ( up to the next )  or  ; up to the end of the line

The checksum is the exclusive or of all bytes from N to before the star (Marlin, queue.cpp). Numbers with exponents are
refused: X1E3 is X1 and an extruder's E3 to one firmware and a kilometre to another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dcode.errors import GcodeError
from dcode.gcode.block import Block, Word
from dcode.gcode.codes import TAKES_BARE_LETTERS
from dcode.gcode.lines import lines

LONGEST_LINE: Final = 10_000  # bytes; nothing that writes G-code comes near, and a binary file is told at once
LARGEST: Final = 1e9  # of a number: a thousand kilometres in micrometres is no drawing
_BOM: Final = "\ufeff"

_TOKEN: Final = re.compile(
    r"""[ \t]*(?:
      (?P<letter>[A-Za-z]) [ \t]* (?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))?
    | ;(?P<rest>.*)
    | \((?P<inline>[^)]*)\)
    | \*[ \t]*(?P<checksum>[0-9]{1,3})
    | (?P<tape>%)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_USUAL: Final = re.compile(  # a line of words and nothing else, N and M left out: told in one go
    r"(?:[ \t]*[A-LO-Za-lo-z][ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?![eE.0-9]))*[ \t]*"
)
_WORD: Final = re.compile(r"([A-Za-z])[ \t]*([-+.0-9]+)")
_CONTROL: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_MESSAGE: Final = re.compile(
    r"[ \t]*(?:[Nn][ \t]*([0-9]{1,10})[ \t]*)?([Mm])[ \t]*0*(117|118|[01])(?![0-9.])([^;]*)", re.DOTALL
)
_TRAILING_CHECKSUM: Final = re.compile(r"[ \t]*\*[ \t]*([0-9]{1,3})[ \t]*\Z")
_ALWAYS_MESSAGE: Final = ("117", "118")  # M117 and M118 show the rest of their line; M0 and M1 may


def parse(data: bytes) -> Iterator[Block | GcodeError]:
    """Read a file line by line; a line that cannot be read comes as the error, and reading goes on after it."""
    for line, raw in enumerate(lines(data), start=1):
        try:
            yield parse_line(decode(raw, line), line)
        except GcodeError as error:
            yield error


def decode(raw: bytes, line: int) -> str:
    """The text of a line; bytes that are not UTF-8 become surrogates, which only comments may contain."""
    if len(raw) > LONGEST_LINE:
        raise GcodeError(f"the line has {len(raw)} bytes; is this G-code?", line=line, column=LONGEST_LINE + 1)
    return raw.decode("utf-8", "surrogateescape")


def parse_line(text: str, line: int) -> Block:
    """Read one line (without its end). Raises GcodeError with the column for anything that is not G-code."""
    if _USUAL.fullmatch(text):
        words = tuple([Word(w[1].upper(), float(w[2]), w.start() + 1) for w in _WORD.finditer(text)])
        if all(-LARGEST <= word.value <= LARGEST for word in words):
            return Block(line, words, "", None, text)
    code = " " + text[1:] if line == 1 and text.startswith(_BOM) else text  # keeps the columns
    if control := _CONTROL.search(code):
        raise GcodeError(
            f"a control character (code {ord(control[0])})", line=line, column=control.start() + 1, text=text
        )
    found = _MESSAGE.match(code)
    if found and found[3] in _ALWAYS_MESSAGE:
        return _message(code, line, text, found)
    try:
        return _Line(code, line, text).block()
    except GcodeError:
        if found and found[4].strip()[:1].isalpha():
            return _message(code, line, text, found)
        raise


class _Line:
    """The words of one line as they are found."""

    __slots__ = ("bare", "code", "comments", "line", "number", "number_end", "text", "words")

    def __init__(self, code: str, line: int, text: str) -> None:
        self.code, self.line, self.text = code, line, text
        self.words: list[Word] = []
        self.bare: Word | None = None  # the first letter without a number
        self.comments: list[str] = []
        self.number: int | None = None
        self.number_end = -1  # of the last word

    def block(self) -> Block:
        position = 0
        checked = False
        while True:
            token = _TOKEN.match(self.code, position)
            if token is None:
                raise self.unexpected(position)
            kind = token.lastgroup
            if kind == "number" or kind == "letter":
                if checked:
                    raise self.error("a word after the checksum", token.start("letter"))
                self.word(token)
            elif kind == "rest" or kind == "inline":
                self.comments.append(token[kind].strip())
            elif kind == "checksum":
                self.verify(token)
                checked = True
            elif kind == "tape":
                self.words.append(Word("%", 0.0, token.start("tape") + 1))
            else:
                break
            position = token.end()
        if self.bare and not any((w.letter, w.value) in TAKES_BARE_LETTERS for w in self.words):
            raise self.no_number(self.bare)
        comment = " ".join(filter(None, self.comments))
        return Block(self.line, tuple(self.words), comment, self.number, self.text)

    def word(self, token: re.Match[str]) -> None:
        letter, digits = token["letter"].upper(), token["number"]
        column = token.start("letter") + 1
        if letter == "N" and not self.words and self.number is None:
            self.number = self.line_number(digits, column)
            return
        if letter == "E" and token.start("letter") == self.number_end:
            raise self.error("a number with an exponent; write it out", column - 1)
        if digits is None:
            self.words.append(Word(letter, 0.0, column))
            self.bare = self.bare or self.words[-1]
            return
        self.number_end = token.end()
        value = float(digits)
        if not -LARGEST <= value <= LARGEST:
            raise self.error(f"{letter}{digits[:20]} is out of all proportion", column - 1)
        self.words.append(Word(letter, value, column))

    def line_number(self, digits: str | None, column: int) -> int:
        if digits is None or not (digits.isascii() and digits.isdigit()) or len(digits) > 10:
            raise self.error("N is not followed by a line number", column - 1)
        return int(digits)

    def verify(self, token: re.Match[str]) -> None:
        star = self.code.index("*", token.start())
        _verify(self.code[:star], int(token["checksum"]), self.line, star + 1, self.text)

    def error(self, problem: str, index: int) -> GcodeError:
        return GcodeError(problem, line=self.line, column=index + 1, text=self.text)

    def no_number(self, word: Word) -> GcodeError:
        after = self.code[word.column :].lstrip(" \t")[:12]
        found = f", but by {after!r}" if after else ""
        return self.error(f"{word.letter} is not followed by a number{found}", word.column - 1)

    def unexpected(self, position: int) -> GcodeError:
        rest = self.code[position:].lstrip(" \t")
        index = len(self.code) - len(rest)
        if self.bare:
            return self.no_number(self.bare)
        if rest[0] == "(":
            return self.error("a comment that is not closed: ( without )", index)
        if rest[0] == ")":
            return self.error(") without (", index)
        if rest[0] == "*":
            return self.error("* is not followed by a checksum", index)
        if rest[0] in "+-.0123456789":
            return self.error(f"a number without a letter: {rest[:12]!r}", index)
        return self.error(f"unexpected character {rest[0]!r}", index)


def _message(code: str, line: int, text: str, found: re.Match[str]) -> Block:
    """The line as a code whose text is free: M117 Hello, M0 Change the pen."""
    said = found[4]
    number = int(found[1]) if found[1] else None
    checksum = _TRAILING_CHECKSUM.search(said) if number is not None else None
    if checksum:
        star = code.index("*", found.start(4) + checksum.start())
        _verify(code[:star], int(checksum[1]), line, star + 1, text)
        said = said[: checksum.start()]
    word = Word("M", float(found[3]), found.start(2) + 1)
    return Block(line, (word,), said.strip(), number, text)


def _verify(body: str, told: int, line: int, column: int, text: str) -> None:
    total = 0
    for byte in body.lstrip(" \t").encode("utf-8", "surrogateescape"):
        total ^= byte
    if total != told:
        raise GcodeError(
            f"the checksum is {told}, but the line adds up to {total}", line=line, column=column, text=text
        )
