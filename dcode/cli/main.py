"""`dcode`: the table of commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

import dcode
from dcode.cli.command import HELP_OPTIONS, debug_option, state_dir_option
from dcode.cli.exit_codes import ExitCode, of_error
from dcode.cli.lazy import Entry, LazyGroup, Table
from dcode.cli.output import Output
from dcode.cli.session import Session
from dcode.errors import DcodeError

_AT = "dcode.cli.commands"

COMMANDS: Table = {
    "Draw": {
        "plot": Entry(f"{_AT}.plot:plot", "Plot a G-code file, and follow it to its end."),
        "check": Entry(f"{_AT}.check:check", "Say whether a file is safe to plot."),
        "estimate": Entry(f"{_AT}.estimate:estimate", "Say how long a file takes."),
        "preview": Entry(f"{_AT}.preview:preview", "Draw a file as a picture."),
    },
    "Follow": {
        "status": Entry(f"{_AT}.status:status", "Say what the machine is doing."),
        "watch": Entry(f"{_AT}.watch:watch", "Follow the job at the machine."),
        "jobs": Entry(f"{_AT}.jobs:jobs", "List jobs; show, cancel, move, retry or forget one."),
    },
    "Steer": {
        "pause": Entry(f"{_AT}.steer:pause", "Pause at the end of the stroke."),
        "resume": Entry(f"{_AT}.steer:resume", "Go on with a paused job."),
        "cancel": Entry(f"{_AT}.steer:cancel", "End a job, pen up."),
        "stop": Entry(f"{_AT}.steer:stop", "Stop the machine at once."),
        "home": Entry(f"{_AT}.move:home", "Go home, or say that the gondola is there."),
        "jog": Entry(f"{_AT}.move:jog", "Move with the pen up."),
        "pen": Entry(f"{_AT}.move:pen", "Raise or lower the pen."),
        "console": Entry(f"{_AT}.console:console", "Talk to the firmware."),
    },
    "Set up": {
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
    dcode plot horse.gcode              plot a file and follow it
    dcode plot horse.gcode --port sim   the same on a simulated plotter
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One run of the command line; its exit code. No exception passes this door."""
    session = Session(json="--json" in arguments)
    try:
        code = _invoke(arguments, session)
        session.output.finish()
        return code
    except BrokenPipeError:
        session.output.abandon()  # `dcode jobs | head`: the reader has what it wanted
        return ExitCode.DONE
    except OSError as error:
        return _failed(session, error, f"stdout cannot be written: {error.strerror}.")


def _invoke(arguments: Sequence[str], session: Session) -> int:
    try:
        return int(root.main(list(arguments), prog_name="dcode", standalone_mode=False, obj=session) or 0)
    except click.ClickException as error:
        return _refuse(session, error)
    except DcodeError as error:
        return _explain(session, error)
    except (click.Abort, KeyboardInterrupt):
        session.output.fail("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _failed(session, error, f"{where}{error.strerror or error}.")
        return ExitCode.USAGE
    except Exception as error:  # the last door: a defect of dcode itself
        return _failed(
            session, error, f"An error inside dcode: {type(error).__name__}: {error}", "--debug shows where."
        )


def _refuse(session: Session, error: click.ClickException) -> int:
    """Bad usage, or a file that cannot be used: one sentence, and where the help is."""
    context = getattr(error, "ctx", None)
    more = [f"{context.command_path} --help   shows how."] if context and isinstance(error, click.UsageError) else []
    message = error.format_message()
    session.output.fail(message if message.endswith((".", "?", "!")) else f"{message}.", more)
    if session.json:
        session.output.answer({"error": {"kind": "UsageError", "message": message, "fields": {}}})
    return error.exit_code if isinstance(error.exit_code, int) else ExitCode.USAGE


def _explain(session: Session, error: DcodeError) -> int:
    """An error that dcode raised on purpose, here or in the daemon."""
    from dcode.cli.sentences import sentences

    if session.debug:
        _trace(session.output)
    session.output.fail(*sentences(error))
    if session.json:
        session.output.answer(session.failure(error))
    return of_error(error)


def _failed(session: Session, error: Exception, sentence: str, *more: str) -> int:
    if session.debug:
        _trace(session.output)
    session.output.fail(sentence, more)
    return ExitCode.JOB


def _trace(output: Output) -> None:
    from traceback import format_exc

    output.debug(format_exc())
