"""The checks are checked: each of these bugs, planted, is found within a few hundred schedules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import pytest
from batch import run_one
from planted_bugs import BUGS, Bug
from schedule import schedule

TRIES: Final = 300

# A process that is killed leaves coroutines behind that never end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = BUGS[name]
    with monkeypatch.context() as patch:
        found.plant(patch)
        seed = next((seed for seed in islice(seeds(found), TRIES) if run_one(seed).broken), None)
    assert seed is not None, f"{TRIES} schedules, and nothing is broken"
    assert not run_one(seed).broken, f"seed {seed} is broken without the bug as well"


def seeds(found: Bug) -> Iterator[int]:
    """Schedules that can bring it to light."""
    for seed in range(1_000_000):
        plan = schedule(seed)
        if found.profiles and plan.profile not in found.profiles:
            continue
        if any(fault.kind in found.kinds for fault in plan.faults if fault.attempt == 0):
            yield seed
