"""dcode convert: pictures to strokes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import click

from dcode.cli.command import command, program_options
from dcode.cli.drawn_file import Format, Target, output_options, write_drawing
from dcode.cli.exit_codes import ExitCode
from dcode.cli.program import workshop
from dcode.cli.session import Session
from dcode.cli.source import Unusable, read_source
from dcode.cli.wishes import Wishes, artwork_options, called
from dcode.client.picture_options import range_words, value_words
from dcode.client.recognise import Kind
from dcode.client.words import table
from dcode.errors import ConfigError


@command()
@click.argument("file", type=click.Path(allow_dash=True), metavar="[FILE|-]", required=False)
@click.option("--list", "listing", is_flag=True, help="Show the algorithms and their options; --algorithm NAME one.")
@output_options
@artwork_options
@program_options
def convert(session: Session, file: str | None, listing: bool, wishes: Wishes, target: Target) -> int:
    """Make strokes of a picture.

    PNG, JPEG, GIF, WebP, BMP and TIFF are read. The picture is drawn as large as it goes on the work area. In an SVG
    the strokes have the order of the algorithm unless --optimize says otherwise, in G-code that with the least travel.
    """
    if listing:
        session.reply(_algorithms(wishes.algorithm, _pen_width(session)), _lines)
        return ExitCode.DONE
    if file is None:
        raise click.UsageError("Missing argument: a picture, or - for standard input.", click.get_current_context())
    source = read_source(file)
    if source.kind is not Kind.PICTURE:
        hint = " It can be plotted as it is, or put into another order by dcode optimize."
        raise Unusable(f"{source.name} is {source.kind.value}, not a picture (PNG, JPEG, GIF, WebP, BMP, TIFF).{hint}")
    if target.format is Format.SVG and wishes.optimize is None:
        wishes = replace(wishes, optimize="off")
    return write_drawing(session, source, wishes, target)


def _pen_width(session: Session) -> float | None:
    """How wide the machine's pen draws, in mm; None where no machine can be read: what is to be listed is."""
    from dcode.machine.pens import width_of

    with suppress(ConfigError):
        return width_of(None, workshop(session.machine, session.profile)[0])
    return None


def _algorithms(name: str | None, pen_width: float | None) -> list[dict[str, Any]]:
    """All algorithms, or one, with their options, as JSON values. Those for a pen go by the machine's by themselves."""
    from dcode.cli.picture_strokes import default_of
    from dcode.geometry.strokes.options import options_of
    from dcode.geometry.strokes.registry import ALGORITHMS, algorithm

    found = []
    with called("--algorithm"):
        wanted = [*map(algorithm, [name] if name else ALGORITHMS)]
    for chosen in wanted:
        options = [
            {
                "name": option.name,
                "kind": "choice" if option.choices else option.kind.__name__,
                "default": default_of(option, pen_width),
                "about": option.about,
                "unit": option.unit,
                "low": _bound(option.low),
                "high": _bound(option.high),
                "choices": list(option.choices),
            }
            for option in options_of(chosen.options)
        ]
        found.append({"name": chosen.name, "about": chosen.about, "options": options})
    return found


def _bound(value: float) -> float | None:
    return value if abs(value) != float("inf") else None


def _lines(algorithms: list[dict[str, Any]]) -> list[str]:
    lines = list[str]()
    for chosen in algorithms:
        lines.append(f"{chosen['name']}   {chosen['about']}")
        if chosen["options"]:
            rows = [[f"    -O {one['name']}={value_words(one['default'])}", _about(one)] for one in chosen["options"]]
            lines += table(rows)
    return [*lines, *_INKS]


_INKS: Final = (
    "",
    "Any of them draws in several pens with --inks: cmyk, cmy and rgb are sets of inks, and so is a list of colours",
    "such as '#d00,#00d,black'. Where an algorithm has an angle, each ink gets one of its own.",
)


def _about(option: dict[str, Any]) -> str:
    """What it does, its unit, and what it can be."""
    more = ", ".join(part for part in (option["unit"], range_words(option)) if part)
    return f"{option['about']} ({more})" if more else str(option["about"])
