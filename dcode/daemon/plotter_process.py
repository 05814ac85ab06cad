"""The process that owns the port. Reads requests from the daemon on a socket, one JSON object a line; answers likewise.

When the daemon goes away, however it does, this process lifts the pen, waits until that is done, and ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dcode.api.codec import MAX_MESSAGE, Message, decode, encode
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.greet import find_profile
from dcode.daemon.plotter import Plotter
from dcode.errors import DcodeError
from dcode.firmware.profile import builtin_profiles, load_profile
from dcode.gcode.motion import Motion
from dcode.machine.machine import Machine

_STATUS_SECONDS: Final = 0.1  # at most ten a second

Handler = Callable[[Message], Awaitable[Any]]


class PlotterProcess:
    """Carries requests to a Plotter and its reports back; coalesces what would be too many."""

    def __init__(self, machine: Machine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.plotter = Plotter(machine, self._report)
        self._status_due: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        plotter = self.plotter
        self._handlers: dict[str, Handler] = {
            "connect": self._connect,
            "disconnect": _plain(lambda m: plotter.disconnect()),
            "home": lambda m: plotter.home(m["here"]),
            "jog": lambda m: plotter.jog(m["dx"], m["dy"], m["x"], m["y"], m["feed"]),
            "pen": lambda m: plotter.set_pen(m["to"]),
            "console": lambda m: plotter.console(m["line"]),
            "run": _plain(lambda m: plotter.start_run(m["job"], Motion.load(Path(m["motion"])))),
            "pause": _plain(lambda m: plotter.pause(m["now"])),
            "resume": lambda m: plotter.resume(),
            "cancel": _plain(lambda m: plotter.cancel()),
            "stop": lambda m: plotter.stop(other_reset=m["other_reset"]),
            "status": _plain(lambda m: None),
        }

    async def serve(self) -> None:
        """Until the daemon closes its end."""
        while line := await self._reader.readline():
            message = decode(line)
            task = asyncio.get_running_loop().create_task(self._answer(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await self.plotter.leave()

    async def _answer(self, message: Message) -> None:
        try:
            answer: Message = {"result": await self._handlers[message["do"]](message)}
        except DcodeError as error:
            answer = {"error": {"kind": error.kind, "message": error.message, "fields": error.fields}}
        self._send({"id": message["id"], "status": self.plotter.status(), **answer})

    async def _connect(self, message: Message) -> None:
        folder = data_dir("firmware_profiles")
        name = message["profile"] or await find_profile(message["port"], builtin_profiles(folder).values())
        at = message["at"]
        await self.plotter.connect(
            message["port"],
            load_profile(name, folder),
            at=(at[0], at[1]) if at else None,
            shown_as=message["shown_as"],
        )

    def _report(self, report: Message) -> None:
        if report["event"] != "status":
            self._send_status()
            self._send(report)
        elif self._status_due is None:
            self._status_due = asyncio.get_running_loop().call_later(_STATUS_SECONDS, self._send_status)

    def _send_status(self) -> None:
        if self._status_due:
            self._status_due.cancel()
            self._status_due = None
        self._send({"event": "status", "status": self.plotter.status()})

    def _send(self, message: Message) -> None:
        if not self._writer.is_closing():
            self._writer.write(encode(message))


def _plain(function: Callable[[Message], None]) -> Handler:
    async def handler(message: Message) -> None:
        function(message)

    return handler


async def serve(fd: int, machine: Machine) -> None:
    """Serve the daemon at the other end of a socket."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):  # the daemon decides when this process ends, by closing its end
        loop.add_signal_handler(number, lambda: None)
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=fd), limit=MAX_MESSAGE)
    await PlotterProcess(machine, reader, writer).serve()


def main() -> None:
    """python -m dcode.daemon.plotter_process FD MACHINE PARK; PARK is 0, 1, or - for what the machine file says."""
    fd, machine, park = int(sys.argv[1]), load_machine(Path(sys.argv[2])), sys.argv[3]
    if park != "-":
        machine = replace(machine, park=park == "1")
    with contextlib.suppress(PermissionError):  # needs a privilege; without it all are equal
        os.nice(-10)
    gc.freeze()  # what was imported stays: collections then touch little, and take well under a millisecond
    asyncio.run(serve(fd, machine))


if __name__ == "__main__":
    main()
