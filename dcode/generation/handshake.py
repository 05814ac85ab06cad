"""Who is at the other end of a TCP connection: both sides prove that they know the token, and neither says it.

Worker: a challenge with a random number. Client: a random number of its own, and a proof (HMAC-SHA256 with the token,
over its role and both numbers). Worker: its proof, the other way round. Lines of JSON, like everything after.

What this protects against: a stranger who uses the GPU or feeds drawings to the plotter; one who listens to a
handshake and learns the token from it, or says it again later; one who pretends to be the worker to get a proof out
of a client (roles differ, so no proof can be passed back). What it does not: who sits in the middle of the connection
can read what follows, and change it. Drawings are checked like any stranger's before they reach the machine; whoever
needs the rest lays the connection through ssh -L or a VPN.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from typing import Final

from dcode.errors import GenerationError
from dcode.generation.link import Unended, read_line
from dcode.generation.wire import PROTOCOL, BadMessage, read_object

MAX_LINE: Final = 1024  # bytes; more is not read of one who has proved nothing
_NUMBER: Final = 32  # bytes of randomness
WORKER: Final = b"dcode worker"
CLIENT: Final = b"dcode client"


class Refused(Exception):
    """The other side does not prove what it should."""


def proof(token: bytes, role: bytes, own: str, others: str) -> str:
    """What only one who knows the token can say, as hexadecimal digits; `own` and `others` are the random numbers."""
    said = b"\n".join((role, str(PROTOCOL).encode(), own.encode(), others.encode()))
    return hmac.new(token, said, hashlib.sha256).hexdigest()


async def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: bytes) -> None:
    """The worker's side. Raises Refused, with what may be told to anybody."""
    own = secrets.token_hex(_NUMBER)
    await _say(writer, say="challenge", protocol=PROTOCOL, number=own)
    said = await _hear(reader)
    others = _text(said, "number")
    if not hmac.compare_digest(_text(said, "proof").encode(), proof(token, CLIENT, others, own).encode()):
        await _say(writer, say="refused", why="The token is not the worker's.")
        raise Refused("a wrong token")
    await _say(writer, say="proof", proof=proof(token, WORKER, own, others))


async def introduce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: bytes, where: str) -> None:
    """The client's side. Raises GenerationError."""
    own = secrets.token_hex(_NUMBER)
    try:
        challenge = await _hear(reader)
        if challenge.get("protocol") != PROTOCOL:
            told = f"The worker at {where} speaks another version: install the same dcode on both computers."
            raise GenerationError(told, reason="version")
        others = _text(challenge, "number")
        await _say(writer, say="proof", number=own, proof=proof(token, CLIENT, own, others))
        answer = await _hear(reader)
        if answer.get("say") == "refused":
            told = f"The worker at {where} has another token than generation.token_file."
            raise GenerationError(told, reason="token")
        if not hmac.compare_digest(_text(answer, "proof").encode(), proof(token, WORKER, others, own).encode()):
            raise Refused("its proof is wrong")
    except Refused as error:
        told = f"What answers at {where} is not the worker that the token belongs to: {error}."
        raise GenerationError(told, reason="token") from error


async def _say(writer: asyncio.StreamWriter, **table: object) -> None:
    writer.write(json.dumps(table, separators=(",", ":")).encode("ascii") + b"\n")
    await writer.drain()


async def _hear(reader: asyncio.StreamReader) -> dict[str, object]:
    try:
        line = await read_line(reader, MAX_LINE)
        if not line:
            raise Refused("it hung up")
        return read_object(line, MAX_LINE)
    except (Unended, BadMessage) as error:
        raise Refused(str(error)) from error


def _text(table: dict[str, object], key: str) -> str:
    """A text of a message. Raises Refused. Surrogates, which no proof has, could not be compared."""
    value = table.get(key)
    if not isinstance(value, str) or not value.isascii() or not value:
        raise Refused(f"its message has no {key}")
    return value
