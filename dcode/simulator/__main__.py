"""`python -m dcode.simulator`: the simulated plotter on a pseudo-terminal. `dcode sim` does the same."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dcode.config.machine_file import load_machine
from dcode.config.paths import find_machine
from dcode.errors import ConfigError
from dcode.simulator.firmware import PROFILES
from dcode.simulator.pty import Service, serve
from dcode.simulator.setup import Setup
from dcode.simulator.wall import load_wall


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m dcode.simulator", description=__doc__)
    parser.add_argument("--profile", default="grbl", choices=PROFILES)
    parser.add_argument("--speed", type=float, default=1.0, help="times real speed; 0: as fast as possible")
    parser.add_argument("--link", type=Path, help="a name for the port")
    parser.add_argument("--ink", type=Path, help="SVG file for what is drawn")
    parser.add_argument("--machine", type=Path, help="machine.json")
    parser.add_argument("--wall", help="a TOML file, or a name: how machine and wall really are (simulator/wall.py)")
    parser.add_argument("--json", action="store_true", help="say where the port is as JSON")
    parser.add_argument("--control", action="store_true", help="take orders on stdin")
    parser.add_argument("--reset-on-open", action="store_true", help="opening the port resets the controller")
    parser.add_argument("--captured", action="store_true", help="factory settings, as in the captures")
    parser.add_argument("--seed", type=int, default=0, help="for faults by chance")
    return parser


def main() -> int:
    told = _parser().parse_args()
    try:
        machine = load_machine(told.machine or find_machine())
        wall = load_wall(told.wall) if told.wall else None
        serve(
            Service(
                profile=told.profile,
                setup=Setup(machine=machine, wall=wall, captured=told.captured),
                speed=told.speed,
                link=told.link,
                ink=told.ink,
                json=told.json,
                control=told.control,
                reset_on_open=told.reset_on_open,
                seed=told.seed,
            )
        )
    except ConfigError as error:
        sys.stderr.write(f"dcode: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
