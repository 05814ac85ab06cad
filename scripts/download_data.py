#!/usr/bin/env python3
"""Download pictures to make a dataset of: into data/raw, where scripts/generate_dataset.py looks for them.

    scripts/download_data.py                    the art images that the original was trained on (Kaggle, needs a token)
    scripts/download_data.py imagenet-sketch    50,889 sketches of a thousand classes (8 GB)
    scripts/download_data.py quickdraw          100 doodles of each of 345 categories; --drawings for more

Interrupted, the same command goes on where it was. Kaggle's token is taken from KAGGLE_API_TOKEN, from KAGGLE_USERNAME
and KAGGLE_KEY, or from ~/.kaggle/kaggle.json (KAGGLE_CONFIG_DIR names another folder).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dcode.errors import DcodeError
from dcode.ml.data.download.quickdraw import CATEGORIES, DRAWINGS, Doodles, download_doodles
from dcode.ml.data.download.sources import ART, QUICKDRAW, SOURCES, download


def main(arguments: list[str] | None = None) -> int:
    asked = _asked(arguments)
    try:
        for source in asked.sources or [ART]:
            print(f"{asked.output / source}: {_downloaded(source, asked)} {_called(source)}")
    except DcodeError as error:
        print(f"{Path(__file__).name}: {error.message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=", ".join(SOURCES))
    parser.add_argument("-o", "--output", type=Path, default=Path("data/raw"))
    doodles = parser.add_argument_group("quickdraw")
    doodles.add_argument("--drawings", type=int, default=100, metavar="N", help="of each category (100)")
    doodles.add_argument("--categories", nargs="+", default=[], metavar="NAME", help="only these")
    doodles.add_argument("--pictures", action="store_true", help="as pictures too, for generate_dataset.py")
    doodles.add_argument("--drawings-url", default=DRAWINGS, metavar="URL", help="of a mirror")
    doodles.add_argument("--categories-url", default=CATEGORIES, metavar="URL", help="of a mirror")
    asked = parser.parse_args(arguments)
    for source in asked.sources:
        if source not in SOURCES:
            parser.error(f"there is no source {source}; there are {', '.join(SOURCES)}")
    if asked.drawings < 1:
        parser.error("--drawings must be 1 or more")
    return asked


def _downloaded(source: str, asked: argparse.Namespace) -> int:
    if source != QUICKDRAW:
        return download(source, asked.output, os.environ, Path.home(), _tell)
    wanted = Doodles(asked.drawings, asked.categories, asked.pictures, asked.drawings_url, asked.categories_url)
    return download_doodles(wanted, asked.output / source, _tell)


def _called(source: str) -> str:
    return "drawings" if source == QUICKDRAW else "pictures"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
