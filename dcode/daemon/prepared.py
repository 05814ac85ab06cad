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
from typing import Final

from dcode.api.codec import Message
from dcode.errors import JobError, revived

SOURCE: Final = "source.gcode"
MOTION: Final = "motion"
JOURNAL: Final = "journal"
PLAN: Final = "plan.json"


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
