"""Lines that were typed, to be had again. Pure."""

from __future__ import annotations

from typing import Final

KEPT: Final = 500


class History:
    """`older` and `newer` walk; what was being typed when the walk began is at its end."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._at = 0
        self._begun = ""

    def add(self, line: str) -> None:
        """The line that was typed; the same one twice is kept once."""
        if not self._lines or self._lines[-1] != line:
            self._lines = [*self._lines, line][-KEPT:]
        self._at, self._begun = len(self._lines), ""

    def older(self, typing: str) -> str:
        """The line before; the oldest one again at the end of the walk."""
        if self._at == len(self._lines):
            self._begun = typing
        self._at = max(self._at - 1, 0)
        return self._lines[self._at] if self._lines else typing

    def newer(self) -> str:
        """The line after, and at last what was being typed."""
        self._at = min(self._at + 1, len(self._lines))
        return self._lines[self._at] if self._at < len(self._lines) else self._begun
