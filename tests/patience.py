"""A bound against hanging, for tests that wait for other processes; nothing is measured by it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

PATIENCE = 90  # seconds for one test


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """A test that waits for what never comes fails instead of hanging."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"nothing more happened within {PATIENCE} s")

    old = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, old)
