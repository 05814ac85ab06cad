#!/usr/bin/env python3
"""Make a dataset of pictures: each one's programs by every algorithm and option, and manifest.json.

    scripts/generate_dataset.py                        data/raw to data/processed, on all cores
    scripts/generate_dataset.py --tokens 2048          every drawing whole, as fine as a decoder of that length reads
    scripts/generate_dataset.py -a spiral trace -n 500
    scripts/generate_dataset.py --ray auto             on a cluster (pip install 'dcode[ray]')

Killed or interrupted, the same command goes on where it was. A picture that cannot be used is listed in the manifest
under `failed`; no program leaves the machine's limits.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from dcode.errors import DcodeError


def main() -> int:
    asked = _asked()
    try:
        manifest = _generate(asked)
    except DcodeError as error:
        print(f"{Path(__file__).name}: {error.message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on from here.", file=sys.stderr)
        return 130
    stats = manifest["stats"]
    print(
        f"{asked.output / 'manifest.json'}: {stats['total_pairs']} pairs of {stats['pictures']} pictures, "
        f"{stats['total_failed']} failed"
    )
    return 0 if stats["total_pairs"] else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-i", "--input", type=Path, default=Path("data/raw"), help="folder of pictures")
    parser.add_argument("-o", "--output", type=Path, default=Path("data/processed"), help="folder of the dataset")
    parser.add_argument("-n", "--max-samples", type=int, metavar="N", help="pictures at most, from all over the folder")
    parser.add_argument("-a", "--algorithms", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("-j", "--workers", type=int, default=_cores(), metavar="N", help="processes (all cores)")
    parser.add_argument("--tokens", type=int, default=0, metavar="N", help="simplify and order each drawing to fit")
    parser.add_argument("--tokenizer", default="", metavar="DIR", help="count tokens by a model's own tokenizer")
    parser.add_argument("--machine", type=Path, metavar="FILE", help="the machine.json to go by")
    parser.add_argument(
        "--ray", nargs="?", const="", metavar="ADDRESS", help="on a cluster; the output is written here"
    )
    parser.add_argument("--fresh", action="store_true", help="make everything anew")
    asked = parser.parse_args()
    for name in ("max_samples", "workers"):
        if (value := getattr(asked, name)) is not None and value < 1:
            parser.error(f"--{name.replace('_', '-')} must be 1 or more")
    if asked.tokens and asked.tokens < 128:
        parser.error("--tokens must be 128 or more: the frame of a program takes half of that")
    if asked.tokenizer and not asked.tokens:
        parser.error("--tokenizer counts what --tokens bounds: give both")
    return asked


def _generate(asked: argparse.Namespace) -> dict[str, object]:
    from dcode.config.machine_file import load_machine
    from dcode.config.paths import find_machine
    from dcode.ml.data.pairs.convert import Settings
    from dcode.ml.data.pairs.generate import Task, generate
    from dcode.ml.data.pairs.machines import by_machines
    from dcode.ml.data.pairs.processes import by_processes
    from dcode.ml.data.pairs.program import count_of
    from dcode.ml.data.pairs.recipes import recipes

    count_of(asked.tokenizer)  # now, and not for every picture, where it cannot be read
    machine = load_machine(find_machine(asked.machine))
    settings = Settings(machine, recipes(asked.algorithms), asked.tokens, asked.tokenizer)
    task = Task(asked.input, asked.output, settings, asked.max_samples)
    mapper = (
        partial(by_processes, processes=asked.workers) if asked.ray is None else partial(by_machines, address=asked.ray)
    )
    return generate(task, mapper, lambda line: print(line, file=sys.stderr, flush=True), fresh=asked.fresh)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
