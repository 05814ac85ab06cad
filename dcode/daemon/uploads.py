"""Files on their way in: written to disk as they come, so that a big one costs no memory."""

from __future__ import annotations

import base64
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.api.methods import Begin
from dcode.errors import JobError

MAX_UPLOADS: Final = 32  # at a time, of all clients together


@dataclass(slots=True)
class Pending:
    """A file that has not come to its end."""

    wanted: Begin
    path: Path
    received: int = 0


class Uploads:
    """Uploads by a token that only the client that began one knows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)  # what a daemon before this one left half received
        folder.mkdir(mode=0o700)
        self._pending: dict[str, Pending] = {}

    def begin(self, wanted: Begin) -> str:
        """A token for a new upload. Raises JobError."""
        if wanted.fit and wanted.clip:
            raise JobError("A program is either fitted or clipped, not both.")
        if len(self._pending) >= MAX_UPLOADS:
            raise JobError(f"{MAX_UPLOADS} files are being received already; try again in a moment.")
        token = secrets.token_hex(8)
        self._pending[token] = Pending(wanted, self._folder / token)
        self._pending[token].path.touch(mode=0o600)
        return token

    def append(self, token: str, data: str) -> int:
        """Add a piece; how much there is now. Raises JobError for what is not base64 or more than was announced."""
        upload = self._get(token)
        try:
            piece = base64.b64decode(data, validate=True)
        except ValueError as error:
            raise JobError(f"A piece of {upload.wanted.name} is not base64: {error}.") from error
        if upload.received + len(piece) > upload.wanted.size:
            raise JobError(f"{upload.wanted.name} is longer than the {upload.wanted.size} bytes that were announced.")
        with upload.path.open("ab") as file:
            file.write(piece)
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
            upload.path.unlink(missing_ok=True)

    def _get(self, token: str) -> Pending:
        try:
            return self._pending[token]
        except KeyError:
            raise JobError("There is no such upload.") from None
