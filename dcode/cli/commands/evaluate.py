"""dcode evaluate: how well an engine draws, in figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from dcode.cli.command import FILE, command
from dcode.cli.ml_process import run_ml
from dcode.cli.session import Session

_MODULE: Final = "dcode.ml.evaluate"
_LISTS: Final = ("seen", "held_out")


@command()
@click.option("--model", metavar="DIR|ID", help="The model's folder, or a hub id with --engine.")
@click.option("--engine", metavar="NAME", help="Who draws, if the folder does not say it: dcode models")
@click.option(
    "--prompts",
    multiple=True,
    metavar="FILE",
    help="A prompt a line; seen and held_out are dcode's own, and used without it. More than once for several lists.",
)
@click.option("-o", "--output", type=FILE, required=True, help="The report, as JSON.")
@click.option(
    "--samples", type=click.IntRange(1, 64), default=8, show_default=True, help="Drawings of each prompt, from seed 0."
)
@click.option("--recogniser", type=FILE, help="The recogniser that scores, if not the one that comes with dcode.")
@click.option(
    "--quickdraw",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the doodles that it was trained on too, to look for copies.",
)
@click.option("--manifest", type=FILE, help="The dataset that it was trained on instead of the library.")
def evaluate(
    session: Session,
    model: str | None,
    engine: str | None,
    prompts: tuple[str, ...],
    output: Path,
    samples: int,
    recogniser: Path | None,
    quickdraw: Path | None,
    manifest: Path | None,
) -> None:
    """Measure how well an engine draws.

    Without --model and --engine it is the default engine as it ships. Every prompt is drawn with the seeds from 0 on;
    a recogniser that has no part in drawing says what it sees. The drawings of concepts that training holds out are
    taken out of the library first.
    """
    words = ["--output", str(output.absolute()), "--samples", str(samples)]
    words += [word for name in prompts for word in ("--prompts", name if name in _LISTS else _absolute(name))]
    place = _absolute(model) if model and Path(model).expanduser().exists() else model
    given: dict[str, str | None] = {"--engine": engine, "--model": place}
    files = {"--recogniser": recogniser, "--quickdraw": quickdraw, "--manifest": manifest}
    given |= {option: None if path is None else _absolute(path) for option, path in files.items()}
    words += [word for option, value in given.items() if value for word in (option, value)]
    session.reply(run_ml(_MODULE, words), _lines)


def _absolute(path: str | Path) -> str:
    return str(Path(path).expanduser().absolute())


def _lines(report: dict[str, Any]) -> list[str]:
    """The figures that decide, list by list."""
    lines = list[str]()
    for name, figures in report["lists"].items():
        seen, copies = figures["recognition"], figures["copies"]
        of_ceiling = "" if seen["of_ceiling_at_1"] is None else f", {seen['of_ceiling_at_1']:.0%} of real drawings'"
        lines += [
            f"{name}: {report['prompts'][name]} prompts, {report['samples']} drawings each",
            f"  valid {figures['validity']['all']:.1%}, syntax {figures['validity']['syntactic']:.1%}",
            f"  recognised {seen['at_1']:.1%}{of_ceiling}",
            f"  own prompt nearest of 32: {figures['precision_at_32']['share']:.1%}",
            f"  copies {copies['copy_rate']:.1%}, diversity {figures['diversity']['share']:.2f}",
            f"  {figures['seconds']['one']:.2f} s a drawing",
        ]
    for way, figures in report["ways"].items():
        told = [f"{name} {one['recognition']['at_1']:.1%}" for name, one in figures.items() if isinstance(one, dict)]
        lines.append(f"{way}: recognised {', '.join(told)}")
    return [*lines, f"All figures: {report['file']}"]
