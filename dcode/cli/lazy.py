"""A click group that knows its commands by a table and imports one only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """Where a command is ("module:name") and what it does in one line: all that the group's help needs."""

    target: str
    about: str


Table = dict[str, dict[str, Entry]]  # by heading, then by name


class LazyGroup(click.Group):
    """A group of `Table`. Its help and the completion of its commands' names import nothing."""

    def __init__(self, *arguments: Any, members: Table, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._table = members

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _ in self.entries]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = dict(self.entries).get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], names, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, entries in self._table.items():
            with formatter.section(heading):
                formatter.write_dl([(name, entry.about) for name, entry in entries.items()], col_max=12)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=entry.about) for name, entry in self.entries if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    @property
    def entries(self) -> list[tuple[str, Entry]]:
        """All commands, by name, whatever heading they are under."""
        return [entry for entries in self._table.values() for entry in entries.items()]
