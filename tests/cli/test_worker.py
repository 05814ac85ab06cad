"""dcode worker: served as its user would, and reached as a plotter's computer would."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dcode.generation.remote import RemoteWorker
from dcode.generation.supervisor import Supervisor
from dcode.generation.token import read_token
from dcode.generation.wire import EngineState

RUN = "from dcode.cli.commands.worker import worker; from dcode.cli.session import Session; worker(obj=Session())"
Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts `dcode worker serve`; ends it with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", RUN, "serve", "--listen", "127.0.0.1:0", *arguments]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for one in started:
        with one:  # closes its pipe and waits
            one.kill()


def first_line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout
    return json.loads(process.stdout.readline())


def test_what_is_served_can_be_reached_with_the_token_that_was_made(serve: Serve):
    process = serve("--json")
    shown = first_line(process)
    file = Path(shown["token_file"])
    assert file == Path(os.environ["DCODE_CONFIG_DIR"]) / "worker.token"
    assert shown["new_token"] and file.stat().st_mode & 0o777 == 0o600
    (host, _, port) = shown["listen"][0].rpartition(":")

    async def ask() -> tuple[EngineState, ...]:
        supervisor = Supervisor(RemoteWorker(host, int(port), read_token(file)).open)
        try:
            return await supervisor.engines()
        finally:
            await supervisor.close()

    assert {"strokes", "library"} <= {state.name for state in asyncio.run(ask())}
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0


def test_how_it_is_used_is_said_when_the_token_is_made_and_the_token_never(serve: Serve, tmp_path: Path):
    file = tmp_path / "gpu.token"
    said = list[str]()
    for _ in range(2):
        process = serve("--token-file", str(file))
        assert process.stdout
        said.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        said[-1] += process.communicate()[0]
        assert process.returncode == 0
    first, second = said
    assert "127.0.0.1:" in second and "worker =" in first and "ssh -L" in first
    assert "worker =" not in second
    assert file.read_text().strip() not in first + second


def test_engines_are_listed_as_the_worker_sees_them():
    done = subprocess.run([sys.executable, "-c", RUN, "engines", "--json"], capture_output=True, text=True, check=True)
    states = {state["engine"]: state for state in json.loads(done.stdout)}
    assert states["library"] == {"engine": "library", "ready": True, "needs": ""}
    assert set(states) == {"strokes", "library", "trace", "sd-gcode", "text"}
