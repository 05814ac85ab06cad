"""A blocking client: a socket, JSON, and nothing that is slow to import.

The connection is made once. When it breaks, the call that notices raises DaemonUnreachable, and so does every later
one: whoever wants to go on makes a new client, and knows that the daemon may have changed meanwhile.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from dcode.api import codec
from dcode.client.failures import rebuild
from dcode.errors import DaemonUnreachable, DcodeError

ANSWER_WITHIN: Final = 30.0  # seconds that a call may take
RETRY_SECONDS: Final = 0.05  # between two attempts to reach a daemon that is busy with others

# Calls that are answered when a machine has moved or a large program has been checked.
SLOW: Final = {
    "job.commit": 900.0,
    "plotter.connect": 120.0,
    "plotter.home": 600.0,
    "plotter.jog": 600.0,
    "plotter.audit": 600.0,
    "plotter.drift": 120.0,
    "plotter.pen": 120.0,
    "plotter.nudge": 120.0,
    "plotter.register": 120.0,
    "plotter.resume": 120.0,
    "plotter.pen_changed": 120.0,
    "plotter.touch_test": 120.0,
    "plotter.console": 600.0,
    "calibrate.begin": 120.0,
    "calibrate.answer": 7200.0,
    "calibrate.leave": 120.0,
    "sim.ink": 120.0,
}


class Client:
    """One connection to the daemon. Also a context manager that closes it."""

    def __init__(self, path: Path, answer_within: float = ANSWER_WITHIN) -> None:
        """Connects at once. Raises DaemonUnreachable when nothing listens at `path`."""
        self._path = path
        self._answer_within = answer_within
        self._number = 0
        self._received = bytearray()
        self._events: deque[codec.Message] = deque()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(answer_within)
        try:
            self._connect(str(path), time.monotonic() + answer_within)
        except OSError as error:
            self._socket.close()
            raise DaemonUnreachable("No daemon is running.", reason="absent", socket=str(path)) from error

    def _connect(self, path: str, deadline: float) -> None:
        while True:
            try:
                return self._socket.connect(path)
            except BlockingIOError:  # it is there, and has too many callers at the moment
                if time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. The daemon goes on with whatever it does."""
        self._socket.close()

    def call(self, method: str, /, **params: Any) -> codec.Message:
        """The result of one method of dcode.api.methods.

        Raises the DcodeError that the daemon raised, or DaemonUnreachable when the connection breaks, the answer
        makes no sense, or none comes in time.
        """
        self._number += 1
        deadline = time.monotonic() + max(self._answer_within, SLOW.get(method, 0.0))
        self._send(codec.request(method, params, self._number))
        while True:
            message = self._message(deadline)
            if "id" not in message:
                self._keep_event(message)
            elif message["id"] not in (self._number, None):  # null: the daemon could not read the request
                raise self._broken("answered a question that was not asked")
            elif message.get("error") is not None:
                raise rebuild(message["error"])
            else:
                return self._result(message)

    def events(self, within: float | None = None) -> Iterator[codec.Message]:
        """What the daemon tells a subscriber (dcode.api.events), in order, for as long as the caller listens.

        Raises DaemonUnreachable when the connection ends, or when nothing comes for `within` seconds.
        """
        while True:
            while self._events:
                yield self._events.popleft()
            self._keep_event(self._message(None if within is None else time.monotonic() + within))

    def _result(self, message: codec.Message) -> codec.Message:
        result = message.get("result")
        if result is None:
            return {}
        if not isinstance(result, dict):
            raise self._broken("answered with something that is not an object")
        return result

    def _keep_event(self, message: codec.Message) -> None:
        params = message.get("params")
        if message.get("method") != "event" or not isinstance(params, dict):
            raise self._broken("sent something that is neither an answer nor an event")
        self._events.append(params)

    def _send(self, line: bytes) -> None:
        try:
            self._socket.settimeout(self._answer_within)
            self._socket.sendall(line)
        except OSError as error:
            raise self._broken("hung up") from error

    def _message(self, deadline: float | None) -> codec.Message:
        try:
            return codec.decode(self._line(deadline))
        except codec.BadMessage as error:
            raise self._broken(f"sent a line that cannot be read ({error})") from error

    def _line(self, deadline: float | None) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > codec.MAX_MESSAGE:
                raise self._broken(f"sent a message of more than {codec.MAX_MESSAGE} bytes")
            self._received += self._read(deadline)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line

    def _read(self, deadline: float | None) -> bytes:
        try:
            self._socket.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
            data = self._socket.recv(1 << 16)
        except TimeoutError as error:
            raise self._broken("did not answer in time") from error
        except OSError as error:
            raise self._broken("hung up") from error
        if not data:
            raise self._broken("hung up")
        return data

    def _broken(self, what: str) -> DcodeError:
        """The end of this connection: half an answer may be in it, so nothing more may be asked over it."""
        self.close()
        return DaemonUnreachable(f"The daemon {what}.", reason="lost", socket=str(self._path))
