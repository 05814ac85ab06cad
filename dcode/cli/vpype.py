"""`vpype ... dcode plot`: a vpype command that hands the pipeline's drawing to dcode. vpype alone imports this.

What follows the word `dcode` is one of dcode's own commands with its options, without a file: the file is the drawing,
as vpype itself writes it to SVG (layers, names, colours, pen widths, page) into a folder that nobody else can read.
dcode runs in this process: a second Python would load numpy and shapely anew, which takes longer than most drawings.
Its question before a plot, Ctrl-C and the live line are those of the terminal either way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import vpype
import vpype_cli

from dcode.cli.exit_codes import ExitCode
from dcode.cli.main import root, run
from dcode.cli.output import Output
from dcode.cli.session import Session

COMMANDS: Final = ("plot", "check", "estimate", "preview", "optimize")  # those that are given a drawing
_ORDERED: Final = ("--optimize", "off")  # the pipeline has seen to the order, unless it is asked for here
_DIGITS: Final = re.compile(r"\d+")


class Failed(click.ClickException):
    """dcode ended with an exit code, which is vpype's then, and a sentence."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click means it for classes, and reads it from the object


class _Kept(Output):
    """Keeps what went wrong for vpype to say; everything else is said as always."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = list[str]()

    def fail(self, sentence: str, more: Sequence[str] = ()) -> None:
        self.show("")
        self.failures += [sentence, *more]


class _Passing(click.Command):
    """Takes a command's name and its options, and leaves the rest of the line to vpype: the next of its commands."""

    help_group = "Output"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0].startswith("-"):
            super().parse_args(ctx, args)  # --help
            ctx.fail(f"Missing command: one of {', '.join(COMMANDS)}.")
        name, *rest = args
        if name not in COMMANDS:
            ctx.fail(f"{name!r} is not a command that takes a drawing: choose one of {', '.join(COMMANDS)}.")
        found = root.get_command(ctx, name)
        assert found is not None
        options: list[click.Parameter] = [
            parameter for parameter in found.params if isinstance(parameter, click.Option)
        ]
        # Told of a wrong option before the pipeline begins. Its own session, as everything else, is the run's.
        alike = click.Command(name, params=options, help=found.help, context_settings=found.context_settings)
        settings: dict[str, Any] = {"allow_extra_args": True, "allow_interspersed_args": False}
        with alike.make_context(name, list(rest), parent=ctx, obj=Session(), **settings) as inner:
            left = list(inner.args)
        ctx.params["words"] = (name, *rest[: len(rest) - len(left)])
        ctx.args = left
        return left

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["|".join(COMMANDS), "[OPTIONS]"]


@click.command("dcode", cls=_Passing)
@vpype_cli.global_processor
def dcode(document: vpype.Document, words: tuple[str, ...]) -> vpype.Document:
    """Hand the drawing to dcode, which plots, checks or shows it.

    \b
    vpype read cat.svg linemerge linesort dcode plot
    vpype read cat.svg linemerge dcode plot --optimize best --dry-run

    The options are those of the dcode command of that name. The strokes keep the order that the pipeline gave them
    unless --optimize is given.
    """
    source = document.metadata.get("vp_source")
    name = Path(source).stem if source else "vpype"
    with TemporaryDirectory(prefix="dcode-") as folder:
        path = Path(folder) / f"{name}.svg"
        with path.open("w", encoding="utf-8") as file:
            vpype.write_svg(file, _numbered(document), set_date=False)
        _run(words, path)
    return document


def _numbered(document: vpype.Document) -> vpype.Document:
    """The document with names that say its layers' numbers where they hold other ones: a pen is the first number."""
    shown = document.clone()
    for number, lines in document.layers.items():
        shown.add(lines, number, with_metadata=True)
        label = str(lines.property("vp_name") or "")
        digits = _DIGITS.search(label)
        if digits is not None and int(digits[0]) != number:
            shown.layers[number].set_property("vp_name", f"{number} {label}")
    return shown


def _run(words: tuple[str, ...], path: Path) -> None:
    """Run dcode on the file. Raises Failed where it does not end well."""
    command, *options = words
    ordered = command == "optimize" or any(word.partition("=")[0] == "--optimize" for word in options)
    output = _Kept()
    session = Session(output=output, json="--json" in options)
    code = run([command, str(path), *options, *(() if ordered else _ORDERED)], session)
    if code != ExitCode.DONE:
        # A command that is proposed has no file here.
        told = "\n".join(output.failures).replace(f" {path}", "")
        raise Failed(told or f"dcode {command} ended with exit code {code}.", code)
