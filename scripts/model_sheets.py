#!/usr/bin/env python3
"""Evaluate an engine, and write its contact sheets and its model card from what was measured.

    scripts/model_sheets.py -o docs/model                          the default engine as it ships
    scripts/model_sheets.py --engine library -o sheets/library
    scripts/model_sheets.py --model runs/strokes-2m/best -o sheets/strokes-2m --quickdraw FOLDER

Writes sheet-LIST.png for each list of prompts, every drawing on it, good and bad alike; report.json; MODEL_CARD.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dcode.errors import DcodeError
from dcode.ml.data.files import put, put_json
from dcode.ml.evaluate.card import model_card
from dcode.ml.evaluate.prompts import read_prompts
from dcode.ml.evaluate.report import Asked, evaluate
from dcode.ml.evaluate.sheet import write_sheet

CARD, REPORT = "MODEL_CARD.md", "report.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--engine", help="who draws, if the folder does not say it")
    parser.add_argument("--model", help="a model's folder, or a hub id with --engine")
    parser.add_argument("--prompts", action="append", default=[], metavar="FILE", help="seen and held_out without it")
    parser.add_argument("--samples", type=int, default=8, metavar="N", help="drawings of each prompt (8)")
    parser.add_argument(
        "--recogniser", type=Path, metavar="FILE", help="the one that scores, if not the one that ships"
    )
    parser.add_argument("--quickdraw", default="", metavar="FOLDER", help="doodles that it was trained on too")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="what it was trained on instead of the library")
    asked = parser.parse_args(arguments)
    if asked.samples < 1:
        parser.error("--samples must be 1 or more")
    wanted = Asked(
        asked.engine,
        asked.model,
        tuple(asked.prompts),
        asked.samples,
        asked.recogniser,
        asked.quickdraw,
        asked.manifest,
    )
    try:
        evaluation = evaluate(wanted, _tell)
        sheets = {one.name: f"sheet-{one.name}.png" for one in read_prompts(wanted.prompts)}
        for one in read_prompts(wanted.prompts):
            write_sheet(asked.output / sheets[one.name], evaluation, one)
    except DcodeError as error:
        print(f"{Path(__file__).name}: {error.message}", file=sys.stderr)
        return 2
    put_json(asked.output / REPORT, evaluation.report)
    put(asked.output / CARD, model_card(evaluation.report, sheets).encode())
    for name in (*sheets.values(), REPORT, CARD):
        print(asked.output / name)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
