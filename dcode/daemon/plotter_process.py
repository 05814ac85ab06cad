"""The process that owns the port. Reads requests from the daemon on a socket, one JSON object a line; answers likewise.

When the daemon goes away, however it does, this process lifts the pen, waits until that is done, and ends. A second
socket takes the open port to the daemon when it is handed over.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dcode.api.codec import MAX_MESSAGE, Message, decode, encode
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.blackbox import FOLDER, Follower
from dcode.daemon.greet import find_profile
from dcode.daemon.pass_fd import send_fd
from dcode.daemon.plotter_guided import PlotterGuided
from dcode.errors import DcodeError
from dcode.firmware.profile import builtin_profiles, load_profile
from dcode.gcode.motion import Motion
from dcode.gcode.place import Place
from dcode.jobs.journal import Journal
from dcode.link.serial import adopt
from dcode.machine.ledger import InkGauge
from dcode.machine.machine import Machine

_STATUS_SECONDS: Final = 0.1  # at most ten a second
_WIRE_SECONDS: Final = 0.2  # between two batches of wire lines for those who follow it
_ALIVE_SECONDS: Final = 5.0  # between two signs of life

Handler = Callable[[Message], Awaitable[Any]]


class PlotterProcess:
    """Carries requests to a Plotter and its reports back; coalesces what would be too many."""

    def __init__(
        self,
        read_machine: Callable[[], Machine],
        state_dir: Path,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ports: socket.socket,
    ) -> None:
        self._reader, self._writer, self._ports = reader, writer, ports
        self._boxes = state_dir / FOLDER
        self._read_machine = read_machine
        self.plotter = PlotterGuided(read_machine(), self._report)
        self._status_due: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None
        plotter = self.plotter
        self._handlers: dict[str, Handler] = {
            "connect": self._connect,
            "disconnect": _plain(lambda m: plotter.disconnect()),
            "home": lambda m: plotter.home(m["here"]),
            "jog": lambda m: plotter.jog(m["dx"], m["dy"], m["x"], m["y"], m["feed"]),
            "pen": lambda m: plotter.set_pen(m["to"]),
            "console": lambda m: plotter.console(m["line"]),
            "nudge": lambda m: plotter.nudge(m["dx"], m["dy"]),
            "register": lambda m: plotter.register(m["x"], m["y"]),
            "use_machine": lambda m: plotter.take_machine(read_machine),
            "begin_guide": lambda m: plotter.begin_guide(),
            "act": lambda m: plotter.act(m["action"]),
            "stop_acting": lambda m: plotter.stop_acting(),
            "end_guide": lambda m: plotter.end_guide(),
            "run": self._run,
            "grow": self._grow,
            "pause": _plain(lambda m: plotter.pause(m["now"])),
            "resume": lambda m: plotter.resume(m["back_mm"], m["fresh"]),
            "renew_pen": _plain(lambda m: plotter.renew_pen(m["pen"])),
            "touch_test": lambda m: plotter.touch_test(m["bounds"]),
            "adjust": _plain(lambda m: plotter.adjust(m["pen_degrees"], m["feed"], m["undo"])),
            "cancel": _plain(lambda m: plotter.cancel()),
            "stop": lambda m: plotter.stop(other_reset=m["other_reset"]),
            "status": _plain(lambda m: None),
            "hand_over": lambda m: plotter.hand_over(m["reason"]),
            "port": self._port,
            "follow": self._follow,
            "unfollow": _plain(lambda m: self._unfollow()),
            "snapshot": self._snapshot,
            "note": _plain(lambda m: plotter.blackbox.note(m["text"])),
        }

    async def serve(self) -> None:
        """Until the daemon closes its end."""
        self._task(self._show_life())
        with contextlib.suppress(ConnectionError):  # a daemon that died with news unread: the same as its end
            while line := await self._reader.readline():
                self._task(self._answer(decode(line)))
        await self.plotter.leave()

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _show_life(self) -> None:
        """The loop that streams is alive: whoever restarts what hangs wants to know."""
        while True:
            self._send({"event": "alive"})
            await asyncio.sleep(_ALIVE_SECONDS)

    async def _answer(self, message: Message) -> None:
        try:
            answer: Message = {"result": await self._handlers[message["do"]](message)}
        except DcodeError as error:
            answer = {"error": {"kind": error.kind, "message": error.message, "fields": error.fields}}
        except Exception as error:  # the door where a defect of ours is told: who asked must not wait for ever
            logging.exception("%s failed", message["do"])
            told = f"The process that owns the port has a defect here: {type(error).__name__}: {error}."
            answer = {"error": {"kind": DcodeError.__name__, "message": told, "fields": {}}}
        self._send({"id": message["id"], "status": self.plotter.status(), **answer})

    async def _connect(self, message: Message) -> None:
        folder = data_dir("firmware_profiles")
        name = message["profile"] or await find_profile(message["port"], builtin_profiles(folder).values())
        profile = load_profile(name, folder)
        fd = message["fd"]
        await self.plotter.connect(
            message["port"],
            profile,
            at=_point(message["at"]),
            shown_as=message["shown_as"],
            left_at=_point(message["left_at"]),
            transport=None if fd is None else adopt(message["port"], fd, profile.baud),
        )

    async def _run(self, message: Message) -> None:
        begin = message["begin"]
        self.plotter.use_machine(self._read_machine())  # machine.json may have changed since the port was opened
        self.plotter.start_run(
            message["job"],
            Motion.load(Path(message["motion"])),
            await asyncio.to_thread(Journal.open, Path(message["journal"])),  # a second, for that of a long job
            message["digest"],
            Place(*begin) if begin else None,
            InkGauge(self.plotter.machine, message["in_hand"], {int(pen): mm for pen, mm in message["laid"].items()}),
            growing=message["growing"],
        )

    async def _grow(self, message: Message) -> None:
        self.plotter.grow(message["job"], Motion.load(Path(message["motion"])), growing=message["growing"])

    async def _port(self, message: Message) -> bool:
        """Whether a duplicate of the open port follows on the other socket."""
        descriptor = self.plotter.descriptor
        if descriptor is not None:
            send_fd(self._ports, descriptor)
        return descriptor is not None

    # -- the black box -------------------------------------------------------------------------------------------------

    async def _follow(self, message: Message) -> list[dict[str, Any]]:
        """From now on tell the lines as they come; the answer has the last ones before that."""
        if self._following is None:
            self._following = self._task(self._tell_wire(self.plotter.blackbox.follower()))
        return [line._asdict() for line in self.plotter.blackbox.lines(message["count"])]

    def _unfollow(self) -> None:
        if self._following:
            self._following.cancel()
            self._following = None

    async def _tell_wire(self, follower: Follower) -> None:
        while True:
            await asyncio.sleep(_WIRE_SECONDS)
            lines, missed = follower.look()
            if lines or missed:
                self._send({"event": "wire", "lines": [line._asdict() for line in lines], "missed": missed})

    async def _snapshot(self, message: Message) -> str | None:
        path = await asyncio.to_thread(
            self.plotter.blackbox.write, self._boxes, message["reason"], self.plotter.status()
        )
        return str(path) if path else None

    def _report(self, report: Message) -> None:
        if report["event"] == "run" and report["state"] == "interrupted":
            self._task(self._keep_box(report["reason"]))
        if report["event"] != "status":
            self._send_status()
            self._send(report)
        elif self._status_due is None:
            self._status_due = asyncio.get_running_loop().call_later(_STATUS_SECONDS, self._send_status)

    async def _keep_box(self, reason: str) -> None:
        await self._snapshot({"reason": reason})

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


def _point(pair: list[float] | None) -> tuple[float, float] | None:
    return (pair[0], pair[1]) if pair else None


async def serve(fd: int, ports: int, read_machine: Callable[[], Machine], state_dir: Path) -> None:
    """Serve the daemon at the other end of a socket."""
    loop = asyncio.get_running_loop()
    # The daemon decides when this process ends, by closing its end. Service managers signal the whole group.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGABRT):
        loop.add_signal_handler(number, lambda: None)
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=fd), limit=MAX_MESSAGE)
    with socket.socket(fileno=ports) as handing_over:
        await PlotterProcess(read_machine, state_dir, reader, writer, handing_over).serve()


def main() -> None:
    """python -m dcode.daemon.plotter_process FD PORTS MACHINE STATE_DIR PARK; PARK is 0, 1, or - for machine.json's."""
    fd, ports, machine, state_dir, park = sys.argv[1:]

    def read_machine() -> Machine:
        found = load_machine(Path(machine))
        return found if park == "-" else replace(found, park=park == "1")

    with contextlib.suppress(PermissionError):  # needs a privilege; without it all are equal
        os.nice(-10)
    gc.freeze()  # what was imported stays: collections then touch little, and take well under a millisecond
    asyncio.run(serve(int(fd), int(ports), read_machine, Path(state_dir)))


if __name__ == "__main__":
    main()
