"""dcode caption-imagenet: the folders that pictures came from say what is in them."""

from __future__ import annotations

from pathlib import Path

import click

from dcode.cli.captioning import caption_by, caption_options
from dcode.cli.command import FILE, command
from dcode.cli.session import Session


@command()
@caption_options
@click.option(
    "--words",
    type=FILE,
    metavar="FILE",
    help="Synsets and their words, as in LOC_synset_mapping.txt.",
)
def caption_imagenet(session: Session, manifest: Path, output: Path, words: Path | None) -> None:
    """Caption the pictures of a dataset by their folders.

    "a sketch of a tench" is what is in sketch/n01440764, by ImageNet's thousand classes; in a folder that is no synset
    is what it is called.
    """
    caption_by("by-folder", session, manifest, output, ["--words", str(words.absolute())] if words else [])
