"""dcode console: a line to the firmware, and what it says."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from dcode.cli.command import command, daemon_options
from dcode.cli.exit_codes import ExitCode, of_error
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.client.sentences import sentences
from dcode.client.sync import Client
from dcode.errors import DaemonUnreachable, DcodeError

PROMPT = "> "


@command(context_settings={"ignore_unknown_options": True})
@click.argument("line", nargs=-1)
@daemon_options
def console(session: Session, line: tuple[str, ...]) -> int:
    """Talk to the firmware.

    Sends LINE and says what the firmware answers; without LINE, line after line until Ctrl-D. A line that would leave
    the limits is refused, and so is every line while a job is at the machine.
    """
    with reach(session) as daemon:
        if line:
            _send(session, daemon, " ".join(line))
            return ExitCode.DONE
        code = ExitCode.DONE
        for text in _typed(session):
            code = _try(session, daemon, text) or code
        return ExitCode.DONE if session.output.interactive else code


def _typed(session: Session) -> Iterator[str]:
    """Lines as a person types them, with history and editing, or as they come through a pipe."""
    if not session.output.interactive:
        yield from (text for line in sys.stdin if (text := line.strip()))
        return
    import readline  # noqa: F401  # gives input() its editing and history

    session.output.note("Lines go to the firmware as they are; Ctrl-D ends.", "dim")
    while True:
        try:
            text = input(PROMPT).strip()
        except EOFError:
            session.output.note("")
            return
        if text:
            yield text


def _send(session: Session, daemon: Client, line: str) -> None:
    replies = daemon.call("plotter.console", line=line)["replies"]
    session.reply({"line": line, "replies": replies}, lambda value: value["replies"])


def _try(session: Session, daemon: Client, line: str) -> ExitCode:
    """Send one of many lines: a refusal does not end the conversation."""
    try:
        _send(session, daemon, line)
    except DaemonUnreachable:
        raise
    except DcodeError as error:
        session.output.fail(*sentences(error))
        return of_error(error)
    return ExitCode.DONE
