"""How a command is declared: every one takes --json, --state-dir and --debug, and gets the session first.

These options, and those that say which machine is meant, do not arrive as arguments: they are kept in the session.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dcode.cli.lazy import LazyGroup, Table
from dcode.cli.session import Session

FILE = click.Path(dir_okay=False, path_type=Path)  # one that is read or written
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]


class Option(click.Option):
    """An option that is listed under a heading of its own."""

    def __init__(self, *arguments: Any, heading: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.heading = heading


class Command(click.Command):
    """A command whose help has its options in sections, where they have headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections = dict[str, list[tuple[str, str]]]()
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                heading = parameter.heading if isinstance(parameter, Option) else "Options"
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def command(**settings: Any) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a function a command; it returns its exit code, None meaning 0. Its docstring is its help.

    `settings` are click's.
    """

    def declare(function: Callable[..., int | None]) -> click.Command:
        context = HELP_OPTIONS | settings.pop("context_settings", {})
        decorate: Callable[[Any], click.Command] = click.command(cls=Command, context_settings=context, **settings)
        declared = decorate(common_options(click.pass_obj(function)))
        common = declared.params[: len(COMMON)]
        declared.params = declared.params[len(COMMON) :] + common  # what is the command's own comes first in its help
        return declared

    return declare


def group(members: Table, **settings: Any) -> Callable[[Callable[..., int | None]], LazyGroup]:
    """Make a function a group of commands; it is called with the click context, also for the group's name alone."""

    def declare(function: Callable[..., int | None]) -> LazyGroup:
        decorate: Callable[[Any], LazyGroup] = click.group(
            cls=LazyGroup, members=members, invoke_without_command=True, context_settings=HELP_OPTIONS, **settings
        )
        return decorate(common_options(click.pass_context(function)))

    return declare


def common_options(function: Function) -> Function:
    """What every command takes."""
    return all_of(*COMMON)(function)


def program_options(function: Function) -> Function:
    """How a file is read and checked, for commands that ask no daemon."""
    return all_of(profile_option, machine_option)(function)


def daemon_options(function: Function) -> Function:
    """Which machine the daemon is for, for commands that start one."""
    return all_of(port_option, profile_option, machine_option)(function)


def fitting_options(function: Function) -> Function:
    """--fit and --clip."""
    return all_of(
        click.option("--fit", is_flag=True, help="Scale the drawing to the work area and centre it."),
        click.option("--clip", is_flag=True, help="Cut strokes at the edge of the work area."),
    )(function)


def all_of(*options: Decorator) -> Callable[[Function], Function]:
    """Several options, or groups of them, as one decorator; the first is listed first."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _kept(name: str, **settings: Any) -> Decorator:
    """An option whose value goes into the session, under its own name."""

    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(Session), name, value)

    return click.option(f"--{name.replace('_', '-')}", name, expose_value=False, callback=keep, **settings)


def _complete_profile(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from dcode.firmware.profile import BUILTIN

    return [name for name in BUILTIN if name.startswith(incomplete)]


_FOLDER = click.Path(file_okay=False, path_type=Path)

json_option = _kept("json", is_flag=True, help="Answer in JSON: one object, or one a line.")
debug_option = _kept("debug", is_flag=True, help="Show tracebacks.")
state_dir_option = _kept("state_dir", type=_FOLDER, metavar="DIR", help="The daemon's folder. [DCODE_STATE_DIR]")
COMMON = (json_option, state_dir_option, debug_option)
port_option = _kept("port", metavar="PORT", help="A device, a URL (socket://host:port), or sim[:profile].")
profile_option = _kept("profile", metavar="NAME|FILE", shell_complete=_complete_profile, help="The firmware's profile.")
machine_option = _kept("machine", type=FILE, metavar="FILE", help="The machine.json to go by.")
