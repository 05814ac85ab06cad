"""dcode preview: a file as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.command import command, fitting_options, program_options
from dcode.cli.program import examine
from dcode.cli.session import Session
from dcode.cli.source import read_source, source_argument
from dcode.cli.violations import violation_lines
from dcode.cli.words import facts
from dcode.machine.preview import preview as draw

STANDARD_OUTPUT = "-"


@command()
@source_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="SVG",
    help="Where to write the picture; - for stdout.",
)
@click.option("--no-travel", is_flag=True, help="Only the ink, not the moves between strokes.")
@fitting_options
@program_options
def preview(session: Session, file: str, output: str, no_travel: bool, fit: bool, clip: bool) -> None:
    """Draw a file as a picture.

    An SVG with the ink, faintly the moves between strokes, and the work area. A file that is not safe to plot is drawn
    as well; what is wrong with it is said on stderr.
    """
    source = read_source(file)
    examined = examine(source, session.machine, session.profile, to_fit=fit, to_clip=clip)
    report = examined.report
    if not report["ok"]:
        for line in violation_lines(source, report):
            session.output.note(line)
    svg = draw(examined.motion, examined.machine, travels=not no_travel, title=source.name)
    if output == STANDARD_OUTPUT:
        session.output.pour(svg)
        return
    Path(output).write_text(svg, encoding="utf-8")
    answer = report | {"file": str(Path(output).absolute())}
    session.reply(answer, lambda value: [f"{output}: {facts(value)}"])
