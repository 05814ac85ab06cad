"""Quick, Draw!: so many recognised drawings of each category, without fetching the millions that follow.

    quickdraw/quickdraw.ndjson.gz     one drawing a line, as `dcode.ml.train` reads it
    quickdraw/parts/cat.ndjson        a category that is done
    quickdraw/pictures/cat/123.png    the same as pictures, where wanted

Google keeps a file a category, some 50 to 150 MB; as many drawings as are wanted are read from its beginning.
"""

from __future__ import annotations

import gzip
import http.client
import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from PIL import Image, ImageDraw

from dcode.errors import ConfigError
from dcode.ml.data.files import put

FILE: Final = "quickdraw.ndjson.gz"
DRAWINGS: Final = "https://storage.googleapis.com/quickdraw_dataset/full/simplified"
CATEGORIES: Final = "https://raw.githubusercontent.com/googlecreativelab/quickdraw-dataset/master/categories.txt"
_TRIES: Final = 3
_SECONDS: Final = 60.0
_SIDE, _MARGIN, _PEN = 288, 16, 4  # pixels of a picture; drawings are 256 wide

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Doodles:
    """How many of each category; which (all for none); whether as pictures too; and where they are."""

    each: int
    categories: Sequence[str] = ()
    pictures: bool = False
    drawings: str = DRAWINGS
    names: str = CATEGORIES


def download_doodles(wanted: Doodles, folder: Path, tell: Tell) -> int:
    """The drawings into a folder; how many there are. Categories that are done are not fetched again."""
    names = list(wanted.categories) or _categories(wanted.names)
    parts = [_part(name, wanted, folder) for name in names]
    for number, (name, part) in enumerate(zip(names, parts, strict=True), start=1):
        if not part.is_file():
            rows = _fetched(name, wanted)
            put(part, "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode())
            tell(f"{name}: {len(rows)} drawings ({number} of {len(names)} categories)")
    rows = [json.loads(line) for part in parts for line in part.read_text(encoding="utf-8").splitlines()]
    put(folder / FILE, _zipped(rows))
    if wanted.pictures:
        for row in rows:
            path = folder / "pictures" / row["word"] / f"{row['key_id']}.png"
            if not path.is_file():
                put(path, picture(row["drawing"]))
    return len(rows)


def picture(drawing: Sequence[Sequence[Sequence[float]]]) -> bytes:
    """A drawing, [[x...], [y...]] a stroke, from 0 to 255 and y down, as a PNG: black lines on white."""
    image = Image.new("L", (_SIDE, _SIDE), 255)
    draw = ImageDraw.Draw(image)
    for xs, ys in drawing:
        points = [(x + _MARGIN, y + _MARGIN) for x, y in zip(xs, ys, strict=True)]
        if len(points) > 1:
            draw.line(points, fill=0, width=_PEN, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - _PEN / 2, y - _PEN / 2, x + _PEN / 2, y + _PEN / 2), fill=0)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _part(name: str, wanted: Doodles, folder: Path) -> Path:
    if not name or "/" in name or name.startswith("."):
        raise ConfigError("is no category of Quick, Draw!", key="--categories", value=name)
    return folder / "parts" / str(wanted.each) / f"{name}.ndjson"


def _categories(url: str) -> list[str]:
    with _opened(url) as stream:
        return [line.strip() for line in stream.read().decode("utf-8").splitlines() if line.strip()]


def _fetched(name: str, wanted: Doodles) -> list[dict[str, Any]]:
    """The first drawings of a category that the game recognised. Raises ConfigError."""
    url = f"{wanted.drawings.rstrip('/')}/{quote(name)}.ndjson"
    for left in reversed(range(_TRIES)):
        try:
            with _opened(url) as stream:
                return list(islice(_recognised(stream, url), wanted.each))
        except (OSError, http.client.HTTPException) as error:
            if not left:
                raise ConfigError(f"{url}: {error}. The same command goes on from here.") from error
    raise AssertionError("the last try returns or raises")


def _recognised(lines: Iterable[bytes], url: str) -> Iterator[dict[str, Any]]:
    for line in lines:
        if not line.endswith(b"\n") and not line.endswith(b"}"):
            raise OSError("the connection ended too soon")
        try:
            row: Mapping[str, Any] = json.loads(line)
            if row.get("recognized", True):
                yield {"word": row["word"], "key_id": str(int(row["key_id"])), "drawing": row["drawing"]}
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{url}: a line is no drawing of Quick, Draw! ({error})") from error


def _opened(url: str) -> Any:
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers={"User-Agent": "dcode"}), timeout=_SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                raise ConfigError(f"{url}: there is no such category.") from error
            raise OSError(f"the server says {error.code} {error.reason}") from error


def _zipped(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The same bytes for the same drawings: no time is kept in them."""
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    return gzip.compress(text.encode(), mtime=0)
