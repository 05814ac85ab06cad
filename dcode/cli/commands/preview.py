"""dcode preview: a file as a picture, still or moving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from dcode.cli.command import command, program_options
from dcode.cli.dry_pens import dry_warnings
from dcode.cli.output import STANDARD_OUTPUT
from dcode.cli.pictures import SECONDS, Look, PictureFormat, Shown, picture
from dcode.cli.program import Examined, examine, time_of
from dcode.cli.session import Session
from dcode.cli.source import Source, read_source, source_argument
from dcode.cli.violations import violation_lines
from dcode.cli.wishes import Wishes, artwork_options
from dcode.client.recognise import Kind
from dcode.client.words import duration, length, plural, size


@command()
@source_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="SVG|PNG|GIF|JSON|-",
    help="Where to write the picture; - for stdout.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in PictureFormat]),
    metavar="svg|png|gif|json",
    help="What to write, where the name does not say so.",
)
@click.option("--animate", is_flag=True, help="Let an SVG move as well: the drawing as it comes to be.")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    metavar="S",
    help=f"How long it takes to come to be. [{SECONDS:g}]",
)
@click.option(
    "--scale", type=click.FloatRange(0, min_open=True), metavar="PX", help="Pixels a mm. [as many as fill a screen]"
)
@click.option(
    "--before",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Beside it, this one with its strokes in the order that they have: the same file, to see what is gained.",
)
@click.option("--no-travel", is_flag=True, help="Only the ink, not the moves between strokes.")
@artwork_options
@program_options
def preview(
    session: Session,
    file: str,
    output: str,
    form: str | None,
    animate: bool,
    seconds: float | None,
    scale: float | None,
    before: str | None,
    no_travel: bool,
    wishes: Wishes,
) -> None:
    """Draw a file as a picture, before any ink.

    The ink in its pens' colours and widths, faintly the moves between strokes, the work area, what the belts cannot
    reach, and red rings where the limits are left. A file that is not safe to plot is drawn as well; what is wrong with
    it is said on stderr. A GIF shows how the drawing comes to be, each part as fast as the machine draws it. JSON has
    the way of the pen row by row, as the daemon's job.motion answers; with --json the times are said as well then.
    """
    kind = PictureFormat.of(output, form)
    look = Look(kind, seconds or SECONDS if animate or kind is PictureFormat.GIF else None, not no_travel, scale)
    _must_go_together(look, animate=animate, timed=seconds is not None, compared=before is not None)
    source = read_source(file, as_text=wishes.text)
    examined = examine(source, session.machine, session.profile, wishes=wishes, output=session.output)
    if not examined.report["ok"]:
        for line in violation_lines(examined.source, examined.report):
            session.output.note(line)
    shown = [_shown(examined, "after")]
    if before is not None:
        shown.insert(0, _shown(_as_it_is(session, before, source, wishes), "before"))
    drawn = picture(shown, look, source.name)
    if output == STANDARD_OUTPUT:
        session.output.pour(drawn.decode() if kind in (PictureFormat.SVG, PictureFormat.JSON) else drawn)
        return
    Path(output).write_bytes(drawn)
    answer = examined.report | {"file": str(Path(output).absolute()), "format": kind.value}
    if kind is PictureFormat.JSON and examined.report["ok"]:
        answer["times"] = time_of(examined).as_json()
        for warning in dry_warnings(session, examined, answer["times"]["pens"]):
            session.output.note(warning)
    session.reply(answer, lambda value: [f"{output}: {size(value, examined.source.strokes)}"])


def _must_go_together(look: Look, *, animate: bool, timed: bool, compared: bool) -> None:
    """Refuse what means nothing together. Raises UsageError."""
    problem = ""
    if animate and look.format in (PictureFormat.PNG, PictureFormat.JSON):
        problem = f"A {look.format.name} does not move: --animate is for .svg and .gif."
    elif timed and look.seconds is None:
        problem = "--seconds is for pictures that move: .gif, or .svg with --animate."
    elif compared and (look.seconds is not None or look.format is PictureFormat.JSON):
        problem = "--before is for pictures that do not move: .svg or .png."
    elif look.scale is not None and look.format in (PictureFormat.SVG, PictureFormat.JSON):
        problem = f"--scale is for .png and .gif: {look.format.name} has no pixels."
    if problem:
        raise click.UsageError(problem, click.get_current_context())


def _as_it_is(session: Session, before: str, after: Source, wishes: Wishes) -> Examined:
    """A file whose strokes stay in their order. What else is wished for holds for it too, where it can."""
    source = read_source(before, as_text=wishes.text)
    alike = wishes if source.kind is after.kind is not Kind.GCODE else Wishes(fit=wishes.fit, clip=wishes.clip)
    return examine(source, session.machine, session.profile, wishes=replace(alike, optimize="off"))


def _shown(examined: Examined, when: str) -> Shown:
    report, made = examined.report, examined.source.made
    strokes = plural(made.strokes if made else report["pen_lifts"], "stroke")
    takes = duration(time_of(examined).seconds)
    caption = f"{when}: {strokes}, {length(report['travel_mm'])} of travel, about {takes}"
    return Shown(examined.motion, examined.machine, caption)
