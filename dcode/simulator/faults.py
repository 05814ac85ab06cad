"""What goes wrong between a firmware and its host, on purpose and to a schedule.

A `Line` stands between the firmware and the pseudo-terminal and has the firmware's own interface, so that either can be
held to the other. All its times are virtual seconds; chance comes from a seed, so that a run can be repeated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from math import inf
from random import Random
from typing import Final

from dcode.simulator.firmware import Firmware
from dcode.simulator.ink import Ink


class FaultKind(Enum):
    """What can be asked for. Bytes and lines are those that the firmware says next, unless `way` is "in"."""

    DROP = "drop"  # `count` bytes vanish
    DROP_LINE = "drop_line"  # `count` lines vanish
    DUPLICATE = "duplicate"  # `count` lines come twice
    CORRUPT = "corrupt"  # `count` bytes arrive wrong
    SPLIT = "split"  # the next `count` lines come in two parts, `seconds` apart
    DELAY = "delay"  # nothing comes for `seconds`, then all of it
    MUTE = "mute"  # nothing comes for `seconds`, and it is lost; 0: until UNMUTE
    UNMUTE = "unmute"
    INJECT = "inject"  # `data` comes, which the firmware never said
    NOISE = "noise"  # from now on each byte is dropped or flipped with `chance`, for `seconds` (0: for good)
    RESET = "reset"  # the controller restarts: brown-out, a reset button
    UNPLUG = "unplug"  # the port is gone for `seconds` (0: until PLUG)
    PLUG = "plug"
    PRESS = "press"  # a button or pin named in `data`


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; it begins at `at`, a moment in virtual time. The rest depends on the kind."""

    kind: FaultKind
    at: float = 0.0
    count: int = 1
    seconds: float = 0.0
    chance: float = 0.0
    data: bytes = b""
    way: str = "out"


FLIP: Final = 0x55  # what a wrong byte is XORed with: ok becomes :>


@dataclass(slots=True)
class _Way:
    """The state of one direction."""

    drop: int = 0
    drop_lines: int = 0
    duplicate: int = 0
    corrupt: int = 0
    split: int = 0
    split_seconds: float = 0.0
    muted_until: float = 0.0
    delayed_until: float = 0.0
    noise: float = 0.0
    noise_until: float = 0.0
    tail: bytearray = field(default_factory=bytearray)  # the beginning of a line whose end is not there yet


class Line:
    """A firmware as seen through a line that can fail."""

    def __init__(self, firmware: Firmware, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.firmware = firmware
        self.plugged = True
        self._waiting = deque(sorted(faults, key=lambda fault: fault.at))
        self._chance = Random(seed)
        self._out_way, self._in_way = _Way(), _Way()
        self._out: deque[tuple[float, bytes]] = deque()

    @property
    def now(self) -> float:
        return self.firmware.now

    @property
    def ink(self) -> Ink:
        return self.firmware.ink

    @property
    def at_rest(self) -> bool:
        """Whether there is nothing to do until somebody writes."""
        return not (self._out or self._waiting) and self.firmware.at_rest

    def add(self, fault: Fault) -> None:
        """Schedule one more fault; one whose time has passed begins now."""
        later = [*self._waiting, replace(fault, at=max(fault.at, self.now))]
        self._waiting = deque(sorted(later, key=lambda waiting: waiting.at))
        self.advance(self.now)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes from the host."""
        self.advance(now)
        if self.plugged:
            self.firmware.receive(self._disturb(self._in_way, data), now)

    def advance(self, now: float) -> None:
        """Let time pass, with the faults that fall due on the way."""
        while self._waiting and self._waiting[0].at <= now:
            fault = self._waiting.popleft()
            self._run_to(fault.at)
            self._begin(fault)
        self._run_to(now)

    def next_event(self) -> float | None:
        """When something will happen or be said if nothing comes in; None: never."""
        when = self.firmware.next_event()
        times = [inf if when is None else when]
        if self._waiting:
            times.append(self._waiting[0].at)
        if self._out:
            times.append(self._out[0][0])
        soonest = min(times)
        return None if soonest == inf else max(soonest, self.now)

    def output(self) -> bytes:
        """What has come through until now."""
        self._collect()
        said = bytearray()
        while self._out and self._out[0][0] <= self.now:
            said += self._out.popleft()[1]
        return bytes(said)

    def reset(self, now: float) -> None:
        """Power on, or a DTR toggle."""
        self.advance(now)
        self._out.clear()
        self.firmware.reset(now)

    # --- inside

    def _run_to(self, now: float) -> None:
        """Advance the firmware step by step, so that what it says is disturbed with the right clock."""
        while (when := self.firmware.next_event()) is not None and when <= now:
            self.firmware.advance(when)
            self._collect()
            if self.firmware.next_event() == when:
                break
        self.firmware.advance(now)
        self._collect()

    def _collect(self) -> None:
        """Take what the firmware has said through the line's faults."""
        data = self.firmware.output()
        if not data or not self.plugged:
            return
        way = self._out_way
        if not (way.drop_lines or way.duplicate or way.split or way.tail):
            self._send(self._disturb(way, data))
            return
        way.tail += data
        while (end := way.tail.find(b"\n")) >= 0:
            line = bytes(way.tail[: end + 1])
            del way.tail[: end + 1]
            self._send_line(way, line)
        if not (way.drop_lines or way.duplicate or way.split):
            self._send(self._disturb(way, bytes(way.tail)))
            way.tail.clear()

    def _send_line(self, way: _Way, line: bytes) -> None:
        if way.drop_lines:
            way.drop_lines -= 1
            return
        line = self._disturb(way, line)
        if way.split:
            way.split -= 1
            self._send(line[:1])
            self._send(line[1:], way.split_seconds)
            return
        self._send(line)
        if way.duplicate:
            way.duplicate -= 1
            self._send(line)

    def _send(self, data: bytes, later: float = 0.0) -> None:
        if data:
            last = self._out[-1][0] if self._out else 0.0  # bytes stay in order
            self._out.append((max(self.now + later, self._out_way.delayed_until, last), data))

    def _disturb(self, way: _Way, data: bytes) -> bytes:
        """Byte faults."""
        if self.now < way.muted_until:
            return b""
        if way.drop:
            gone = min(way.drop, len(data))
            way.drop -= gone
            data = data[gone:]
        if way.corrupt and data:
            wrong = min(way.corrupt, len(data))
            way.corrupt -= wrong
            data = bytes(byte ^ FLIP for byte in data[:wrong]) + data[wrong:]
        if way.noise and self.now < way.noise_until:
            kept = bytearray()
            for byte in data:
                if self._chance.random() >= way.noise:
                    kept.append(byte)
                elif self._chance.random() < 0.5:
                    kept.append(byte ^ (1 << self._chance.randrange(8)))
            data = bytes(kept)
        return data

    def _begin(self, fault: Fault) -> None:
        way = self._in_way if fault.way == "in" else self._out_way
        until = self.now + fault.seconds if fault.seconds else inf
        match fault.kind:
            case FaultKind.DROP:
                way.drop += fault.count
            case FaultKind.DROP_LINE:
                way.drop_lines += fault.count
            case FaultKind.DUPLICATE:
                way.duplicate += fault.count
            case FaultKind.CORRUPT:
                way.corrupt += fault.count
            case FaultKind.SPLIT:
                way.split, way.split_seconds = way.split + fault.count, fault.seconds
            case FaultKind.DELAY:
                way.delayed_until = self.now + fault.seconds
            case FaultKind.MUTE:
                way.muted_until = until
            case FaultKind.UNMUTE:
                way.muted_until = self.now
            case FaultKind.INJECT:
                if fault.way == "in":
                    self.firmware.receive(fault.data, self.now)
                else:
                    self._send(fault.data)
            case FaultKind.NOISE:
                way.noise, way.noise_until = fault.chance, until
            case FaultKind.RESET:
                self.reset(self.now)
            case FaultKind.PRESS:
                self.firmware.press(fault.data.decode(), self.now)
            case FaultKind.UNPLUG:
                self.plugged = False
                self._out.clear()
                if fault.seconds:
                    self.add(Fault(FaultKind.PLUG, at=until))
            case FaultKind.PLUG:
                self.plugged = True
