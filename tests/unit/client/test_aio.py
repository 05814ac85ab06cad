"""The client for an event loop, against a server that says what the test wants."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.client.aio import AsyncClient
from dcode.errors import DaemonUnreachable, JobError

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Serve = Callable[[Reader, Writer], Awaitable[None]]


def served(serve: Serve, test: Callable[[AsyncClient], Awaitable[None]]) -> None:
    """Run a test with a client of a server, which hangs up when `serve` is over."""

    async def answer(reader: Reader, writer: Writer) -> None:
        try:
            await serve(reader, writer)
            await writer.drain()
        finally:
            writer.close()

    async def run() -> None:
        with tempfile.TemporaryDirectory(prefix="dcode-") as folder:  # whose name leaves room for a socket's
            path = Path(folder) / "s"
            server = await asyncio.start_unix_server(answer, str(path))
            client = await AsyncClient.connect(path)
            try:
                await test(client)
            finally:
                await client.close()
                server.close()

    asyncio.run(run())


async def asked(reader: Reader) -> dict[str, Any]:
    return dict(json.loads(await reader.readline()))


def say(writer: Writer, **message: Any) -> None:
    writer.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")


def test_answers_find_their_calls_in_whichever_order_they_come() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        requests = [await asked(reader) for _ in range(3)]
        for request in reversed(requests):
            say(writer, method="event", params={"event": "status", "of": request["method"]})
            say(writer, id=request["id"], result={"was": request["method"], **request["params"]})
        await reader.read()

    async def test(client: AsyncClient) -> None:
        found = await asyncio.gather(client.call("a", x=1), client.call("b"), client.call("c"))
        assert found == [{"was": "a", "x": 1}, {"was": "b"}, {"was": "c"}]
        events = client.events()
        assert [(await anext(events))["of"] for _ in range(3)] == ["c", "b", "a"]

    served(serve, test)


def test_an_error_is_raised_as_what_the_daemon_raised() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        error = {"code": -32000, "message": "No job 9.", "data": {"kind": "JobError", "fields": {"job": 9}}}
        say(writer, id=(await asked(reader))["id"], error=error)
        await reader.read()

    async def test(client: AsyncClient) -> None:
        with pytest.raises(JobError, match="No job 9") as raised:
            await client.call("job.show", job=9)
        assert raised.value.fields["job"] == 9

    served(serve, test)


@pytest.mark.parametrize(
    ("last", "why"),
    [(b"", "hung up"), (b"nonsense\n", "cannot be read"), (b"[1]\n", "cannot be read"), (b"\xff\xfe\n", "cannot be")],
)
def test_when_it_breaks_whoever_waits_and_whoever_asks_later_is_told_why(last: bytes, why: str) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(last)

    async def test(client: AsyncClient) -> None:
        with pytest.raises(DaemonUnreachable, match=why):
            await client.call("status")
        with pytest.raises(DaemonUnreachable, match=why):
            await client.call("status")
        with pytest.raises(DaemonUnreachable, match=why):
            await anext(client.events())

    served(serve, test)


def test_answers_to_nothing_and_messages_that_are_no_events_are_passed_over() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        request = await asked(reader)
        say(writer, id=12345, result={})
        say(writer, id=None, error={"code": -32700, "message": "what?"})
        say(writer, method="greeting")
        say(writer, id=request["id"], result=[1])
        await reader.read()

    async def test(client: AsyncClient) -> None:
        assert await client.call("status") == {}

    served(serve, test)


def test_a_call_that_is_given_up_leaves_the_others_alone() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        first, second = await asked(reader), await asked(reader)
        say(writer, id=first["id"], result={"late": True})
        say(writer, id=second["id"], result={"n": 2})
        await reader.read()

    async def test(client: AsyncClient) -> None:
        given_up = asyncio.create_task(client.call("a"))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await client.call("b") == {"n": 2}

    served(serve, test)


def test_where_nothing_listens_it_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(DaemonUnreachable) as raised:
            await AsyncClient.connect(tmp_path / "none")
        assert raised.value.fields["reason"] == "absent"

    asyncio.run(run())
