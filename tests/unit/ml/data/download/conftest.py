"""A web server on this machine that gives files as those of the hub, Kaggle and Google do, and breaks off when told."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Fake:
    """`files` by path; `leads` from a path to another address; `locked` paths with the header that opens them.

    `cut` breaks each of the next replies off after so many bytes; `ill` answers with a status instead. `asked` keeps
    what came: path, Range, Authorization.
    """

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)
    ill: list[int] = field(default_factory=list)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    fake: Fake

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        fake, path = self.fake, self.path
        wanted, key = self.headers.get("Range"), self.headers.get("Authorization")
        fake.asked.append((path, wanted, key))
        if fake.ill:
            self._say(fake.ill.pop(0))
        elif path in fake.locked and key != fake.locked[path]:
            self._say(401 if key is None else 403)
        elif path in fake.leads:
            self._say(302, Location=fake.leads[path], **fake.headers)
        elif path not in fake.files:
            self._say(404)
        else:
            self._give(fake.files[path], wanted)

    def _give(self, data: bytes, wanted: str | None) -> None:
        tag = f'"{hashlib.md5(data).hexdigest()}"'
        headers = {"ETag": tag, "x-goog-hash": f"crc32c=AAAA==,md5={_md5(data)}"}
        begin, total = 0, len(data)
        if wanted and self.headers.get("If-Range") == tag:
            begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])  # type: ignore[index]
            if begin >= total:
                self._say(416, **{"Content-Range": f"bytes */{total}"})
                return
            headers["Content-Range"] = f"bytes {begin}-{total - 1}/{total}"
        self.send_response(206 if "Content-Range" in headers else 200)
        for name, value in ({"Content-Length": str(total - begin)} | headers | self.fake.headers).items():
            self.send_header(name, value)
        self.end_headers()
        rest = data[begin:]
        self.wfile.write(rest[: self.fake.cut.pop(0)] if self.fake.cut else rest)

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def _served() -> Iterator[Fake]:
    handler = type("Here", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.fake = Fake(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield handler.fake  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield from _served()


@pytest.fixture
def elsewhere() -> Iterator[Fake]:
    """A second one, where redirections lead."""
    yield from _served()
