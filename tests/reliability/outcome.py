"""What came of a schedule, in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What came of a schedule."""

    seed: int
    profile: str
    state: str = ""
    struck: list[str] = field(default_factory=list)
    unseen: bool = False  # a fault has struck that this protocol cannot show
    pen_down: bool = False  # with such a fault: told that the pen is up, and it was not
    broken: list[str] = field(default_factory=list)
    lines: int = 0
    attempts: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    lost_mm: float = 0.0
    lost_segments: int = 0
    foreign_mm: float = 0.0
    overlap_mm: float = 0.0  # the longest piece that is there twice
    seconds: float = 0.0
    digest: str = ""
