"""The supervisor that the settings describe."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from dcode.generation.keeper import Limits
from dcode.generation.local import LocalWorker
from dcode.generation.remote import RemoteWorker, parse_url
from dcode.generation.supervisor import Supervisor
from dcode.generation.token import FILE, read_token


class Wanted(Protocol):
    """What dcode.config.settings.Generation says."""

    @property
    def worker(self) -> str: ...
    @property
    def token_file(self) -> Path | None: ...
    @property
    def python(self) -> str: ...
    @property
    def idle_seconds(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def memory_mb(self) -> int: ...


def supervisor_of(wanted: Wanted, config_dir: Path) -> Supervisor:
    """A supervisor in the running loop; nothing is started yet. Raises ConfigError for a bad address or token."""
    limits = Limits(idle_seconds=wanted.idle_seconds, seconds=wanted.seconds)
    if not wanted.worker:
        return Supervisor(local_worker(wanted).open, limits)
    host, port = parse_url(wanted.worker)
    token = read_token(wanted.token_file or config_dir / FILE)
    return Supervisor(RemoteWorker(host, port, token).open, limits)


def local_worker(wanted: Wanted) -> LocalWorker:
    """How this computer's own worker is started."""
    return LocalWorker(python=wanted.python, memory_mb=wanted.memory_mb)
