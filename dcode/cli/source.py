"""The file that a command is given: its bytes, or one sentence about why not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, Final

import click

from dcode.cli.exit_codes import ExitCode

LOOKED_AT: Final = 1 << 16  # bytes in which something that is not text shows itself
CONTROL: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})  # a program may have a few: its reader tells where
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """G-code as it was read, once: the file may change while it is plotted."""

    path: str
    name: str
    data: bytes

    @property
    def lines(self) -> int:
        """How many lines it has; the last one may lack its end."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") if self.data else 0)

    @property
    def quoted(self) -> str:
        """The path as one would type it in a shell."""
        return quote(self.path)


class Unusable(click.ClickException):
    """A file that cannot be used, in one sentence."""

    exit_code = ExitCode.USAGE


def source_argument(function: Any) -> Any:
    """FILE, or - for standard input."""
    return click.argument("file", type=click.Path(allow_dash=True), metavar="FILE|-")(function)


def read_source(path: str) -> Source:
    """The whole file. Raises Unusable for what cannot be read or is plainly not G-code."""
    try:
        if path == STANDARD_INPUT:
            name, data = "standard input", sys.stdin.buffer.read()
        else:
            name, data = Path(path).name, Path(path).read_bytes()
    except IsADirectoryError as error:
        raise Unusable(f"{path} is a folder; a G-code file is wanted.") from error
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    if data.startswith(UTF_16):
        raise Unusable(f"{name} is UTF-16 text; save it as UTF-8 or plain ASCII.")
    head = data[:LOOKED_AT]
    if 20 * (len(head) - len(head.translate(None, CONTROL))) > len(head):
        raise Unusable(f"{name} is not G-code: it is not even text.")
    return Source(path, name, data)
