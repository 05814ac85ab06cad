"""A worker on another computer: `dcode worker serve` there, generation.worker = "tcp://host:port" here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dcode.errors import ConfigError, GenerationError
from dcode.generation.handshake import introduce
from dcode.generation.link import Ending, read_line
from dcode.generation.wire import MAX_ANSWER

PORT: Final = 7411  # where a worker serves when nobody says otherwise
# A computer that lost its power says nothing: after a minute without an echo the connection counts as cut.
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


def parse_url(url: str) -> tuple[str, int]:
    """Host and port of tcp://host:port. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme != "tcp" or parts.path or parts.query or parts.username:
        raise ConfigError("a remote worker is written tcp://host:port", key="generation.worker", value=url)
    return host, port


def parse_listen(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, or HOST alone; [::1]:7411 for IPv6. Port 0: any free one. Raises ConfigError."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.path or parts.query or parts.username:
        raise ConfigError("where to listen is written HOST:PORT", key="--listen", value=text)
    return host, PORT if port is None else port


@dataclass(frozen=True, slots=True)
class RemoteWorker:
    """Where it is, and the secret by which it knows us."""

    host: str
    port: int
    token: bytes

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.host}:{self.port}"

    async def open(self) -> RemoteLink:
        """Connect and prove who we are. Raises GenerationError."""
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port, limit=MAX_ANSWER)
        except OSError as error:
            told = f"No worker answers at {self.where}: {error.strerror or error}."
            raise GenerationError(told, reason="unreachable") from error
        link = RemoteLink(reader, writer, self.where)
        try:
            await introduce(reader, writer, self.token, self.where)
        except OSError as error:
            link.kill()
            raise GenerationError(f"The worker at {self.where} hung up.", reason="unreachable") from error
        except BaseException:
            link.kill()
            raise
        keep_alive(writer)
        return link


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """Notice when the other computer is gone without a word."""
    near: socket.socket = writer.get_extra_info("socket")
    near.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if option := getattr(socket, name, None):  # not every system has them
            near.setsockopt(socket.IPPROTO_TCP, option, value)


class RemoteLink:
    """A connection to a worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: str) -> None:
        self._reader, self._writer, self._where = reader, writer, where

    async def read(self) -> bytes:
        return await read_line(self._reader)

    def write(self, line: bytes) -> None:
        self._writer.write(line)

    def end(self) -> None:
        self._writer.close()

    def kill(self) -> None:
        self._writer.transport.abort()

    async def ended(self) -> Ending:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        return Ending(f"the connection to {self._where} was cut")
