"""A sender on a table: what is queued, said and due, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile, builtin_profiles
from dcode.streaming.events import Acked, Event, Said
from dcode.streaming.sender import Sender

PROFILES = builtin_profiles(Path(__file__).parents[3] / "firmware_profiles")


class Desk:
    """Drives one sender. `out` is everything that went out, `told` everything that came of it but Acked and Said."""

    def __init__(self, profile: FirmwareProfile) -> None:
        self.profile = profile
        self.now = 100.0
        self.sender = Sender(profile, self.now)
        self.out = b""
        self.told: list[Event] = []
        self.acked: list[str] = []
        self.said: list[str] = []

    def queue(self, *texts: str, kind: CommandKind = CommandKind.DRAW, seconds: float = 0.0) -> bytes:
        """Queue lines; what goes out at once."""
        for text in texts:
            self.sender.queue(Command(text, kind=kind, seconds=seconds))
        return self.send()

    def send(self) -> bytes:
        data = self.sender.to_send(self.now)
        self.out += data
        return data

    def say(self, data: bytes) -> bytes:
        """The firmware says this; what goes out at once because of it."""
        self._keep(self.sender.receive(data, self.now))
        return self.send()

    def wait(self, seconds: float) -> bytes:
        """Time passes, deadlines are kept; what goes out meanwhile."""
        end, sent = self.now + seconds, b""
        while (due := self.sender.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self._keep(self.sender.handle_timeout(self.now))
            sent += self.send()
        self.now = end
        return sent

    def _keep(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Acked):
                self.acked.append(event.command.text)
            elif isinstance(event, Said):
                self.said.append(event.text)
            else:
                self.told.append(event)


# What a firmware says to the first lines of a sender, so that the next is a line of the job.
HANDSHAKES = {
    "grbl": (b"[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\r\nok\r\n",),
    "marlin": (b"ok\nLine: 0\nok\n",),
    "makelangelo": (b"\n> \n", b"\n> \nD50 S1\r\n", b"\n> \nM114 X0.00 Y0.00 Z90.00 F150.00 A1000.00\n"),
}


@pytest.fixture
def desk() -> Callable[[str], Desk]:
    """A sender of a built-in profile, before its handshake."""
    return lambda name: Desk(PROFILES[name])


@pytest.fixture
def at_work() -> Callable[..., Desk]:
    """A sender whose handshake is over, and its first lines in flight; `out` and `told` are of these alone."""

    def begin(name: str, *texts: str) -> Desk:
        desk = Desk(PROFILES[name])
        desk.queue(*texts)
        handshake = HANDSHAKES[desk.profile.dialect]
        for said in handshake[:-1]:
            desk.say(said)
        desk.out = b""
        desk.say(handshake[-1])
        desk.told.clear()
        desk.said.clear()
        return desk

    return begin
