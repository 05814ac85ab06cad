"""Real seconds to virtual ones."""

from __future__ import annotations


class Clock:
    """Virtual time at `speed` virtual seconds a real second. With speed 0 it stands until it is `set`, or `runs`."""

    def __init__(self, speed: float, real: float) -> None:
        self.speed = speed
        self._real, self._virtual = real, 0.0
        self._runs = False

    def now(self, real: float) -> float:
        """The virtual time at this real moment."""
        return self._virtual + (real - self._real) * self._pace

    def seconds_to(self, virtual: float, real: float) -> float:
        """How long to wait for a virtual moment; 0 when time can be set instead."""
        return max(0.0, virtual - self.now(real)) / self._pace if self._pace else 0.0

    def set(self, virtual: float, real: float) -> None:
        """It is this late now. Never backwards."""
        self._virtual, self._real = max(virtual, self.now(real)), real

    def change(self, speed: float, real: float) -> None:
        """From now on time goes at another speed."""
        self.set(self.now(real), real)
        self.speed = speed

    def run(self, runs: bool, real: float) -> None:
        """At speed 0, let time go on by itself, at real speed, or stand."""
        self.set(self.now(real), real)
        self._runs = runs

    @property
    def _pace(self) -> float:
        return self.speed or float(self._runs)
