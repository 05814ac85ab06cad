"""A checked program: the files of its job, what proves it unchanged, and the process that prepares it.

Apart from prepare.py, so that the daemon does not load what only that process needs.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

from dcode.api.codec import Message
from dcode.errors import JobError, revived

SOURCE: Final = "source.gcode"
MOTION: Final = "motion"
JOURNAL: Final = "journal"
MACHINE: Final = "machine.json"  # that it was checked for
WISH: Final = "wish.json"  # what is to be drawn, as a worker is asked for it
LIVE: Final = "live.json"  # the strokes that a growing program has already, and how many rows they are
DRAWINGS: Final = "drawings"  # what came of it, as the worker answered, a line each
_PLAN: Final = "plan.json"


class Plan(NamedTuple):
    """What an estimate says: (row, seconds from the start), rows ascending; all seconds; and which firmware it is for.

    The firmware is its profile, and what it said of itself (FirmwareProfile.heard).
    """

    marks: list[list[float]]
    seconds: float
    firmware: tuple[str, str]
    pens: list[list[float]]  # number and mm of ink

    @classmethod
    def read(cls, folder: Path) -> Plan | None:
        """The plan of a job; None where there is none."""
        try:
            found = json.loads((folder / _PLAN).read_text())
            return cls(found["marks"], found["seconds"], tuple(found.get("firmware", ("", ""))), found.get("pens", []))
        except FileNotFoundError:
            return None

    def write(self, folder: Path) -> None:
        """Keep it with the job. Whoever reads it has the one before or this one whole."""
        part = folder / f".{_PLAN}"
        part.write_text(json.dumps(self._asdict()))
        part.replace(folder / _PLAN)


def digest(motion: Path, machine_file: Path) -> str:
    """What was proved: this motion, on this machine. A job whose digest differs at the start is checked again."""
    hashed = hashlib.sha256(machine_file.read_bytes())
    with motion.open("rb") as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


async def prepared_apart(request: Message) -> Message:
    """Run dcode.daemon.prepare. Raises what it raised; JobError when it died."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dcode.daemon.prepare"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_be_nice,
    )
    try:
        out, err = await process.communicate(json.dumps(request).encode())
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode != 0:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it was killed"]
        raise JobError(f"The check of the program ended before it was done: {last[0]}")
    answer: Message = json.loads(out)
    if "error" in answer:
        error = answer["error"]
        raise revived(error["kind"], error["message"], error["fields"])
    result: Message = answer["result"]
    return result


def _be_nice() -> None:
    os.nice(10)  # the line to the machine goes first
