"""Errors on their way back: what the daemon answered, as the exception that it was there."""

from __future__ import annotations

from typing import Any

from dcode.api.codec import METHOD_NOT_FOUND
from dcode.errors import DcodeError, revived


def rebuild(error: Any) -> DcodeError:
    """The exception for the `error` of an answer: its class, sentence and fields; DcodeError for an unknown kind.

    Nothing about `error` is taken for granted: a daemon of another version, or something else, may have sent it.
    """
    if not isinstance(error, dict):
        return DcodeError("The daemon answered with an error that says nothing.")
    message, data = str(error.get("message") or "The daemon refuses."), error.get("data")
    if error.get("code") == METHOD_NOT_FOUND:
        message = f"{message} The daemon may be of another version: dcode daemon status"
    if not isinstance(data, dict):
        return DcodeError(message, code=error.get("code"))
    return revived(data.get("kind"), message, data.get("fields"))
