"""The sheet on the screen, against the goals. Seconds of this process on a core, medians.

T1  5,000 polylines (100,000 points) at 120x45 drawn anew, rows of characters and all: at most 16 ms
T2  20 segments more: at most 0.5 ms
T3  ten changes a second while a job is drawn, written to a terminal: at most 5 % of a core; bytes a second
T4  a job of 1,000,000 segments opened: the longest time for which the screen does not answer, at most 100 ms of
    the clock; on a machine that does other things besides, the time of its own thread says more
T5  dcode-tui started in a terminal where no daemon runs: at most 1 s of a core until it says so and offers one
T6  a job watched in a terminal, as over ssh: bytes a second and share of a core, all of the screen
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.bench import tui_sheet, tui_terminal  # noqa: E402
from scripts.bench.geometry_rows import show  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one object a line")
    options = parser.parse_args(arguments)
    rows = chain(tui_sheet.rows(options.rounds), tui_terminal.rows(options.rounds))
    return 1 if show(rows, as_json=options.json) else 0


if __name__ == "__main__":
    sys.exit(main())
