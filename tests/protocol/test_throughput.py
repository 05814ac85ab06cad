"""How fast the simulated grbl and Marlin draw, against benchmarks of real ones (tests/data/transcripts/bench_*.txt).

The benchmarks streamed a circle in short lines at 3000 mm/min, waiting for each ack, with a window of four lines, or
counting characters, and asked grbl for its status now and then. Their text does not tell their lines. That Marlin's
circle has a radius of 40 mm and begins at (0, 0) its step counts tell (12711 and 5150 of the left motor, met exactly).
Lines are taken to be of 22 to 26 characters, which makes grbl's 502 empty moves a second as it has them.

Their clocks start before the first line is there: 0.065 s in every row that the planner alone decides, grbl's and
Marlin's alike.

In one row the host was slow: grbl, 0.1 mm at 200 mm/s2, waiting for each ack, which took 7.1 ms instead of the 4.0 of
the same lines at 1000 mm/s2. With 3.3 ms between an ack and the next line, the one figure that is fitted to it, the
simulator has the row's seconds, its feed, its free blocks and its ack latency: the firmware had nothing to do with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from dcode.simulator.firmware import Firmware, build
from dcode.simulator.setup import Setup

BENCH = Path(__file__).parent.parent / "data" / "transcripts"
GRBL, MARLIN = ((BENCH / f"bench_{name}.txt").read_text() for name in ("grbl", "marlin"))
RADIUS = 250 / (2 * math.pi)
START = 0.065
TURNAROUND, SLOW_HOST = 0.0002, 0.0033  # s from an ack to the next line
POLL = 0.05


@dataclass
class Streamed:
    """What came out of streaming: seconds until the last ack and until standstill, and samples on the way."""

    acked: float = 0.0
    done: float = 0.0
    feeds: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


def median(values: list[float] | list[int]) -> float:
    return sorted(values)[len(values) // 2]


def stream(
    firmware: Firmware, lines: list[bytes], room: Callable[[list[bytes], bytes], bool], turnaround: float, poll: bytes
) -> Streamed:
    """Send the lines as soon as there is `room` for them besides those in flight; `poll` asks for the status."""
    begin = now = firmware.now
    firmware.output()
    told, waiting, flight, heard, ask = Streamed(), lines[::-1], [], b"", now + POLL
    while waiting or flight:
        while waiting and (not flight or room([line for line, _ in flight], waiting[-1])):
            flight.append((waiting.pop(), now))
            firmware.receive(flight[-1][0], now)
        event = firmware.next_event()
        now = max(now, min(ask, now + 1.0 if event is None else event))
        if now >= ask:
            firmware.receive(poll, now)
            ask += POLL
        firmware.advance(now)
        *replies, heard = (heard + firmware.output()).split(b"\n")
        for reply in replies:
            if reply.startswith(b"<Run"):
                told.feeds.append(int(re.search(rb"FS:(\d+)", reply)[1]))
                told.free.append(firmware.plotter.room())
            elif reply.startswith(b"ok"):
                told.latencies.append(now - flight.pop(0)[1])
                now += turnaround
        firmware.advance(now)
    told.acked = now - begin
    while not firmware.plotter.idle:
        now += 0.001
        firmware.advance(now)
    told.done = now - begin
    return told


def one_by_one(flight: list[bytes], line: bytes) -> bool:
    return False


def four(flight: list[bytes], line: bytes) -> bool:
    return len(flight) < 4


def by_characters(flight: list[bytes], line: bytes) -> bool:
    return sum(map(len, flight)) + len(line) <= 127


def grbl(acceleration: int) -> Firmware:
    settings = {"$110": 5000.0, "$111": 5000.0, "$100": 80.0, "$101": 80.0, "$10": 3.0}
    settings |= {"$120": float(acceleration), "$121": float(acceleration)}
    firmware = build("grbl", Setup(captured=True, settings=settings))
    firmware.advance(0.5)
    return firmware


def on_circle(piece: float, lines: int) -> list[bytes]:
    turns = (number * piece / RADIUS for number in range(1, lines + 1))
    return [f"G1 X{RADIUS * math.sin(t):.3f} Y{RADIUS - RADIUS * math.cos(t):.3f} F3000\n".encode() for t in turns]


@pytest.mark.parametrize("piece", [0.5, 0.25, 0.1])
@pytest.mark.parametrize("acceleration", [1000, 200])
@pytest.mark.parametrize("way", ["ping-pong", "char-count"])
def test_a_circle_takes_grbl_as_long_as_the_real_one(acceleration: int, piece: float, way: str) -> None:
    row = re.search(
        rf"a={acceleration} seg={piece:.2f} {way} +lines=(\d+) acked ([\d.]+)s.*"
        rf"max/med \d+/(\d+) FS min/med [\d.]+/([\d.]+) ack-lat med ([\d.]+)",
        GRBL,
    )
    assert row
    counting, slow = way == "char-count", (acceleration, piece, way) == (200, 0.1, "ping-pong")
    turnaround = 0.0 if counting else SLOW_HOST if slow else TURNAROUND
    room = by_characters if counting else one_by_one
    told = stream(grbl(acceleration), on_circle(piece, int(row[1])), room, turnaround, b"?")
    assert told.acked + START * (not slow) == pytest.approx(float(row[2]), rel=0.02)
    assert median(told.feeds) == pytest.approx(
        float(row[4]), rel=0.04 if piece == 0.1 and acceleration > 200 else 0.015
    )
    assert median(told.free) == pytest.approx(float(row[3]), abs=2)
    if slow:
        assert (median(told.latencies) + turnaround) * 1000 == pytest.approx(float(row[5]), rel=0.05)


@pytest.mark.parametrize(("way", "turnaround"), [("ping-pong", TURNAROUND), ("char-count", 0.0)])
def test_lines_that_move_nothing_take_grbl_as_long_as_the_real_one(way: str, turnaround: float) -> None:
    row = re.search(rf"no-motion {way} +lines=(\d+) acked [\d.]+s -> (\d+) lines/s", GRBL)
    assert row
    room = by_characters if way == "char-count" else one_by_one
    told = stream(grbl(1000), [b"G1 X0.000 Y0.000 F3000\n"] * int(row[1]), room, turnaround, b"?")
    assert int(row[1]) / told.acked == pytest.approx(float(row[2]), rel=0.03)  # the text of its lines is not known


def test_with_a_fast_host_the_row_of_the_slow_one_would_have_taken_far_less() -> None:
    assert stream(grbl(200), on_circle(0.1, 1500), one_by_one, TURNAROUND, b"?").acked < 0.7 * 12.08


@pytest.mark.parametrize(
    ("piece", "way"),
    [(1.0, "ping-pong"), *product((0.5, 0.25, 0.1), ("ping-pong", "window 4"))],
)
def test_a_circle_takes_marlin_as_long_as_the_real_one(piece: float, way: str) -> None:
    row = re.search(rf"circle seg={piece:.2f} {way} +lines=(\d+) acked ([\d.]+)s.*span=([\d.]+)", MARLIN)
    assert row
    firmware = marlin()
    turns = (number * piece / 40 for number in range(1, int(row[1]) + 1))
    lines = [f"G1 X{40 * math.cos(t) - 40:.3f} Y{40 * math.sin(t):.3f} F3000\n".encode() for t in turns]
    told = stream(firmware, lines, one_by_one if way == "ping-pong" else four, 0.0001, b"")
    assert told.acked + START == pytest.approx(float(row[2]), rel=0.02)
    # It moves from the first line on, within milliseconds.
    assert told.done == pytest.approx(float(row[3]), rel=0.0015 if piece > 0.1 else 0.01)


def test_marlins_slowdown_would_cost_time_at_the_start_that_the_real_one_does_not_take() -> None:
    turns = [number * 0.25 / 40 for number in range(1, 1001)]
    lines = [f"G1 X{40 * math.cos(t) - 40:.3f} Y{40 * math.sin(t):.3f} F3000\n".encode() for t in turns]
    assert stream(marlin(slowdown=True), lines, one_by_one, 0.0001, b"").done > 5.0251 + 0.05


def marlin(**options: bool) -> Firmware:
    firmware = build("marlin", Setup(captured=True, start=(0.0, 0.0), options=options))
    firmware.homed |= set("XYZ")
    firmware.advance(1.0)
    firmware.receive(b"G92 X0 Y0 Z0\n", 1.0)
    firmware.advance(2.0)
    return firmware
