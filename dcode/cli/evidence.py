"""What there is to know of this installation, for a report. Nothing here starts, changes or waits long for anything."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import dcode
from dcode.api.codec import Message
from dcode.cli.findings import Findings, names
from dcode.cli.profile_json import profile_json
from dcode.cli.scrub import Scrubber
from dcode.cli.session import Session
from dcode.client.address import Address
from dcode.client.sync import Client
from dcode.config import paths
from dcode.config.machine_file import load_machine
from dcode.config.paths import find_machine
from dcode.config.settings import Settings, load_settings
from dcode.errors import ConfigError, DaemonUnreachable, DcodeError
from dcode.firmware.profile import load_profile
from dcode.link.ports import list_ports

LIBRARIES: Final = ("click", "numpy", "platformdirs", "pydantic", "pyserial")
ANSWER_WITHIN: Final = 5.0  # seconds for each question: a daemon that hangs is what a report may be about
JOBS: Final = 5  # whose journals are taken, the last ones
BLACK_BOXES: Final = 10
TEXT_BYTES: Final = 1 << 20  # of each log, journal and black box
DRAWING_BYTES: Final = 4 << 20
QUEUE_BYTES: Final = 64 << 20  # of the file that is copied to be read

# Where the daemon keeps its things in the state directory. Clients do not import it; a test sees that they agree.
BLACK_BOX: Final = "blackbox/blackbox-*.log"
QUEUE: Final = "jobs.sqlite"
JOURNAL: Final = "journal*"
SOURCE: Final = "source.gcode"


def gather(session: Session, scrubber: Scrubber, *, with_drawings: bool) -> Findings:
    """All that a report has. What cannot be had is left out, and said to be."""
    findings = Findings(scrubber)
    findings.add_value("system.json", _system())
    settings = _settings(session, findings)
    findings.add_value("ports.json", [asdict(port) for port in list_ports()])
    address: Address | None = None
    with _or_left_out(findings, "the daemon and its files"):
        address = session.address
    answers = _ask(address, findings) if address else {}
    _machine(settings, answers, findings)
    if address:
        _state(address, findings, asked="job.list" in answers)
        _jobs(address, findings, with_drawings=with_drawings)
    return findings


@contextmanager
def _or_left_out(findings: Findings, what: str) -> Iterator[None]:
    try:
        yield
    except DcodeError as error:
        findings.leave_out(what, error.message)
    except (OSError, sqlite3.Error) as error:
        findings.leave_out(what, f"{type(error).__name__}: {error}")


def _system() -> dict[str, Any]:
    return {
        "dcode": dcode.__version__,
        "python": sys.version,
        "implementation": platform.python_implementation(),
        "system": _operating_system(),
        "kernel": f"{platform.system()} {platform.release()} {platform.version()}",
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "environment": {name: value for name, value in sorted(os.environ.items()) if name.startswith("DCODE_")},
    }


def _operating_system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return platform.mac_ver()[0] or "unknown"


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _settings(session: Session, findings: Findings) -> Settings | None:
    own = paths.config_dir() / paths.SETTINGS_FILE
    if own.exists():
        findings.add_file("dcode.toml", own, TEXT_BYTES, whole=True)
    try:
        configured = load_settings({"state_dir": session.state_dir})
    except ConfigError as error:
        findings.leave_out("config.json", error.message)
        return None
    findings.add_value("config.json", configured.shown())
    return configured.settings


def _ask(address: Address, findings: Findings) -> dict[str, Message]:
    """What a daemon answers, by method; it ends with the first question that is not answered in time."""
    answers: dict[str, Message] = {}
    try:
        with Client(address.socket, ANSWER_WITHIN) as client:
            for method in ("daemon.info", "status", "job.list", "job.recovery", "wire.snapshot"):
                params = {"job": _interrupted(answers)} if method == "job.recovery" else {}
                if params.get("job", 0) is None:
                    continue
                try:
                    answers[method] = client.call(method, **params)
                except DaemonUnreachable:
                    raise
                except DcodeError as error:
                    findings.leave_out(f"daemon/{method}.json", error.message)
                else:
                    findings.add_value(f"daemon/{method}.json", answers[method])
    except DaemonUnreachable as error:
        findings.leave_out("what the daemon says", error.message)
    return answers


def _interrupted(answers: dict[str, Message]) -> int | None:
    """The last job that was interrupted."""
    jobs = answers.get("job.list", {}).get("jobs", [])
    return max((job["id"] for job in jobs if job["state"] == "interrupted"), default=None)


def _machine(settings: Settings | None, answers: dict[str, Message], findings: Findings) -> None:
    """The machine file that is in use, and the profile as it is with all that it extends."""
    told = answers.get("daemon.info", {}).get("machine") or (settings.machine if settings else None)
    with _or_left_out(findings, "machine.json"):
        findings.add_file("machine.json", find_machine(told), TEXT_BYTES, whole=True)
    with _or_left_out(findings, "profile.json"):
        in_use = answers.get("status", {}).get("profile")
        named = [settings.profile if settings else None, _profile_of_machine(find_machine(told)), in_use]
        for name in filter(None, named):
            profile = load_profile(name, paths.data_dir("firmware_profiles"))
            if in_use in (None, profile.name):
                findings.add_value("profile.json", profile_json(profile))
                return
        findings.leave_out("profile.json", "No profile is set, and none is in use.")


def _profile_of_machine(file: Path) -> str | None:
    try:
        return load_machine(file).profile
    except ConfigError:  # the file itself is in the report
        return None


def _state(address: Address, findings: Findings, *, asked: bool) -> None:
    """What the daemon leaves on disk. `asked`: it has said itself which jobs there are."""
    state = address.state_dir
    if not state.is_dir():
        findings.leave_out("logs and journals", f"There is no {state}: no daemon has run.")
        return
    findings.add_file("daemon.log", address.log, TEXT_BYTES)
    for path in names(state, BLACK_BOX)[:BLACK_BOXES]:
        findings.add_file(f"blackbox/{path.name}", path, TEXT_BYTES)
    if not asked and (state / QUEUE).exists():
        with _or_left_out(findings, "jobs.json"):
            findings.add_value("jobs.json", _jobs_on_disk(state / QUEUE))


def _jobs_on_disk(queue: Path) -> list[dict[str, Any]]:
    """The last jobs of a queue that nobody serves; read from a copy, for to open a database may change it."""
    with TemporaryDirectory() as folder:
        for path in (queue, queue.with_name(f"{queue.name}-wal")):
            if path.exists():
                if path.stat().st_size > QUEUE_BYTES:
                    raise OSError(f"{path.name} has {path.stat().st_size} bytes")
                shutil.copyfile(path, Path(folder) / path.name)
        with closing(sqlite3.connect(Path(folder) / queue.name)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM jobs ORDER BY id DESC LIMIT 200")]


def _jobs(address: Address, findings: Findings, *, with_drawings: bool) -> None:
    """Journals of the jobs that were written to last, and their drawings if they are wanted."""
    folders = [path for path in names(address.state_dir / "jobs", "*") if path.name.isdigit() and path.is_dir()]
    for folder in sorted(folders, key=_written_last, reverse=True)[:JOBS]:
        for journal in names(folder, JOURNAL):
            findings.add_journal(f"jobs/{folder.name}/{journal.name}", journal, TEXT_BYTES)
        if with_drawings and (folder / SOURCE).exists():
            findings.add_file(f"jobs/{folder.name}/{SOURCE}", folder / SOURCE, DRAWING_BYTES, whole=True)
    if folders and not with_drawings:
        findings.leave_out("drawings", "They are yours; --with-drawings takes them along.")


def _written_last(folder: Path) -> float:
    return max((path.lstat().st_mtime for path in names(folder, "*")[:1]), default=0.0)
