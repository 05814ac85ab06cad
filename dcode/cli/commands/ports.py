"""dcode ports: where may a plotter be?"""

from __future__ import annotations

from dataclasses import asdict

from dcode.cli.command import command
from dcode.cli.session import Session
from dcode.client.words import table
from dcode.link.ports import PortInfo, list_ports


@command()
def ports(session: Session) -> None:
    """List serial ports.

    USB first, under the name that survives a replug.
    """
    found = list_ports()
    if session.json:
        session.output.answer([asdict(port) for port in found])
        return
    for line in _lines(found):
        session.output.say(line)
    if not found:
        session.output.note("No serial port is to be seen. --port sim   is a plotter that needs none.")


def _lines(found: list[PortInfo]) -> list[str]:
    rows = [[port.stable or port.device, port.device if port.stable else "", port.description] for port in found]
    return table(rows) if rows else []
