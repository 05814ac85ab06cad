"""How fast dcode starts, as ratios to `python -c "import click"` in the same run.

python scripts/bench/startup.py [--json] [--rounds N]

Each command is started N times, taking turns so that a busy moment hits all alike; medians are compared. `status` asks
a daemon that is started for the purpose, without a port. Exits with 1 when a figure is over its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DCODE = "from dcode.cli.main import main; main()"
DRAWING = "G21 G90\nG0 X0 Y0\nM280 P0 S40\n" + "".join(f"G1 X{n % 97} Y{n % 89} F500\n" for n in range(200))

CLICK = "import click"
LIMITS = {"dcode --help": 2.5, "dcode status": 4.0}  # times CLICK
SECONDS = {"dcode check": 0.25}  # a small file, and without numpy


def seconds(command: list[str]) -> float:
    """How long one start takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(rounds: int, drawing: Path) -> dict[str, float]:
    """Median seconds by name."""
    dcode = [sys.executable, "-c", DCODE]
    commands = {
        CLICK: [sys.executable, "-c", CLICK],
        "dcode --help": [*dcode, "--help"],
        "dcode status": [*dcode, "status"],
        "dcode check": [*dcode, "check", str(drawing)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            times[name].append(seconds(command))
    return {name: statistics.median(values[1:]) for name, values in times.items()}  # the first one warms the disk


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DCODE_STATE_DIR": folder, "DCODE_CONFIG_DIR": folder, "PYTHONPYCACHEPREFIX": f"{folder}/pyc"}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed dcode is compiled, as click is
        drawing = Path(folder, "small.gcode")
        drawing.write_text(DRAWING)
        dcode = [sys.executable, "-c", DCODE]
        subprocess.run([*dcode, "daemon", "run", "--detach"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        try:
            medians = measure(arguments.rounds, drawing)
        finally:
            subprocess.run([*dcode, "daemon", "stop", "--now"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    figures = [
        {
            "command": name,
            "ms": round(value * 1000, 1),
            "ratio": round(value / medians[CLICK], 2),
            "limit": f"{LIMITS[name]} times" if name in LIMITS else f"{SECONDS[name]} s" if name in SECONDS else None,
            "ok": value <= LIMITS.get(name, float("inf")) * medians[CLICK] and value <= SECONDS.get(name, float("inf")),
        }
        for name, value in medians.items()
    ]
    for figure in figures:
        print(
            json.dumps(figure)
            if arguments.json
            else "{command:14} {ms:7} ms {ratio:6} times   limit {limit}".format(**figure)
        )
    return 0 if all(figure["ok"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
