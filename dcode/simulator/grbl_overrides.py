"""Overrides of feed, rapid and spindle, and the realtime bytes that change them."""

from __future__ import annotations

from typing import Final

_FEED_STEPS: Final = {0x91: 10, 0x92: -10, 0x93: 1, 0x94: -1}
_RAPIDS: Final = {0x95: 100, 0x96: 50, 0x97: 25}
_SPINDLE_STEPS: Final = {0x9A: 10, 0x9B: -10, 0x9C: 1, 0x9D: -1}
_LEAST, _MOST = 10, 200


class Overrides:
    """Percent of what the program says."""

    def __init__(self) -> None:
        self.feed = self.rapid = self.spindle = 100

    def take(self, byte: int) -> bool:
        """Whether a realtime byte has changed one of them."""
        before = (self.feed, self.rapid, self.spindle)
        if byte == 0x90:
            self.feed = 100
        elif byte == 0x99:
            self.spindle = 100
        elif byte in _RAPIDS:
            self.rapid = _RAPIDS[byte]
        elif byte in _FEED_STEPS:
            self.feed = min(_MOST, max(_LEAST, self.feed + _FEED_STEPS[byte]))
        elif byte in _SPINDLE_STEPS:
            self.spindle = min(_MOST, max(_LEAST, self.spindle + _SPINDLE_STEPS[byte]))
        return (self.feed, self.rapid, self.spindle) != before
