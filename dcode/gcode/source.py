"""What one line has to know of the whole file; looked for only when it is asked."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from dcode.gcode.lines import count_lines

_M6: Final = re.compile(rb"(?:\A|[\r\n])[^;(\r\n]*[Mm][ \t]*0*6(?![0-9.])")
_OPENING: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|;[^\r\n]*|\([^)\r\n]*\))*%")


class Source:
    """A whole file."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def changes_pens_by_m6(self) -> bool:
        """Whether T only selects a pen, because M6 changes it."""
        return _M6.search(self._data) is not None

    @cached_property
    def opening_line(self) -> int:
        """The line of the % that opens the program, ahead of everything but comments; 0 when there is none."""
        found = _OPENING.match(self._data)
        return count_lines(self._data[: found.end()]) if found else 0
