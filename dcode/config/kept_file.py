"""Writing a file so that it is never half written, and what was in it before is still there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError

# An evening of calibrating changes the file some ten times: with twenty, the one of before that evening is there.
KEPT: Final = 20


@contextlib.contextmanager
def change_under_lock(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile, whichever process it is. Makes the folder. Raises ConfigError."""
    folder = _true(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with contextlib.suppress(OSError):  # a file system that has no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def rewrite(path: Path, data: bytes, now: datetime) -> None:
    """Put data in the place of a file, or make it; links are followed, its mode stays. Raises ConfigError.

    Only under `change_under_lock`. The old one stays beside it as NAME.2026-11-23T143000, and with a number where that
    is taken; of those, the newest KEPT.
    """
    target = _true(path)
    part = target.with_name(f".{target.name}.new")
    try:
        before = target.stat() if target.exists() else None
        part.unlink(missing_ok=True)  # of a change that was killed
        _write(part, data, before)
        kept = _keep(target, now) if before else None
        try:
            part.replace(target)
        except OSError:
            if kept:
                kept.unlink()
            raise
        _sync(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise _not_written(path, error) from error
    _forget_oldest(target)


def _true(path: Path) -> Path:
    """The file that a link leads to."""
    return path.resolve()


def _write(part: Path, data: bytes, like: os.stat_result | None) -> None:
    """A new file on the disk, with the mode of another one, and its owner where that may be given."""
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "wb") as file:
        if like:
            with contextlib.suppress(PermissionError):
                os.fchown(handle, like.st_uid, like.st_gid)
            os.fchmod(handle, like.st_mode & 0o7777)
        file.write(data)
        file.flush()
        os.fsync(handle)


def _keep(target: Path, now: datetime) -> Path:
    """A second name for the file as it is, or a copy where the file system has no such thing."""
    for number in range(1, 10_000):
        kept = target.with_name(f"{target.name}.{now:%Y-%m-%dT%H%M%S}{f'-{number}' if number > 1 else ''}")
        try:
            kept.hardlink_to(target)
        except FileExistsError:
            continue
        except OSError:
            if kept.exists():
                continue
            _copy(target, kept)
        return kept
    raise FileExistsError(17, "too many of one second are kept", str(target))


def _copy(target: Path, kept: Path) -> None:
    try:
        shutil.copy2(target, kept)
        with kept.open("rb") as file:
            os.fsync(file.fileno())
    except OSError:
        kept.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    """The new name is on the disk as well. Some file systems do not sync folders; then nothing more can be done."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def kept_files(path: Path) -> list[Path]:
    """What a file was before, the oldest first."""
    target = _true(path)
    dated = re.compile(re.escape(target.name) + r"\.(\d{4}-\d\d-\d\dT\d{6})(?:-(\d+))?")
    found = [(match, file) for file in target.parent.iterdir() if (match := dated.fullmatch(file.name))]
    return [file for _, file in sorted(found, key=lambda one: (one[0][1], int(one[0][2] or 1)))]


def _forget_oldest(target: Path) -> None:
    with contextlib.suppress(OSError):  # the change is made; what is left over does no harm
        for file in kept_files(target)[:-KEPT]:
            file.unlink()


def _not_written(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"cannot be written: {error.strerror or error}. It is as it was.", file=str(path))
