"""Other feeds than a program says, while it is drawn: by the firmware's own override, and by what it is told.

An override acts at once, on what is in the firmware's buffers as well, and on every move alike. So it may go no higher
than the fastest of them allows; what it cannot do is done by the feeds that are sent.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dcode.firmware.dialect import Realtime

LEAST: Final = 10  # %, both of what a user may want and of what grbl and its kind make of it
MOST: Final = 200


class FeedPace(NamedTuple):
    """Feeds that differ from the program's. `wanted`: times what it says; `firmware`: of that, what the firmware itself
    makes of the feeds that it is told; `most`: the most that it may make of them until it does so, at least 1."""

    wanted: float = 1.0
    firmware: float = 1.0
    most: float = 1.0

    def told(self, feed: float, max_feed: float) -> float:
        """What to tell the firmware for a feed, so that it never goes faster than `max_feed`; all mm/min."""
        return min(min(feed * self.wanted, max_feed) / self.firmware, max_feed / self.most)


FULL: Final = FeedPace()


def own_share(percent: float, fastest: float, max_feed: float) -> int:
    """How much of a percentage the firmware may do by itself, having been told feeds up to `fastest`, mm/min."""
    allowed = MOST if fastest <= 0.0 else int(100 * max_feed / fastest)
    return max(LEAST, min(round(percent), allowed, MOST))


def next_byte(realtime: Realtime, now: int, wanted: int) -> tuple[bytes, int]:
    """The byte that brings the override nearer to what is wanted, and where it is then. One at a time: bytes of a kind
    that come together count as one."""
    if wanted == 100:
        return realtime.feed_full, 100
    missing = wanted - now
    if missing > 0:
        return (realtime.feed_up_10, now + 10) if missing >= 10 else (realtime.feed_up_1, now + 1)
    return (realtime.feed_down_10, now - 10) if missing <= -10 else (realtime.feed_down_1, now - 1)


def reported(fields: str | None) -> int | None:
    """The feed override in the field Ov of a status report; None where it is not in it, or was garbled."""
    first = (fields or "").split(",")[0]
    return int(first) if first.isdecimal() and LEAST <= int(first) <= MOST else None
