"""The daemon's socket, with handlers that only answer: no client can hurt another, whatever it sends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dcode.api import codec
from dcode.api.events import StatusChanged
from dcode.api.methods import METHODS, Model, Nothing, Status
from dcode.daemon.server import MAX_CLIENTS, Client, Server
from dcode.errors import LimitError

Conversation = Callable[[Server, Path], Awaitable[None]]


def status(lines: int) -> Status:
    return Status(state="idle", lines_sent=lines)


def served(tmp_path: Path, conversation: Conversation, **special: Any) -> None:
    """Run a conversation against a server whose methods all answer with nothing, but those in `special`."""

    async def nothing(params: Model, client: Client) -> Model:
        return Nothing()

    async def run() -> None:
        handlers = {name: special.get(name.replace(".", "_"), nothing) for name in METHODS}
        server = Server(handlers)
        path = tmp_path / "dcode.sock"
        await server.listen(path)
        async with asyncio.timeout(20):
            await conversation(server, path)
        await server.close()

    asyncio.run(run())


async def ask(path: Path, *lines: bytes) -> list[Any]:
    """What one client hears that sends these lines and waits for as many answers."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.writelines(lines)
    answers = [json.loads(await reader.readline()) for _ in lines]
    writer.close()
    return answers


def error_code(answer: Any) -> int:
    code = answer["error"]["code"]
    assert isinstance(code, int)
    return code


def test_only_its_owner_may_open_the_socket(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    served(tmp_path, conversation)


def test_answers_carry_the_number_of_their_request(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        answers = await ask(path, codec.request("daemon.info", {}, 7), codec.request("status", {}, 8))
        assert {answer["id"] for answer in answers} == {7, 8}

    served(tmp_path, conversation)


def test_wrong_requests_are_answered_with_their_code_and_hurt_nobody(tmp_path: Path) -> None:
    wrong = {
        b"nonsense\n": codec.PARSE_ERROR,
        b"[]\n": codec.INVALID_REQUEST,
        b'{"id":1}\n': codec.INVALID_REQUEST,
        b'{"id":1,"method":"status","params":[]}\n': codec.INVALID_REQUEST,
        b'{"id":{},"method":"status"}\n': codec.INVALID_REQUEST,
        b'{"id":1,"method":"machine.explode"}\n': codec.METHOD_NOT_FOUND,
        b'{"id":1,"method":"job.show","params":{"job":"x"}}\n': codec.INVALID_PARAMS,
        b'{"id":1,"method":"job.show","params":{"jbo":1}}\n': codec.INVALID_PARAMS,
        b"\xff\xfe\n": codec.PARSE_ERROR,
        b"[" * 100_000 + b"\n": codec.PARSE_ERROR,
    }

    async def conversation(server: Server, path: Path) -> None:
        for line, code in wrong.items():
            assert [error_code(answer) for answer in await ask(path, line)] == [code], line[:60]
        assert "result" in (await ask(path, codec.request("status", {}, 1)))[0]

    served(tmp_path, conversation)


def test_an_error_crosses_with_its_kind_and_fields(tmp_path: Path) -> None:
    async def refuse(params: Model, client: Client) -> Model:
        raise LimitError("X 431 is outside", axis="X", value=431.0, limit=420.5, line=3)

    async def conversation(server: Server, path: Path) -> None:
        error = (await ask(path, codec.request("plotter.jog", {}, 1)))[0]["error"]
        fields = {"axis": "X", "value": 431.0, "limit": 420.5, "line": 3}
        assert error["data"] == {"kind": "LimitError", "fields": fields}

    served(tmp_path, conversation, plotter_jog=refuse)


def test_a_line_without_end_is_cut_off_at_a_mebibyte(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b"x" * (codec.MAX_MESSAGE + 100_000))
        assert error_code(json.loads(await reader.readline())) == codec.PARSE_ERROR
        with contextlib.suppress(ConnectionResetError):  # either way, it is hung up on
            assert await reader.read() == b""
        writer.close()

    served(tmp_path, conversation)


def test_a_client_too_many_is_told_so(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        open_ones = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_CLIENTS)]
        reader, refused = await asyncio.open_unix_connection(str(path))
        assert error_code(json.loads(await reader.readline())) == codec.INVALID_REQUEST
        open_ones[0][1].write(codec.request("status", {}, 1))
        assert "result" in json.loads(await open_ones[0][0].readline())
        for _, writer in [*open_ones, (reader, refused)]:
            writer.close()

    served(tmp_path, conversation)


async def subscribe(params: Model, client: Client) -> Model:
    client.subscribed = True
    return Nothing()


def test_a_subscriber_hears_the_latest_state_not_all_of_them(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(codec.request("subscribe", {}, 1))
        await reader.readline()
        for lines in range(1000):
            server.publish("status", StatusChanged(status=status(lines)))
        heard = json.loads(await reader.readline())
        assert heard["params"]["status"]["lines_sent"] == 999
        writer.close()

    served(tmp_path, conversation, subscribe=subscribe)


def test_a_subscriber_that_does_not_read_costs_no_memory_and_delays_nobody(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        _, deaf = await asyncio.open_unix_connection(str(path))
        deaf.write(codec.request("subscribe", {}, 1))
        await ask(path, codec.request("status", {}, 1))
        for lines in range(20_000):
            server.publish("status", StatusChanged(status=status(lines)))
            if lines % 1000 == 0:
                await ask(path, codec.request("status", {}, 1))
        deaf_client = next(client for client in server._clients if client.subscribed)
        assert len(deaf_client._changes) <= 1
        deaf.close()

    served(tmp_path, conversation, subscribe=subscribe)


def test_a_client_that_vanishes_is_forgotten_with_its_uploads(tmp_path: Path) -> None:
    gone: list[Client] = []

    async def conversation(server: Server, path: Path) -> None:
        server.on_gone = gone.append
        await ask(path, codec.request("status", {}, 1))
        while not gone:
            await asyncio.sleep(0)
        assert not server._clients

    served(tmp_path, conversation)
