"""The console script dcode-tui."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import dcode
from dcode.client.address import Address
from dcode.client.launch import Target
from dcode.client.sentences import sentences
from dcode.config.settings import Configured, load_settings
from dcode.errors import DcodeError
from dcode.tui.terminal_pictures import ask_terminal

USAGE = 2  # as the command line ends for bad usage, config or file


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the screen until it is closed; the exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        address = Address.find(wanted.state_dir)
        configured = load_settings()
        from dcode.tui.keymap import keymap_of

        keymap = keymap_of(configured)
        if wanted.keys:
            return _list_keys(keymap)
        theme = _theme(configured, address)
    except DcodeError as error:
        sentence, below = sentences(error)
        return _refuse("\n  ".join([sentence, *below]))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _refuse("It needs a terminal. dcode watch   follows a job without one.")
    ask_terminal()
    from dcode.tui.app import DcodeApp

    target = Target(wanted.port, wanted.profile, wanted.machine)
    app = DcodeApp(address, target, theme=theme, theme_setting=configured.settings.tui.theme, keymap=keymap)
    app.run()
    return app.return_code or 0


def _theme(configured: Configured, address: Address) -> str:
    from dcode.tui.themes import theme_of

    origin = configured.origins.get("tui.theme")
    return theme_of(configured.settings.tui.theme, origin.source if origin else "", address.state_dir)


def _list_keys(keymap: Mapping[str, str]) -> int:
    from dcode.tui.catalogue import listed

    sys.stdout.write("\n".join(listed(keymap)) + "\n")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"dcode-tui: {why}\n")
    return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "dcode-tui",
        description="The screen at the plotter.",
        epilog="dcode watch --all   says in plain lines what this shows, for a screen reader or a log.",
    )
    parser.add_argument("--version", action="version", version=f"dcode-tui {dcode.__version__}")
    parser.add_argument("--state-dir", type=Path, help="where the daemon keeps its state")
    parser.add_argument("--keys", action="store_true", help="list all keys with their ids for [tui.keys] in dcode.toml")
    started = parser.add_argument_group("for a daemon that is started from the screen")
    started.add_argument("--port", help="a device, a URL, or sim")
    started.add_argument("--profile", help="the firmware's profile")
    started.add_argument("--machine", type=Path, help="the machine file")
    return parser
