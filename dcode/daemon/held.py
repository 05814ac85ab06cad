"""How much of the memory clients may fill together, and who has to go when it is full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Owner = TypeVar("Owner")


class Held(Generic[Owner]):
    """Bytes that wait for their owners: for the rest of a line, or to be read.

    When there are more than `most`, `evict` is called with the owner that has kept some waiting for the longest: one
    that goes on keeping its pace is never that one.
    """

    def __init__(self, most: int, evict: Callable[[Owner], None]) -> None:
        self._most, self._evict = most, evict
        self._sizes: dict[Owner, int] = {}  # of those that hold any; who began first is first

    @property
    def total(self) -> int:
        return sum(self._sizes.values())

    def add(self, owner: Owner, size: int) -> None:
        self._sizes[owner] = self._sizes.get(owner, 0) + size
        while self.total > self._most:
            slowest = next(iter(self._sizes))
            del self._sizes[slowest]
            self._evict(slowest)

    def drop(self, owner: Owner, size: int) -> None:
        """These bytes wait no more. One that had to go has none left."""
        left = self._sizes.get(owner, 0) - size
        if left > 0:
            self._sizes[owner] = left
        else:
            self._sizes.pop(owner, None)
