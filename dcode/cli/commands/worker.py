"""dcode worker: the process that makes drawings of prompts, for other computers."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Final

import click

from dcode.cli.command import FILE, command, group
from dcode.cli.lazy import Entry, Table
from dcode.cli.own_worker import states_of_own_worker
from dcode.cli.session import Session
from dcode.client.words import table

_AT = "dcode.cli.commands.worker"
MEMBERS: Table = {
    "Commands": {
        "serve": Entry(f"{_AT}:serve", "Let other computers draw with this one."),
        "engines": Entry(f"{_AT}:engines", "Say which engines can draw, and what others need."),
    }
}
LOOPBACK: Final = "127.0.0.1"


@group(MEMBERS)
def worker(context: click.Context) -> None:
    """Serve drawings to other computers, or list engines.

    On the plotter's own computer nothing needs to be served: the daemon starts a worker when one is wanted.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command()
@click.option("--listen", metavar="HOST:PORT", help=f"Where. Without it only this computer is served: {LOOPBACK}:7411.")
@click.option("--token-file", type=FILE, metavar="FILE", help="The secret.")
def serve(session: Session, listen: str | None, token_file: Path | None) -> None:
    """Let other computers draw with this one.

    Who draws has to know the token, which is made at the first start; it never goes over the wire. The drawings
    themselves do, unencrypted. It serves until Ctrl-C.
    """
    import asyncio
    import logging

    from dcode.config import paths
    from dcode.config.settings import load_settings
    from dcode.generation.remote import parse_listen
    from dcode.generation.token import FILE, own_token

    settings = load_settings({"generation.token_file": token_file}).settings
    host, port = parse_listen(listen or LOOPBACK)
    file = settings.generation.token_file or paths.config_dir() / FILE
    token, is_new = own_token(file)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    asyncio.run(_serve(session, settings.generation, (host, port), token, (file, is_new)))


async def _serve(session: Session, wanted: Any, at: tuple[str, int], token: bytes, kept: tuple[Path, bool]) -> None:
    import asyncio
    import signal

    from dcode.generation.configured import local_worker
    from dcode.generation.keeper import Limits
    from dcode.generation.serve import Serving
    from dcode.generation.supervisor import Supervisor

    limits = Limits(idle_seconds=wanted.idle_seconds, seconds=wanted.seconds)
    serving = Serving(Supervisor(local_worker(wanted).open, limits), token)
    places = await serving.listen(*at)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    shown = {
        "listen": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in places],
        "token_file": str(kept[0]),
        "new_token": kept[1],
    }
    session.reply(shown, lambda value: _how_to_use(value, at[0], places[0][1]))
    try:
        await ended.wait()
    finally:
        await serving.close()


def _how_to_use(shown: dict[str, Any], host: str, port: int) -> list[str]:
    """Where it listens; with a token that is new, once, what to do at the plotter."""
    lines = [f"The worker serves {', '.join(shown['listen'])}."]
    if not shown["new_token"]:
        return lines
    name = socket.gethostname() if host in ("0.0.0.0", "::") else host
    near = host == LOOPBACK
    tunnel = f"ssh -L {port}:{LOOPBACK}:{port} {socket.gethostname()}"
    return [
        *lines,
        f"A token was made: {shown['token_file']}. Whoever has it may draw with this computer.",
        "At the plotter's computer:",
        "  1. copy that file to worker.token beside dcode.toml (dcode config path says where), chmod 600 worker.token",
        f'  2. in dcode.toml, under [generation]: worker = "tcp://{name}:{port}"',
        *([f"  3. {tunnel}   leads there; --listen serves the network without it."] if near else []),
    ]


@command()
def engines(session: Session) -> None:
    """Say which engines can draw, and what others need.

    As the worker of the settings sees it, with its interpreter or on its computer.
    """
    states = [{"engine": one.name, "ready": one.ready, "needs": one.says} for one in states_of_own_worker()]
    session.reply(states, _engine_lines)


def _engine_lines(states: list[dict[str, Any]]) -> list[str]:
    return table([[one["engine"], "ready" if one["ready"] else "not here", one["needs"]] for one in states])
