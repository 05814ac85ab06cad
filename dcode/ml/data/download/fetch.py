"""One file over HTTP: it goes on where it was cut off, and is not there until it is whole and what the server said.

NAME.part         what has come so far
NAME.part.json    of which version of the file, so that two are never mixed
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from dcode.errors import ConfigError
from dcode.ml.data.files import put

_BLOCK: Final = 1 << 20
_TRIES: Final = 6  # without a byte between them
_SECONDS: Final = 60.0  # without a byte
_RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_SHA256: Final = re.compile(r'"?([0-9a-f]{64})"?')
_TOLD: Final = 20  # times that a download tells how far it is

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch. `authorization` is sent to this address only, not to where it leads; `hint` is for a refusal."""

    url: str
    authorization: str = ""
    hint: str = ""


@dataclass(slots=True)
class _Reply:
    """What a server said about the file: its size, its version and its digest, as far as it did."""

    stream: IO[bytes]
    begin: int
    size: int | None
    version: str
    digests: dict[str, str] = field(default_factory=dict)


def fetch(wanted: Wanted, path: Path, tell: Tell, wait: Callable[[float], None] = time.sleep) -> Path:
    """The file, fetched where it is not there. Raises ConfigError for what no further try would change."""
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part, about = path.with_name(path.name + ".part"), path.with_name(path.name + ".part.json")
    tries, digests = 0, dict[str, str]()
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            whole = _go_on(wanted, part, about, digests, tell)
        except _Gone as gone:
            whole, problem = False, str(gone)
        else:
            problem = "the connection ended too soon"
        if whole:
            break
        came = part.exists() and part.stat().st_size > before
        tries = 1 if came else tries + 1
        if tries >= _TRIES:
            told = f"{wanted.url}: {problem}. What has come so far is kept: the same command goes on from there."
            raise ConfigError(told, file=str(part))
        wait(2.0 ** (tries - 1))
    _refuse_other(part, about, digests, wanted.url)
    part.replace(path)
    about.unlink(missing_ok=True)
    return path


class _Gone(Exception):
    """A failure that may pass."""


def _go_on(wanted: Wanted, part: Path, about: Path, digests: dict[str, str], tell: Tell) -> bool:
    """Fetch what is missing; whether all is there now. Raises _Gone, ConfigError."""
    have = part.stat().st_size if part.exists() else 0
    version = _version(about) if have else ""
    if have and not version:  # of what, nobody knows
        part.unlink()
        have = 0
    try:
        reply = _ask(wanted, have, version)
    except urllib.error.HTTPError as error:
        return _refused(error, wanted, part, have)
    except (OSError, http.client.HTTPException) as error:
        raise _Gone(str(getattr(error, "reason", error)) or type(error).__name__) from error
    digests.clear()
    digests.update(reply.digests)
    put(about, json.dumps({"version": reply.version, "size": reply.size}).encode())
    with reply.stream, part.open("r+b" if reply.begin else "wb") as file:
        file.seek(reply.begin)
        try:
            _copy(reply, file, part.name.removesuffix(".part"), tell)
        except (OSError, http.client.HTTPException) as error:
            raise _Gone(str(error) or type(error).__name__) from error
        come = file.tell()
    return reply.size is None or come == reply.size


def _copy(reply: _Reply, file: IO[bytes], name: str, tell: Tell) -> None:
    come, told = reply.begin, reply.begin * _TOLD // (reply.size or 1)
    while block := reply.stream.read(_BLOCK):
        file.write(block)
        come += len(block)
        if reply.size and come * _TOLD // reply.size > told:
            told = come * _TOLD // reply.size
            tell(f"{name}: {come / 1e6:,.1f} of {reply.size / 1e6:,.1f} MB")


def _ask(wanted: Wanted, have: int, version: str) -> _Reply:
    request = urllib.request.Request(wanted.url, headers={"User-Agent": "dcode", "Accept-Encoding": "identity"})
    if wanted.authorization:
        request.add_unredirected_header("Authorization", wanted.authorization)
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)
    on_the_way = _Redirects()
    # A stream of bytes either way; the type of `open` is left to the caller by the library.
    response: Any = urllib.request.build_opener(on_the_way).open(request, timeout=_SECONDS)
    headers, status = response.headers, response.status
    begin, size = 0, headers.get("Content-Length")
    if status == 206:
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
        if not span or int(span[1]) != have:
            raise _Gone("the server sent another part than was asked for")
        begin, size = have, span[2]
    version = headers.get("ETag") or headers.get("Last-Modified") or ""
    if version.startswith("W/"):  # good for telling, not for joining parts
        version = ""
    return _Reply(response, begin, int(size) if size else None, version, _digests(headers, on_the_way.headers))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows, and remembers what the first answers said: the hub names a file's digest before it sends one on."""

    def __init__(self) -> None:
        self.headers = dict[str, str]()

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        self.headers |= {name.lower(): value for name, value in headers.items()}
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _digests(headers: Mapping[str, str], on_the_way: Mapping[str, str]) -> dict[str, str]:
    """By algorithm, in hexadecimal: the hub's X-Linked-ETag is a SHA-256, Google's x-goog-hash holds an MD5."""
    found = dict[str, str]()
    for name in ("X-Linked-ETag", "ETag"):
        if match := _SHA256.fullmatch(on_the_way.get(name.lower()) or headers.get(name) or ""):
            found["sha256"] = match[1]
    for part in ",".join(headers.get_all("x-goog-hash", []) if hasattr(headers, "get_all") else []).split(","):
        if part.strip().startswith("md5="):
            found["md5"] = base64.b64decode(part.strip()[4:]).hex()
    return found


def _version(about: Path) -> str:
    try:
        return str(json.loads(about.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _refused(error: urllib.error.HTTPError, wanted: Wanted, part: Path, have: int) -> bool:
    """True where the refusal means that all is there; else raises what it comes to."""
    with error:
        if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}":
            return True
        if error.code == 416:
            part.unlink(missing_ok=True)
            raise _Gone("the file is another one now")
        if error.code in _RETRIED:
            raise _Gone(f"the server says {error.code} {error.reason}")
    hint = f" {wanted.hint}" if wanted.hint and error.code in (401, 403) else ""
    raise ConfigError(f"{wanted.url}: the server says {error.code} {error.reason}.{hint}")


def _refuse_other(part: Path, about: Path, digests: Mapping[str, str], url: str) -> None:
    """Raises ConfigError for a file that is not what the server said; it is taken away."""
    for name, expected in digests.items():
        with part.open("rb") as file:
            found = hashlib.file_digest(file, name).hexdigest()
        if found != expected:
            part.unlink()
            about.unlink(missing_ok=True)
            told = f"{url}: what came has the {name} {found[:12]}..., not {expected[:12]}...; fetch it again."
            raise ConfigError(told, file=str(part))
