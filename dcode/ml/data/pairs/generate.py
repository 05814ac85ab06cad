"""A folder of pictures to a dataset, which may be killed at any point and goes on from there.

    OUT/manifest.json           the pairs; written when all is done, in the order of the pictures' names
    OUT/images/3f/NAME.png      the picture, once
    OUT/gcode/3f/NAME_spiral_0.gcode
    OUT/journal.jsonl           what is done

Whoever makes the programs hands them over; one process writes them, and notes a picture when all its files are there.
So the same pictures and settings give the same files, however often the work is interrupted and by how many it is done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.ml.data.files import Journal, pictures_in, put, put_json, relative
from dcode.ml.data.pairs.convert import Converted, Failure, Settings, convert_file
from dcode.ml.data.pairs.manifest import MANIFEST, manifest_of

JOURNAL: Final = "journal.jsonl"
_DIED: Final = "the process that worked on it died, twice; it may need more memory than there is"
_STEM: Final = 60  # characters of a picture's name that its files keep

Convert = Callable[[Path], Converted]
Mapped = Iterator[tuple[Path, Converted | None]]
Mapper = Callable[[Convert, Iterable[Path]], Mapped]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What is made of which pictures, and where. `most`: no more pictures than so many, from all over the folder."""

    pictures: Path
    out: Path
    settings: Settings
    most: int | None = None


def generate(task: Task, mapper: Mapper, tell: Tell, *, fresh: bool = False) -> dict[str, Any]:
    """Make what is not there yet, and the manifest; the manifest. `fresh` makes everything anew.

    Raises ConfigError where there are no pictures, or a dataset of other settings.
    """
    paths = _chosen(task)
    names = {path: _name(path, task.pictures) for path in paths}
    journal = Journal(task.out / JOURNAL)
    work = {"settings": task.settings.digest}
    if journal.work not in (None, work) and not fresh:
        problem = "holds a dataset that was made with other settings: give another folder, or --fresh to make it anew."
        raise ConfigError(problem, file=str(task.out))
    with journal:
        if fresh or journal.work is None:
            journal.begin(work)
        done = {record["name"]: record for record in journal.done}
        wanted = [path for path in paths if not _is_done(done.get(names[path]), path, task.out)]
        if len(wanted) < len(paths):
            tell(f"{len(paths) - len(wanted)} of {len(paths)} pictures are done already.")
        progress = _Progress(len(wanted), tell)
        for path, made in mapper(partial(convert_file, settings=task.settings), wanted):
            made = made or Converted(b"", (), (Failure(_DIED),))
            record = _written(path, names[path], made, task)
            journal.add(record)
            done[names[path]] = record
            progress.one(len(record["pairs"]), len(record["failed"]))
    return _manifest([done[names[path]] for path in paths], task.out)


def _chosen(task: Task) -> list[Path]:
    """The pictures by name, or some of them, evenly spread."""
    if not task.pictures.is_dir():
        raise ConfigError("no such folder. scripts/download_data.py fetches pictures.", file=str(task.pictures))
    paths = [path.resolve() for path in pictures_in(task.pictures, task.out)]
    if not paths:
        raise ConfigError("no pictures in it. scripts/download_data.py fetches some.", file=str(task.pictures))
    most = min(task.most or len(paths), len(paths))
    return [paths[place * len(paths) // most] for place in range(most)]


def _name(path: Path, pictures: Path) -> str:
    """What a picture's files are called: its own name, and a number for its place, as many may be called alike."""
    number = hashlib.sha256(relative(path, pictures).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    return f"{re.sub('[^A-Za-z0-9-]+', '_', path.stem)[:_STEM]}-{number}"


def _is_done(record: Mapping[str, Any] | None, path: Path, out: Path) -> bool:
    """Whether a picture is noted, is still the same, and all its files are there in full."""
    if record is None or record["stamp"] != _stamp(path):
        return False
    try:
        return all((out / file).stat().st_size == size for file, size in record["files"].items())
    except OSError:
        return False


def _stamp(path: Path) -> list[int]:
    try:
        known = path.stat()
    except OSError:
        return [0, 0]
    return [known.st_size, known.st_mtime_ns]


def _written(path: Path, name: str, made: Converted, task: Task) -> dict[str, Any]:
    """What goes into the journal, when the files are there."""
    out, folder, source = task.out, name[-2:], relative(path, task.out)
    files, pairs = dict[str, int](), list[dict[str, Any]]()
    image = f"images/{folder}/{name}.png"

    def keep(file: str, data: bytes) -> None:
        put(out / file, data)
        files[file] = len(data)

    if made.programs:
        keep(image, made.picture)
    for program in made.programs:
        gcode = f"gcode/{folder}/{name}_{program.recipe.name}.gcode"
        keep(gcode, program.text.encode("ascii"))
        pair: dict[str, Any] = {
            "image": image,
            "gcode": gcode,
            "algorithm": program.recipe.algorithm,
            "options": dict(program.recipe.options),
            "source": source,
        }
        if program.tokens:
            pair |= {"tokens": program.tokens, "coarser": round(program.coarser, 3)}
        pairs.append(pair)
    failed = [_failure(source, failure) for failure in made.failed]
    return {"name": name, "stamp": _stamp(path), "files": files, "pairs": pairs, "failed": failed}


def _failure(source: str, failure: Failure) -> dict[str, Any]:
    told: dict[str, Any] = {"path": source, "error": failure.error}
    if failure.recipe:
        told |= {"algorithm": failure.recipe.algorithm, "options": dict(failure.recipe.options)}
    return told


def _manifest(records: Sequence[Mapping[str, Any]], out: Path) -> dict[str, Any]:
    pairs = [pair for record in records for pair in record["pairs"]]
    failed = [failure for record in records for failure in record["failed"]]
    manifest = manifest_of(pairs, failed, len(records))
    put_json(out / MANIFEST, manifest)
    return manifest


class _Progress:
    """A line for every hundredth of the work, in all no more than a hundred."""

    def __init__(self, pictures: int, tell: Tell) -> None:
        self._pictures, self._tell = pictures, tell
        self._done = self._programs = self._failed = 0

    def one(self, programs: int, failed: int) -> None:
        before = self._done * 100 // self._pictures
        self._done, self._programs, self._failed = self._done + 1, self._programs + programs, self._failed + failed
        if self._done * 100 // self._pictures > before:
            failures = f", {self._failed} failed" if self._failed else ""
            self._tell(f"{self._done} of {self._pictures} pictures, {self._programs} programs{failures}")
