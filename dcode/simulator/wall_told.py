"""The ink and what is true of a simulated plotter, as JSON values: for tests, and for who wants to know how it was."""

from __future__ import annotations

import math
from typing import Any

from dcode.errors import LimitError
from dcode.simulator.firmware import Firmware
from dcode.simulator.ink import InkStroke, Point
from dcode.simulator.truth import Truth


def wall_told(firmware: Firmware, at: list[Point]) -> dict[str, Any]:
    """now: virtual seconds. pen: the number of the one in use. ink: the strokes in their order.

    truth: see Truth.told; null where all is as machine.json says. touch_angles: where the pen just touches at the
    places that were asked for, in degrees (touch_z: in mm), null where it never does.
    """
    plotter, truth = firmware.plotter, firmware.setup.truth
    told: dict[str, Any] = {
        "now": firmware.now,
        "pen": plotter.ink.pen,
        "ink": [stroke_told(stroke) for stroke in plotter.ink],
        "truth": truth.told() if truth else None,
    }
    if truth:
        told["touch_angles"] = [_touch_angle(truth, place) for place in at]
        told["touch_z"] = [truth.touch_z(x, y) for x, y in at]
    return told


def _touch_angle(truth: Truth, place: Point) -> float | None:
    try:
        return truth.touch_angle(*place)
    except LimitError:
        return None


def stroke_told(stroke: InkStroke) -> dict[str, Any]:
    """Points in mm on paper, y up."""
    return {
        "pen": stroke.pen,
        "dry": stroke.dry,
        "deepest": stroke.deepest,
        "gouged": stroke.gouged,
        "points": [list(point) for point in stroke.points],
    }


def places(wanted: Any) -> list[Point]:
    """Points from JSON. Raises ValueError."""
    found = []
    for pair in wanted if isinstance(wanted, list) else [None]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("at needs a list of [x, y]")
        x, y = float(pair[0]), float(pair[1])
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError("at needs finite numbers")
        found.append((x, y))
    return found
