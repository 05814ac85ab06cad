"""Which codes dcode carries out, and which it may leave out because they change nothing on a plotter.

Everything in neither table makes a program unfit to plot: a code that is not understood may move the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# G codes by modal group (RS274/NGC, table 4): two of one group on a line contradict each other.
MOTION: Final = {0.0: 0, 1.0: 1, 2.0: 2, 3.0: 3}
UNITS: Final = {20.0: 25.4, 21.0: 1.0}  # mm to the unit
DISTANCE: Final = {90.0: False, 91.0: True}  # relative?
ARC_DISTANCE: Final = {90.1: True, 91.1: False}  # centre in absolute coordinates?
G_GROUPS: Final[Mapping[float, str]] = {
    **dict.fromkeys(MOTION, "motion"),
    **dict.fromkeys((17.0, 18.0, 19.0), "plane"),
    **dict.fromkeys(UNITS, "units"),
    **dict.fromkeys(DISTANCE, "distance"),
    **dict.fromkeys(ARC_DISTANCE, "arc distance"),
    **dict.fromkeys((93.0, 94.0, 95.0), "feed mode"),
    **dict.fromkeys((4.0, 28.0, 92.0, 92.1), "non-modal"),
}
M_GROUPS: Final[Mapping[float, str]] = {
    **dict.fromkeys((0.0, 1.0, 2.0, 30.0), "stopping"),
    **dict.fromkeys((3.0, 4.0, 5.0), "spindle"),
}

# Codes that belong to other machines, by what they are about. Those of the second table own the other words of their
# line: the X of M201 is no position and the S of M106 no pen.
IGNORED_G: Final[Mapping[float, str]] = {
    **dict.fromkeys((40.0,), "cutter compensation off"),
    **dict.fromkeys((49.0,), "tool length compensation off"),
    **dict.fromkeys((50.0, 69.0), "scaling or rotation off"),
    **dict.fromkeys((54.0,), "the first work coordinate system"),
    **dict.fromkeys((61.0, 61.1, 64.0), "path control"),
    **dict.fromkeys((80.0, 98.0, 99.0), "drilling cycles"),
}
IGNORED_M: Final[Mapping[float, str]] = {
    **dict.fromkeys((7.0, 8.0, 9.0), "coolant"),
    **dict.fromkeys((48.0, 49.0), "override switches"),
    **dict.fromkeys((82.0, 83.0), "the extruder"),
}
IGNORED_M_WITH_WORDS: Final[Mapping[float, str]] = {
    **dict.fromkeys((73.0, 75.0, 76.0, 77.0, 117.0, 118.0), "the display"),
    **dict.fromkeys((104.0, 105.0, 109.0, 140.0, 141.0, 155.0, 190.0, 191.0, 302.0), "heating"),
    **dict.fromkeys((106.0, 107.0), "the fan"),
    **dict.fromkeys((110.0,), "line numbers"),
    **dict.fromkeys((111.0, 113.0, 115.0, 119.0, 503.0), "reports"),
    **dict.fromkeys((150.0, 300.0, 355.0), "light and sound"),
    **dict.fromkeys((201.0, 202.0, 203.0, 204.0, 205.0, 900.0), "acceleration and jerk; the machine's own apply"),
    **dict.fromkeys((207.0, 208.0, 209.0, 221.0), "the extruder"),
    **dict.fromkeys((220.0,), "a feed override; feeds are taken as written"),
    **dict.fromkeys((211.0,), "the firmware's soft limits; dcode checks every move"),
    **dict.fromkeys((413.0,), "power-loss recovery"),
}

# Nothing to do for these either, and nothing to say: dcode's own sender waits, asks and holds the motors on.
SILENT_M: Final = frozenset((17.0, 114.0, 400.0))
MOTORS_OFF: Final = frozenset((18.0, 84.0))

# A letter without a number is a flag of these (G28 X Y, M84 X, M114 D).
TAKES_BARE_LETTERS: Final = frozenset(
    [("G", 28.0), *(("M", code) for code in (*SILENT_M, *MOTORS_OFF, *IGNORED_M_WITH_WORDS))]
)

# Why a code that people do write is refused.
REFUSED: Final[Mapping[tuple[str, float], str]] = {
    ("G", 5.0): "splines are not supported; use G1, G2 or G3",
    ("G", 18.0): "arcs in the XZ plane are not supported; only G17 (XY)",
    ("G", 19.0): "arcs in the YZ plane are not supported; only G17 (XY)",
    ("G", 53.0): "machine coordinates are not supported",
    ("G", 93.0): "inverse-time feed is not supported; only G94 (units per minute)",
    ("G", 95.0): "feed per revolution is not supported; only G94 (units per minute)",
    ("M", 112.0): "an emergency stop has no place in a program",
    ("M", 410.0): "a quick stop has no place in a program",
}


def name(letter: str, value: float) -> str:
    """A code as people write it: G1, G92.1."""
    return f"{letter}{value:.12g}"
