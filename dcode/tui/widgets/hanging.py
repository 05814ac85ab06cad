"""Facts, each a word and what is said of it: what does not fit goes on below its own column."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Column, Table
from rich.text import Text


def hanging(lines: Sequence[str]) -> Table:
    """Lines of words.table with two columns, to be shown in a width that is not known yet."""
    width = max((_begin(line) for line in lines), default=0)
    shown = Table.grid(Column(width=width, no_wrap=True), Column(ratio=1), expand=True)
    for line in lines:
        shown.add_row(Text(line[:width]), Text(line[width:].strip()))
    return shown


def _begin(line: str) -> int:
    """The column in which what is said begins; 0 for a line with one column."""
    _, gap, said = line.partition("  ")
    return len(line) - len(said.lstrip()) if gap else 0
