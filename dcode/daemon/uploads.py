"""Files on their way in: written to disk as they come, so that a big one costs no memory."""

from __future__ import annotations

import base64
import contextlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.api.jobs import Begin
from dcode.errors import ConfigError, JobError

MAX_UPLOADS: Final = 32  # at a time, of all clients together
ROOM_FOR_OTHERS: Final = 32 << 20  # bytes of the disk that no upload may take: the queue and the journals need them


@dataclass(slots=True)
class Pending:
    """A file that has not come to its end."""

    wanted: Begin
    path: Path
    received: int = 0


class Uploads:
    """Uploads by a token that only the client that began one knows."""

    def __init__(self, folder: Path) -> None:
        """Empties the folder: what a daemon before this one left half received. Raises ConfigError where it cannot."""
        self._folder = folder
        try:
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise ConfigError(f"cannot be used: {error.strerror}", file=str(folder), key="state_dir") from error
        self._pending: dict[str, Pending] = {}

    def begin(self, wanted: Begin) -> str:
        """A token for a new upload. Raises JobError."""
        if wanted.fit and wanted.clip:
            raise JobError("A program is either fitted or clipped, not both.")
        if len(self._pending) >= MAX_UPLOADS:
            raise JobError(f"{MAX_UPLOADS} files are being received already; try again in a moment.")
        self._must_have_room(wanted)
        token = secrets.token_hex(8)
        upload = Pending(wanted, self._folder / token)
        try:
            upload.path.touch(mode=0o600)
        except OSError as error:
            raise _not_written(wanted.name, error) from error
        self._pending[token] = upload
        return token

    def append(self, token: str, data: str) -> int:
        """Add a piece; how much there is now. Raises JobError for what is not base64 or more than was announced.

        A piece that cannot be written is the end of the upload: part of it may be in the file.
        """
        upload = self._get(token)
        try:
            piece = base64.b64decode(data, validate=True)
        except ValueError as error:
            raise JobError(f"A piece of {upload.wanted.name} is not base64: {error}.") from error
        if upload.received + len(piece) > upload.wanted.size:
            raise JobError(f"{upload.wanted.name} is longer than the {upload.wanted.size} bytes that were announced.")
        try:
            with upload.path.open("ab") as file:
                file.write(piece)
        except OSError as error:
            self.forget(token)
            raise _not_written(upload.wanted.name, error) from error
        upload.received += len(piece)
        return upload.received

    def take(self, token: str) -> Pending:
        """A complete upload, which is the caller's from now on. Raises JobError for one that is not complete."""
        upload = self._get(token)
        if upload.received != upload.wanted.size:
            raise JobError(
                f"{upload.wanted.name} is not complete: {upload.received} of {upload.wanted.size} bytes have come."
            )
        return self._pending.pop(token)

    def forget(self, token: str) -> None:
        """Drop an upload, if it is there."""
        upload = self._pending.pop(token, None)
        if upload:
            with contextlib.suppress(OSError):  # a disk that cannot be written any more
                upload.path.unlink(missing_ok=True)

    def _must_have_room(self, wanted: Begin) -> None:
        """Twice the size: the checked program is about as large as its source."""
        expected = sum(upload.wanted.size - upload.received for upload in self._pending.values())
        free = shutil.disk_usage(self._folder).free - expected - ROOM_FOR_OTHERS
        if 2 * wanted.size > free:
            raise JobError(
                f"There is no room for {wanted.name}: it needs {2 * wanted.size >> 20} MiB on the disk of the state "
                f"directory, and {max(0, free) >> 20} MiB are free.",
                reason="disk",
            )

    def _get(self, token: str) -> Pending:
        try:
            return self._pending[token]
        except KeyError:
            raise JobError("There is no such upload.") from None


def _not_written(name: str, error: OSError) -> JobError:
    return JobError(f"{name} could not be written: {error.strerror}.", reason="disk")
