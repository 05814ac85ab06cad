"""A captioned manifest by a model: every picture is looked at once, in batches, and a batch that is done stays done.

Beside the output lies a journal while the work goes on. Batches are cut the same way every time, so that a run which
was interrupted ends with the same file as one that was not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from PIL import Image

from dcode.ml.data.captions.captioned import put_captioned
from dcode.ml.data.files import Journal
from dcode.ml.data.pairs.manifest import read_manifest

_READERS: Final = 4  # threads that read the next batch while the model looks at this one

Describe = Callable[[Sequence[Image.Image]], list[str]]
Tell = Callable[[str], None]


def caption(manifest: Path, output: Path, describe: Describe, model: str, batch: int, tell: Tell) -> dict[str, Any]:
    """Write the captioned manifest; its figures. `model` is how the captioner is called.

    A picture that cannot be read is listed under `failed`, and its pairs are left out. Raises ConfigError.
    """
    whole = read_manifest(manifest)
    images = list(dict.fromkeys(pair["image"] for pair in whole["pairs"]))
    batches = [images[first : first + batch] for first in range(0, len(images), batch)]
    work = {"model": model, "batch": batch, "pictures": _digest(images)}
    path = output.with_name(f".{output.name}.journal")
    captions, failed = dict[str, str](), dict[str, str]()
    with Journal(path) as journal, ThreadPoolExecutor(_READERS) as readers:
        if journal.work != work:
            journal.begin(work)
        elif journal.done:
            tell(f"{len(journal.done) * batch} of {len(images)} pictures are done already.")
        done = {record["batch"]: record for record in journal.done}
        todo = [number for number in range(len(batches)) if number not in done]
        ahead = [readers.submit(_read, manifest.parent / name) for name in batches[todo[0]]] if todo else []
        for place, number in enumerate(todo):
            read = [future.result() for future in ahead]
            after = batches[todo[place + 1]] if place + 1 < len(todo) else []
            ahead = [readers.submit(_read, manifest.parent / name) for name in after]
            done[number] = _described(number, batches[number], read, describe)
            journal.add(done[number])
            tell(f"{min((number + 1) * batch, len(images))} of {len(images)} pictures")
        for record in done.values():
            captions |= record["captions"]
            failed |= record["failed"]
    told = put_captioned(manifest, output, whole, lambda pair: captions.get(pair["image"]), failed, model)
    path.unlink()
    return told


def _read(path: Path) -> Image.Image | str:
    """A picture, or why there is none."""
    try:
        with Image.open(path) as file:
            return file.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        return f"it cannot be read: {error}"


def _described(
    number: int, names: Sequence[str], read: Sequence[Image.Image | str], describe: Describe
) -> dict[str, Any]:
    pictures = {name: picture for name, picture in zip(names, read, strict=True) if not isinstance(picture, str)}
    failed = {name: picture for name, picture in zip(names, read, strict=True) if isinstance(picture, str)}
    texts = describe(list(pictures.values())) if pictures else []
    captions = dict(zip(pictures, texts, strict=True))
    failed |= {name: "the captioner has nothing to say about it" for name, text in captions.items() if not text}
    return {"batch": number, "captions": captions, "failed": failed}


def _digest(images: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(images).encode()).hexdigest()[:16]
