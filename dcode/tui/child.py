"""The command line in a child process: what it does with files the screen has done by it, and stays awake."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dcode.errors import DcodeError, revived

LONGEST: Final = 1 << 20  # bytes of a line that it says


@dataclass(frozen=True, slots=True)
class Answered:
    """What --json answered, an object or a list of them, and the lines that were said beside it."""

    value: Any
    said: list[str]


async def dcode(*arguments: str, tell: Callable[[str], object] = lambda line: None) -> Answered:
    """Run a command with --json. `tell` gets each line that it says beside its answer, when it says it.

    Whoever cancels this ends the child. Raises the error that the command answers with, as the exception that it was
    there; DcodeError for one that ends without an answer.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dcode.cli", *arguments, "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST,
    )
    assert child.stdout and child.stderr
    try:
        out, said = await asyncio.gather(child.stdout.read(), _lines(child.stderr, tell))
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await _ended(child)
    try:
        value = json.loads(out)
    except ValueError as error:
        why = said[-1] if said else f"it ended with {child.returncode}"
        raise DcodeError(f"dcode {arguments[0]} gave no answer: {why}") from error
    if isinstance(value, dict) and (failed := value.get("error")):
        raise revived(failed.get("kind"), str(failed.get("message")), failed.get("fields"))
    return Answered(value, said)


async def _ended(child: asyncio.subprocess.Process) -> None:
    """Until a killed child is gone and its pipes are closed, which is at once: however often it is cancelled meanwhile.

    At the end of the application all tasks are cancelled again, and what is left open then is complained of.
    """
    while True:
        try:
            await child.communicate()
            return
        except asyncio.CancelledError:
            continue


async def _lines(stream: asyncio.StreamReader, tell: Callable[[str], object]) -> list[str]:
    said = []
    async for line in stream:
        said.append(line.decode("utf-8", "replace").rstrip())
        tell(said[-1])
    return said
