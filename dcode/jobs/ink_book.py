"""The ink ledger on disk: a small JSON file in the state directory.

It takes the place of the one before in one step, and is on the disk then: after a power cut the old one or the new one
is there, never half of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dcode.errors import JobError
from dcode.jobs.durable import put
from dcode.machine.ledger import FIRST, Account, Drawn, Ledger

FILE: Final = "pens.json"


def read_ledger(path: Path) -> Ledger:
    """The ledger in a file, an empty one where there is none. Raises JobError for one that cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return _ledger(told)
    except FileNotFoundError:
        return Ledger()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise JobError(
            f"The ink ledger {path} cannot be read: {error}. Move it away to begin with fresh pens.", path=str(path)
        ) from error


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Keep a ledger. Raises JobError where it cannot be written."""
    pens = {str(pen): asdict(account) for pen, account in sorted(ledger.pens.items())}
    told = json.dumps({"in_hand": ledger.in_hand, "pens": pens}, indent=1)
    try:
        put(path, lambda part: part.write_text(told, encoding="utf-8"))
    except OSError as error:
        raise JobError(f"The ink ledger could not be written: {error.strerror}.", path=str(path)) from error


def _ledger(told: Mapping[str, Any]) -> Ledger:
    pens = {int(pen): _account(account) for pen, account in told["pens"].items()}
    return Ledger(pens, int(told.get("in_hand", FIRST)))


def _account(told: Mapping[str, Any]) -> Account:
    fresh_at = told.get("fresh_at")
    return Account(_drawn(told["now"]), _drawn(told["ever"]), None if fresh_at is None else float(fresh_at))


def _drawn(told: Mapping[str, Any]) -> Drawn:
    return Drawn(float(told["mm"]), float(told["seconds"]), int(told["strokes"]))
