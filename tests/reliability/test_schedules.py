"""Ten thousand schedules of faults over every profile: nothing is lost, nothing is drawn that was not declared.

A failure names its seed; `python scripts/bench reliability --replay SEED` tells it step by step, and prints the fewest
faults that bring it about. A million: `python scripts/bench reliability --schedules 1000000`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Final

import pytest
from batch import Figures, run_many
from fault_table import KINDS, PROFILES
from schedule import schedule
from session import Session

SCHEDULES: Final = 10_000

# A process that is killed leaves coroutines behind that never end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Of all schedules; they are also told in the log of the run."""
    found = run_many(SCHEDULES, jobs=os.cpu_count() or 1)
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        sys.stdout.write(f"\n{found.report()}\n")
    return found


def test_no_promise_is_broken(figures: Figures) -> None:
    assert not figures.failures, figures.report()


def test_no_segment_is_lost(figures: Figures) -> None:
    assert figures.strict >= SCHEDULES
    assert figures.lost_segments == 0


def test_every_kind_of_fault_strikes_every_profile(figures: Figures) -> None:
    assert not figures.rare


def test_a_fault_that_a_profile_is_spared_says_why() -> None:
    for kind in KINDS.values():
        assert set(kind.not_for) < set(PROFILES)
        assert all(kind.not_for.values())


@pytest.mark.parametrize("seed", range(0, 200, 23))
def test_the_same_seed_is_the_same_run_to_the_last_byte(seed: int) -> None:
    first, second = (Session(schedule(seed)).run() for _ in range(2))
    assert first == second


def test_a_seed_is_the_same_in_every_process() -> None:
    seeds = range(10)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.map(digest, seeds)
    assert there == [digest(seed) for seed in seeds]


def digest(seed: int) -> str:
    return Session(schedule(seed)).run().digest
