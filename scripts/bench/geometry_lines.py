"""T1 and T2: the middles of lines, as the benchmark of the centreline has them."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.bench.centreline import Case, given, quality, seeded, speed
from scripts.bench.geometry_rows import Row
from scripts.bench.geometry_setting import Setting


def fast(setting: Setting) -> Iterator[Row]:
    """T1."""
    for case in _cases(setting):
        yield speed(case, setting.rounds)[1]


def true(setting: Setting) -> Iterator[Row]:
    """T2."""
    for case in _cases(setting):
        yield from quality(case, speed(case, 1)[0])


def _cases(setting: Setting) -> Iterator[Case]:
    return iter([seeded(setting.seed)]) if setting.folder is None else given(setting.folder)
