"""dcode config: what is set, and by whom."""

from __future__ import annotations

from typing import Any

import click

from dcode.cli.command import command, group
from dcode.cli.lazy import Entry, Table
from dcode.cli.session import Session
from dcode.cli.words import table
from dcode.config import paths
from dcode.config.machine_file import find_machine
from dcode.config.settings import load_settings

_AT = "dcode.cli.commands.config"
MEMBERS: Table = {
    "Commands": {
        "show": Entry(f"{_AT}:show", "Show each setting with its source."),
        "path": Entry(f"{_AT}:path", "Show where files are looked for and kept."),
    }
}


@group(MEMBERS)
def config(context: click.Context) -> None:
    """Show the settings and where they come from.

    A flag wins over DCODE_<KEY>, that over the user's dcode.toml, that over what comes with dcode.
    """
    if context.invoked_subcommand is None:
        _show(context.ensure_object(Session))


@command()
def show(session: Session) -> None:
    """Show each setting with its source."""
    _show(session)


@command()
def path(session: Session) -> None:
    """Show where files are looked for and kept."""
    address = session.address
    places = {
        "settings": paths.config_dir() / paths.SETTINGS_FILE,
        "machine": find_machine(load_settings().settings.machine),
        "state": address.state_dir,
        "socket": address.socket,
        "log": address.log,
        "profiles": paths.data_dir("firmware_profiles"),
    }
    shown = {name: str(place) for name, place in places.items()}
    session.reply(shown, lambda value: table([list(row) for row in value.items()]))


def _show(session: Session) -> None:
    flags = {"state_dir": session.state_dir}
    session.reply(load_settings(flags).shown(), _lines)


def _lines(shown: dict[str, dict[str, Any]]) -> list[str]:
    return table([[key, _value(one["value"]), str(one["source"])] for key, one in shown.items()])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
