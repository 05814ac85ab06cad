"""Read, fit, check and measure one program: a process that starts, does it, and ends.

Kept out of the daemon because a big file would hold up everything else there; whatever happens to it (memory, a crash)
happens to it alone. `python -m dcode.daemon.prepare`: the request as one JSON object on stdin, the answer on stdout.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.prepared import MOTION, SOURCE, digest
from dcode.errors import DcodeError, UnsafeProgram
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.gcode.interpret import Program, interpret
from dcode.gcode.motion import MOVES, Motion
from dcode.gcode.place import Place
from dcode.geometry.similarity import Similarity
from dcode.machine.check import check
from dcode.machine.fit import clip, fit
from dcode.machine.machine import Machine
from dcode.machine.timing import estimate

MARKS: Final = 512  # points of the time axis that a running job's remaining time is read from


def prepare(
    folder: Path,
    machine_file: Path,
    profile: str,
    said: str,
    *,
    to_fit: bool,
    to_clip: bool,
    to_rehearse: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Turn folder/source.gcode into folder/motion; report, estimate and digest as JSON values.

    `said`: what the firmware that will plot it has said of itself; empty where that is not known. `to_rehearse`: the
    fields of a Rehearsal, where the motion is to be one of the program.

    Raises UnsafeProgram with the report when the machine must not be given this program, GcodeError when there is
    nothing to draw, ConfigError for a bad machine file or profile.
    """
    machine = load_machine(machine_file)
    dialect = load_profile(profile, data_dir("firmware_profiles")).adapted(said)
    program = interpret((folder / SOURCE).read_bytes(), dialect.reading(machine))
    if to_fit:
        program.motion = fit(program.motion, machine)
    elif to_clip:
        program.motion = clip(program.motion, machine)
    report = check(program, machine)
    if not report.ok:
        raise UnsafeProgram(_summary(report.as_json()), report.as_json())
    if not any(kind in MOVES for kind in program.motion.kind):
        raise UnsafeProgram("There is nothing to draw in it.", report.as_json() | {"ok": False})
    pace = pace_of(dialect, machine)
    if to_rehearse:
        from dcode.machine.rehearse import Rehearsal, rehearsal  # and numpy and shapely with it

        program.motion = rehearsal(program.motion, Rehearsal(**to_rehearse), machine, pace)
        report = check(program, machine)
        if not report.ok:
            told = report.as_json()
            raise UnsafeProgram(f"The drawing is within the limits, the way around it is not: {_summary(told)}.", told)
    program.motion.save(folder / MOTION)
    return {
        "report": report.as_json(),
        "rows": len(program.motion),
        "digest": digest(folder / MOTION, machine_file),
        **_timed(program.motion, machine, dialect),
    }


def timed(folder: Path, machine_file: Path, profile: str, said: str) -> dict[str, Any]:
    """The estimate of a checked program anew, for this firmware."""
    dialect = load_profile(profile, data_dir("firmware_profiles")).adapted(said)
    return _timed(Motion.load(folder / MOTION), load_machine(machine_file), dialect)


def _timed(motion: Motion, machine: Machine, dialect: FirmwareProfile) -> dict[str, Any]:
    time = estimate(motion, machine, pace_of(dialect, machine))
    pens = [[pen.number, round(pen.draw_mm, 3)] for pen in time.pens]
    return {"seconds": time.seconds, "marks": time.elapsed_marks(MARKS), "pens": pens}


def check_again(folder: Path, machine_file: Path, place: Place, sheet: Similarity | None = None) -> dict[str, Any]:
    """Prove the program of an interrupted job for the machine as it is now; digest, and the place to go on at.

    `sheet`: the paper hangs differently than when the job was begun, so the program is moved with it, and the place.
    Raises UnsafeProgram; the program is then as it was.
    """
    machine, motion = load_machine(machine_file), Motion.load(folder / MOTION)
    if sheet:
        motion, place = _moved(motion, sheet), Place(place.row, *sheet.apply((place.x, place.y)))
    report = check(Program(motion, [], 0), machine)
    if not report.ok:
        raise UnsafeProgram(_summary(report.as_json()), report.as_json())
    if sheet:
        part = folder / f".{MOTION}"
        motion.save(part)
        part.replace(folder / MOTION)
    return {"digest": digest(folder / MOTION, machine_file), "place": place}


def _moved(motion: Motion, sheet: Similarity) -> Motion:
    """A program on a sheet that hangs differently. Only where it draws and travels to changes."""
    moved = Motion(sheet.apply(motion.start))
    places = map(sheet.apply, zip(motion.x, motion.y, strict=True))
    for kind, (x, y), value, line in zip(motion.kind, places, motion.value, motion.line, strict=True):
        moved.append(kind, x, y, value, line)
    moved.texts, moved.holder = motion.texts, motion.holder
    return moved


def _summary(report: dict[str, Any]) -> str:
    total = report["violations_total"]
    first = report["violations"][0]
    more = f" (and {total - 1} more)" if total > 1 else ""
    return f"line {first['line']}: {first['message']}{more}"


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.read())
    folder, machine = Path(request["folder"]), Path(request["machine"])
    try:
        if request.get("again"):
            sheet = request.get("sheet")
            as_now = Similarity(complex(*sheet[:2]), complex(*sheet[2:])) if sheet else None
            answer = {"result": check_again(folder, machine, Place(*request["place"]), as_now)}
        elif request.get("timed"):
            answer = {"result": timed(folder, machine, request["profile"], request["said"])}
        else:
            profile, said, fits = request["profile"], request["said"], request["fit"]
            how = {"to_fit": fits, "to_clip": request["clip"], "to_rehearse": request.get("rehearse")}
            answer = {"result": prepare(folder, machine, profile, said, **how)}
    except DcodeError as error:
        answer = {"error": {"kind": error.kind, "message": error.message, "fields": error.fields}}
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
