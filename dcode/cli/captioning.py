"""A manifest captioned in a process of dcode.ml: what `caption` and `caption-imagenet` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from dcode.cli.command import FILE, Function, all_of
from dcode.cli.ml_process import run_ml
from dcode.cli.session import Session

_MODULE: Final = "dcode.ml.data.captions"


def caption_options(function: Function) -> Function:
    """-m and -o."""
    return all_of(
        click.option("-m", "--manifest", type=FILE, required=True, help="The dataset's manifest.json."),
        click.option("-o", "--output", type=FILE, required=True, help="The same with captions."),
    )(function)


def caption_by(way: str, session: Session, manifest: Path, output: Path, arguments: Sequence[str]) -> None:
    """Have it done, and tell what came of it. Raises ConfigError, GenerationError."""
    files = ["--manifest", str(manifest.absolute()), "--output", str(output.absolute())]
    session.reply(run_ml(_MODULE, [way, *files, *arguments]), _lines)


def _lines(answer: dict[str, Any]) -> list[str]:
    """What a person is told of a captioned manifest."""
    told = [f"{answer['file']}: {answer['pairs']} pairs of {answer['pictures']} pictures captioned."]
    if answer["left_out"]:
        told.append(f"{answer['left_out']} pairs are left out: their pictures are listed in it under failed.")
    return told
