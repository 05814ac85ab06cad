"""A worker behind a socket: two computers played by one, with a real worker process behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from dcode.errors import GenerationError
from dcode.generation.handshake import introduce
from dcode.generation.keeper import WorkerState
from dcode.generation.remote import RemoteWorker
from dcode.generation.serve import MAX_STRANGERS, Serving
from dcode.generation.supervisor import Supervisor
from dcode.generation.wire import Done, Draw, Step, encode, read_answer
from dcode.generation.wish import Drawings
from tests.generation.workers import IMPATIENT, Heard, gone, local, misbehaving, wish

TOKEN = b"a token that is long enough for it"


@asynccontextmanager
async def served(worker: object = None) -> AsyncIterator[RemoteWorker]:
    """Serves a worker; what a client needs to reach it."""
    serving = Serving(Supervisor((worker or local()).open, IMPATIENT), TOKEN)  # type: ignore[attr-defined]
    ((host, port),) = await serving.listen("127.0.0.1", 0)
    try:
        yield RemoteWorker(host, port, TOKEN)
    finally:
        await serving.close()


@asynccontextmanager
async def client(remote: RemoteWorker) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(remote.open)
    try:
        yield supervisor
    finally:
        await supervisor.close()


@asynccontextmanager
async def caller(remote: RemoteWorker) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection, closed in the end."""
    reader, writer = await asyncio.open_connection(remote.host, remote.port, limit=1 << 20)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


class Wire:
    """Between a client and a worker: passes bytes on, until it is cut."""

    def __init__(self, far: RemoteWorker) -> None:
        self._far, self.heard = far, b""
        self._writers = list[asyncio.StreamWriter]()
        self._tasks = set[asyncio.Task[None]]()

    async def listen(self) -> RemoteWorker:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return replace(self._far, port=self._server.sockets[0].getsockname()[1])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._far.host, self._far.port)
        self._writers += [writer, far_writer]
        for near, far in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.get_running_loop().create_task(self._pass_on(near, far))
            self._tasks.add(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                self.heard += data
                writer.write(data)
        writer.close()

    async def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)
        for writer in self._writers:
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        self._writers.clear()

    async def close(self) -> None:
        self._server.close()
        await self.cut()


def test_a_remote_worker_draws_like_one_here():
    async def scene() -> tuple[Drawings, Heard]:
        heard = Heard()
        async with served() as remote, client(remote) as supervisor:
            assert {state.name for state in await supervisor.engines()} >= {"strokes", "fake"}
            return await supervisor.draw(wish("fake", count=2), heard), heard

    drawings, heard = asyncio.run(scene())
    assert [found.drawn().lines.bounds.width for found in drawings.found] == [7.0, 8.0]
    assert heard.stages[-1] == "drawing"


def test_two_clients_take_turns_at_one_worker():
    async def scene() -> list[Drawings]:
        async with served() as remote, client(remote) as one, client(remote) as other:
            wishes = one.draw(wish("fake", seed=1)), other.draw(wish("fake", seed=2))
            return await asyncio.gather(*wishes)

    one, other = asyncio.run(scene())
    assert (one.found[0].seed, other.found[0].seed) == (1, 2)
    assert one.found[0].source == other.found[0].source


def test_a_wrong_token_is_refused_and_named():
    async def scene() -> GenerationError:
        async with served() as remote, client(replace(remote, token=b"some other token, long enough")) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value

    assert "generation.token_file" in asyncio.run(scene()).message


def test_the_token_and_a_proof_that_works_again_are_not_on_the_wire():
    async def scene() -> tuple[bytes, bytes]:
        async with served() as remote:
            wire = Wire(remote)
            async with client(await wire.listen()) as supervisor:
                await supervisor.draw(wish("fake"))
            heard = wire.heard
            said = next(line for line in heard.splitlines() if b'"proof"' in line and b'"number"' in line)
            async with caller(remote) as (reader, writer):
                await reader.readline()  # another challenge
                writer.write(said + b"\n")
                answer = await reader.readline()
            await wire.close()
            return heard, answer

    heard, answer = asyncio.run(scene())
    assert TOKEN not in heard and TOKEN.hex().encode() not in heard
    assert json.loads(answer)["say"] == "refused"


def test_one_who_only_pretends_to_be_the_worker_is_not_believed():
    async def pretend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"say":"challenge","protocol":1,"number":"00"}\n')
        said = json.loads(await reader.readline())
        writer.write(json.dumps({"say": "proof", "proof": said["proof"]}).encode() + b"\n")  # the client's own
        await reader.read()
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(pretend, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with client(RemoteWorker("127.0.0.1", port, TOKEN)) as supervisor:
            with pytest.raises(GenerationError, match="not the worker that the token belongs to"):
                await supervisor.draw(wish("fake"))
        server.close()

    asyncio.run(scene())


def test_nobody_at_that_address_is_said_in_a_sentence():
    async def scene() -> str:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        async with client(RemoteWorker("127.0.0.1", port, TOKEN)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value.message

    assert "No worker answers at 127.0.0.1" in asyncio.run(scene())


def test_a_link_that_is_cut_fails_the_drawing_only_and_the_far_worker_stops_drawing_it():
    async def scene() -> tuple[GenerationError, int]:
        heard = Heard()
        async with served() as remote:
            wire = Wire(remote)
            async with client(await wire.listen()) as supervisor:
                drawing = asyncio.ensure_future(supervisor.draw(wish("hung"), heard))
                pid = await heard.pid()
                await wire.cut()
                with pytest.raises(GenerationError) as caught:
                    await drawing
                await gone(pid)  # it hung, and nobody wanted it any more
                after = await supervisor.draw(wish("fake"))
                assert after.found[0].source != f"pid {pid}"
                drawn = len(after.found)
            await wire.close()
            return caught.value, drawn

    error, drawn = asyncio.run(scene())
    assert error.fields["reason"] == "lost" and "was cut" in error.message
    assert drawn == 1


def test_a_cancel_reaches_the_far_worker():
    async def scene() -> tuple[int, str | None]:
        heard = Heard()
        async with served() as remote, client(remote) as supervisor:
            drawing = asyncio.ensure_future(supervisor.draw(wish("hung"), heard))
            pid = await heard.pid()
            drawing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await drawing
            assert supervisor.state is WorkerState.CANCELLING
            await gone(pid)
            return pid, (await supervisor.draw(wish("fake"))).found[0].source

    hung, source = asyncio.run(scene())
    assert source is not None and source != f"pid {hung}"


def test_the_far_workers_crash_is_told_with_its_last_words():
    async def scene() -> tuple[GenerationError, int]:
        async with served() as remote, client(remote) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("killed"))
            return caught.value, len((await supervisor.draw(wish("fake"))).found)

    error, drawn = asyncio.run(scene())
    assert "SIGKILL" in error.message and "last words" in error.message
    assert drawn == 1


def test_a_far_worker_that_does_not_start_is_told():
    async def scene() -> str:
        async with served(misbehaving("crash at start")) as remote, client(remote) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value.message

    assert "no_such_module" in asyncio.run(scene())


def test_a_client_that_does_not_read_holds_up_nobody_and_misses_steps_only():
    async def scene() -> tuple[int, list[object]]:
        async with served() as remote, caller(remote) as (reader, writer):
            await introduce(reader, writer, TOKEN, "here")
            await reader.readline()  # ready
            writer.write(encode(Draw(5, wish("chatty"))))
            await writer.drain()
            async with client(remote) as other:  # whose turn comes when the first has been drawn to its end
                drawn = len((await other.draw(wish("fake"))).found)
            said = list[object]()
            while not said or not isinstance(said[-1], Done):
                said.append(read_answer(await reader.readline()))
            return drawn, said

    drawn, said = asyncio.run(scene())
    steps = [one for one in said if isinstance(one, Step)]
    assert drawn == 1
    assert 0 < len(steps) < 402
    assert steps[-1].stage == "drawing"
    assert [type(one).__name__ for one in said[-2:]] == ["Found", "Done"]


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n",
        b"x" * 100_000 + b"\n",
        b'{"say":"proof"}\n',
        b'{"number":"1","proof":"\\ud800"}\n',
        b"[]\n",
    ],
)
def test_a_stranger_is_hung_up_on(line: bytes):
    async def scene() -> bytes:
        async with served() as remote, caller(remote) as (reader, writer):
            await reader.readline()
            writer.write(line)
            with contextlib.suppress(ConnectionError):
                return await reader.read()
            return b""

    assert b"ready" not in asyncio.run(scene())


def test_strangers_who_just_stay_lock_nobody_out():
    async def scene() -> int:
        async with served() as remote, contextlib.AsyncExitStack() as crowd:
            for _ in range(MAX_STRANGERS + 4):
                reader, _ = await crowd.enter_async_context(caller(remote))
                await reader.readline()
            async with client(remote) as supervisor:
                return len((await supervisor.draw(wish("fake"))).found)

    assert asyncio.run(scene()) == 1


def test_a_client_that_breaks_the_rules_is_cut_off_and_the_others_go_on():
    async def scene() -> tuple[bytes, int]:
        async with served() as remote, client(remote) as other, caller(remote) as (reader, writer):
            await introduce(reader, writer, TOKEN, "here")
            await reader.readline()
            writer.write(b'{"say":"draw","id":1,"request":{"prompt":"a","engine":["os:system"]}}\n')
            rest = b""
            with contextlib.suppress(ConnectionError):
                rest = await reader.read()
            return rest, len((await other.draw(wish("fake"))).found)

    assert asyncio.run(scene()) == (b"", 1)
