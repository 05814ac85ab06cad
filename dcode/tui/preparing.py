"""A file made ready to be queued, by the command line: the program, the checks, the times, the way of the pen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dcode.api.codec import Message
from dcode.client.recognise import LOOKED_AT, Kind, recognise
from dcode.errors import DrawingError
from dcode.tui.child import Answered, dcode
from dcode.tui.how import How
from dcode.tui.path import Path as PenPath


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be queued. `report` is the check's; `times` those of an estimate, None for what is refused.

    `made` is how a program was made of it, None for G-code that stays as it is: that is then fitted or clipped by the
    daemon, as `how` says. `remarks` are sentences for the person.
    """

    name: str
    program: bytes
    how: How
    report: Message
    times: Message | None
    made: Message | None
    path: PenPath
    remarks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return bool(self.report["ok"])


async def kind_of(file: Path) -> Kind:
    """What a file is, by how it begins. Raises DrawingError for one that cannot be read."""
    try:
        return await asyncio.to_thread(lambda: recognise(_head(file), file.name))
    except OSError as error:
        raise DrawingError(f"{file} cannot be read: {error.strerror}.") from error


async def prepare(
    file: Path, kind: Kind, how: How, folder: Path, where: Sequence[str], tell: Callable[[str], object]
) -> Prepared:
    """Have a program made of a file, where one is to be made, and look at it. `folder` is an empty one to work in.

    `where`: options that say which machine is meant. `tell` gets sentences on how it goes. To cancel this ends the
    child processes. Raises DcodeError: the one sentence about a broken file.
    """
    looked_at, options, made = file, how.options(kind), None
    if how.remakes(kind):
        program = folder / f"{file.stem}.gcode"
        answer = (await dcode("optimize", str(file), "-o", str(program), *options, *where, tell=tell)).value
        if answer["ok"]:
            looked_at, options, made = program, [], answer
    way = folder / "way.json"
    shown = await dcode("preview", str(looked_at), "-o", str(way), *options, *where)
    path, data = await asyncio.to_thread(_read, way, looked_at)
    times, remarks = shown.value.get("times"), _remarks(shown, made)
    made = made or shown.value.get("artwork")
    return Prepared(file.name, data, how, shown.value, times, made, path, remarks if shown.value["ok"] else ())


def _remarks(shown: Answered, made: Message | None) -> tuple[str, ...]:
    """What making, checking and estimating it have had to say, each once."""
    notes = [f"line {note['line']}: {note['message']}" for note in shown.value["notes"]]
    return tuple(dict.fromkeys([*(made["notes"] if made else ()), *notes, *shown.said]))


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LOOKED_AT)


def _read(way: Path, program: Path) -> tuple[PenPath, bytes]:
    path = PenPath()
    path.take(json.loads(way.read_bytes()))
    return path, program.read_bytes()
