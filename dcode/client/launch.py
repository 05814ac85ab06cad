"""Starting a daemon in the background, and waiting until it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dcode
from dcode.client.address import Address
from dcode.client.sync import Client
from dcode.config.paths import make_state_dir
from dcode.errors import ConfigError, DaemonUnreachable, DcodeError, MachineNotReady

DAEMON = (sys.executable, "-m", "dcode.daemon")
POLL_EVERY: Final = 0.05  # seconds
POLLS: Final = 600  # half a minute: a small board with a slow card imports for several seconds
POLLS_IF_LOCKED: Final = 40  # another client may have started one at the same moment: that one will answer
LOCKED: Final = 4
LOG_LINES: Final = 6
FILES_IN_ENVIRONMENT: Final = ("DCODE_CONFIG_DIR", "DCODE_MACHINE", "DCODE_SOCKET", "DCODE_STATE_DIR")

# What a daemon that could not start exits with, as the command line does (architecture.md).
ENDED_BY: Final[dict[int, type[DcodeError]]] = {2: ConfigError, LOCKED: MachineNotReady}


@dataclass(frozen=True, slots=True)
class Target:
    """Which machine a daemon is for; None leaves it to the settings."""

    port: str | None = None
    profile: str | None = None
    machine: Path | None = None

    @property
    def full_port(self) -> str | None:
        """The port; a device in full, for the daemon does not run in the folder of its user."""
        return _in_full(self.port)

    @property
    def full_profile(self) -> str | None:
        """The profile's name, or its file in full."""
        return _in_full(self.profile)

    def arguments(self) -> list[str]:
        """As options of the daemon."""
        machine = str(self.machine.absolute()) if self.machine else None
        options = {"--port": self.full_port, "--profile": self.full_profile, "--machine": machine}
        return [word for option, value in options.items() if value for word in (option, value)]


def _in_full(name: str | None) -> str | None:
    """A name that is a file, by its whole path; any other (sim, grbl, socket://) as it is."""
    if name is None or "://" in name or name.startswith("sim") or not ("/" in name or name.endswith(".toml")):
        return name
    return str(Path(name).absolute())


def running_or_started(address: Address, target: Target) -> tuple[Client, bool]:
    """A client of the daemon, and whether it was started for it."""
    try:
        return Client(address.socket), False
    except DaemonUnreachable:
        return start(address, target)


def start(address: Address, target: Target) -> tuple[Client, bool]:
    """Start a daemon that outlives this process; a client once one answers, and whether that one is ours.

    It is not when another client has started one at the same moment. Raises ConfigError or MachineNotReady when that
    is why it ended, DaemonUnreachable when it ended otherwise or never answered; each with what it wrote last.
    """
    make_state_dir(address.state_dir)
    written_before = address.log.stat().st_size if address.log.exists() else 0
    process = _spawn(address, target)
    polls_left = POLLS
    while polls_left:
        answer = _answer(address)
        if answer:
            client, pid = answer
            process.returncode = 0  # it outlives us on purpose; Popen would warn of that
            return client, pid == process.pid
        if process.poll() is not None:
            polls_left = min(polls_left, POLLS_IF_LOCKED if process.returncode == LOCKED else 1)
        polls_left -= 1
        time.sleep(POLL_EVERY)
    raise _failed_start(address, process, written_before)


def _spawn(address: Address, target: Target) -> subprocess.Popen[bytes]:
    # The folder that holds this package: the daemon runs the same code, and nothing that lies about in the user's
    # folder (a json.py, say) is imported by it.
    package_home = Path(dcode.__file__).parents[1]
    with address.log.open("ab") as log:
        return subprocess.Popen(
            [*DAEMON, "--state-dir", str(address.state_dir), *target.arguments()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=package_home,
            env=_environment(),
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    """This process's, with files named in full."""
    named = {name: str(Path(os.environ[name]).absolute()) for name in FILES_IN_ENVIRONMENT if os.environ.get(name)}
    return {**os.environ, **named}


def _answer(address: Address) -> tuple[Client, int] | None:
    """A client and the daemon's pid, if one answers."""
    try:
        client = Client(address.socket)
    except DaemonUnreachable:
        return None
    try:
        return client, client.call("daemon.info")["pid"]
    except DaemonUnreachable:
        client.close()
        return None


def _failed_start(address: Address, process: subprocess.Popen[bytes], written_before: int) -> DcodeError:
    code = process.poll()
    if code is None:
        process.terminate()  # it has not taken any work yet, and nobody will know that it is there
        process.wait()
    with address.log.open("rb") as log:
        log.seek(written_before)
        lines = log.read().decode("utf-8", "replace").split("\n")
    last_words = [line for line in lines if line.strip()][-LOG_LINES:]
    if code in ENDED_BY and last_words:
        return ENDED_BY[code](last_words[-1].removeprefix("dcode: "))
    how = "does not answer" if code is None else f"ended at once (exit code {code})"
    return DaemonUnreachable(f"The daemon was started but {how}.", log=str(address.log), last_words=last_words)
