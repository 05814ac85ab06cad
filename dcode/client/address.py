"""Where the daemon of a state directory is to be found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dcode.config.paths import socket_path, state_dir


@dataclass(frozen=True, slots=True)
class Address:
    """The places that client and daemon agree on."""

    state_dir: Path
    socket: Path
    log: Path

    @classmethod
    def find(cls, told: Path | None = None) -> Self:
        """The address for the state directory `told`; by default that of DCODE_STATE_DIR, or the user's."""
        home = state_dir(told)
        return cls(state_dir=home, socket=socket_path(home), log=home / "daemon.log")
