"""The order of the tests: those that take minutes begin first, so that none of them is waited for at the end."""

from __future__ import annotations

import os
from typing import Final

import pytest

# Before anybody imports torch or numpy. Several processes at once: more threads in each only wait for one another, and
# torch's do that at full speed (a small drawing took 25 s of a busy machine instead of 1.5 s).
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

LONGEST: Final = ("reliability/test_schedules.py", "reliability/test_soak.py", "daemon/test_torture.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Where its file comes; the sort is stable, all others stay as they were collected."""
    return next((n for n, name in enumerate(LONGEST) if item.nodeid.split("::")[0].endswith(name)), len(LONGEST))
