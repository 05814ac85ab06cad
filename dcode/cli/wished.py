"""What is wished for in a prompt, and the ways to have it drawn: here, or by the daemon and into its queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import click

from dcode.api.codec import Message
from dcode.cli.command import all_of
from dcode.cli.drawn import Drawn
from dcode.cli.model_place import absolute
from dcode.cli.own_worker import drawing_shown, drawn_by_own_worker
from dcode.cli.paper import PaperSize
from dcode.cli.prompt import prompt_argument
from dcode.cli.session import Session
from dcode.client.download import download
from dcode.client.seed import some_seed
from dcode.client.sync import Client
from dcode.errors import GenerationError
from dcode.generation.request import MAX_COUNT, DrawRequest


@dataclass(frozen=True, slots=True)
class Wished:
    """A request, and whether its seed was chosen by the user."""

    request: DrawRequest

    @property
    def params(self) -> dict[str, Any]:
        """As job.draw takes it."""
        request = self.request
        return {name: getattr(request, name) for name in DrawRequest.__dataclass_fields__}

    def again(self) -> Wished:
        """The same wish by seeds that none of its drawings had."""
        return Wished(replace(self.request, seed=self.request.seed + self.request.count))

    def varied(self, prompt: str) -> Wished:
        """Another prompt by the same seed."""
        return Wished(replace(self.request, prompt=prompt))


def wish_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """PROMPT and how to draw it; the command gets them as one, `wished`."""

    @wraps(function)
    def packed(
        *arguments: Any,
        prompt: str,
        seed: int | None,
        size: tuple[float, float] | None,
        engine: str | None,
        model: str | None,
        count: int,
        style: str | None,
        steps: int | None,
        guidance: float | None,
        temperature: float | None,
        live: bool,
        **values: Any,
    ) -> Any:
        width, height = size or (None, None)
        request = DrawRequest(
            prompt,
            engine,
            model and absolute(model),
            some_seed() if seed is None else seed,
            count,
            width,
            height,
            style,
            steps,
            guidance,
            temperature,
            live=live,
        )
        return function(*arguments, wished=Wished(request), **values)

    return all_of(
        prompt_argument(),
        click.option("--engine", metavar="NAME", shell_complete=_complete_engine, help="Who draws: dcode models"),
        click.option("--model", metavar="ID|FOLDER", help="A model for the engine: a hub id, or a folder."),
        click.option("--seed", type=click.IntRange(0, (1 << 63) - 1), metavar="N", help="For the same drawing again."),
        click.option(
            "--count", type=click.IntRange(1, MAX_COUNT), default=1, metavar="N", help="Drawings to choose from. [1]"
        ),
        click.option("--size", type=PaperSize(), help="As large as it goes on that; in the middle of the sheet."),
        click.option("--style", metavar="NAME", help="Of the model, where it has several."),
        click.option("--steps", type=click.IntRange(1, 1000), metavar="N", help="Of a Stable Diffusion picture."),
        click.option(
            "--guidance", type=click.FloatRange(0.0, 100.0), metavar="N", help="How closely the prompt is followed."
        ),
        click.option("--temperature", type=click.FloatRange(0.0, 10.0), metavar="N", help="0 takes what is likeliest."),
        click.option("--live", is_flag=True, help="Plot strokes as they are drawn, where they come one by one."),
    )(packed)


def _complete_engine(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from dcode.generation.engines import ENGINES

    return [name for name in ENGINES if name.startswith(incomplete)]


# -- here ------------------------------------------------------------------------------------------------------------


def drawn_here(session: Session, wished: Wished) -> Drawn:
    """The best drawing by a worker of this command's own. Raises GenerationError, LimitError."""
    from dcode.cli.program import workshop
    from dcode.generation.program import prepared, program_of

    began = time.perf_counter()
    found = drawn_by_own_worker(session, wished.request)
    machine, dialect = workshop(session.machine, session.profile)
    program = program_of(prepared(found.drawn(), machine, dialect, wished.request.size).drawing, machine, dialect)
    about = {name: getattr(found, name) for name in ("engine", "model", "seed", "score", "source")} | {
        "strokes": found.lines.strokes,
        "points": found.lines.size,
    }
    return Drawn.of(session, wished.request.prompt, about, program, time.perf_counter() - began)


# -- by the daemon ---------------------------------------------------------------------------------------------------


def queued(daemon: Client, wished: Wished, *, confirmed: bool) -> Message:
    """The job of a wish. Raises MachineNotReady where what it draws could not be plotted now."""
    return daemon.call("job.draw", **wished.params, confirmed=confirmed, require_ready=True)


def wait_for_drawings(session: Session, daemon: Client, number: int) -> Message:
    """Follow a job until it is drawn; what came of it (the API's Drawings). Raises GenerationError where nothing did.

    Ctrl-C takes it off the queue.
    """
    job = _of(daemon.call("subscribe")["jobs"], number)
    try:
        with drawing_shown(session) as tell:
            events = daemon.events()
            while job is not None and job["state"] == "drawing":
                event = next(events)
                if event["event"] == "drawn" and event["job"] == number:
                    tell(event["stage"], event["done"], event["total"], event["note"] or "")
                elif event["event"] == "job" and event["job"]["id"] == number:
                    job = event["job"]
                elif event["event"] == "forgotten" and event["job"] == number:
                    job = None
    except KeyboardInterrupt:
        daemon.call("job.cancel", job=number)
        raise
    if job is None or job["state"] in ("failed", "cancelled"):
        reason = (job and job["reason"]) or "It was taken off the queue."
        raise GenerationError(reason, job=number)
    return daemon.call("job.drawings", job=number)


def program_of_job(daemon: Client, number: int) -> str:
    """The G-code of a job."""
    return download(daemon, number).decode("utf-8", "replace")


def _of(jobs: list[Message], number: int) -> Message | None:
    return next((job for job in jobs if job["id"] == number), None)
