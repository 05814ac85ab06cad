"""Artwork made into a file: G-code for the machine, or an SVG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from dcode.cli.command import FILE, all_of
from dcode.cli.exit_codes import ExitCode
from dcode.cli.output import STANDARD_OUTPUT
from dcode.cli.pictures import save_preview
from dcode.cli.program import Examined, examine, tell_made, workshop
from dcode.cli.session import Session
from dcode.cli.source import Made, Source, Unusable
from dcode.cli.violations import tell_violations
from dcode.cli.wishes import Wishes, must_suit
from dcode.client.recognise import Kind
from dcode.client.words import duration, least_travel, length, plural
from dcode.machine.machine import Machine

if TYPE_CHECKING:
    from dcode.geometry.drawing import Drawing


class Format(Enum):
    """What is written."""

    SVG = "svg"
    GCODE = "gcode"


_ENDINGS: Final = {"svg": Format.SVG, **dict.fromkeys(("gcode", "gc", "g", "nc", "ngc", "tap"), Format.GCODE)}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a drawing is to be written, None for nowhere, and where a picture of it."""

    to: str | None
    format: Format
    preview: Path | None


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """-o, and what goes with it; the command gets them as one, `target`."""

    @wraps(function)
    def packed(*arguments: Any, to: str | None, form: str | None, preview: Path | None, **values: Any) -> Any:
        return function(*arguments, target=Target(to, _format(to, form), preview), **values)

    return all_of(
        click.option(
            "-o",
            "--output",
            "to",
            type=click.Path(dir_okay=False, allow_dash=True),
            metavar="SVG|GCODE|-",
            help="Where to write it; - for stdout. Without it only the figures are said.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice([one.value for one in Format]),
            metavar="svg|gcode",
            help="What to write, where the name does not say so.",
        ),
        click.option(
            "--preview",
            type=FILE,
            metavar="SVG|PNG|GIF",
            help="Save a picture of what will be drawn.",
        ),
    )(packed)


def _format(to: str | None, form: str | None) -> Format:
    if form is not None:
        return Format(form)
    if to is None:
        return Format.GCODE
    if to == STANDARD_OUTPUT:
        return Format.SVG
    ending = Path(to).suffix.lower().removeprefix(".")
    if ending not in _ENDINGS:
        problem = f"{to}: end its name in .svg or .gcode, or say --format svg or gcode."
        raise click.UsageError(problem, click.get_current_context())
    return _ENDINGS[ending]


def write_drawing(session: Session, source: Source, wishes: Wishes, target: Target) -> ExitCode:
    """Read, place, thin and order artwork, check it, and write it. What the check refuses is not written.

    An SVG made of an SVG stays on its page, whatever the machine, unless it is to be fitted, clipped or centred.
    """
    if session.json and target.to == STANDARD_OUTPUT:
        raise click.UsageError("--json and -o - both want the standard output.", click.get_current_context())
    bound = session.json or wishes.optimize == "best"  # it takes about as long to find as the order
    moved = wishes.fit or wishes.clip or wishes.centre
    if target.format is Format.SVG and source.kind is Kind.SVG and not moved:
        made = _on_its_page(session, source, wishes, target, bound=bound)
    else:
        examined = examine(
            source,
            session.machine,
            session.profile,
            wishes=wishes,
            output=session.output,
            rework=True,
            takes_best=True,
            bound=bound,
        )
        if not examined.report["ok"]:
            return _refused(session, examined, wishes)
        made = _as_programmed(session, examined, target)
    if target.to != STANDARD_OUTPUT:
        file = None if target.to is None else str(Path(target.to).absolute())
        answer = {"ok": True, "name": source.name, "file": file, "format": target.format.value, **made.as_json()}
        session.reply(answer, lambda value: _lines(target.to or source.name, made))
    return ExitCode.DONE


def _refused(session: Session, examined: Examined, wishes: Wishes) -> ExitCode:
    if session.json:
        session.output.answer(examined.report)
    tell_violations(session.output, examined.source, examined.report, tried=wishes.fit or wishes.clip)
    return ExitCode.USAGE


def _as_programmed(session: Session, examined: Examined, target: Target) -> Made:
    """Write what was made into a program and checked."""
    source, drawing = examined.source, examined.drawing
    assert source.made is not None and drawing is not None
    if target.preview:
        save_preview(target.preview, examined.motion, examined.machine, source.name)
    if target.format is Format.GCODE:
        _write(session, target, source.data)
    else:
        _write_svg(session, target, drawing, examined.machine, source.name)
    return source.made


def _on_its_page(session: Session, source: Source, wishes: Wishes, target: Target, *, bound: bool) -> Made:
    """Write an SVG's strokes where they are."""
    from dcode.cli.artwork import worked
    from dcode.cli.patience import Patience
    from dcode.firmware.pacing import pace_of
    from dcode.machine.drawing_motion import motion_of

    must_suit(wishes, source.kind, source.name)
    machine, dialect = workshop(session.machine, session.profile)
    patience = Patience(session.output, source.name, wishes.time_limit, takes_best=True)
    work = worked(source, wishes, machine, pace_of(dialect, machine), patience, limited=False, bound=bound)
    drawing = work.prepared.drawing
    tell_made(session.output, source.name, work.made)
    if not drawing.strokes:
        raise Unusable(f"{source.name}: there is nothing to draw in it.")
    if target.preview:
        save_preview(target.preview, motion_of(drawing, machine), machine, source.name)
    _write_svg(session, target, drawing, machine, source.name)
    return work.made


def _write_svg(session: Session, target: Target, drawing: Drawing, machine: Machine, title: str) -> None:
    from dcode.cli.artwork import on_a_page
    from dcode.geometry.svg import drawing_svg

    _write(session, target, drawing_svg(on_a_page(drawing, machine), title).encode())


def _write(session: Session, target: Target, data: bytes) -> None:
    if target.to == STANDARD_OUTPUT:
        session.output.pour(data.decode())
    elif target.to is not None:
        Path(target.to).write_bytes(data)


def _lines(name: str, made: Made) -> list[str]:
    """What was gained, for people."""
    was = "" if made.strokes == made.strokes_before else f" of {made.strokes_before}"
    lines = [
        f"{name}: {plural(made.strokes, 'stroke')}{was}, {length(made.draw_mm)} of ink",
        f"{length(made.pen_up_mm)} of travel between strokes, {length(made.pen_up_mm_before)} before",
        f"about {duration(made.seconds)} to plot, {duration(made.seconds_before)} before",
    ]
    if made.lower_bound_mm and (least := least_travel(made.pen_up_mm, made.lower_bound_mm)):
        lines[1] += f"; {least} (this is {100 * (made.pen_up_mm / made.lower_bound_mm - 1):.0f} % over it)"
    return lines
