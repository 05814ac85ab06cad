"""The daemon's end of the plotter process: requests out, answers and reports back, and a new process when one dies."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dcode.api.codec import MAX_MESSAGE, Message, decode, encode
from dcode.errors import MachineNotReady, revived

_NOT_CONNECTED: Final[Message] = {"state": "disconnected", "registered": False, "pen": "unknown", "row": 0}
_LEAVE_SECONDS: Final = 70.0  # for lifting the pen and closing the port when the daemon ends


class PlotterHandle:
    """One plotter process, started when it is first needed."""

    def __init__(self, machine_file: Path, park: bool | None, on_event: Callable[[Message], None]) -> None:
        self._machine_file, self._park, self._on_event = machine_file, park, on_event
        self.status: Message = dict(_NOT_CONNECTED)
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._number = 0
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

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

    async def _start(self) -> None:
        near, far = socket.socketpair()
        with far:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "dcode.daemon.plotter_process"),
                *(str(far.fileno()), str(self._machine_file), {None: "-", True: "1", False: "0"}[self._park]),
                pass_fds=(far.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C at the daemon's terminal is for the daemon to act on
            )
        reader, self._writer = await asyncio.open_unix_connection(sock=near, limit=MAX_MESSAGE)
        self._listening = asyncio.get_running_loop().create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            with contextlib.suppress(ConnectionResetError):  # it died with requests unread: the same as its end
                while line := await reader.readline():
                    self._take(decode(line))
        finally:
            self._ended()

    def _take(self, message: Message) -> None:
        if "id" in message:
            self._take_status(
                message["status"]
            )  # here, in the order of arrival: a caller that wakes later has an old one
            answer = self._answers.pop(message["id"])
            if not answer.done():
                answer.set_result(message)
            return
        if message["event"] == "status":
            self._take_status(message["status"])
        else:
            self._on_event(message)

    def _take_status(self, status: Message) -> None:
        self.status = status
        self._on_event({"event": "status"})

    def _ended(self) -> None:
        """The process is gone: asked to, or by a crash. The machine may still be carrying out its buffer."""
        self._writer = None
        gone = MachineNotReady("The process that owned the port ended.", reason="disconnected")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(gone)
        self._answers.clear()
        self.status = dict(_NOT_CONNECTED, message=gone.message)
        self._on_event({"event": "gone", "reason": gone.message})
