"""Pens that run dry in a program, before it is drawn: by the ledger of the daemon that runs, else as if fresh."""

from __future__ import annotations

from typing import Any

from dcode.cli.program import Examined, time_of
from dcode.cli.session import Session
from dcode.errors import DaemonUnreachable
from dcode.machine.ledger import FIRST, Account, Drawn, Ledger, forecast


def dry_warnings(session: Session, examined: Examined, pens: list[dict[str, Any]] | None = None) -> list[str]:
    """A sentence for each. `pens` of an estimate, where there is one; nobody is asked where no pen can run dry."""
    machine = examined.machine
    known = [machine.pen, *(named.pen for named in machine.pens)]
    if not examined.report["ok"] or all(pen.dry_after_m is None for pen in known):
        return []
    if pens is None:
        ink = [(pen.number, pen.draw_mm) for pen in time_of(examined).pens]
    else:
        ink = [(int(pen["number"]), float(pen["draw_mm"])) for pen in pens]
    return forecast(ink, _ledger(session), machine)


def _ledger(session: Session) -> Ledger:
    try:
        with session.daemon() as daemon:
            told = daemon.call("pens.ledger")["pens"]
    except DaemonUnreachable:
        return Ledger()
    in_hand = next((int(pen["pen"]) for pen in told if pen["in_hand"]), FIRST)
    return Ledger({int(pen["pen"]): Account(Drawn(pen["metres"] * 1000)) for pen in told}, in_hand)
