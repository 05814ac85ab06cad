"""The command line against a scripted daemon: nothing here knows a machine, and no real folder is touched."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dcode.cli.main import run
from tests.cli.conversation import Conversation, conversations
from tests.cli.fake_daemon import OUTSIDE, ROOT, SQUARE, FakeDaemon


@dataclass(frozen=True)
class Ended:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only line of stdout, as JSON."""
        (line,) = self.out.splitlines()
        return json.loads(line)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, and none of the developer's settings."""
    for name in ("DCODE_MACHINE", "DCODE_PORT", "DCODE_PROFILE", "DCODE_SOCKET", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("DCODE_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def dcode(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Runs a command line in this process."""

    def call(*arguments: object, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return call


@pytest.fixture
def process() -> Callable[..., subprocess.Popen[str]]:
    """Starts a command line as a process of its own."""

    def start(*arguments: object, **settings: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from dcode.cli.main import main; main()", *map(str, arguments)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
        return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)

    return start


@pytest.fixture
def talk(process, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Conversation]]:
    """Starts a command line on a terminal whose keys are read one by one."""
    monkeypatch.setenv("TERM", "xterm")
    with conversations(process) as start:
        yield start


@pytest.fixture
def plain_talk(process, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Conversation]]:
    """The same on a terminal that knows nothing but lines."""
    monkeypatch.setenv("TERM", "dumb")
    with conversations(process) as start:
        yield start


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[..., FakeDaemon]]:
    """Starts a scripted daemon where the command line looks for one."""
    started: list[FakeDaemon] = []

    def start(**script: Any) -> FakeDaemon:
        started.append(FakeDaemon(tmp_path / "state", **script))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def horse(tmp_path: Path) -> Path:
    """A small drawing within the limits."""
    path = tmp_path / "horse.gcode"
    path.write_text(SQUARE)
    return path


@pytest.fixture
def stray(tmp_path: Path) -> Path:
    """A small drawing that leaves the work area in its last two lines."""
    path = tmp_path / "stray.gcode"
    path.write_text(OUTSIDE)
    return path
