"""The simulated plotter that a daemon starts for itself, for ports named sim, sim:marlin, sim:grbl?speed=10.

sim:makelangelo?wall=crooked is one whose motors, servo and wall are not as machine.json says: see simulator/wall.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from dcode.errors import ConfigError, MachineNotReady
from dcode.simulator.wall import find_wall, load_wall

DEFAULT_PROFILE: Final = "makelangelo"
_READY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class SimulatedPort:
    """What a port's name asks for. `speed` 0 is as fast as possible. `wall`: what is true of it, a file or a name."""

    profile: str
    speed: float
    wall: str | None = None

    @classmethod
    def parse(cls, port: str, profile: str | None, speed: float) -> SimulatedPort | None:
        """None for a port that is not simulated. Raises ConfigError for one that is not well named."""
        scheme, _, rest = port.partition("?")
        name, _, named_profile = scheme.partition(":")
        if name != "sim":
            return None
        try:
            options = dict(parse_qsl(rest, strict_parsing=bool(rest)))
            wall = options.pop("wall", None)
            speed = float(options.pop("speed", speed))
        except ValueError:
            raise ConfigError("the speed of a simulated plotter is a number", key="port", value=port) from None
        if options or not 0 <= speed < math.inf:
            raise ConfigError("a simulated port is sim[:PROFILE][?speed=N&wall=FILE]", key="port", value=port)
        return cls(named_profile or profile or DEFAULT_PROFILE, speed, wall)


class SimulatedPlotter:
    """A simulator process, steered over its standard input. `speed` is as in SimulatedPort."""

    def __init__(self, process: asyncio.subprocess.Process, port: str, speed: float) -> None:
        self._process = process
        self.port, self.speed = port, speed
        self._asking = asyncio.Lock()

    @classmethod
    async def start(cls, dialect: str, speed: float, machine_file: Path, wall: str | None = None) -> SimulatedPlotter:
        """A simulator of a built-in dialect. Raises MachineNotReady when it does not come up, ConfigError for a wall
        that cannot be read."""
        if wall is not None:
            load_wall(wall)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "dcode.simulator", "--json", "--control", "--reset-on-open"),
            *("--profile", dialect, "--speed", str(speed), "--machine", str(machine_file)),
            *(("--wall", str(find_wall(wall))) if wall is not None else ()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout
        try:
            line = await asyncio.wait_for(process.stdout.readline(), _READY_SECONDS)
            return cls(process, json.loads(line)["port"], speed)
        except (TimeoutError, ValueError, KeyError) as error:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise MachineNotReady("The simulated plotter did not start.", reason="disconnected") from error

    async def ask(self, **request: Any) -> dict[str, Any]:
        """One control request and its answer."""
        assert self._process.stdin and self._process.stdout
        async with self._asking:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise MachineNotReady("The simulated plotter has ended.", reason="disconnected")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def close(self) -> None:
        """The end of its standard input is its end."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _READY_SECONDS)
        except TimeoutError:
            self._process.kill()
