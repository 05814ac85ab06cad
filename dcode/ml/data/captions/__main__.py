"""What `dcode caption` and `dcode caption-imagenet` run: `python -m dcode.ml.data.captions by-model|by-folder ...`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dcode.ml.answer import run, tell


def main(arguments: list[str] | None = None) -> int:
    """The exit code; the answer is the last line of stdout."""
    parser = argparse.ArgumentParser(prog="python -m dcode.ml.data.captions")
    ways = parser.add_subparsers(dest="way", required=True)
    model, folder = ways.add_parser("by-model"), ways.add_parser("by-folder")
    for one in (model, folder):
        one.add_argument("--manifest", type=Path, required=True)
        one.add_argument("--output", type=Path, required=True)
    model.add_argument("--model", required=True)
    model.add_argument("--batch", type=int, required=True)
    folder.add_argument("--words", type=Path)
    asked = parser.parse_args(arguments)
    return run(lambda: _by_model(asked) if asked.way == "by-model" else _by_folder(asked))


def _by_model(asked: argparse.Namespace) -> dict[str, Any]:
    from dcode.ml.data.captions.by_model import caption
    from dcode.ml.data.pairs.manifest import read_manifest

    read_manifest(asked.manifest)  # before torch is loaded and a model fetched, which takes its time

    from dcode.ml.data.captions.captioner import Captioner
    from dcode.ml.device import Running

    captioner = Captioner(asked.model, Running.from_environment())
    return caption(asked.manifest, asked.output, captioner.captions, asked.model, asked.batch, tell)


def _by_folder(asked: argparse.Namespace) -> dict[str, Any]:
    from dcode.ml.data.captions.by_folder import caption_by_folder

    return caption_by_folder(asked.manifest, asked.output, asked.words)


if __name__ == "__main__":
    raise SystemExit(main())
