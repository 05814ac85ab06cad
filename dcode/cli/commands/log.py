"""dcode log: what goes over the wire."""

from __future__ import annotations

import os
import select
import signal
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from dcode.api.codec import Message
from dcode.api.kinds import WIRE_SIGNS
from dcode.cli.command import command
from dcode.cli.output import Unwritable
from dcode.cli.session import Session
from dcode.client.words import plural

STDOUT: Final = 1


@command()
@click.option(
    "-n", "--lines", type=click.IntRange(0), default=20, show_default=True, help="How many of the last lines."
)
@click.option("--no-follow", is_flag=True, help="End after these.")
def log(session: Session, lines: int, no_follow: bool) -> None:
    """Show what goes over the wire.

    The last lines, and then every one as it comes: > to the machine, < from it, and after a dot what dcode did. Ctrl-C
    ends. With --json, every line is an object.
    """
    with session.daemon() as daemon:
        last: list[Message] = daemon.call("wire.follow")["lines"]
        _tell(session, last[len(last) - lines :] if lines < len(last) else last)
        if no_follow:
            return
        with _ended_with_its_reader():
            for event in daemon.events():
                if event.get("event") == "wire":
                    _tell_missed(session, event)
                    _tell(session, event["lines"])


def _tell(session: Session, lines: Iterable[Message]) -> None:
    for line in lines:
        session.reply(line, lambda one: [f"{_clock(one['at'])} {WIRE_SIGNS.get(one['way'], '?')} {one['text']}"])


def _tell_missed(session: Session, event: Message) -> None:
    """There was more than can be shown: whoever reads must not take it for all."""
    if event["missed"]:
        session.reply({"missed": event["missed"]}, lambda one: [f"... {plural(one['missed'], 'line')} left out"])


@contextmanager
def _ended_with_its_reader() -> Iterator[None]:
    """`dcode log | head` ends when head does, also while nothing goes over the wire and so nothing is written.

    Raises Unwritable then, as a write would; not BrokenPipeError, which the client would take for its socket's.
    """
    if not _is_pipe(STDOUT):
        yield
        return

    def broken(number: int, frame: object) -> None:
        raise Unwritable(BrokenPipeError())

    def watch(thread: int) -> None:
        poll = select.poll()
        poll.register(STDOUT, 0)  # nothing but errors: the other end was closed
        poll.poll()
        signal.pthread_kill(thread, signal.SIGPIPE)

    before = signal.signal(signal.SIGPIPE, broken)
    threading.Thread(target=watch, args=(threading.get_ident(),), daemon=True).start()
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


def _is_pipe(fd: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:  # `>&-`
        return False


def _clock(at: float) -> str:
    """The time of day here, to the millisecond."""
    milliseconds = int(at * 1000)
    return f"{time.strftime('%H:%M:%S', time.localtime(milliseconds // 1000))}.{milliseconds % 1000:03}"
