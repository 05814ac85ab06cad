#!/usr/bin/env python3
"""Upload a trained model or a dataset to the hub, with a card that says what was measured and under which licence.

    scripts/upload_to_hub.py strokes --folder runs/strokes-2m/best --dry-run
    scripts/upload_to_hub.py sd-gcode-v3 --repo NAME/dcode-sd-gcode-v3
    scripts/upload_to_hub.py dataset --folder data/parquet --licence cc-by-4.0

The token is HF_TOKEN's, or that of `hf auth login`. --dry-run needs none: it shows every file that would be sent, and
the card, and sends nothing. HF_ENDPOINT names another hub.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dcode.errors import DcodeError
from dcode.ml.hub.contents import DATASET, KINDS, SD, STROKES, TEXT
from dcode.ml.hub.upload import SOMEBODY, Hub, Plan, planned

FOLDERS = {
    SD: "runs/sd-gcode-v3",
    STROKES: "runs/strokes-2m/best",
    TEXT: "checkpoints/flan-t5-base_seed42/final",
    DATASET: "data/parquet",
}
REPOS = {SD: "dcode-sd-gcode-v3", STROKES: "dcode-strokes", TEXT: "dcode-text", DATASET: "dcode-dataset"}


def main(arguments: list[str] | None = None) -> int:
    asked = _asked(arguments)
    folder = asked.folder or Path(FOLDERS[asked.kind])
    try:
        if asked.dry_run:
            repo = asked.repo or f"{SOMEBODY}/{REPOS[asked.kind]}"
            _show(planned(asked.kind, folder, repo, asked.licence))
            return 0
        planned(asked.kind, folder, "", asked.licence)  # what is wrong with it is told before anybody is asked
        hub = Hub(os.environ.get("HF_TOKEN"), os.environ.get("HF_ENDPOINT"))
        repo = asked.repo or f"{hub.owner}/{REPOS[asked.kind]}"
        print(hub.send(planned(asked.kind, folder, repo, asked.licence), private=asked.private))
    except DcodeError as error:
        print(f"{Path(__file__).name}: {error.message}", file=sys.stderr)
        return 2
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--folder", type=Path, help="; ".join(f"{kind}: {place}" for kind, place in FOLDERS.items()))
    parser.add_argument("--repo", default="", metavar="OWNER/NAME", help="yours, and named after the kind, without it")
    parser.add_argument("--licence", default="", metavar="ID", help="as the hub calls it; where it does not follow")
    parser.add_argument("--private", action="store_true", help="if the repository has to be made")
    parser.add_argument("--dry-run", action="store_true", help="show what would be sent, and send nothing")
    return parser.parse_args(arguments)


def _show(plan: Plan) -> None:
    print(f"{plan.kind.repo_type} {plan.repo}")
    for name, size in plan.files:
        print(f"{size:14,}  {name}")
    print(f"\n{plan.card}")


if __name__ == "__main__":
    sys.exit(main())
