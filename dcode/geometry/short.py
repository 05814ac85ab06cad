"""Strokes too short to be seen."""

from __future__ import annotations

from dcode.geometry.lines import Lines


def drop_short(lines: Lines, shortest: float, *, dots: bool = True) -> Lines:
    """The strokes that are at least `shortest` mm long. Dots, which are meant to have no length, stay unless asked."""
    keep = lines.lengths >= shortest
    is_dot = lines.counts == 1
    return lines.kept(keep & ~is_dot | is_dot if dots else keep & ~is_dot)
