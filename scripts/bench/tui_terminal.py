"""T5 and T6: dcode-tui in a pseudo-terminal, as over ssh."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Final

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from scripts.bench.geometry_rows import Row
from tests.tui.terminal import Terminal, tui

SIZES: Final = ((120, 45), (80, 24))
WATCHED: Final = 8.0  # seconds
TICKS: Final = os.sysconf("SC_CLK_TCK")
STROKES: Final = "G21\nG90\n" + "".join(
    f"G0 X{x} Y-100\nM280 P0 S40\nG1 X{x + 40} Y100 F3000\nG1 X{x} Y100\nM280 P0 S90\n" for x in range(-150, 110, 4)
)


def rows(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="dcode-bench-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "NO_COLOR"},
            "DCODE_CONFIG_DIR": f"{folder}/config",
            "DCODE_STATE_DIR": f"{folder}/state",
        }
        paints = [_first_paint(environment) for _ in range(min(rounds, 5))]
        yield Row(
            "T5",
            "first paint, no daemon, time of its core",
            "ms",
            median(cpu for cpu, _ in paints) * 1000,
            at_most=1000,
        )
        yield Row("T5", "first paint, no daemon, by the clock", "ms", median(clock for _, clock in paints) * 1000)
        for size, (busy, written) in _watched(Path(folder) / "state", environment).items():
            yield Row("T6", f"a job is watched at {size[0]}x{size[1]}", "KiB/s", written / 1024)
            yield Row("T6", f"a job is watched at {size[0]}x{size[1]}", "% of a core", busy * 100)


def _first_paint(environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds on a core, and by the clock, until the screen says that there is no daemon and offers one."""
    begun = time.monotonic()
    terminal = tui(environment)
    try:
        terminal.see("NO DAEMON", "start one with a simulated plotter")
        return _busy(terminal), time.monotonic() - begun
    finally:
        terminal.close()


def _watched(state: Path, environment: Mapping[str, str]) -> dict[tuple[int, int], tuple[float, float]]:
    """Share of a core, and bytes a second, while a job is drawn at the speed of the machine."""
    client, _ = start(Address.find(state), Target("sim:marlin?speed=1"))
    found = {}
    try:
        client.call("plotter.connect")
        client.call("plotter.home", here=True)
        upload(client, "strokes.gcode", STROKES.encode())
        for size in SIZES:
            terminal = tui(environment, "--state-dir", str(state), columns=size[0], rows=size[1])
            try:
                terminal.see("▶ PLOTTING")
                found[size] = _over_a_while(terminal)
            finally:
                terminal.close()
        return found
    finally:
        _end(client)


def _over_a_while(terminal: Terminal) -> tuple[float, float]:
    begun, busy, received = time.monotonic(), _busy(terminal), terminal.received
    terminal.read_for(WATCHED)
    took = time.monotonic() - begun
    return (_busy(terminal) - busy) / took, (terminal.received - received) / took


def _busy(terminal: Terminal) -> float:
    """Seconds that the program has been on a core (proc(5): utime and stime)."""
    fields = Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _end(client: Client) -> None:
    with contextlib.suppress(Exception):
        client.call("daemon.stop", when="now")
    client.close()
