#!/usr/bin/env python3
"""Build the line-art library that ships: dcode/generation/sketch/data/lineart.npz, and THIRD_PARTY_NOTICES.

    scripts/build_library.py                         as it ships; needs npm and apt-get for what the cache lacks
    scripts/build_library.py --include-sa -o FILE    with share-alike sets, for own use: such a file is never shipped
    scripts/build_library.py --sets lucide,tabler    convert some sets only, into the cache

The same packages and lists give the same bytes. What it read, dropped and kept is printed, set by set.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dcode.ml.data.lineart.build import captioner_of, chosen_sets, drawings_of, in_order, version_of, without_repeats
from dcode.ml.data.lineart.notices import write_notices
from dcode.ml.data.lineart.pack import write_library

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "dcode/generation/sketch/data/lineart.npz"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/dcode-lineart", help="folder for packages")
    parser.add_argument("-o", "--output", type=Path, default=SHIPPED)
    parser.add_argument("--include-sa", action="store_true", help="share-alike sets too; needs -o")
    parser.add_argument("--sets", help="keys of sets, apart by commas: convert these and write nothing")
    wanted = parser.parse_args()
    if wanted.include_sa and wanted.output == SHIPPED:
        parser.error("share-alike sets are never in the shipped data: give another file with -o")
    captioner = captioner_of(wanted.cache)
    sets = chosen_sets(wanted.include_sa)
    if wanted.sets:
        sets = tuple(source for source in sets if source.key in wanted.sets.split(","))
    drawings = [one for source in sets for one in drawings_of(source, wanted.cache, captioner, print)]
    if wanted.sets:
        return 0
    kept = without_repeats(in_order(drawings), print)
    versions = [(source, version_of(source, wanted.cache)) for source in sets]
    for source in sets:
        print(f"  {source.key:12} {sum(drawing.set_key == source.key for drawing in kept):6} stay")
    size = write_library(wanted.output, kept, versions)
    points = sum(len(drawing.lines.points) for drawing in kept)
    print(f"{wanted.output}: {len(kept)} drawings, {points} points, {size} bytes")
    if wanted.output == SHIPPED:
        write_notices(ROOT / "THIRD_PARTY_NOTICES", versions, wanted.cache)
    return 0


if __name__ == "__main__":
    sys.exit(main())
