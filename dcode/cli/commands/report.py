"""dcode report: one file for somebody who is to find out what went wrong."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any, Final

import click

from dcode.cli.command import FILE, command
from dcode.cli.evidence import gather
from dcode.cli.scrub import Scrubber
from dcode.cli.session import Session
from dcode.client.words import plural, table

README: Final = """\
This is a report of dcode, a plotter controller, made by `dcode report` for whoever is to find a fault.

system.json        versions of dcode, Python and the libraries, the operating system, environment variables DCODE_*
config.json        the settings and where each comes from; dcode.toml is the user's own file
machine.json       the machine; profile.json is how its firmware is talked to
ports.json         serial ports, with what the devices say of themselves (serial numbers too)
daemon/            what the daemon answered: who it is, the machine's status, jobs, an interrupted job's recovery
jobs.json          the jobs on disk, when no daemon answered
daemon.log         the end of the daemon's log
blackbox/          the last lines on the wire with times, states and faults: one file for each fault, and one from now
jobs/              journals: how far each of the last jobs came{drawings}
manifest.json      size and SHA-256 of every file, and what was left out

Keys, tokens, passwords, the names of user and computer and the home folder were taken out ({mask}, <user>, <host>, ~),
as far as they can be told from other words. The names of drawings are in it, and so are those lines of a drawing that
were on the wire last. Look through it before you send it.
"""


@command()
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="The file to write; by default dcode-report-<date>.zip, here.",
)
@click.option("--with-drawings", is_flag=True, help="The G-code of the last jobs as well.")
def report(session: Session, output: Path | None, with_drawings: bool) -> None:
    """Gather what helps to find a fault, in one file.

    Versions, settings, the machine, the last lines of the wire, logs and journals, without keys, passwords and names.
    It needs no daemon, and starts none. Look through the file before you send it.
    """
    path = output or Path(time.strftime("dcode-report-%Y-%m-%d-%H%M%S.zip"))
    if os.path.lexists(path):
        raise _exists(path)
    findings = gather(session, here(), with_drawings=with_drawings)
    drawings = ", and its G-code (source.gcode)" if with_drawings else ""
    packed = findings.packed(README.format(drawings=drawings, mask="***"))
    _write(path, packed)
    told = {"file": str(path), "bytes": len(packed), "files": findings.files, "left_out": findings.left_out}
    session.reply(told, _lines)


def here() -> Scrubber:
    """What takes this user's and this computer's names out of a text."""
    import pwd

    variables = [os.environ.get(name, "") for name in ("USER", "LOGNAME", "SUDO_USER")]
    homes, people = [os.environ.get("HOME", "")], variables
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:  # a container may have no names
        pass
    else:
        homes.append(entry.pw_dir)
        people += [entry.pw_name, entry.pw_gecos.partition(",")[0]]
    homes += [os.path.realpath(home) for home in homes if home]
    host = socket.gethostname()
    return Scrubber(homes, people, [host, host.partition(".")[0]])


def _write(path: Path, data: bytes) -> None:
    try:
        file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")  # noqa: SIM115
    except FileExistsError:
        raise _exists(path) from None
    try:
        with file:
            file.write(data)
    except OSError as error:
        path.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def _exists(path: Path) -> click.UsageError:
    return click.UsageError(f"{path} is there already, and is not written over: -o names another.")


def _lines(told: dict[str, Any]) -> list[str]:
    files, left_out = told["files"], told["left_out"]
    size = max(1, round(told["bytes"] / 1024))
    lines = [f"{told['file']}: {plural(len(files), 'file')}, {size} KiB. Look through it before you send it."]
    lines += [f"  {line}" for line in table([[one["name"], str(one["bytes"])] for one in files], right=(1,))]
    if left_out:
        lines += ["Left out:", *(f"  {line}" for line in table([[one["what"], one["why"]] for one in left_out]))]
    return lines
