"""Real daemons and simulated plotters, killed, unplugged and reset in mid-drawing; each job must become its drawing.

python scripts/bench torture [--cycles N] [--rigs N] [--seed N]: so many cycles over all firmwares, with so many rigs of
each at a time. CI does some of it (tests/daemon/test_torture.py). Exits with 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dcode.firmware.profile import BUILTIN
from tests.daemon.torture import torture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--rigs", type=int, default=2, help="of each firmware")
    parser.add_argument("--seed", type=int, default=0, help="of the first rig; the others count up")
    told = parser.parse_args()
    each = math.ceil(told.cycles / told.rigs / len(BUILTIN))
    cycles = broken = 0
    with tempfile.TemporaryDirectory(prefix="dcode-") as folder:
        os.environ["DCODE_CONFIG_DIR"] = f"{folder}/config"
        for outcome in torture(Path(folder), range(told.seed, told.seed + told.rigs), each, math.inf):
            cycles += outcome.cycles
            print(outcome, flush=True)
            if outcome.broken:
                broken += 1
                print(*outcome.broken, *outcome.log[-24:], sep="\n    ", flush=True)
    print(f"{cycles} cycles; broken: {broken} rigs")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
