from __future__ import annotations

import pytest

from dcode.simulator.faults import Fault, FaultKind, Line
from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup


def line(*faults: Fault, seed: int = 0) -> Line:
    made = Line(build("grbl", Setup()), faults, seed)
    made.advance(1.0)
    made.output()
    return made


def ask(wire: Line, data: bytes = b"G21\n", seconds: float = 1.0) -> bytes:
    wire.receive(data, wire.now)
    wire.advance(wire.now + seconds)
    return wire.output()


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (Fault(FaultKind.DROP, count=2), b"\r\nok\r\n"),
        (Fault(FaultKind.DROP_LINE), b"ok\r\n"),
        (Fault(FaultKind.DUPLICATE), b"ok\r\nok\r\nok\r\n"),
        (Fault(FaultKind.CORRUPT, count=2), b":>\r\nok\r\n"),
        (Fault(FaultKind.SPLIT, seconds=0.1), b"ok\r\nok\r\n"),
        (Fault(FaultKind.MUTE, seconds=0.5), b"ok\r\n"),
        (Fault(FaultKind.INJECT, data=b"ok\n"), b"ok\nok\r\nok\r\n"),
        (Fault(FaultKind.DROP, count=1, way="in"), b"error:1\r\nok\r\n"),
        (Fault(FaultKind.CORRUPT, count=1, way="in"), b"error:1\r\nok\r\n"),
    ],
)
def test_a_fault_does_what_its_name_says_and_then_is_over(fault: Fault, heard: bytes) -> None:
    wire = line()
    wire.add(fault)
    assert ask(wire) + ask(wire) == heard


def test_a_fault_waits_for_its_time() -> None:
    wire = line(Fault(FaultKind.DROP_LINE, at=3.5))
    assert ask(wire, seconds=2.0) == b"ok\r\n"
    assert not wire.at_rest
    assert ask(wire, seconds=0.4) == b"ok\r\n"
    wire.advance(3.6)
    assert ask(wire) == b""


def test_a_delay_holds_everything_back_and_loses_nothing() -> None:
    wire = line()
    wire.add(Fault(FaultKind.DELAY, seconds=5.0))
    assert ask(wire, b"G21\nG90\n", 4.9) == b""
    wire.advance(wire.now + 0.2)
    assert wire.output() == b"ok\r\nok\r\n"


def test_a_split_line_comes_in_two_parts() -> None:
    wire = line()
    wire.add(Fault(FaultKind.SPLIT, seconds=0.5))
    assert ask(wire, seconds=0.4) == b"o"
    wire.advance(wire.now + 0.5)
    assert wire.output() == b"k\r\n"


def test_noise_is_the_same_for_the_same_seed() -> None:
    heard = []
    for seed in (1, 1, 2):
        wire = line(Fault(FaultKind.NOISE, chance=0.2), seed=seed)
        heard.append(b"".join(ask(wire) for _ in range(50)))
    assert heard[0] == heard[1] != heard[2]
    assert heard[0] != b"ok\r\n" * 50


def test_a_reset_greets_again_and_the_gondola_stays() -> None:
    wire = line(Fault(FaultKind.RESET, at=2.0))
    assert b"Grbl 1.1h" in ask(wire, b"G1 X50 F600\n", 3.0)
    assert 0.0 < wire.firmware.plotter.paper[0] < 50.0


def test_an_unplugged_line_carries_nothing_until_it_is_plugged_in() -> None:
    wire = line()
    wire.add(Fault(FaultKind.UNPLUG, seconds=2.0))
    assert ask(wire) == b"" and not wire.plugged
    wire.advance(wire.now + 1.5)
    assert wire.plugged
    assert ask(wire) == b"ok\r\n"


def test_a_button_says_nothing() -> None:
    wire = line()
    ask(wire, b"G1 X50 F600\n")
    wire.add(Fault(FaultKind.PRESS, data=b"hold"))
    assert ask(wire) == b""
    assert ask(wire, b"?").startswith(b"<Hold:0")
