"""Read, fit, check and measure one program: a process that starts, does it, and ends.

Kept out of the daemon because a big file would hold up everything else there; whatever happens to it (memory, a crash)
happens to it alone. `python -m dcode.daemon.prepare`: the request as one JSON object on stdin, the answer on stdout.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.prepared import DRAWINGS, LIVE, MOTION, SOURCE, WISH, digest
from dcode.errors import DcodeError, UnsafeProgram
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.gcode.interpret import Program, interpret
from dcode.gcode.motion import MOVES, Motion
from dcode.gcode.place import Place
from dcode.gcode.write import write
from dcode.geometry.similarity import Similarity
from dcode.jobs.durable import put
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
    report = _proved(program, machine)
    if not any(kind in MOVES for kind in program.motion.kind):
        raise UnsafeProgram("There is nothing to draw in it.", report | {"ok": False})
    if to_rehearse:
        from dcode.machine.rehearse import Rehearsal, rehearsal  # and numpy and shapely with it

        program.motion = rehearsal(program.motion, Rehearsal(**to_rehearse), machine, pace_of(dialect, machine))
        report = check(program, machine).as_json()
        if not report["ok"]:
            told = f"The drawing is within the limits, the way around it is not: {_summary(report)}."
            raise UnsafeProgram(told, report)
    put(folder / MOTION, program.motion.save)  # somebody may be looking at the one before
    return _answer(folder, machine_file, program.motion, machine, dialect, report)


def _proved(program: Program, machine: Machine) -> dict[str, Any]:
    """The report of the check, as JSON values. Raises UnsafeProgram."""
    report = check(program, machine)
    if not report.ok:
        raise UnsafeProgram(_summary(report.as_json()), report.as_json())
    return report.as_json()


def _answer(
    folder: Path, machine_file: Path, motion: Motion, machine: Machine, dialect: FirmwareProfile, report: dict[str, Any]
) -> dict[str, Any]:
    return {
        "report": report,
        "rows": len(motion),
        "digest": digest(folder / MOTION, machine_file),
        **_timed(motion, machine, dialect),
    }


def timed(folder: Path, machine_file: Path, profile: str, said: str) -> dict[str, Any]:
    """The estimate of a checked program anew, for this firmware."""
    dialect = load_profile(profile, data_dir("firmware_profiles")).adapted(said)
    return _timed(Motion.load(folder / MOTION), load_machine(machine_file), dialect)


def _timed(motion: Motion, machine: Machine, dialect: FirmwareProfile) -> dict[str, Any]:
    time = estimate(motion, machine, pace_of(dialect, machine))
    pens = [[pen.number, round(pen.draw_mm, 3)] for pen in time.pens]
    return {"seconds": time.seconds, "marks": time.elapsed_marks(MARKS), "pens": pens}


def write_source(folder: Path, machine_file: Path, profile: str, said: str, number: int) -> None:
    """Make folder/source.gcode of a drawing that came of a prompt, as large as was asked for.

    Raises LimitError for a size that the work area has not, GenerationError for a drawing that is none.
    """
    from dcode.generation.program import prepared, program_of
    from dcode.generation.wire import Draw, Found, read_answer, read_request

    machine = load_machine(machine_file)
    dialect = load_profile(profile, data_dir("firmware_profiles")).adapted(said)
    wish = read_request((folder / WISH).read_bytes())
    with (folder / DRAWINGS).open("rb") as lines:
        found = read_answer(next(islice(lines, number, None)))
    assert isinstance(wish, Draw) and isinstance(found, Found)
    drawing = prepared(found.drawn(), machine, dialect, wish.request.size).drawing
    (folder / SOURCE).write_text(program_of(drawing, machine, dialect), encoding="utf-8")


def grow(folder: Path, machine_file: Path, profile: str, said: str, strokes: dict[str, Any]) -> dict[str, Any]:
    """Add strokes that have just been drawn to folder/motion, or begin it with them; what `prepare` answers.

    `strokes` has all that are finished, as `points` and `counts` of a Packed, their `frame`, and whether they are
    `all`. Rows beyond those that LIVE knows of were never told to anybody, and are forgotten. Raises UnsafeProgram,
    GenerationError for strokes that differ from those which are there already.
    """
    from dcode.generation.live import begin_alike, differs, first_rows, grown, without
    from dcode.generation.packed import Packed
    from dcode.generation.wire import Draw, read_request
    from dcode.geometry.bounds import Bounds

    machine = load_machine(machine_file)
    dialect = load_profile(profile, data_dir("firmware_profiles")).adapted(said)
    wish = read_request((folder / WISH).read_bytes())
    assert isinstance(wish, Draw)
    lines, motion, had = Packed(strokes["points"], strokes["counts"]).lines(), None, 0
    if (folder / LIVE).exists():
        before = json.loads((folder / LIVE).read_text())
        drawn = Packed(before["points"], before["counts"]).lines()
        if not begin_alike(lines, drawn):
            raise differs()
        motion, had = first_rows(Motion.load(folder / MOTION), before["rows"]), len(drawn)
    if len(lines) > had:
        motion = grown(motion, without(lines, had), Bounds(*strokes["frame"]), machine, wish.request.size)
        put(folder / MOTION, motion.save)
        put(folder / LIVE, lambda path: _write_json(path, strokes | {"rows": len(motion)}))
    assert motion is not None
    if strokes["all"]:
        (folder / SOURCE).write_text(write(motion, dialect.reading(machine)), encoding="utf-8")
    return _answer(folder, machine_file, motion, machine, dialect, _proved(Program(motion, [], 0), machine))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def check_again(folder: Path, machine_file: Path, place: Place, sheet: Similarity | None = None) -> dict[str, Any]:
    """Prove the program of an interrupted job for the machine as it is now; digest, and the place to go on at.

    `sheet`: the paper hangs differently than when the job was begun, so the program is moved with it, and the place.
    Raises UnsafeProgram; the program is then as it was.
    """
    machine, motion = load_machine(machine_file), Motion.load(folder / MOTION)
    if sheet:
        motion, place = _moved(motion, sheet), Place(place.row, *sheet.apply((place.x, place.y)))
    _proved(Program(motion, [], 0), machine)
    if sheet:
        put(folder / MOTION, motion.save)
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
        elif strokes := request.get("strokes"):
            answer = {"result": grow(folder, machine, request["profile"], request["said"], strokes)}
        else:
            profile, said, fits = request["profile"], request["said"], request["fit"]
            how = {"to_fit": fits, "to_clip": request["clip"], "to_rehearse": request.get("rehearse")}
            if request["drawing"] is not None:
                write_source(folder, machine, profile, said, request["drawing"])
            answer = {"result": prepare(folder, machine, profile, said, **how)}
    except DcodeError as error:
        answer = {"error": {"kind": error.kind, "message": error.message, "fields": error.fields}}
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
