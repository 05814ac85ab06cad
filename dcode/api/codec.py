"""Framing: JSON-RPC 2.0, one object a line, at most 1 MiB a message.

Nothing here imports pydantic, so that a client that only asks for the status starts fast.
"""

from __future__ import annotations

import json
from typing import Any, Final

MAX_MESSAGE: Final = 1 << 20  # bytes, newline included
CHUNK: Final = 512 * 1024  # bytes of a file in one job.append: base64 makes 683 KiB of it

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
DCODE_ERROR: Final = -32000  # an error of dcode.errors; `data` has its kind and fields

Message = dict[str, Any]  # any JSON object: the door where types begin


class BadMessage(ValueError):
    """A line that is not a message; `code` is the JSON-RPC error code to answer with."""

    def __init__(self, code: int, problem: str) -> None:
        super().__init__(problem)
        self.code = code


def encode(message: Message) -> bytes:
    """One message as one line. Raises BadMessage when it would be longer than MAX_MESSAGE."""
    line = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    if len(line) > MAX_MESSAGE:
        raise BadMessage(INTERNAL_ERROR, f"a message of {len(line)} bytes is over the limit of {MAX_MESSAGE}")
    return line


def decode(line: bytes) -> Message:
    """The message in one line. Raises BadMessage."""
    if len(line) > MAX_MESSAGE:
        raise BadMessage(PARSE_ERROR, f"a message may have at most {MAX_MESSAGE} bytes")
    try:
        message = json.loads(str(line, "utf-8"))  # of bytes, json would guess the encoding: NULs make it UTF-32
    except (ValueError, RecursionError) as error:
        raise BadMessage(PARSE_ERROR, f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise BadMessage(INVALID_REQUEST, "a message is one JSON object; batches are not taken")
    return message


def request(method: str, params: Message, number: int) -> bytes:
    """A call that wants an answer."""
    return encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def result(number: int | str | None, value: Any) -> bytes:
    """The answer to a call."""
    return encode({"jsonrpc": "2.0", "id": number, "result": value})


def failure(number: int | str | None, code: int, message: str, data: Message | None = None) -> bytes:
    """The answer to a call that failed."""
    error: Message = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return encode({"jsonrpc": "2.0", "id": number, "error": error})


def event(params: Message) -> bytes:
    """Something that a subscriber is told."""
    return encode({"jsonrpc": "2.0", "method": "event", "params": params})
