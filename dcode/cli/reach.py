"""A daemon for the machine that is meant: the one that runs, or a new one."""

from __future__ import annotations

from pathlib import Path

from dcode.cli.session import Session
from dcode.client.launch import Target, running_or_started
from dcode.client.sync import Client
from dcode.errors import ConfigError


def reach(session: Session) -> Client:
    """A client of a daemon that has the machine of --port, --profile and --machine. Starts one when none runs.

    Raises DaemonUnreachable, ConfigError for a daemon with another machine.json, and MachineNotReady when the port
    would have to be changed under a job.
    """
    target = Target(session.port, session.profile, session.machine)
    client, started = running_or_started(session.address, target)
    if started:
        session.output.note("A daemon is started in the background; dcode daemon stop   ends it.", "dim")
        return client
    try:
        _agree(client, target)
    except BaseException:
        client.close()
        raise
    return client


def _agree(client: Client, target: Target) -> None:
    """Make a daemon that already runs have the machine that is meant. What it has already is left alone: a new
    connection would lose the position."""
    if target.machine:
        has = client.call("daemon.info")["machine"]
        if Path(has).resolve() != target.machine.resolve():
            raise ConfigError(
                f"the daemon that runs goes by another machine, {has}: dcode daemon stop   ends it.",
                file=str(target.machine),
            )
    if target.port or target.profile:
        status = client.call("status")
        if target.full_port not in (None, status["port"]) or _profile_name(target) not in (None, status["profile"]):
            client.call("plotter.connect", port=target.full_port, profile=target.full_profile)


def _profile_name(target: Target) -> str | None:
    """The name that a profile has, also where it is given as a file."""
    if target.profile is None or target.full_profile == target.profile:
        return target.profile
    from dcode.config.paths import data_dir
    from dcode.firmware.profile import load_profile

    return load_profile(target.profile, data_dir("firmware_profiles")).name
