"""Draws on a simulated plotter with any firmware, as its own language has it: one line, then the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tests.unit.simulator.conftest import Host

Point = tuple[float, float]
SETTLE: Final = 0.6  # s that the pen is given


def draw(host: Host, strokes: Iterable[Sequence[Point]], down: float = 40.0, up: float = 90.0) -> None:
    """Each stroke with the pen down, in degrees; on FluidNC as its profile has it, 5 mm of z for 50 degrees."""
    profile = host.firmware.profile
    feed = 100 if profile == "makelangelo" else 6000
    turn(host, up)
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            _tell(host, f"G1 X{x:.3f} Y{y:.3f} F{feed}")
            if number == 0:
                turn(host, down)
        turn(host, up)


def turn(host: Host, angle: float, settle: float = SETTLE) -> None:
    """Bring the pen to an angle, and wait."""
    pen: dict[str, Callable[[float], str]] = {
        "fluidnc": lambda degrees: f"G0 Z{(degrees - 40) / 10:.4f}",
        "grbl": lambda degrees: f"M3 S{degrees / 180 * 1000:.4f}",
        "grblhal": lambda degrees: f"M3 S{degrees / 180 * 1000:.4f}",
    }
    _tell(host, pen.get(host.firmware.profile, lambda degrees: f"M280 P0 S{degrees:g}")(angle))
    host.wait(settle)


def _tell(host: Host, line: str) -> None:
    host.send(line + "\n", seconds=0.2)
    host.finish()
