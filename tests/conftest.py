"""The order of the tests: those that take minutes begin first, so that none of them is waited for at the end."""

from __future__ import annotations

from typing import Final

import pytest

LONGEST: Final = ("reliability/test_schedules.py", "reliability/test_soak.py", "daemon/test_torture.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Where its file comes; the sort is stable, all others stay as they were collected."""
    return next((n for n, name in enumerate(LONGEST) if item.nodeid.split("::")[0].endswith(name)), len(LONGEST))
