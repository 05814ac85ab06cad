"""`dcode`: the table of commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

import click

import dcode
from dcode.cli.command import HELP_OPTIONS, debug_option, state_dir_option
from dcode.cli.exit_codes import ExitCode, of_error
from dcode.cli.lazy import Entry, LazyGroup, Table
from dcode.cli.output import Output, Unwritable
from dcode.cli.session import Session
from dcode.client.sentences import sentences, with_stop
from dcode.errors import DcodeError

COMPLETE: Final = "_DCODE_COMPLETE"  # by this variable a shell asks for completions
_AT = "dcode.cli.commands"

COMMANDS: Table = {
    "Draw": {
        "draw": Entry(f"{_AT}.draw:draw", "Have something drawn, look at it, and plot it."),
        "plot": Entry(f"{_AT}.plot:plot", "Plot a drawing, and follow it to its end."),
        "rehearse": Entry(f"{_AT}.rehearse:rehearse", "Go through a drawing with the pen up."),
        "mark": Entry(f"{_AT}.mark:mark", "Draw the marks that a sheet is found again by."),
        "check": Entry(f"{_AT}.check:check", "Say whether a file is safe to plot."),
        "estimate": Entry(f"{_AT}.estimate:estimate", "Say how long a file takes."),
        "preview": Entry(f"{_AT}.preview:preview", "Draw a file as a picture, before any ink."),
        "optimize": Entry(f"{_AT}.optimize:optimize", "Put strokes into the order with the least travel."),
        "convert": Entry(f"{_AT}.convert:convert", "Make strokes of a picture."),
    },
    "Generate": {
        "models": Entry(f"{_AT}.models:models", "List the engines and the models that they draw with."),
        "infer-sd-gcode": Entry(f"{_AT}.infer_sd_gcode:infer_sd_gcode", "Have Stable Diffusion write G-code."),
        "infer": Entry(f"{_AT}.infer:infer", "Have a text model write G-code."),
        "worker": Entry(f"{_AT}.worker:worker", "Serve drawings to other computers, or list engines."),
        "demo": Entry(f"{_AT}.demo:demo", "Write the folder of a Space, or show its page here."),
    },
    "Train": {
        "caption": Entry(f"{_AT}.caption:caption", "Caption the pictures of a dataset by a model."),
        "caption-imagenet": Entry(
            f"{_AT}.caption_imagenet:caption_imagenet", "Caption the pictures of a dataset by their folders."
        ),
        "train-sd-gcode-v3": Entry(f"{_AT}.train_sd_gcode_v3:train_sd_gcode_v3", "Train a decoder of latents."),
        "train": Entry(f"{_AT}.train:train", "Train a text model."),
        "sweep": Entry(f"{_AT}.sweep:sweep", "Search for the best settings of a training."),
        "evaluate": Entry(f"{_AT}.evaluate:evaluate", "Measure how well an engine draws."),
    },
    "Follow": {
        "status": Entry(f"{_AT}.status:status", "Say what the machine is doing."),
        "watch": Entry(f"{_AT}.watch:watch", "Follow the job at the machine."),
        "jobs": Entry(f"{_AT}.jobs:jobs", "List jobs; show, cancel, move, retry or forget one."),
        "log": Entry(f"{_AT}.log:log", "Show what goes over the wire."),
        "report": Entry(f"{_AT}.report:report", "Gather what helps to find a fault, in one file."),
    },
    "Steer": {
        "pause": Entry(f"{_AT}.steer:pause", "Pause at the end of the stroke."),
        "resume": Entry(f"{_AT}.resume:resume", "Go on with a paused or an interrupted job."),
        "cancel": Entry(f"{_AT}.steer:cancel", "End a job, pen up."),
        "stop": Entry(f"{_AT}.steer:stop", "Stop the machine at once."),
        "home": Entry(f"{_AT}.move:home", "Go home, or say that the gondola is there."),
        "register": Entry(f"{_AT}.register:register", "Say where the gondola is."),
        "audit": Entry(f"{_AT}.audit:audit", "See at a mark whether steps were lost."),
        "jog": Entry(f"{_AT}.move:jog", "Move with the pen up."),
        "nudge": Entry(f"{_AT}.move:nudge", "Move a little, also where the position is not known."),
        "pen": Entry(f"{_AT}.pen:pen", "Move, adjust or change the pen; show its ink."),
        "adjust": Entry(f"{_AT}.adjust:adjust", "Change feed and depth while a job is drawn."),
        "console": Entry(f"{_AT}.console:console", "Talk to the firmware."),
    },
    "Set up": {
        "calibrate": Entry(f"{_AT}.calibrate:calibrate", "Find out how the pen and the machine really are."),
        "ports": Entry(f"{_AT}.ports:ports", "List serial ports."),
        "profiles": Entry(f"{_AT}.profiles:profiles", "List firmware profiles, or show one."),
        "sim": Entry(f"{_AT}.sim:sim", "Be a simulated plotter."),
        "daemon": Entry(f"{_AT}.daemon:daemon", "Run, look at or end the daemon."),
        "config": Entry(f"{_AT}.config:config", "Show the settings and where they come from."),
        "completion": Entry(f"{_AT}.completion:completion", "Print the shell's completion script."),
    },
}


@click.group("dcode", cls=LazyGroup, members=COMMANDS, invoke_without_command=True, context_settings=HELP_OPTIONS)
@state_dir_option
@debug_option
@click.version_option(dcode.__version__, prog_name="dcode", message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """A plotter controller that never loses a line.

    \b
    dcode plot horse.svg              plot a drawing and follow it
    dcode plot horse.svg --port sim   the same on a simulated plotter
    dcode draw "a horse"              have one drawn first
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """The console script."""
    if wanted := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(root, {}, "dcode", COMPLETE, wanted))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for numpy: threads that wait for more than dcode has for them
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], session: Session | None = None) -> int:
    """One run of the command line; its exit code. No exception passes this door."""
    session = session or Session(json="--json" in arguments)
    try:
        code = _invoke(arguments, session)
        session.output.finish()
        return code
    except (Unwritable, BrokenPipeError) as error:  # the latter from click, which writes the help
        session.output.abandon()
        if isinstance(error, BrokenPipeError) or error.nobody_reads:
            return ExitCode.DONE  # `dcode jobs | head`: the reader has what it wanted
        session.output.fail(str(error))
        return ExitCode.JOB


def _invoke(arguments: Sequence[str], session: Session) -> int:
    try:
        with root.make_context("dcode", list(arguments), obj=session) as context:
            return int(root.invoke(context) or ExitCode.DONE)
    except click.exceptions.Exit as end:  # after --help and --version
        return end.exit_code
    except click.ClickException as error:
        return _refuse(session, error)
    except DcodeError as error:
        return _explain(session, error)
    except KeyboardInterrupt:
        if session.output.live:
            session.output.note("")  # ends the line in which the terminal wrote ^C
        session.output.fail("Interrupted.")
        return ExitCode.INTERRUPTED
    except (Unwritable, BrokenPipeError):
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(session, error, ExitCode.USAGE, f"{where}{error.strerror or error}.")
    except Exception as error:  # the last door: a defect of dcode itself
        sentence = f"An error inside dcode: {type(error).__name__}: {error}"
        return _failed(session, error, ExitCode.JOB, sentence, "--debug shows where.")


def _refuse(session: Session, error: click.ClickException) -> int:
    """Bad usage, or a file that cannot be used: one sentence, and where the help is."""
    context = getattr(error, "ctx", None)
    more = [f"{context.command_path} --help   shows how."] if context and isinstance(error, click.UsageError) else []
    message = with_stop(error.format_message())
    session.output.fail(message, more)
    _answer(session, "UsageError", message)
    return error.exit_code


def _explain(session: Session, error: DcodeError) -> int:
    """An error that dcode raised on purpose, here or in the daemon."""
    if session.debug:
        _trace(session.output)
    session.output.fail(*sentences(error))
    if session.json:
        session.output.answer(session.failure(error))
    return of_error(error)


def _failed(session: Session, error: Exception, code: ExitCode, sentence: str, *more: str) -> int:
    if session.debug:
        _trace(session.output)
    session.output.fail(sentence, more)
    _answer(session, type(error).__name__, sentence)
    return code


def _answer(session: Session, kind: str, message: str) -> None:
    if session.json:
        session.output.answer({"error": {"kind": kind, "message": message, "fields": {}}})


def _trace(output: Output) -> None:
    from traceback import format_exc

    output.debug(format_exc())
