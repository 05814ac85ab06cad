"""The daemon's socket, with handlers that only answer: no client can hurt another, whatever it sends."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import resource
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.api import codec
from dcode.api.by_hand import Ink
from dcode.api.events import StatusChanged
from dcode.api.methods import METHODS
from dcode.api.model import Model, Nothing
from dcode.api.status import Status
from dcode.daemon.held import Held
from dcode.daemon.server import MAX_CLIENTS, MAX_OPEN_REQUESTS, MAX_SHORT, Client, Server
from dcode.daemon.socket_file import bound
from dcode.errors import ConfigError, LimitError, MachineNotReady, UnsafeProgram

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


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str = "status") -> None:
    """Ask over a connection that there is, and get an answer."""
    writer.write(codec.request(method, {}, 1))
    assert "result" in json.loads(await reader.readline())


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


def test_one_client_too_many_takes_the_place_of_the_one_that_was_silent_for_the_longest(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        first, second, *others = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_CLIENTS)]
        await answered(*first)
        newest = await asyncio.open_unix_connection(str(path))
        await answered(*newest)
        assert await second[0].read() == b""
        await answered(*first)
        for _, writer in (first, second, *others, newest):
            writer.close()

    served(tmp_path, conversation)


def test_a_subscriber_stays_when_a_silent_client_can_go(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        listening = await asyncio.open_unix_connection(str(path))
        await answered(*listening, "subscribe")
        others = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_CLIENTS)]
        for connection in (listening, others[-1]):
            await answered(*connection)
        for _, writer in (listening, *others):
            writer.close()

    served(tmp_path, conversation, subscribe=subscribe)


def test_a_client_too_many_is_told_so_when_all_are_being_answered(tmp_path: Path) -> None:
    begun = asyncio.Semaphore(0)
    over = asyncio.Event()

    async def endless(params: Model, client: Client) -> Model:
        begun.release()
        await over.wait()
        return Nothing()

    async def conversation(server: Server, path: Path) -> None:
        busy = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_CLIENTS)]
        for _, writer in busy:
            writer.write(codec.request("plotter.home", {}, 1))
            await begun.acquire()
        reader, refused = await asyncio.open_unix_connection(str(path))
        assert error_code(json.loads(await reader.readline())) == codec.INVALID_REQUEST
        assert await reader.read() == b""
        over.set()
        for _, writer in [*busy, (reader, refused)]:
            writer.close()

    served(tmp_path, conversation, plotter_home=endless)


def test_ten_thousand_connections_cost_no_descriptors(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        most = 0
        for number in range(10_000):
            with socket.socket(socket.AF_UNIX) as near:
                near.setblocking(False)
                await asyncio.get_running_loop().sock_connect(near, str(path))
            most = max(most, len(os.listdir("/proc/self/fd"))) if number % 100 == 0 else most
        assert most < 2 * MAX_CLIENTS
        await ask(path, codec.request("status", {}, 1))

    served(tmp_path, conversation)


def test_a_daemon_without_descriptors_goes_on_and_says_little(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcode.daemon.server.ACCEPT_AGAIN_SECONDS", 0.0)

    async def conversation(server: Server, path: Path) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        first = await asyncio.open_unix_connection(str(path))
        await answered(*first)
        near = socket.socket(socket.AF_UNIX)
        near.setblocking(False)
        resource.setrlimit(resource.RLIMIT_NOFILE, (near.fileno() + 1, limits[1]))
        try:
            await asyncio.get_running_loop().sock_connect(near, str(path))
            assert await first[0].read() == b""  # the silent one made room
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        second = await asyncio.open_unix_connection(sock=near)
        await answered(*second)
        for _, writer in (first, second):
            writer.close()

    served(tmp_path, conversation)
    assert len(caplog.text) < 1000


def test_half_lines_of_all_clients_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation(server: Server, path: Path) -> None:
        server.held = Held(1_000_000, Client.cut_off)
        first = await asyncio.open_unix_connection(str(path))
        first[1].write(b"x" * 900_000)
        while server.held.total < 700_000:
            await asyncio.sleep(0)
        second = await asyncio.open_unix_connection(str(path))
        second[1].write(b" " * 600_000 + codec.request("job.append", {"upload": "a", "data": ""}, 1))
        assert "result" in json.loads(await second[0].readline())
        with contextlib.suppress(ConnectionResetError):
            assert await first[0].read() == b""
        assert server.held.total == 0
        for _, writer in (first, second):
            writer.close()

    served(tmp_path, conversation)


def test_requests_whose_answers_nobody_reads_are_not_answered_for_ever(tmp_path: Path) -> None:
    asked = 0

    async def long(params: Model, client: Client) -> Model:
        nonlocal asked
        asked += 1
        return Ink(path="x" * 500_000)

    async def conversation(server: Server, path: Path) -> None:
        _, deaf = await asyncio.open_unix_connection(str(path))
        deaf.write(codec.request("sim.ink", {"path": "x"}, 1) * 1000)
        while asked < MAX_OPEN_REQUESTS:
            await asyncio.sleep(0)
        for _ in range(20):
            await ask(path, codec.request("status", {}, 1))
        assert asked < MAX_OPEN_REQUESTS + 3
        assert server.held.total < (MAX_OPEN_REQUESTS + 1) * 500_100
        deaf.close()

    served(tmp_path, conversation, sim_ink=long)


def test_who_hangs_up_half_and_reads_nothing_still_counts(tmp_path: Path) -> None:
    async def long(params: Model, client: Client) -> Model:
        return Ink(path="x" * 60_000)

    async def conversation(server: Server, path: Path) -> None:
        gone = asyncio.Event()
        server.on_gone = lambda client: gone.set()
        _, deaf = await asyncio.open_unix_connection(str(path), limit=1)
        deaf.write(codec.request("sim.ink", {"path": "x"}, 1) * 5)
        deaf.write_eof()
        await gone.wait()
        assert len(server._clients) == 1
        deaf.close()
        while server._clients:
            await asyncio.sleep(0)

    served(tmp_path, conversation, sim_ink=long)


def test_a_long_request_that_is_no_piece_of_a_file_is_refused(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        for line in (
            codec.request("plotter.connect", {"port": "x" * MAX_SHORT}, 1),
            codec.encode({"id": "x" * 1000, "method": "status"}),
            codec.encode({"id": 10**200, "method": "status"}),
        ):
            assert [error_code(answer) for answer in await ask(path, line)] == [codec.INVALID_REQUEST]

    served(tmp_path, conversation)


def test_an_error_too_long_for_a_message_comes_without_its_fields(tmp_path: Path) -> None:
    async def refuse(params: Model, client: Client) -> Model:
        raise UnsafeProgram("line 1: all of it", {"violations": ["x" * 2_000_000]})

    async def conversation(server: Server, path: Path) -> None:
        error = (await ask(path, codec.request("job.commit", {"upload": "a"}, 1)))[0]["error"]
        assert error["data"] == {"kind": "UnsafeProgram", "fields": {}}
        assert error["message"] == "line 1: all of it"

    served(tmp_path, conversation, job_commit=refuse)


def test_a_system_that_says_no_is_told_in_one_sentence(tmp_path: Path) -> None:
    async def fail(params: Model, client: Client) -> Model:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/plan.json")

    async def conversation(server: Server, path: Path) -> None:
        error = (await ask(path, codec.request("job.commit", {"upload": "a"}, 1)))[0]["error"]
        assert error["message"] == "The daemon could not do that: No space left on device (/somewhere/plan.json)."

    served(tmp_path, conversation, job_commit=fail)


def test_the_socket_of_a_daemon_that_lives_is_not_taken_over(tmp_path: Path) -> None:
    async def conversation(server: Server, path: Path) -> None:
        with pytest.raises(MachineNotReady, match="Another daemon answers"):
            bound(path)
        await ask(path, codec.request("status", {}, 1))

    served(tmp_path, conversation)


def test_a_file_where_the_socket_should_be_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "precious.gcode"
    path.write_text("G1")
    with pytest.raises(ConfigError, match="no socket"):
        bound(path)
    assert path.read_text() == "G1"


def test_the_socket_of_a_daemon_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "dcode.sock"
    bound(path)[0].close()
    bound(path)[0].close()


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
        while not gone or server._clients:
            await asyncio.sleep(0)

    served(tmp_path, conversation)
