"""Who is at the other end of a port, when what it says comes in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable
from typing import cast

import pytest

from dcode.config.paths import data_dir
from dcode.daemon import greet
from dcode.daemon.channel import Channel
from dcode.errors import FirmwareError, UnexpectedReset
from dcode.firmware.command import Command
from dcode.firmware.profile import BUILTIN, load_profile
from dcode.firmware.translate import Translator
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine

ANSWER = ("error:20\r\n", "[VER:1.1f.20240115:]\r\n[OPT:VNML+,100,1024,3,0]\r\n", "[FIRMWARE:grblHAL]\r\n", "ok\r\n")


class Port:
    """Says one piece at each reading: `greeting`, and once it was asked `answer`."""

    name, adoptable = "port", False

    def __init__(self, greeting: Iterable[str], answer: Iterable[str]) -> None:
        self._pieces, self._answer = list(greeting), list(answer)
        self.written = b""

    def fileno(self) -> int:
        raise NotImplementedError

    def read(self) -> bytes:
        return self._pieces.pop(0).encode("latin-1") if self._pieces else b""

    def write(self, data: bytes) -> int:
        self.written += data
        self._pieces += self._answer
        return len(data)

    def pulse_dtr(self) -> bool:
        return False

    def close(self) -> None:
        self._pieces.clear()


def found_at(port: Port, monkeypatch: pytest.MonkeyPatch, bauds: Container[int] = (115200,)) -> str:
    """Who is found where a port says something at some speeds, and noise at all others."""
    noise = Port((), ["\x80\xf8\x00"])
    monkeypatch.setattr(greet, "open_port", lambda name, speed: port if speed in bauds else noise)
    monkeypatch.setattr(greet, "_LISTEN_SECONDS", 0.1)
    profiles = [load_profile(name, data_dir("firmware_profiles")) for name in BUILTIN]
    return asyncio.run(greet.find_profile("port", profiles))


@pytest.mark.parametrize(
    "greeting", [(), ("\r\nGrbl 1.1f ['$' for help]\r\n",), ("\r\nGrb", "lHAL 1.1f ['$' or '$HELP' for help]\r\n")]
)
def test_a_descendant_of_grbl_is_not_taken_for_grbl(greeting: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_at(Port(greeting, ANSWER), monkeypatch) == "grblhal"


def test_fluidnc_whose_greeting_comes_byte_by_byte_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Port("\r\nGrbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n", ())
    assert found_at(port, monkeypatch) == "fluidnc"
    assert port.written == b""


def test_a_grbl_that_answers_no_question_while_it_moves_is_known_by_its_greeting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = Port(["\r\nGrbl 1.1h ['$' for help]\r\n"], ["error:8\r\n", "error:8\r\n"])
    assert found_at(port, monkeypatch) == "grbl"


def test_what_talks_and_is_no_plotter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FirmwareError, match="port: no known firmware answers at"):
        found_at(Port(["$GPGGA,1234,N\r\n"] * 3, ()), monkeypatch)


class LateBoard:
    """A channel to a board that starts, and greets, only after it was asked what it is: `starts` times."""

    def __init__(self, starts: int) -> None:
        self.greeting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._starts = starts

    async def ask(self, commands: list[Command]) -> list[str]:
        if self._starts:
            self._starts -= 1
            raise UnexpectedReset("The firmware started anew.", greeting="Grbl 1.1h ['$' for help]")
        return ["[VER:1.1h.20190830:]", "[OPT:V,15,128]"]


def greeted(starts: int) -> str:
    async def talk() -> str:
        profile = load_profile("grbl", data_dir("firmware_profiles"))
        tools = Translator(profile, Machine(800.0, 600.0, Bounds(-300.0, 300.0, 200.0, -200.0)))
        return await greet.greet(cast(Channel, LateBoard(starts)), profile, tools, 0.0)

    return asyncio.run(talk())


def test_a_board_that_starts_later_than_its_profile_says_is_asked_once_more() -> None:
    assert greeted(1).splitlines() == ["Grbl 1.1h ['$' for help]", "[VER:1.1h.20190830:]", "[OPT:V,15,128]"]


def test_a_board_that_starts_over_and_over_is_said_to() -> None:
    with pytest.raises(UnexpectedReset):
        greeted(2)


@pytest.mark.parametrize(
    ("bauds", "found"),
    [((250000,), "marlin"), ((115200,), "marlin@115200"), (range(1 << 20), "marlin")],  # the last: a pseudo-terminal
)
def test_a_board_that_was_built_for_another_speed_is_found_with_it(
    bauds: Container[int], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = Port((), ["FIRMWARE_NAME:Marlin 2.1.2 (Nov  1 2026 10:00:00) SOURCE_CODE_URL:x\n", "ok\n"])
    assert found_at(port, monkeypatch, bauds) == found
    assert load_profile(found, data_dir("firmware_profiles")).baud in bauds
