"""Orders to a running simulator: one JSON object a line in, one a line out.

{"do": "ink", "path": "x.svg"}      write the ink as SVG; "x.json": as the answer to "wall"
{"do": "wall", "at": [[0, 0]]}      the ink as numbers, and what is true of the machine: as in wall_told.py
{"do": "pen", "number": 2}          a hand takes the pen out and puts a fresh one in
{"do": "slip", "left": 2.0, "right": 0}   the belts jump over their pulleys: mm by which they are longer; needs a wall
{"do": "fault", "kind": "drop_line", "count": 1, "seconds": 0, "in": 2.5}   kinds and fields as in faults.py;
                                    `in`: virtual seconds from now; `data` is text (Latin-1)
{"do": "status"}                    time, position on paper, pen, strokes, whether a host is there
{"do": "reset"}                     switch it off and on
{"do": "speed", "speed": 5.0}       from now on go at so many times real speed; 0: as fast as possible
{"do": "quit"}
Answers have "ok": true and what was asked for, or "ok": false and "error".
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dcode.simulator.faults import Fault, FaultKind, Line
from dcode.simulator.wall_told import places, wall_told

Answer = dict[str, Any]  # JSON


def fault_of(wanted: dict[str, Any], now: float) -> Fault:
    """A fault from its JSON form. Raises ValueError."""
    known = {"do", "kind", "in", "count", "seconds", "chance", "data", "way"}
    if unknown := set(wanted) - known:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    kinds = {kind.value: kind for kind in FaultKind}
    if wanted.get("kind") not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}")
    if wanted.get("way", "out") not in ("in", "out"):
        raise ValueError("way must be in or out")
    return Fault(
        kinds[wanted["kind"]],
        at=now + float(wanted.get("in", 0.0)),
        count=int(wanted.get("count", 1)),
        seconds=float(wanted.get("seconds", 0.0)),
        chance=float(wanted.get("chance", 0.0)),
        data=str(wanted.get("data", "")).encode("latin-1"),
        way=wanted.get("way", "out"),
    )


class Control:
    """Carries out orders on a line. `status`, `save_ink` and `set_speed` come from whoever serves it."""

    def __init__(
        self,
        line: Line,
        status: Callable[[], Answer],
        save_ink: Callable[[Path], None],
        set_speed: Callable[[float], None],
    ) -> None:
        self._line, self._status, self._save_ink, self._set_speed = line, status, save_ink, set_speed
        self._part = bytearray()
        self.ended = False

    def feed(self, data: bytes, now: float) -> list[str]:
        """Bytes of orders at this virtual moment; the answers, a line each. No bytes: the end, which means quit."""
        if not data:
            self.ended = True
        self._part += data
        answers = []
        while (end := self._part.find(b"\n")) >= 0:
            line = bytes(self._part[:end])
            del self._part[: end + 1]
            if line.strip():
                answers.append(json.dumps(self._answer(line, now)) + "\n")
        return answers

    def _answer(self, line: bytes, now: float) -> Answer:
        try:
            order = json.loads(line)
            if not isinstance(order, dict):
                raise ValueError("an order is a JSON object")
            return {"ok": True, **self._obey(order, now)}
        except (ValueError, TypeError, OSError) as error:
            return {"ok": False, "error": str(error)}

    def _obey(self, order: dict[str, Any], now: float) -> Answer:
        match order.get("do"):
            case "ink":
                if not isinstance(order.get("path"), str):
                    raise ValueError("ink needs a path")
                self._save_ink(Path(order["path"]))
                return {"strokes": len(self._line.ink), "points": self._line.ink.points}
            case "wall":
                return wall_told(self._line.firmware, places(order.get("at", [])))
            case "pen":
                number = order.get("number")
                if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                    raise ValueError("pen needs a number from 1 on")
                self._line.firmware.plotter.change_pen(number)
                return {}
            case "slip":
                if not self._line.firmware.plotter.slip(_mm(order, "left"), _mm(order, "right")):
                    raise ValueError("only a simulator with a wall can slip: --wall")
                return {}
            case "fault":
                self._line.add(fault_of(order, now))
                return {}
            case "status":
                return self._status()
            case "reset":
                self._line.reset(now)
                return {}
            case "speed":
                speed = order.get("speed")
                if not isinstance(speed, (int, float)) or not (math.isfinite(speed) and speed >= 0):
                    raise ValueError("speed needs a number from 0 on")
                self._set_speed(float(speed))
                return {}
            case "quit":
                self.ended = True
                return {}
        raise ValueError('"do" must be one of ink, wall, pen, slip, fault, status, reset, speed, quit')


def _mm(order: Answer, key: str) -> float:
    """A length of an order. Raises ValueError."""
    value = float(order.get(key, 0.0))
    if not math.isfinite(value):
        raise ValueError(f"{key} needs a finite number")
    return value
