"""The other end of a client: a thread that does with one connection what a test says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Peer:
    """One connection, seen from the daemon's side."""

    def __init__(self, connection: socket.socket) -> None:
        self.heard: list[dict[str, Any]] = []
        self._connection = connection
        self._lines = connection.makefile("rb")

    def request(self) -> dict[str, Any]:
        self.heard.append(json.loads(self._lines.readline()))
        return self.heard[-1]

    def send(self, *messages: dict[str, Any]) -> None:
        self.send_bytes(b"".join(json.dumps(message).encode() + b"\n" for message in messages))

    def send_bytes(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, result: Any) -> dict[str, Any]:
        """Answer the next request; what it was."""
        request = self.request()
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})
        return request

    def refuse(self, **error: Any) -> None:
        self.send({"jsonrpc": "2.0", "id": self.request()["id"], "error": error})

    def wait_until_left(self) -> None:
        """Until the client hangs up."""
        while self._lines.readline():
            pass


Talk = Callable[[Peer], None]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[[Talk], Path]]:
    """Starts a daemon that talks as it is told to the first client, then hangs up; the path of its socket."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    threads: list[threading.Thread] = []
    failures: list[BaseException] = []

    def start(talk: Talk) -> Path:
        listener.bind(str(tmp_path / "dcode.sock"))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    talk(Peer(connection))
                except BaseException as error:
                    failures.append(error)

        threads.append(threading.Thread(target=serve, daemon=True))
        threads[0].start()
        return tmp_path / "dcode.sock"

    yield start
    for thread in threads:
        thread.join(10)
    listener.close()
    assert not failures
