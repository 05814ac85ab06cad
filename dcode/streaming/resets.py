"""Resets that nobody heard of: the greeting was lost, or garbled by the very brown-out that it tells of.

A firmware with line numbers shows one by asking for its first line again (resend.py). grbl shows one by its work
offset: G92, which dcode registers the position with, does not survive it, and the first report after it tells.
"""

from __future__ import annotations

from typing import Final

from dcode.firmware.command import CommandKind
from dcode.streaming.events import Status
from dcode.streaming.traffic import Traffic

# What may move the zero. All else leaves it where it is.
MOVES_THE_ZERO: Final = (CommandKind.POSITION, CommandKind.HOME, CommandKind.CONSOLE)


class OffsetWatch:
    """Compares the work offsets that status reports tell. Reports carry no checksum, so one odd one proves nothing:
    either it says zero, which no flipped bit makes of another offset, or a second one says the same.
    """

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self.forget()

    def forget(self) -> None:
        """From now on any offset is as good as another: the firmware has started, or is told a new one."""
        self._known: str | None = None
        self._odd: str | None = None

    @property
    def zero_moves(self) -> bool:
        """Whether the zero is about to move: what is reported now is true before it or after it, nobody knows."""
        traffic = self._traffic
        waiting = (*traffic.queue, *(line.command for line in (*traffic.flight, *traffic.again)))
        return any(command.kind in MOVES_THE_ZERO for command in waiting)

    def report(self, status: Status) -> str | None:
        """A status report has come. What it says of a reset; None: nothing."""
        offset = status.fields.get("WCO")
        if offset is None or not self._traffic.listens or self.zero_moves:
            return None
        known, odd = self._known, self._odd
        self._odd = None
        if known is None:
            self._known = offset
        elif offset != known:
            if _is_zero(offset) or offset == odd:
                return f"its work offset was {known} and is {offset}"
            self._odd = offset
        return None


def _is_zero(offset: str) -> bool:
    return not offset.strip("0.,")
