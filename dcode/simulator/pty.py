"""Serves a simulated plotter on a pseudo-terminal, at real speed, N times that, or as fast as it can.

Everything happens in one loop around select(): it sleeps until a host writes, an order comes in, or the firmware's next
event is due. Virtual time is the firmware's; see clock.py for how real time turns into it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.geometry.bounds import Bounds
from dcode.simulator.clock import Clock
from dcode.simulator.control import Control
from dcode.simulator.faults import Fault, Line
from dcode.simulator.firmware import build
from dcode.simulator.port import PseudoPort
from dcode.simulator.setup import Setup
from dcode.simulator.wall_told import wall_told

_LOOK_SECONDS: Final = 0.1  # how often to look whether a host has opened the port
_HASTE: Final = 64  # events between two looks at the port when time is not real
_INK_SECONDS: Final = 1.0  # how often the ink's file is written at most


@dataclass(frozen=True, slots=True)
class Service:
    """What to serve.

    speed: virtual seconds a second, 0 for as fast as possible.
    ink: a file for the ink, written when the machine comes to rest and at the end.
    json: say where the port is as one JSON object on stdout. control: take orders on stdin (control.py).
    reset_on_open: opening the port resets the controller, as DTR does on most boards.
    """

    profile: str
    setup: Setup = field(default_factory=Setup)
    speed: float = 1.0
    link: Path | None = None
    ink: Path | None = None
    json: bool = False
    control: bool = False
    reset_on_open: bool = False
    faults: tuple[Fault, ...] = ()
    seed: int = 0


def serve(service: Service) -> None:
    """Serve until SIGTERM, SIGINT, an order to quit, or the end of the orders. Raises ConfigError."""
    with ExitStack() as stack:
        wake = stack.enter_context(_signals())
        server = Server(service)
        stack.callback(server.close)
        server.announce()
        server.run(wake)


class Server:
    """One plotter on one pseudo-terminal. Raises ConfigError for a link or an ink file that cannot be made."""

    def __init__(self, service: Service) -> None:
        self._service = service
        if service.ink:
            try:
                service.ink.touch()
            except OSError as error:
                problem = f"cannot write {service.ink}: {error.strerror}."
                raise ConfigError(problem, key="ink", value=str(service.ink)) from error
        self.line = Line(build(service.profile, service.setup), service.faults, service.seed)
        self.port: PseudoPort | None = PseudoPort(service.link)
        self._clock = Clock(service.speed, time.monotonic())
        self._set_speed(service.speed)
        self._control = Control(self.line, self.status, self._save, self._set_speed) if service.control else None
        self._said = bytearray()
        self._inked = 0  # points that are in the ink's file
        self._ink_due = 0.0

    # --- what is said about it

    def announce(self) -> None:
        """Say where the port is: an object on stdout, or a sentence on stderr."""
        service, port = self._service, self.port
        assert port is not None
        link = str(service.link) if service.link else None
        if service.json:
            self._print(
                json.dumps({"port": port.name, "link": link, "profile": service.profile, "speed": service.speed}) + "\n"
            )
        else:
            pace = f"{service.speed:g} times real speed" if service.speed else "as fast as possible"
            sys.stderr.write(f"A simulated plotter with {service.profile} is on {link or port.name}, {pace}.\n")

    def status(self) -> dict[str, Any]:
        """JSON values."""
        line, port = self.line, self.port
        x, y = line.firmware.plotter.paper
        return {
            "profile": self._service.profile,
            "port": port.name if port else None,
            "connected": bool(port and port.connected),
            "now": line.now,
            "x": x,
            "y": y,
            "pen": "down" if line.ink.down else "up",
            "moving": not line.firmware.plotter.idle,
            "strokes": len(line.ink),
        }

    def close(self) -> None:
        """Take the port away and keep the ink."""
        if self.port:
            self.port.close()
            self.port = None
        if self._service.ink:
            self._save(self._service.ink)

    # --- the loop

    def run(self, wake: int) -> None:
        """Serve until told to end, or until something can be read from `wake`."""
        clock, line, control = self._clock, self.line, self._control
        while not (control and control.ended):
            self._pass_time()
            self._plug()
            port = self.port
            if port:
                port.write(bytes(self._said))
            self._said.clear()
            reading = [wake]
            if control:
                reading.append(sys.stdin.fileno())
            if port and port.connected:
                reading.append(port.descriptor)
            writing = [port.descriptor] if port and port.waiting else []
            ready, _, _ = select.select(reading, writing, [], self._seconds())
            if wake in ready:
                return
            real = time.monotonic()
            if port:
                self._hear(port, clock.now(real))
            if control and sys.stdin.fileno() in ready:
                line.advance(clock.now(real))
                for answer in control.feed(os.read(sys.stdin.fileno(), 65536), line.now):
                    self._print(answer)
                clock.set(line.now, time.monotonic())

    def _pass_time(self) -> None:
        """Bring the firmware up to the clock; at speed 0, jump from event to event until it has something to say."""
        clock, line = self._clock, self.line
        real = time.monotonic()
        if clock.speed == 0:
            clock.run(line.at_rest, real)
            for _ in range(_HASTE):
                event = line.next_event()
                if event is None or line.at_rest:
                    break
                line.advance(event)
                clock.set(line.now, real)
                self._said += line.output()
                if self._said:
                    break
        line.advance(clock.now(real))
        self._said += line.output()

    def _seconds(self) -> float | None:
        """How long there is nothing to do; None: until somebody writes."""
        line, clock = self.line, self._clock
        waits = []
        event = line.next_event()
        if event is not None:
            resting = self._service.speed or line.at_rest
            waits.append(clock.seconds_to(event, time.monotonic()) if resting else 0.0)
        if not (self.port and self.port.connected):
            waits.append(_LOOK_SECONDS)
        if self._service.ink and self.line.at_rest and line.ink.points != self._inked:
            waits.append(self._keep_ink())
        return min(waits) if waits else None

    def _keep_ink(self) -> float:
        """Write the ink's file if it is due, else say in how many seconds it is."""
        assert self._service.ink
        now = time.monotonic()
        if now >= self._ink_due:
            self._save(self._service.ink)
            self._inked = self.line.ink.points
            self._ink_due = time.monotonic() + _INK_SECONDS
        return max(0.0, self._ink_due - now)

    def _hear(self, port: PseudoPort, now: float) -> None:
        """Take what the host has written."""
        was_there = port.connected
        data = port.read()
        if port.connected and not was_there and self._service.reset_on_open:
            self.line.reset(now)
        if data:
            self.line.receive(data, max(now, self.line.now))

    def _plug(self) -> None:
        """Take the port away, or bring a new one, as the line's faults want it."""
        if self.port and not self.line.plugged:
            self.port.close()
            self.port = None
        elif self.port is None and self.line.plugged:
            self.port = PseudoPort(self._service.link)

    def _set_speed(self, speed: float) -> None:
        self._clock.change(speed, time.monotonic())
        self.line.firmware.pace = max(1.0, speed)

    def _save(self, path: Path) -> None:
        """Write the ink, as JSON where the file is called so; whoever looks sees the old file or the new one whole."""
        part = path.with_name(f".{path.name}.{os.getpid()}")
        told = json.dumps(wall_told(self.line.firmware, [])) if path.suffix == ".json" else self._picture()
        part.write_text(told, encoding="utf-8")
        part.replace(path)

    def _picture(self) -> str:
        """The ink as SVG."""
        machine = self._service.setup.machine
        half_width, half_height = machine.width_mm / 2, machine.height_mm / 2
        looks = {
            number: (pen.colour, pen.width_mm)
            for number in range(1, len(machine.pens) + 1)
            if (pen := machine.named_pen(number))
        }
        sheet = Bounds(-half_width, half_width, half_height, -half_height)
        return self.line.ink.svg(sheet, looks)

    @staticmethod
    def _print(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def _signals() -> Iterator[int]:
    """A descriptor that can be read from once SIGTERM or SIGINT has come."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    old_wake = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    old = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(old_wake)
        for number, handler in old.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
