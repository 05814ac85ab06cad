"""dcode status: what is the machine doing?"""

from __future__ import annotations

from dcode.cli.command import command
from dcode.cli.session import Session
from dcode.cli.status_lines import status_lines


@command()
def status(session: Session) -> None:
    """Say what the machine is doing."""
    with session.daemon() as daemon:
        session.reply(daemon.call("status"), status_lines)
