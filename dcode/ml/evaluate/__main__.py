"""What `dcode evaluate` runs: `python -m dcode.ml.evaluate --output report.json ...`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dcode.ml.answer import run, tell


def main(arguments: list[str] | None = None) -> int:
    """The exit code; the answer is the last line of stdout: the report without its rows."""
    parser = argparse.ArgumentParser(prog="python -m dcode.ml.evaluate")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--engine")
    parser.add_argument("--model")
    parser.add_argument("--prompts", action="append", default=[])
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--recogniser", type=Path)
    parser.add_argument("--quickdraw", default="")
    parser.add_argument("--manifest", type=Path)
    asked = parser.parse_args(arguments)
    return run(lambda: _evaluated(asked))


def _evaluated(asked: argparse.Namespace) -> dict[str, Any]:
    import torch

    from dcode.ml.data.files import put_json
    from dcode.ml.evaluate.report import Asked, evaluate

    torch.set_num_threads(1)  # seconds are those of one thread
    scorer, quickdraw = asked.recogniser, asked.quickdraw
    wanted = Asked(asked.engine, asked.model, tuple(asked.prompts), asked.samples, scorer, quickdraw, asked.manifest)
    report = evaluate(wanted, tell).report
    put_json(asked.output, report)
    return {**{name: value for name, value in report.items() if name != "drawings"}, "file": str(asked.output)}


if __name__ == "__main__":
    raise SystemExit(main())
