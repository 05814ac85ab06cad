"""What the service manager is told: that the daemon is up, that it streams, how far it is; and what it keeps for us."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

from dcode.api.status import Status
from dcode.daemon.notify import Notifier, watchdog_seconds
from dcode.daemon.plotter_handle import PlotterHandle

PORT: Final = "port"  # the name under which the open port is kept
_TOLD_SECONDS: Final = 5.0
_SILENT_SECONDS: Final = 20.0  # without a sign of life the process that streams counts as hung; it gives one every 5 s


class Supervision:
    """Feeds the watchdog while the process that streams shows life: a daemon whose machine hangs is restarted."""

    def __init__(self, plotter: PlotterHandle, status: Callable[[], Status]) -> None:
        self._plotter, self._status = plotter, status
        self._notifier = Notifier()
        self._telling: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The daemon answers now."""
        self._notifier.ready()
        self._telling = asyncio.get_running_loop().create_task(self._tell())

    def end(self) -> None:
        self._notifier.stopping()
        if self._telling:
            self._telling.cancel()

    async def keep_port(self) -> None:
        """Have a duplicate of the open port kept, so that the board is not reset when the next daemon opens it."""
        self.drop_port()
        if self._notifier.is_there and await self._plotter.call("port"):
            port = self._plotter.take_port()
            if port is not None:
                self._notifier.store(port, PORT)
                os.close(port)

    def drop_port(self) -> None:
        """The port was closed, or went away."""
        self._notifier.remove(PORT)

    async def _tell(self) -> None:
        limit = watchdog_seconds()
        pause = min(_TOLD_SECONDS, limit / 3) if limit else _TOLD_SECONDS
        while True:
            alive_at = self._plotter.alive_at
            if alive_at is None or asyncio.get_running_loop().time() - alive_at < _SILENT_SECONDS:
                self._notifier.watchdog()
            self._notifier.status(_sentence(self._status()))
            await asyncio.sleep(pause)


def _sentence(status: Status) -> str:
    """The state in a line, as `systemctl status` shows it."""
    if status.job is None:
        return status.state + (f": {status.message}" if status.message else "")
    left = "" if status.eta_seconds is None else f", about {status.eta_seconds / 60:.0f} min left"
    return f"{status.state} {status.job.name}, {100 * (status.progress or 0.0):.0f} %{left}"
