"""dcode daemon: the process that owns the plotter."""

from __future__ import annotations

import time
from typing import Any, Final

import click

from dcode.api.codec import Message
from dcode.cli.command import command, daemon_options, group
from dcode.cli.lazy import Entry, Table
from dcode.cli.session import Session
from dcode.client.words import table
from dcode.errors import DaemonUnreachable, MachineNotReady

_AT = "dcode.cli.commands.daemon"
MEMBERS: Table = {
    "Commands": {
        "run": Entry(f"{_AT}:run", "Be the daemon, or start one in the background."),
        "status": Entry(f"{_AT}:status", "Say whether a daemon runs."),
        "stop": Entry(f"{_AT}:stop", "End the daemon."),
        "install": Entry("dcode.cli.commands.install:install", "Have systemd run the daemon."),
        "api": Entry(f"{_AT}:api", "Print the methods and events of its API."),
    }
}

POLL_EVERY: Final = 0.05  # seconds
POLLS: Final = 1200  # a minute: the pen is lifted and the port closed before it ends


@group(MEMBERS)
def daemon(context: click.Context) -> None:
    """Run, look at or end the daemon.

    It owns the port, the queue and machine.json, and goes on when its clients go. Commands that move the machine start
    one by themselves.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command()
@click.option("--detach", is_flag=True, help="In the background.")
@daemon_options
def run(session: Session, detach: bool) -> None:
    """Be the daemon, or start one in the background.

    Without --port it connects when the machine is first needed, to the one USB port there is.
    """
    if detach:
        _start(session)
    else:
        from dcode.daemon.main import run as be_daemon

        wanted = ("state_dir", "port", "profile", "machine")
        be_daemon({name: getattr(session, name) for name in wanted})


def _start(session: Session) -> None:
    from dcode.client.launch import Target, running_or_started

    client, started = running_or_started(session.address, Target(session.port, session.profile, session.machine))
    with client:
        info = client.call("daemon.info")
    if not started:
        raise MachineNotReady(f"A daemon runs already (pid {info['pid']}).", reason="locked", holder=info["pid"])
    session.reply(info, _info_lines)


@command()
def status(session: Session) -> None:
    """Say whether a daemon runs.

    The exit code is 3 when none does.
    """
    with session.daemon() as client:
        session.reply(client.call("daemon.info"), _info_lines)


@command()
@click.option("--now", is_flag=True, help="Even with a job at the machine: it is stopped pen up, and interrupted.")
def stop(session: Session, now: bool) -> None:
    """End the daemon.

    Refused while a job is at the machine, unless --now.
    """
    with session.daemon() as client:
        pid = client.call("daemon.info")["pid"]
        client.call("daemon.stop", when="now" if now else "idle")
    _wait_for_end(session)
    session.reply({"pid": pid}, lambda value: [f"The daemon (pid {pid}) has ended."])


def _wait_for_end(session: Session) -> None:
    """Until it has removed its socket, the last thing that it does."""
    socket = session.address.socket
    for _ in range(POLLS):
        if not socket.exists():
            return
        time.sleep(POLL_EVERY)
    raise DaemonUnreachable("The daemon was told to end and does not.", log=str(session.address.log))


@command()
def api(session: Session) -> None:
    """Print the methods and events of its API.

    With --json as JSON schemas.
    """
    from dcode.api.events import Event
    from dcode.api.methods import METHODS

    methods = {
        name: {
            "about": method.about,
            "params": method.params.model_json_schema(),
            "result": method.result.model_json_schema(mode="serialization"),
        }
        for name, method in METHODS.items()
    }
    events = [kind.model_json_schema(mode="serialization") for kind in Event.__args__]
    session.reply({"methods": methods, "events": events}, _api_lines)


def _info_lines(info: Message) -> list[str]:
    keys = ("pid", "version", "socket", "state_dir", "machine")
    return table([[key.replace("_", " "), str(info[key])] for key in keys])


def _api_lines(api: dict[str, Any]) -> list[str]:
    rows = [
        [name, ", ".join(one["params"].get("properties", {})), one["about"]] for name, one in api["methods"].items()
    ]
    events = [[one["title"], ", ".join(one["properties"]), one["description"]] for one in api["events"]]
    return ["Methods", *(f"  {line}" for line in table(rows)), "", "Events", *(f"  {line}" for line in table(events))]
