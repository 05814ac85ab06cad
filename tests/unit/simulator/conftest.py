"""A host at the other end of a simulated firmware's line, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dcode.simulator.firmware import Firmware, build
from dcode.simulator.setup import Setup


class Host:
    """Sends and listens. `said` is everything the firmware said, in lines."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.said: list[str] = []
        self._part = ""
        self.wait(2.0)
        self.said.clear()

    def wait(self, seconds: float) -> list[str]:
        """Let time pass; what was said in it."""
        before = len(self.said)
        self.firmware.advance(self.firmware.now + seconds)
        self._listen()
        return self.said[before:]

    def send(self, data: str | bytes, seconds: float = 1.0) -> list[str]:
        """Send, wait, and return what was said."""
        self.firmware.receive(data.encode("latin-1") if isinstance(data, str) else data, self.firmware.now)
        return self.wait(seconds)

    def ask(self, line: str) -> str:
        """The last thing said within a second after a line."""
        return self.send(line + "\n")[-1]

    def finish(self) -> None:
        """Wait until the motion is over."""
        while not self.firmware.plotter.idle:
            self.firmware.advance(self.firmware.next_event() or self.firmware.now + 1.0)
            self._listen()
        self.wait(0.1)

    def _listen(self) -> None:
        self._part += self.firmware.output().decode("latin-1")
        *lines, self._part = self._part.split("\n")
        self.said += [line.removesuffix("\r") for line in lines]


@pytest.fixture
def host() -> Callable[..., Host]:
    """Makes a host of a profile, with the fields of a Setup."""

    def make(profile: str = "grbl", **fields: Any) -> Host:
        return Host(build(profile, Setup(**fields)))

    return make
