"""Jobs on disk: SQLite for what is asked of them, a folder a job for its files.

WAL with synchronous=FULL: a change that was answered survives a power cut. Job folders are named by number, so that no
name from outside ever becomes a path. A change that cannot be written (the disk is full) is a JobError, and not made.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError, JobError
from dcode.jobs.job import AT_THE_MACHINE, WAITING, Job, JobState

SCHEMA: Final = 1

_JSON: Final = ("bounds", "drift", "pen_offsets")  # kept as text
_TYPES: Final = {"int": "INTEGER", "bool": "INTEGER", "float": "REAL", "float | None": "REAL"}
_COLUMNS: Final = tuple(field.name for field in fields(Job) if field.name != "id")
_CREATE: Final = "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, {})".format(
    ", ".join(f"{field.name} {_TYPES.get(str(field.type), 'TEXT')}" for field in fields(Job) if field.name != "id")
)


class JobStore:
    """All jobs that there are. One process has it open at a time: the daemon."""

    def __init__(self, state_dir: Path) -> None:
        """Raises ConfigError for a directory or a database that cannot be read and written."""
        self.folder = state_dir / "jobs"
        file = state_dir / "jobs.sqlite"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        try:
            self._db = sqlite3.connect(file, isolation_level=None)
        except sqlite3.Error as error:
            raise _unusable(file, error) from error
        try:
            self._prepare()
            self.jobs: dict[int, Job] = {job.id: job for job in self._load()}
        except (sqlite3.Error, ValueError, TypeError) as error:
            self._db.close()
            raise _unusable(file, error) from error

    def close(self) -> None:
        self._db.close()

    def add(self, job: Job) -> Job:
        """Give a job its number and its place behind all others. Raises JobError where it cannot be written."""
        job.place = max((other.place for other in self.jobs.values()), default=0.0) + 1.0
        marks = ", ".join("?" * len(_COLUMNS))
        with _written():
            cursor = self._db.execute(f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({marks})", self._row(job))
            job.id = int(cursor.lastrowid or 0)
            try:
                self._make_folder(self.files(job.id))
            except OSError:
                self._db.execute("DELETE FROM jobs WHERE id=?", (job.id,))
                raise
        self.jobs[job.id] = job
        return job

    def save(self, job: Job) -> None:
        """Make a job's fields durable. Raises JobError where they cannot be written."""
        assignments = ", ".join(f"{name}=?" for name in _COLUMNS)
        with _written():
            self._db.execute(f"UPDATE jobs SET {assignments} WHERE id=?", (*self._row(job), job.id))

    def forget(self, job: Job) -> None:
        """Remove a job and its files."""
        with _written():
            self._db.execute("DELETE FROM jobs WHERE id=?", (job.id,))
        del self.jobs[job.id]
        shutil.rmtree(self.files(job.id), ignore_errors=True)

    def get(self, number: int) -> Job:
        """A job by its number; 0 is the one at the machine. Raises JobError."""
        if number == 0:
            current = self.current()
            if current is None:
                raise JobError("No job is at the machine.", job=0)
            return current
        try:
            return self.jobs[number]
        except KeyError:
            raise JobError(f"There is no job {number}. `dcode jobs` lists those there are.", job=number) from None

    def files(self, number: int) -> Path:
        """The folder of a job's files."""
        return self.folder / str(number)

    def current(self) -> Job | None:
        """The job at the machine."""
        return next((job for job in self.jobs.values() if job.state in AT_THE_MACHINE), None)

    def waiting(self) -> list[Job]:
        """Jobs that wait, next first."""
        return sorted((job for job in self.jobs.values() if job.state in WAITING), key=lambda job: job.place)

    def listed(self) -> list[Job]:
        """The one at the machine, those that wait, then history, newest first."""
        order = [job for job in self.jobs.values() if job.state in AT_THE_MACHINE] + self.waiting()
        seen = {job.id for job in order}
        return order + sorted((job for job in self.jobs.values() if job.id not in seen), key=lambda job: -job.id)

    def move(self, job: Job, to: int) -> None:
        """Put a waiting job at a place among those that wait, counted from 1."""
        waiting = self.waiting()
        if job not in waiting:
            raise JobError(f"Job {job.id} does not wait in the queue: it is {job.state}.", job=job.id, state=job.state)
        waiting.remove(job)
        waiting.insert(min(to - 1, len(waiting)), job)
        with _written(), self._db:
            self._db.execute("BEGIN")
            for place, other in enumerate(waiting, start=1):
                self._db.execute("UPDATE jobs SET place=? WHERE id=?", (float(place), other.id))
        for place, other in enumerate(waiting, start=1):
            other.place = float(place)

    def recover(self, reason: str) -> list[Job]:
        """What a daemon that starts finds half done: jobs at the machine are interrupted, unchecked ones failed.

        Those that were being drawn stay so: they are drawn again, and by the same seed they come out the same.
        """
        changed = []
        for job in self.jobs.values():
            if job.state in AT_THE_MACHINE:
                job.to(JobState.INTERRUPTED, reason)
            elif job.state is JobState.CHECKING:
                job.to(JobState.FAILED, "The daemon ended while the program was being checked.")
            else:
                continue
            self.save(job)
            changed.append(job)
        return changed

    def _prepare(self) -> None:
        """Make the table; a column that the program which made it did not know is added, and empty."""
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(_CREATE)
        there = {row[1] for row in self._db.execute("PRAGMA table_info(jobs)")}
        for field in fields(Job):
            if field.name not in there:
                self._db.execute(f"ALTER TABLE jobs ADD COLUMN {field.name} {_TYPES.get(str(field.type), 'TEXT')}")
        self._db.execute(f"PRAGMA user_version={SCHEMA}")

    @staticmethod
    def _make_folder(folder: Path) -> None:
        """A new folder. One that is there already is of a job that no database knows: it is set aside."""
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}-{secrets.token_hex(4)}"))
        folder.mkdir(mode=0o700)

    def _load(self) -> list[Job]:
        rows = self._db.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM jobs")
        return [_job(dict(zip(("id", *_COLUMNS), row, strict=True))) for row in rows]

    @staticmethod
    def _row(job: Job) -> tuple[Any, ...]:
        values = asdict(job)
        values |= {name: json.dumps(values[name]) for name in _JSON}
        return tuple(values[name] for name in _COLUMNS)


def _job(values: dict[str, Any]) -> Job:
    bounds, drift, pen_offsets = (json.loads(values.pop(name) or "null") for name in _JSON)
    known = {name: value for name, value in values.items() if value is not None}  # the rest as in a new job
    known |= {name: bool(known[name]) for name in ("held", "growing") if name in known}
    return Job(
        **known
        | {"state": JobState(values["state"]), "bounds": bounds and tuple(bounds), "drift": drift and tuple(drift)}
        | {"pen_offsets": pen_offsets or {}}
    )


@contextlib.contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise JobError(f"The queue could not be written: {why}.", reason="disk") from error


def _unusable(path: Path, error: Exception) -> ConfigError:
    why = error.strerror if isinstance(error, OSError) else error
    return ConfigError(f"cannot be used: {why}", file=str(path), key="state_dir")
