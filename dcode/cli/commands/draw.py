"""dcode draw: from a prompt to ink."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.api.codec import Message
from dcode.cli.command import FILE, command, daemon_options
from dcode.cli.drawn import Drawn, must_have_places
from dcode.cli.exit_codes import ExitCode
from dcode.cli.follow import follow, result, tell_detached, tell_end, tell_queued
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.wished import Wished, drawn_here, program_of_job, queued, wait_for_drawings, wish_options
from dcode.client.sync import Client
from dcode.errors import GenerationError, JobError


@command()
@wish_options
@click.option("-o", "--output", "to", type=FILE, metavar="GCODE|SVG", help="Save the drawing as well.")
@click.option("--preview", type=FILE, metavar="SVG|PNG|GIF", help="Save a picture of what will be drawn.")
@click.option("--no-plot", is_flag=True, help="Only draw it; needs no machine and no daemon.")
@click.option("--detach", is_flag=True, help="Queue the wish and return; with --yes it is plotted when it is its turn.")
@click.option("-y", "--yes", is_flag=True, help="Plot the best drawing without asking.")
@daemon_options
def draw(
    session: Session,
    wished: Wished,
    to: Path | None,
    preview: Path | None,
    no_plot: bool,
    detach: bool,
    yes: bool,
) -> int:
    """Have something drawn, look at it, and plot it.

    The drawing is made by the engine that ships with dcode, or by another one (dcode models), fitted to the sheet and
    checked like any file. It is shown first; nothing is plotted without a yes. The same prompt and seed give the same
    drawing. The exit code is that of the job, and 5 where no drawing came of the prompt.
    """
    must_have_places(to, preview)
    if detach and (no_plot or to or preview):
        problem = "--detach does not wait for the drawing: it goes with none of --no-plot, --output and --preview."
        raise click.UsageError(problem, click.get_current_context())
    if wished.request.live and (no_plot or wished.request.count > 1):
        problem = "--live plots the one drawing that is being made: it goes with neither --no-plot nor --count."
        raise click.UsageError(problem, click.get_current_context())
    if no_plot:
        drawn = drawn_here(session, wished)
        _save(session, drawn, to, preview)
        session.reply(drawn.as_json(to), lambda value: [*drawn.lines(), *([f"It is in {to}."] if to else [])])
        return ExitCode.DONE
    with reach(session) as daemon:
        if detach:
            job = queued(daemon, wished, confirmed=yes)
            return tell_queued(session, job, *_held(job))
        if wished.request.live:
            return _draw_live(session, daemon, wished, to, preview, yes=yes)
        return _draw(session, daemon, wished, to, preview, yes=yes)


def _draw(session: Session, daemon: Client, wished: Wished, to: Path | None, preview: Path | None, *, yes: bool) -> int:
    while True:
        job = queued(daemon, wished, confirmed=False)["id"]
        drawings = wait_for_drawings(session, daemon, job)
        try:
            chosen = _chosen(session, daemon, wished, drawings, yes=yes)
        except KeyboardInterrupt:
            daemon.call("job.cancel", job=job)
            raise
        if isinstance(chosen, Wished):
            daemon.call("job.cancel", job=job)
            wished = chosen
            continue
        if chosen is None:
            daemon.call("job.cancel", job=job)
            session.output.note("Nothing is plotted.")
            return ExitCode.INTERRUPTED
        _save(session, chosen, to, preview)
        if not (yes or session.output.interactive):
            return _left(session, drawings["job"], chosen, to)
        return _plot(session, daemon, job, chosen, to)


def _draw_live(
    session: Session, daemon: Client, wished: Wished, to: Path | None, preview: Path | None, *, yes: bool
) -> int:
    """Plot while it is drawn: nobody can look at it before, so the yes comes first."""
    if session.output.interactive and not yes and not session.output.ask("Plot it while it is drawn, unseen?"):
        session.output.note("Nothing is plotted.")
        return ExitCode.INTERRUPTED
    job = queued(daemon, wished, confirmed=yes or session.output.interactive)
    if job["held"]:
        return tell_queued(session, job, *_held(job))
    try:
        ended = follow(daemon, job["id"], session.output)
    except KeyboardInterrupt:
        return tell_detached(session, job["id"])
    if ended["state"] == "failed" and not ended["rows"]:
        raise GenerationError(ended["reason"] or "It was not drawn.", job=job["id"])
    try:
        about = daemon.call("job.drawings", job=job["id"])["drawings"][0]
        program = program_of_job(daemon, job["id"])
    except JobError:  # it ended before the drawing was complete: there is nothing to save
        return tell_end(session, ended)
    drawn = Drawn.of(session, wished.request.prompt, about, program, about["seconds"])
    _save(session, drawn, to, preview)
    return tell_end(session, ended, drawn.as_json(to))


def _left(session: Session, job: Message, drawn: Drawn, to: Path | None) -> int:
    """Nobody is there to say yes."""
    session.reply(drawn.as_json(to) | {"plot": result(job)}, lambda value: [*drawn.lines(), *_held(job)])
    return ExitCode.DONE


def _plot(session: Session, daemon: Client, job: int, drawn: Drawn, to: Path | None) -> int:
    daemon.call("job.confirm", job=job)
    try:
        ended = follow(daemon, job, session.output)
    except KeyboardInterrupt:
        return tell_detached(session, job)
    return tell_end(session, ended, drawn.as_json(to))


def _chosen(session: Session, daemon: Client, wished: Wished, drawings: Message, *, yes: bool) -> Drawn | Wished | None:
    """The drawing that is kept, another wish, or None for neither."""
    number, count = 0, len(drawings["drawings"])
    while True:
        about = drawings["drawings"][number]
        program = program_of_job(daemon, drawings["job"]["id"])
        drawn = Drawn.of(session, wished.request.prompt, about, program, about["seconds"])
        if yes or not session.output.interactive:
            return drawn
        for line in drawn.lines():
            session.output.note(line)
        answer = _asked(session, number, count)
        if answer == "n":
            number = (number + 1) % count
            daemon.call("job.pick", job=drawings["job"]["id"], drawing=number)
        elif answer == "a":
            return wished.again()
        elif answer == "v":
            said = session.output.prompt(f"In other words [{wished.request.prompt}]:")
            return wished.varied(said or wished.request.prompt)
        else:
            return drawn if answer == "p" else None


def _asked(session: Session, number: int, count: int) -> str:
    """What to do with a drawing: its first letter. The end of the input means to leave it."""
    following = f"[n]ext of {count}, " if count > 1 else ""
    letters = "pavq" + ("n" if count > 1 else "")
    while True:
        answer = session.output.prompt(f"[p]lot it, {following}[a]gain, [v]ary the words, [q]uit?")
        if answer is None:
            return "q"
        if (letter := answer[:1].lower()) and letter in letters:
            return letter


def _save(session: Session, drawn: Drawn, to: Path | None, preview: Path | None) -> None:
    if to:
        drawn.save(to)
    if preview:
        drawn.save_preview(preview)
        session.output.note(f"The preview is in {preview}.")


def _held(job: Message) -> list[str]:
    return [f"It waits for a yes: dcode jobs confirm {job['id']}"] if job["held"] else []
