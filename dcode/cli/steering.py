"""The machine told to do something; the answer is what it does then."""

from __future__ import annotations

from typing import Any

from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.cli.status_lines import status_lines


def steer(session: Session, method: str, **params: Any) -> None:
    """Of a job that is at the machine: a daemon that has none is not started."""
    with session.daemon() as daemon:
        session.reply(daemon.call(method, **params), status_lines)


def set_moving(session: Session, method: str, **params: Any) -> None:
    """By hand, without a job. A daemon is started where none runs."""
    with reach(session) as daemon:
        try:
            status = daemon.call(method, **params)
        except KeyboardInterrupt:
            session.output.note("The machine finishes what it was told; dcode stop   stops it.")
            raise
    session.reply(status, status_lines)
