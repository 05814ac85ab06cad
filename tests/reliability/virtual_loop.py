"""An event loop whose clock is the simulated world's: it never sleeps, it lets the world go on instead.

The loop asks its selector to wait for a descriptor or a moment; this selector lets the world run until either has
come, and says so. Nothing else in asyncio knows. What would run in a thread runs at once, on the loop, and its result
is there after a while of virtual time: two runs that begin alike are alike to the last byte.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from math import inf
from typing import Any, Final, Protocol

# A loop that waits for nothing, in a world where nothing will happen, would wait for ever; so would one that goes on
# in circles. No schedule takes nearly as many steps between two moments.
_STANDSTILL: Final = 200_000


class Hang(Exception):
    """The program under test waits for what never comes, or time no longer goes on."""


class World(Protocol):
    """What has a clock, and ports that become readable."""

    @property
    def now(self) -> float: ...

    def run(self, until: float) -> None:
        """Go on until a descriptor that is watched is ready, or until this moment; inf: as long as it takes."""
        ...

    def ready(self) -> tuple[int, int]:
        """The one descriptor there is, and selectors.EVENT_READ and EVENT_WRITE as far as they hold; -1, 0: none."""
        ...


class VirtualSelector(selectors._BaseSelectorImpl):  # type: ignore[misc]  # the registration of all selectors
    """Real descriptors may be registered (the loop's own pipe is); they never become ready."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._circles = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        world, watched = self._world, self._fd_to_key
        begin = world.now
        found = self._found()
        if not found and (timeout is None or timeout > 0):
            until = inf if timeout is None else begin + timeout
            world.run(until)
            found = self._found()
            if not found and until == inf:
                raise Hang(f"everything waits, and nothing will happen; watched: {sorted(watched)}")
        self._circles = 0 if world.now > begin else self._circles + 1
        if self._circles > _STANDSTILL:
            raise Hang("the clock stands still")
        return found

    def _found(self) -> list[tuple[selectors.SelectorKey, int]]:
        descriptor, state = self._world.ready()
        key = self._fd_to_key.get(descriptor)
        return [(key, state & key.events)] if key is not None and state & key.events else []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`latency(function)` says how many virtual seconds a call takes that would be a thread's."""

    def __init__(self, world: World, latency: Callable[[Callable[..., Any]], float]) -> None:
        self._world = world
        self._latency = latency
        super().__init__(VirtualSelector(world))

    def time(self) -> float:
        return self._world.now

    def run_in_executor(  # type: ignore[override]
        self, executor: object, function: Callable[..., Any], *arguments: Any
    ) -> asyncio.Future[Any]:
        """What asyncio.to_thread comes down to."""
        future: asyncio.Future[Any] = self.create_future()

        def finish() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(function(*arguments))
            except Exception as error:  # the door between the two: whoever awaits it gets it
                future.set_exception(error)

        self.call_later(self._latency(function), finish)
        return future
