"""A worker as a process of this computer, under an interpreter that may be another environment's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dcode
from dcode.errors import GenerationError
from dcode.generation.link import Ending, read_line
from dcode.generation.wire import MAX_ANSWER

MODULE: Final = "dcode.ml.worker"
_LAST_LINES: Final = 12  # of stderr; a traceback's end
_LAST_CHARACTERS: Final = 300  # of each
_STDERR_SECONDS: Final = 1.0  # for the last words, once it is gone: a child of it may hold the pipe open


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWorker:
    """How to start one. `python`: its interpreter, "" for this one. `engines`: more of them, NAME=MODULE:CALLABLE."""

    python: str = ""
    memory_mb: int = 0
    module: str = MODULE
    engines: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)  # beside this process's

    async def open(self) -> LocalLink:
        """Start it. Raises GenerationError when there is no such interpreter."""
        python = self._interpreter
        more = [word for engine in self.engines for word in ("--engine", engine)]
        try:
            process = await asyncio.create_subprocess_exec(
                *(python, *self._path_options, "-m", self.module, "--memory-mb", str(self.memory_mb), *more),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=self._folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                limit=MAX_ANSWER,
                start_new_session=True,  # a Ctrl-C is for who has the terminal; and its children go with it
            )
        except OSError as error:
            told = f"The worker cannot be started with {python}: {error.strerror}. generation.python names it."
            raise GenerationError(told, python=python) from error
        return LocalLink(process)

    def begins(self) -> tuple[list[str], Path]:
        """How its interpreter is started for a module of this package: the first words, and the folder to do it in."""
        return [self._interpreter, *self._path_options], self._folder

    @property
    def _interpreter(self) -> str:
        return str(Path(self.python).expanduser()) if self.python else sys.executable

    @property
    def _path_options(self) -> tuple[str, ...]:
        """Another environment imports its own dcode and numpy; with -P nothing that lies about in a folder."""
        return ("-P",) if self.python else ()

    @property
    def _folder(self) -> Path:
        """The folder that holds this package, so that the worker runs the same code; see client/launch.py."""
        return Path("/") if self.python else Path(dcode.__file__).parents[1]


class LocalLink:
    """The pipes of a worker process, and the process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout and process.stderr
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._last_words: deque[str] = deque(maxlen=_LAST_LINES)
        self._listening = asyncio.get_running_loop().create_task(self._listen(process.stderr))

    @property
    def pid(self) -> int:
        return self._process.pid

    async def read(self) -> bytes:
        return await read_line(self._stdout)

    def write(self, line: bytes) -> None:
        self._stdin.write(line)  # to one that has just died: its end is noticed by who reads

    def end(self) -> None:
        self._stdin.close()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    async def ended(self) -> Ending:
        drained = asyncio.create_task(self._drain())  # one that is blocked in a write would never hear its end
        code = await self._process.wait()
        drained.cancel()
        await asyncio.wait([self._listening], timeout=_STDERR_SECONDS)
        self._listening.cancel()
        self._stdin.close()
        self._close_pipes()
        return Ending(_how(code), list(self._last_words))

    async def _drain(self) -> None:
        while await self._stdout.read(1 << 16):
            pass

    def _close_pipes(self) -> None:
        """Also where a child of it lives on and holds the other ends; asyncio has no public name for this."""
        transport: asyncio.SubprocessTransport = self._process._transport  # type: ignore[attr-defined]
        transport.close()

    def _signal(self, number: signal.Signals) -> None:
        """To it and its children: it leads a group of its own."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        """Keep the end of what it writes there; a bar that rewrites its line counts as its last state."""
        rest = b""
        while data := await stderr.read(1 << 14):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[-_LAST_CHARACTERS * 4 :]  # a line without an end does not grow
            for line in lines:
                self._keep(line)
        self._keep(rest)

    def _keep(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip().rpartition("\r")[2]
        if text.strip():
            self._last_words.append(text[:_LAST_CHARACTERS])


def _how(code: int) -> str:
    if code >= 0:
        return f"it ended by itself (exit code {code})"
    if code == -signal.SIGKILL:
        return "it was killed (SIGKILL), which happens too when the computer has no memory left"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a realtime signal
        name = f"signal {-code}"
    return f"it was ended by {name}"
