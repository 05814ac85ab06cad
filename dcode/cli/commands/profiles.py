"""dcode profiles: how each firmware is talked to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from dcode.cli.command import command, group
from dcode.cli.lazy import Entry, Table
from dcode.cli.profile_json import profile_json
from dcode.cli.session import Session
from dcode.client.words import table
from dcode.config.paths import data_dir
from dcode.firmware.profile import builtin_profiles, load_profile

_AT = "dcode.cli.commands.profiles"
MEMBERS: Table = {
    "Commands": {
        "list": Entry(f"{_AT}:list_profiles", "List the profiles that come with dcode."),
        "show": Entry(f"{_AT}:show", "Show all of one profile."),
    }
}


@group(MEMBERS)
def profiles(context: click.Context) -> None:
    """List firmware profiles, or show one.

    One's own is a file that says `extends = "grbl"` and what differs; it is used by its path: --profile ./mine.toml
    """
    if context.invoked_subcommand is None:
        _list(context.ensure_object(Session))


@command(name="list")
def list_profiles(session: Session) -> None:
    """List the profiles that come with dcode."""
    _list(session)


def _list(session: Session) -> None:
    found = builtin_profiles(data_dir("firmware_profiles")).values()
    told = [{"name": one.name, "title": one.title, "baud": one.baud} for one in found]
    session.reply(told, lambda value: table([[one["name"], str(one["baud"]), one["title"]] for one in value], (1,)))


@command()
@click.argument("name", metavar="NAME|FILE")
def show(session: Session, name: str) -> None:
    """Show all of one profile.

    A built-in one by its name, or a file by its path.
    """
    profile = load_profile(name, data_dir("firmware_profiles"))
    session.reply(profile_json(profile), lambda value: table([[key, text] for key, text in _flat(value)]))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Tables as dotted keys; what a profile leaves out is left out."""
    for key, one in value.items():
        if isinstance(one, dict):
            yield from _flat(one, f"{prefix}{key}.")
        elif one not in (None, "", []):
            yield f"{prefix}{key}", "; ".join(map(str, one)) if isinstance(one, list) else str(one)
