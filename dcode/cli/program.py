"""A file read and checked here, without a daemon, as the daemon would do it; artwork made into a program before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dcode.cli.output import Output
from dcode.cli.source import Made, Source
from dcode.cli.wishes import Wishes, must_suit
from dcode.client.recognise import Kind
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir, find_machine
from dcode.config.settings import load_settings
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.gcode.interpret import Program, interpret
from dcode.gcode.motion import MOVES, Motion
from dcode.machine.check import check
from dcode.machine.machine import Machine

if TYPE_CHECKING:
    from dcode.geometry.drawing import Drawing
    from dcode.machine.estimate import Estimate

FALLBACK_PROFILE: Final = "makelangelo"  # decides how Z, S and P are meant when nobody says; the daemon's is the same


@dataclass(frozen=True, slots=True)
class Examined:
    """A program, the machine that it is for, and the check's report on the two as JSON values.

    `source` is what was read or, where that was artwork, the G-code that was made of `drawing`; `motion` is what that
    does.
    """

    machine: Machine
    dialect: FirmwareProfile
    motion: Motion
    report: dict[str, Any]
    source: Source
    drawing: Drawing | None = None


def examine(
    source: Source,
    machine_file: Path | None,
    profile: str | None,
    wishes: Wishes,
    *,
    output: Output | None = None,
    rework: bool = False,
    takes_best: bool = False,
    bound: bool = False,
) -> Examined:
    """Read a source for a machine and a dialect, and check it. None leaves either to the settings.

    `wishes` say how artwork becomes a program; G-code goes that way where they ask for another order, or with `rework`.
    How long that takes, and what is remarkable about it, is told on `output`; see patience.py for `takes_best` and
    artwork.py for `bound`. A program that moves nothing is not ok either. Raises ConfigError for bad settings, machine
    file or profile, DrawingError and LimitError for bad artwork.
    """
    must_suit(wishes, source.kind, source.name, reworked=rework)
    machine, dialect = workshop(machine_file, profile)
    reading = dialect.reading(machine)
    program, drawing = interpret(source.data, reading) if source.kind is Kind.GCODE else None, None
    if program is None or ((rework or wishes.reorders) and _may_be_reworked(program, machine, wishes)):
        from dcode.cli.artwork import program_of, worked
        from dcode.cli.patience import Patience
        from dcode.firmware.pacing import pace_of
        from dcode.machine.drawing_motion import first_pen

        patience = Patience(output or Output(), source.name, wishes.time_limit, takes_best=takes_best)
        pace = pace_of(dialect, machine)
        work = worked(source, wishes, machine, pace, patience, program=program, bound=bound)
        source, drawing = program_of(work, source, machine, reading), work.prepared.drawing
        if output:
            tell_made(output, source.name, work.made)
        program = interpret(source.data, reading)
        program.motion.holder = first_pen(drawing, machine)
    elif wishes.fit or wishes.clip:
        from dcode.machine.fit import clip, fit

        program.motion = (fit if wishes.fit else clip)(program.motion, machine)
    report = check(program, machine).as_json()
    if report["ok"] and not any(kind in MOVES for kind in program.motion.kind):
        report |= {"ok": False, "violations": [NOTHING_TO_DRAW], "violations_total": 1}
    if source.made:
        report["artwork"] = source.made.as_json()
    return Examined(machine, dialect, program.motion, report, source, drawing)


def time_of(examined: Examined) -> Estimate:
    """How long it takes on that machine with that firmware."""
    from dcode.firmware.pacing import pace_of
    from dcode.machine.timing import estimate

    return estimate(examined.motion, examined.machine, pace_of(examined.dialect, examined.machine))


def workshop(machine_file: Path | None, profile: str | None) -> tuple[Machine, FirmwareProfile]:
    """The machine that is meant, and its firmware. None leaves either to the settings."""
    settings = load_settings({"machine": machine_file, "profile": profile}).settings
    machine = load_machine(find_machine(settings.machine))
    return machine, load_profile(settings.profile or machine.profile or FALLBACK_PROFILE, data_dir("firmware_profiles"))


def tell_made(output: Output, name: str, made: Made) -> None:
    """What is remarkable about how artwork became a program."""
    for note in made.notes:
        output.note(f"{name}: {note}")
    if made.stopped:
        output.note(f"{name}: the search for an order was ended early; this is the best so far.")


def _may_be_reworked(program: Program, machine: Machine, wishes: Wishes) -> bool:
    """Whether all of it can be read and is where it may be; else the check says line by line what is wrong."""
    if wishes.fit or wishes.clip:
        return not program.fatal
    return check(program, machine).ok


NOTHING_TO_DRAW: Final = {
    "line": 0,
    "kind": "empty",
    "value": None,
    "limit": None,
    "message": "there is nothing to draw in it",
}
