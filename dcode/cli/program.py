"""A file read and checked here, without a daemon, as the daemon would do it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from dcode.cli.source import Source
from dcode.config.machine_file import find_machine, load_machine
from dcode.config.paths import data_dir
from dcode.config.settings import load_settings
from dcode.firmware.profile import load_profile
from dcode.gcode.interpret import interpret
from dcode.gcode.motion import MOVES, Motion
from dcode.machine.check import check
from dcode.machine.machine import Machine

FALLBACK_PROFILE: Final = "makelangelo"  # decides how Z, S and P are meant when nobody says; the daemon's is the same


@dataclass(frozen=True, slots=True)
class Examined:
    """A program, the machine that it is for, and the check's report on the two as JSON values."""

    machine: Machine
    motion: Motion
    report: dict[str, Any]


def examine(
    source: Source, machine_file: Path | None, profile: str | None, *, to_fit: bool = False, to_clip: bool = False
) -> Examined:
    """Read a source for a machine and a dialect, and check it. None leaves either to the settings.

    A program that moves nothing is not ok either. Raises ConfigError for bad settings, machine file or profile.
    """
    if to_fit and to_clip:
        raise click.UsageError("--fit and --clip exclude each other.", click.get_current_context())
    settings = load_settings({"machine": machine_file, "profile": profile}).settings
    machine = load_machine(find_machine(settings.machine))
    dialect = load_profile(settings.profile or machine.profile or FALLBACK_PROFILE, data_dir("firmware_profiles"))
    program = interpret(source.data, dialect.reading(machine))
    if to_fit or to_clip:
        from dcode.machine.fit import clip, fit

        program.motion = (fit if to_fit else clip)(program.motion, machine)
    report = check(program, machine).as_json()
    if report["ok"] and not any(kind in MOVES for kind in program.motion.kind):
        report |= {"ok": False, "violations": [NOTHING_TO_DRAW], "violations_total": 1}
    return Examined(machine, program.motion, report)


NOTHING_TO_DRAW: Final = {
    "line": 0,
    "kind": "empty",
    "value": None,
    "limit": None,
    "message": "there is nothing to draw in it",
}
