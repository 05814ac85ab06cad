"""The daemon's end of the plotter process: requests out, answers and reports back, and a new process when one dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dcode.api.codec import MAX_MESSAGE, Message, decode, encode
from dcode.daemon.pass_fd import recv_fd
from dcode.errors import MachineNotReady, revived

_NOT_CONNECTED: Final[Message] = {"state": "disconnected", "registered": False, "pen": "unknown"}
_LEAVE_SECONDS: Final = 70.0  # for lifting the pen and closing the port when the daemon ends


class PlotterHandle:
    """One plotter process, started when it is first needed. `kept`: a port that was open before the daemon started."""

    def __init__(
        self, machine_file: Path, state_dir: Path, park: bool | None, on_event: Callable[[Message], None]
    ) -> None:
        self._machine_file, self._state_dir, self._park, self._on_event = machine_file, state_dir, park, on_event
        self.kept: int | None = None
        self.alive_at: float | None = None  # the last sign of life, loop time; None while there is no process
        self._ports: socket.socket | None = None  # by which the process hands over its port
        self.status: Message = dict(_NOT_CONNECTED)
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._number = 0
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    def tell(self, do: str, **params: Any) -> None:
        """A request whose answer nobody waits for; nothing where there is no process."""
        if self._writer:
            self._number += 1
            self._writer.write(encode({"id": self._number, "do": do, **params}))

    async def call(self, do: str, **params: Any) -> Any:
        """The result of a request. Raises the DcodeError that the plotter raised."""
        async with self._starting:
            if self._writer is None:
                await self._start()
        assert self._writer
        self._number += 1
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        self._writer.write(encode({"id": self._number, "do": do, **params}))
        message = await answer
        if "error" in message:
            error = message["error"]
            raise revived(error["kind"], error["message"], error["fields"])
        return message["result"]

    async def close(self) -> None:
        """Let the process lift the pen and end."""
        if self._writer is None or self._process is None:
            return
        self._writer.close()
        try:
            await asyncio.wait_for(self._process.wait(), _LEAVE_SECONDS)
        except TimeoutError:
            self._process.kill()
        if self._listening:
            await self._listening

    def forget_kept(self) -> None:
        """The port that was kept open is used by now, or not wanted."""
        if self.kept is not None:
            os.close(self.kept)
            self.kept = None

    def take_port(self) -> int | None:
        """The descriptor of the port that was handed over, which is the caller's from now on."""
        return recv_fd(self._ports) if self._ports else None

    async def _start(self) -> None:
        near, far = socket.socketpair()
        self._ports, ports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far, ports:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "dcode.daemon.plotter_process"),
                *(str(far.fileno()), str(ports.fileno()), str(self._machine_file), str(self._state_dir)),
                {None: "-", True: "1", False: "0"}[self._park],
                pass_fds=(far.fileno(), ports.fileno(), *([] if self.kept is None else [self.kept])),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C at the daemon's terminal is for the daemon to act on
            )
        self.alive_at = asyncio.get_running_loop().time()
        reader, self._writer = await asyncio.open_unix_connection(sock=near, limit=MAX_MESSAGE)
        self._listening = asyncio.get_running_loop().create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            with contextlib.suppress(ConnectionError):  # it died with requests unread: the same as its end
                while line := await reader.readline():
                    self._take(decode(line))
        finally:
            self._ended()

    def _take(self, message: Message) -> None:
        if "id" in message:
            # Here, in the order of arrival: a caller that wakes later has an old one.
            self._take_status(message["status"])
            answer = self._answers.pop(message["id"], None)
            if answer and not answer.done():
                answer.set_result(message)
            return
        if message["event"] == "status":
            self._take_status(message["status"])
        elif message["event"] == "alive":
            self.alive_at = asyncio.get_running_loop().time()
        else:
            self._on_event(message)

    def _take_status(self, status: Message) -> None:
        self.status = status
        self._on_event({"event": "status"})

    def _ended(self) -> None:
        """The process is gone: asked to, or by a crash. The machine may still be carrying out its buffer."""
        self._writer = self.alive_at = None
        if self._ports:
            self._ports.close()
        gone = MachineNotReady("The process that owned the port ended.", reason="disconnected")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(gone)
        self._answers.clear()
        self.status = dict(_NOT_CONNECTED, message=gone.message)
        self._on_event({"event": "gone", "reason": gone.message})
