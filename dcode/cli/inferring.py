"""A program out of a model by the worker, into a file: what `infer` and `infer-sd-gcode` have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcode.cli.command import all_of, program_options
from dcode.cli.destination import must_be_writable
from dcode.cli.model_place import absolute
from dcode.cli.output import STANDARD_OUTPUT
from dcode.cli.own_worker import drawn_by_own_worker
from dcode.cli.prompt import prompt_argument
from dcode.cli.session import Session
from dcode.client.seed import some_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcode.generation.request import DrawRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the model, and where the program goes."""

    prompt: str
    model: str
    to: str
    temperature: float | None
    max_len: int | None
    seed: int | None

    def request(self, engine: str, steps: int | None = None, guidance: float | None = None) -> DrawRequest:
        """One drawing by an engine; by a seed that is told afterwards, where none is given."""
        from dcode.generation.request import DrawRequest

        return DrawRequest(
            self.prompt,
            engine,
            absolute(self.model),
            some_seed() if self.seed is None else self.seed,
            steps=steps,
            guidance=guidance,
            temperature=self.temperature,
            max_len=self.max_len,
        )


def infer_options(model: str) -> Callable[[Any], Any]:
    """PROMPT, -m and -o, and how to sample; the command gets them as one, `asked`. `model` is what -m is without it."""

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def packed(
            *arguments: Any,
            prompt: str,
            model: str,
            to: str,
            temperature: float | None,
            max_len: int | None,
            seed: int | None,
            **values: Any,
        ) -> Any:
            return function(*arguments, asked=Asked(prompt, model, to, temperature, max_len, seed), **values)

        decorate = all_of(
            prompt_argument(),
            click.option("-m", "--model", default=model, show_default=True, help="A hub id, or a model's folder."),
            click.option(
                "-o",
                "--output",
                "to",
                type=click.Path(dir_okay=False, allow_dash=True),
                metavar="GCODE|-",
                required=True,
                help="Where to write the program; - for stdout.",
            ),
            click.option("--temperature", type=click.FloatRange(0.0, 10.0), help="0 takes what is likeliest."),
            click.option("--max-len", type=click.IntRange(1, 1_000_000), metavar="N", help="Tokens of the program."),
            click.option("--seed", type=click.IntRange(0, (1 << 63) - 1), metavar="N", help="For the same again."),
        )
        return program_options(decorate(packed))

    return declare


def infer(session: Session, request: DrawRequest, to: str) -> None:
    """Have the worker write a program, and put it into a file. Raises GenerationError."""
    if session.json and to == STANDARD_OUTPUT:
        raise click.UsageError("--json and -o - both want the standard output.", click.get_current_context())
    if to != STANDARD_OUTPUT:
        must_be_writable(Path(to))
    from dcode.errors import GenerationError

    found = drawn_by_own_worker(session, request)
    if found.gcode is None:
        raise GenerationError(f"{found.engine} makes strokes, not a program; dcode draw draws by it.")
    program = found.gcode
    if to == STANDARD_OUTPUT:
        session.output.pour(program)
        return
    Path(to).write_text(program, encoding="utf-8")
    answer = {"file": str(Path(to).absolute()), "engine": found.engine, "model": found.model, "seed": found.seed}
    answer |= {"score": found.score, "seconds": found.seconds, **_for_machine(session, to, program)}
    session.reply(answer, lambda value: _lines(to, value))


def _for_machine(session: Session, to: str, program: str) -> dict[str, Any]:
    """What the program is to the plotter: how much of it there is, and whether it may run as it is."""
    from dcode.cli.program import examine
    from dcode.cli.source import Source
    from dcode.cli.violations import cure
    from dcode.cli.wishes import Wishes

    source = Source(to, Path(to).name, program.encode())
    report = examine(source, session.machine, session.profile, Wishes()).report
    wanted = ("ok", "draw_mm", "travel_mm", "pen_lifts", "lines")
    return {key: report[key] for key in wanted} | {"cure": [] if report["ok"] else cure(source, report, tried=False)}


def _lines(to: str, answer: dict[str, Any]) -> list[str]:
    from dcode.client.words import facts

    lines = [f"{to}: {facts(answer)}", f"by {answer['model']}, seed {answer['seed']}"]
    if not answer["ok"]:
        lines += ["This plotter cannot draw it as it is.", *answer["cure"]]
    return lines
