"""dcode config: what is set, and by whom; and the keys of machine.json, which the daemon writes."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from dcode.api.codec import Message
from dcode.cli.command import command, daemon_options, group, machine_option
from dcode.cli.lazy import Entry, Table
from dcode.cli.reach import reach
from dcode.cli.session import Session
from dcode.client.sentences import sentences
from dcode.client.words import table
from dcode.config import paths
from dcode.config.machine_store import MachineStore
from dcode.config.machine_text import holds_text
from dcode.config.paths import find_machine
from dcode.config.settings import Configured, load_settings
from dcode.errors import ConfigError

_AT = "dcode.cli.commands.config"
MEMBERS: Table = {
    "Commands": {
        "show": Entry(f"{_AT}:show", "Show each setting, and each key of machine.json, with its source."),
        "set": Entry(f"{_AT}:set_key", "Write a key of machine.json."),
        "unset": Entry(f"{_AT}:unset", "Take a key out of machine.json."),
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
@machine_option
def show(session: Session) -> None:
    """Show each setting, and each key of machine.json, with its source.

    A value of machine.json is from the file, a default, or derived from other keys. What the file has beyond the keys
    that dcode knows is shown as kept.
    """
    _show(session)


@command(name="set", context_settings={"ignore_unknown_options": True})  # -5 is a value here, not the option -5
@click.argument("key")
@click.argument("value")
@daemon_options
def set_key(session: Session, key: str, value: str) -> None:
    """Write a key of machine.json.

    \b
    dcode config set pen.down_angle 43.5
    dcode config set pens[0].name red
    dcode config set belts.left_anchor '{"x": -600, "y": 760}'

    The daemon does it, once the file as a whole describes a machine; the file as it was stays beside it under its date.
    A number in brackets that is one beyond the last makes a new pen. Not while a job is at the machine.
    """
    _change(session, key, _meant(key, value))


@command()
@click.argument("key")
@daemon_options
def unset(session: Session, key: str) -> None:
    """Take a key out of machine.json.

    Its default then counts again. Of a list, such as pens[1], what is behind it moves up.
    """
    _change(session, key, None)


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
    settings = load_settings({"state_dir": session.state_dir, "machine": session.machine})
    session.reply(settings.shown() | _of_machine(session, settings), _lines)


def _of_machine(session: Session, settings: Configured) -> dict[str, dict[str, Any]]:
    """The keys of machine.json; without them, and a word about it, where the file is not right."""
    try:
        store = MachineStore(find_machine(settings.settings.machine))
    except ConfigError as error:
        session.output.fail(*sentences(error))
        return {}
    known = {
        key: {"value": one.value, "source": _source(one.source, store.path)} for key, one in store.values().items()
    }
    return known | {key: {"value": "", "source": f"{store.path}, kept"} for key in store.others}


def _source(source: str, file: Path) -> str:
    return str(file) if source == "file" else source


def _change(session: Session, key: str, value: object) -> None:
    with reach(session) as daemon:
        shown = daemon.call("machine.change", changes={key: value})
    session.reply(_answer(shown, key), _changed)


def _answer(shown: Message, key: str) -> Message:
    """What is now in the file at a key, and below it."""
    below = tuple(f"{key}{mark}" for mark in ".[")
    values = {name: one for name, one in shown["values"].items() if name == key or name.startswith(below)}
    return {"file": shown["path"], "values": values}


def _changed(answer: Message) -> list[str]:
    rows = [[key, _value(one["value"]), one["source"]] for key, one in answer["values"].items()]
    return [*table(rows), f"{answer['file']} is written."]


def _meant(key: str, text: str) -> object:
    """A value as it is typed: JSON, or a text as it stands where the key holds one, or where it is no JSON."""
    with suppress(ValueError):
        return text if holds_text(key) else json.loads(text)
    return text


def _lines(shown: dict[str, dict[str, Any]]) -> list[str]:
    return table([[key, _value(one["value"]), str(one["source"])] for key, one in shown.items()])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
