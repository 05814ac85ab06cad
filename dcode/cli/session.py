"""What all parts of one run share: how to answer, which machine is meant, and where its daemon is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dcode.cli.output import Output
from dcode.errors import DcodeError

if TYPE_CHECKING:
    from dcode.client.address import Address
    from dcode.client.sync import Client


@dataclass(slots=True)
class Session:
    """One run of `dcode`; the options that many commands take end up here."""

    output: Output = field(default_factory=Output)
    json: bool = False
    debug: bool = False
    state_dir: Path | None = None
    port: str | None = None
    profile: str | None = None
    machine: Path | None = None
    about_failure: Callable[[DcodeError], dict[str, Any]] = lambda error: {}

    @property
    def address(self) -> Address:
        """Where the daemon is, or would be."""
        from dcode.client.address import Address

        return Address.find(self.state_dir)

    def daemon(self) -> Client:
        """A client of the daemon that runs. Raises DaemonUnreachable when none does."""
        from dcode.client.sync import Client

        return Client(self.address.socket)

    def failure(self, error: DcodeError) -> dict[str, Any]:
        """What --json answers when the command fails: the error, and whatever the command always answers."""
        told = {"kind": error.kind, "message": error.message, "fields": error.fields}
        return {**self.about_failure(error), "error": told}

    def reply(self, value: Any, lines: Callable[[Any], Sequence[str]]) -> None:
        """Answer with `value` as JSON, or with the lines that say it to a person."""
        if self.json:
            self.output.answer(value)
        else:
            for line in lines(value):
                self.output.say(line)
