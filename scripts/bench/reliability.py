"""Whether anything is lost: drawings under seeded schedules of faults, in virtual time, on every firmware profile.

    python scripts/bench reliability [--schedules N] [--seed S] [--jobs J]    figures of N schedules (10,000)
    python scripts/bench reliability --replay SEED [--wire]                   one schedule, told step by step
    python scripts/bench reliability --soak HOURS [--profile NAME]            drawing with 1 % of the lines damaged

Everything follows from the seeds. What is promised, and what counts, is in tests/reliability.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "reliability")]

from batch import Figures, run_many  # noqa: E402
from fault_table import PROFILES  # noqa: E402
from schedule import Schedule, schedule  # noqa: E402
from session import Session  # noqa: E402
from soak import soak  # noqa: E402


def bench(schedules: int, seed: int, jobs: int) -> bool:
    """Print the figures; whether all promises were kept."""
    begin = time.monotonic()
    figures = run_many(schedules, seed=seed, jobs=jobs, progress=show if sys.stderr.isatty() else lambda figures: None)
    seconds = time.monotonic() - begin
    print(figures.report())
    print(f"\n{seconds:,.0f} s, {figures.tried / seconds:.1f} schedules a second on {jobs} processes")
    return not figures.failures and not figures.lost_segments


def show(figures: Figures) -> None:
    sys.stderr.write(f"\r{figures.strict:,} schedules, {len(figures.failures)} broken promises ")


def replay(seed: int, wire: bool) -> bool:
    """One schedule and its log; if a promise is broken, the fewest faults that break it."""
    plan = schedule(seed)
    session = Session(plan, tape=wire)
    outcome = session.run()
    print(plan)
    for line in session.log:
        print(" ", line)
    for at, way, data in session.world.tape or ():
        print(f"{at:12.4f} {way:3} {data!r}")
    print(outcome)
    if outcome.broken:
        print("\nThe fewest faults that break a promise:\n" + str(fewest(plan)))
    return not outcome.broken


def fewest(plan: Schedule) -> Schedule:
    """The schedule without the faults that are not needed to break a promise."""
    for fault in plan.faults:
        less = replace(plan, faults=tuple(other for other in plan.faults if other is not fault))
        if less.faults and Session(less).run().broken:
            return fewest(less)
    return plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--replay", type=int)
    parser.add_argument("--wire", action="store_true")
    parser.add_argument("--soak", type=float)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    wanted = parser.parse_args()
    if wanted.replay is not None:
        good = replay(wanted.replay, wanted.wire)
    elif wanted.soak is not None:
        good = min(soak_one(profile, wanted.soak, wanted.seed) for profile in wanted.profile or PROFILES)
    else:
        good = bench(wanted.schedules, wanted.seed, wanted.jobs)
    sys.exit(0 if good else 1)


def soak_one(profile: str, hours: float, seed: int) -> bool:
    begin = time.monotonic()
    figures = soak(profile, hours, seed)
    print(f"{profile:12} {figures}, {time.monotonic() - begin:.0f} s")
    return figures.is_good


if __name__ == "__main__":
    main()
