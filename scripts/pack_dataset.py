#!/usr/bin/env python3
"""Pack a dataset as Parquet: shards of prompt, gcode and strokes, which `datasets.load_dataset` reads.

    scripts/pack_dataset.py -m data/processed/captioned.json -o data/parquet

Shards that are there and would be the same are not written again. Needs pyarrow: pip install 'dcode[data]'
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dcode.errors import DcodeError
from dcode.ml.data.pairs.parquet import pack


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-m", "--manifest", type=Path, required=True, help="captioned.json or manifest.json")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the dataset")
    parser.add_argument("--rows", type=int, default=5000, metavar="N", help="of a shard (5000)")
    parser.add_argument("--validation", type=float, default=0.05, metavar="SHARE", help="of the pictures (0.05)")
    asked = parser.parse_args(arguments)
    if asked.rows < 1 or not 0 <= asked.validation < 1:
        parser.error("--rows must be 1 or more, --validation from 0 to less than 1")
    try:
        rows = pack(asked.manifest, asked.output, asked.rows, asked.validation, _tell)
    except DcodeError as error:
        print(f"{Path(__file__).name}: {error.message}", file=sys.stderr)
        return 2
    print(f"{asked.output}: {rows['train']} rows to train on, {rows['validation']} to validate on")
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
