"""What can be downloaded, and into which folders.

art               Art Images: Drawing/Painting/Sculptures/Engravings, which the original was trained on, from Kaggle
imagenet-sketch   50,889 sketches of ImageNet's thousand classes, from the hub (H. Wang et al., 2019)
quickdraw         doodles in 345 categories by Google (CC BY 4.0): strokes, and pictures of them if wanted
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.ml.data.download.fetch import Tell, Wanted, fetch
from dcode.ml.data.download.kaggle import authorization, download_url
from dcode.ml.data.download.unpack import unpack
from dcode.ml.data.files import put

ART: Final = "art"
SKETCH: Final = "imagenet-sketch"
QUICKDRAW: Final = "quickdraw"
SOURCES: Final = (ART, SKETCH, QUICKDRAW)
_ART: Final = "thedownhill/art-images-drawings-painting-sculpture-engraving"
_SKETCH: Final = "datasets/songweig/imagenet_sketch/resolve/main/data/ImageNet-Sketch.zip"
_TERMS: Final = f"Is the token right, and are the dataset's terms accepted at https://www.kaggle.com/datasets/{_ART}?"
_DONE: Final = ".downloaded.json"


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file of pictures."""

    name: str
    wanted: Wanted


def archive(source: str, environment: Mapping[str, str], home: Path) -> Archive:
    """Where a source's archive is. Raises ConfigError where credentials are missing."""
    if source == ART:
        return Archive(
            "art-images.zip", Wanted(download_url(_ART, environment), authorization(environment, home), _TERMS)
        )
    hub = environment.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    return Archive("imagenet-sketch.zip", Wanted(f"{hub}/{_SKETCH}"))


def download(source: str, folder: Path, environment: Mapping[str, str], home: Path, tell: Tell) -> int:
    """The pictures of a source into their folder; how many there are. What is there is not fetched again."""
    place = folder / source
    if (place / _DONE).is_file():
        return int(json.loads((place / _DONE).read_text(encoding="utf-8"))["pictures"])
    known = archive(source, environment, home)
    zipped = fetch(known.wanted, folder / known.name, tell)
    pictures = unpack(zipped, place, tell)
    put(place / _DONE, json.dumps({"pictures": pictures, "url": known.wanted.url}).encode())
    zipped.unlink()
    return pictures
