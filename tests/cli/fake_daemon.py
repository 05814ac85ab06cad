"""A scripted daemon: it answers from a table and tells what it is to tell, and every byte of it is the test's."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SQUARE = "G21 G90\nM280 P0 S90\nG0 X10 Y10 F1000\nM280 P0 S40\nG1 X110 Y10 F500\nG1 X110 Y110\nM280 P0 S90\n"
OUTSIDE = SQUARE + "G0 X431 Y0\nG1 Y-700\n"

IDLE = {
    "state": "idle",
    "port": "sim",
    "profile": "makelangelo",
    "registered": True,
    "position": [0.0, 0.0],
    "pen": "up",
    "job": None,
    "progress": None,
    "eta_seconds": None,
    "eta_band": None,
    "feed": None,
    "lines_sent": 0,
    "lines_acked": 0,
    "resends": 0,
    "in_flight": 0,
    "window": 1,
    "ack_ms": None,
    "ack_max_ms": None,
    "resend_ratio": 0.0,
    "starved": 0,
    "poor": False,
    "queued": 0,
    "message": None,
    "report": None,
}

READY_JOB = {
    "id": 12,
    "name": "horse.gcode",
    "state": "ready",
    "reason": None,
    "created": 1.0,
    "started": None,
    "ended": None,
    "seconds": 0.0,
    "rows": 100,
    "row": 0,
    "sent_row": 0,
    "executed_row": 0,
    "lines": 7,
    "sent": 0,
    "acked": 0,
    "resends": 0,
    "estimate_seconds": 90.0,
    "draw_mm": 200.0,
    "travel_mm": 10.0,
    "pen_lifts": 2,
    "bounds": [0.0, 100.0, 100.0, 0.0],
    "profile": "makelangelo",
    "prompt": "",
    "held": False,
}


def a_job(**changes: Any) -> dict[str, Any]:
    return READY_JOB | changes


def a_status(**changes: Any) -> dict[str, Any]:
    return IDLE | changes


def plotting(row: int, **changes: Any) -> dict[str, Any]:
    """The job at the machine, `row` of 100 rows done."""
    job = {"state": "plotting", "started": 2.0, "row": row, "seconds": row * 1.0, "sent": row, "acked": row}
    return a_job(**job | changes)


DONE_JOB = plotting(100, state="done", sent=9, acked=9, seconds=61.5)


INTERRUPTED_JOB = plotting(
    27, state="interrupted", reason="The port went away", ended=30.0, sent_row=31, executed_row=24
)

RECOVERY = {
    "job": INTERRUPTED_JOB,
    "executed": {"row": 24, "x": 10.0, "y": 20.0, "line": 5},
    "acked": {"row": 27, "x": 20.0, "y": 20.0, "line": 5},
    "sent": {"row": 31, "x": 48.2, "y": 20.0, "line": 6},
    "stretch": [[[10.0, 20.0], [48.2, 20.0]]],
    "stretch_mm": 38.2,
    "done_mm": 120.0,
    "back": {"row": 22, "x": 0.0, "y": 20.0, "line": 4},
    "registered": True,
}


class Refusal(Exception):
    """What a scripted daemon answers with an error."""

    def __init__(self, kind: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.error = {"code": -32000, "message": message, "data": {"kind": kind, "fields": fields}}


@dataclass
class FakeDaemon:
    """Answers calls from a table and, after a subscription, tells what it is to tell."""

    state_dir: Path
    answers: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    uploaded: bytes = b""
    after_events: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.state_dir.mkdir()
        self.socket = self.state_dir / "dcode.sock"
        self.answers = {
            "daemon.info": {
                "pid": 4711,
                "socket": str(self.socket),
                "version": "0.1.0",
                "state_dir": str(self.state_dir),
                "machine": str(ROOT / "configs" / "machine.json"),
                "started": 1.0,
            },
            "daemon.stop": lambda params: self.socket.unlink(),
            "status": a_status(),
            "subscribe": {"status": a_status(), "jobs": [a_job()]},
            "job.begin": {"upload": "u1"},
            "job.append": self._append,
            "job.commit": {"job": a_job(), "report": {"ok": True}},
            "job.list": {"jobs": [plotting(27), a_job(id=13, name="heron.gcode")]},
            "wire.follow": {"lines": []},
        } | self.answers
        self._connections: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The params of every call of a method."""
        return [params for called, params in self.calls if called == method]

    def hang_up(self) -> None:
        """End as a killed daemon does."""
        for connection in self._connections:
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _append(self, params: dict[str, Any]) -> dict[str, Any]:
        self.uploaded += b64decode(params["data"])
        return {"received": len(self.uploaded)}

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._connections.append(connection)
        with connection, suppress(ConnectionError):  # a client may leave with something unread
            for line in connection.makefile("rb"):
                request = json.loads(line)
                self.calls.append((request["method"], request["params"]))
                _send(connection, {"id": request["id"]} | self._answer(request))
                if request["method"] == "subscribe" or _follows_the_wire(request):
                    for event in self.events:
                        _send(connection, {"method": "event", "params": event})
                    self.after_events()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self.answers.get(request["method"], {})
        try:
            if isinstance(answer, Refusal):
                raise answer
            return {"result": answer(request["params"]) if callable(answer) else answer}
        except Refusal as refusal:
            return {"error": refusal.error}


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")


def _follows_the_wire(request: dict[str, Any]) -> bool:
    return request["method"] == "wire.follow" and request["params"].get("on", True)


def job_event(job: dict[str, Any]) -> dict[str, Any]:
    return {"event": "job", "job": job}


def status_event(**changes: Any) -> dict[str, Any]:
    return {"event": "status", "status": a_status(**changes)}


def wire_line(text: str, way: str = "out", at: float = 1_750_000_000.25) -> dict[str, Any]:
    return {"at": at, "way": way, "text": text}


def wire_event(*lines: dict[str, Any], missed: int = 0) -> dict[str, Any]:
    return {"event": "wire", "lines": list(lines), "missed": missed}
