#!/usr/bin/env python3
"""Put a trained stroke model into the package, with the recogniser that ranks and the one that scores.

    scripts/ship_strokes.py runs/strokes-2m/best --recogniser recogniser.safetensors --scorer scorer.safetensors

The threshold below which the library draws instead is found here, and written into the model's file.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from dcode.errors import DcodeError
from dcode.generation.sketch import strokes
from dcode.ml.data.prompts.concepts import SEEN, read_concepts
from dcode.ml.evaluate.recognition import SHIPPED, open_scorer
from dcode.ml.evaluate.shipping import threshold, with_config

PLACE = Path(strokes.__file__).parent / "data"


def main() -> int:
    """0 when all is in place, 2 for what is wrong with what was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the folder of strokes.safetensors")
    parser.add_argument("--recogniser", type=Path, required=True, metavar="FILE", help="the one that ranks")
    parser.add_argument("--scorer", type=Path, required=True, metavar="FILE", help="the one of dcode evaluate")
    parser.add_argument("--seeds", type=int, default=4, metavar="N", help="drawings of each prompt (4)")
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(asked.run / strokes.MODEL, folder)
            shutil.copy(asked.recogniser, folder / strokes.RECOGNISER)
            found = threshold(folder, open_scorer(asked.scorer), read_concepts(SEEN), asked.seeds, _tell)
    except (DcodeError, OSError) as error:
        print(f"{Path(__file__).name}: {error}", file=sys.stderr)
        return 2
    with_config(
        asked.run / strokes.MODEL,
        PLACE / strokes.MODEL,
        thresholds={"recogniser": found.score},
        threshold_from=found.as_json(),
    )
    shutil.copy(asked.recogniser, PLACE / strokes.RECOGNISER)
    SHIPPED.parent.mkdir(exist_ok=True)
    shutil.copy(asked.scorer, SHIPPED)
    print(json.dumps(found.as_json(), indent=1))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
