"""Where the daemon of a state directory is to be found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dcode.config import paths


@dataclass(frozen=True, slots=True)
class Address:
    """The places that client and daemon agree on."""

    state_dir: Path
    socket: Path
    log: Path

    @classmethod
    def find(cls, state_dir: Path | None = None) -> Self:
        """The address for a state directory; by default that of DCODE_STATE_DIR, or the user's."""
        home = paths.state_dir(state_dir)
        return cls(state_dir=home, socket=paths.socket_path(home), log=home / "daemon.log")
