"""Read, fit, check and measure one program: a process that starts, does it, and ends.

Kept out of the daemon because a big file would hold up everything else there; whatever happens to it (memory, a crash)
happens to it alone. `python -m dcode.daemon.prepare`: the request as one JSON object on stdin, the answer on stdout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.prepared import MOTION, SOURCE, digest
from dcode.errors import DcodeError, UnsafeProgram
from dcode.firmware.profile import load_profile
from dcode.gcode.interpret import interpret
from dcode.gcode.motion import MOVES
from dcode.machine.check import check
from dcode.machine.fit import clip, fit
from dcode.machine.timing import estimate

MARKS: Final = 512  # points of the time axis that a running job's remaining time is read from


def prepare(folder: Path, machine_file: Path, profile: str, *, to_fit: bool, to_clip: bool) -> dict[str, Any]:
    """Turn folder/source.gcode into folder/motion; report, estimate and digest as JSON values.

    Raises UnsafeProgram with the report when the machine must not be given this program, GcodeError when there is
    nothing to draw, ConfigError for a bad machine file or profile.
    """
    machine = load_machine(machine_file)
    reading = load_profile(profile, data_dir("firmware_profiles")).reading(machine)
    program = interpret((folder / SOURCE).read_bytes(), reading)
    if to_fit:
        program.motion = fit(program.motion, machine)
    elif to_clip:
        program.motion = clip(program.motion, machine)
    report = check(program, machine)
    if not report.ok:
        raise UnsafeProgram(_summary(report.as_json()), report.as_json())
    if not any(kind in MOVES for kind in program.motion.kind):
        raise UnsafeProgram("There is nothing to draw in it.", report.as_json() | {"ok": False})
    program.motion.save(folder / MOTION)
    time = estimate(program.motion, machine)
    return {
        "report": report.as_json(),
        "rows": len(program.motion),
        "seconds": time.seconds,
        "marks": time.elapsed_marks(MARKS),
        "digest": digest(folder / MOTION, machine_file),
    }


def _summary(report: dict[str, Any]) -> str:
    total = report["violations_total"]
    first = report["violations"][0]
    more = f" (and {total - 1} more)" if total > 1 else ""
    return f"line {first['line']}: {first['message']}{more}"


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.read())
    try:
        answer = {
            "result": prepare(
                Path(request["folder"]),
                Path(request["machine"]),
                request["profile"],
                to_fit=request["fit"],
                to_clip=request["clip"],
            )
        }
    except DcodeError as error:
        answer = {"error": {"kind": error.kind, "message": error.message, "fields": error.fields}}
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
