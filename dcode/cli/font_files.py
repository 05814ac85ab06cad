"""The font files of this computer, and what each says of itself: family, weight, slant and width.

Only the directory of a file and three of its tables are read, a few hundred bytes each (OpenType 1.9, `otff`, `name`,
`OS/2`): a thousand fonts take a fraction of a second, and outlines that nobody asks for stay on the disk.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

MOST_FILES: Final = 20_000
_MOST_FONTS: Final = 256  # in one collection
_MOST_TABLES: Final = 512
_MOST_NAMES: Final = 1 << 20  # bytes of a `name` table
_ENDINGS: Final = (".ttf", ".otf", ".ttc", ".otc")
_VERSIONS: Final = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_OUTLINES: Final = frozenset({b"glyf", b"CFF ", b"CFF2"})
_FAMILY_NAMES: Final = frozenset({1, 16, 21})  # the family of up to four, of all, and by weight, width and slope alone
_ITALIC: Final = 1 << 0 | 1 << 9  # of fsSelection: italic, oblique
_WIDTH: Final = 5  # a normal one, of 1 to 9

_Tables = dict[bytes, tuple[int, int]]  # where each table begins and how long it is


@dataclass(frozen=True, slots=True)
class FontFile:
    """One font. `number` is its place in a collection; families in lower case."""

    path: Path
    number: int = 0
    name: str = ""
    families: frozenset[str] = frozenset()
    weight: int = 400
    italic: bool = False
    width: int = _WIDTH


def folders() -> list[Path]:
    """Where this system keeps fonts; what a user has put in comes first."""
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        own = os.environ.get("LOCALAPPDATA", str(home))
        return [Path(own, "Microsoft/Windows/Fonts"), Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts")]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    return [Path(own, "fonts"), home / ".fonts", *(Path(one, "fonts") for one in shared.split(":") if one)]


def font_files(places: Iterable[Path]) -> list[FontFile]:
    """All fonts with outlines in these folders and below. Files that are none are passed over."""
    found = list[FontFile]()
    for path in _paths(places):
        try:
            with path.open("rb") as file:
                found += _described(file, path)
        except (OSError, struct.error, ValueError):
            continue
    return found


def _paths(places: Iterable[Path]) -> Iterator[Path]:
    """In the same order on every computer that has the same files."""
    left = MOST_FILES
    for place in places:
        for folder, inner, names in os.walk(place):
            inner.sort()
            for name in sorted(names):
                if name.lower().endswith(_ENDINGS) and left:
                    left -= 1
                    yield Path(folder, name)


def _described(file: BinaryIO, path: Path) -> Iterator[FontFile]:
    start = file.read(12)
    if start[:4] != b"ttcf":
        yield from _font(file, path, 0, 0)
        return
    count = min(struct.unpack(">L", start[8:])[0], _MOST_FONTS)
    for number, offset in enumerate(struct.unpack(f">{count}L", file.read(4 * count))):
        yield from _font(file, path, number, offset)


def _font(file: BinaryIO, path: Path, number: int, offset: int) -> Iterator[FontFile]:
    """The font whose directory is at `offset`; nothing where it has no outlines or no name."""
    tables = _directory(file, offset)
    if _OUTLINES.isdisjoint(tables) or b"name" not in tables:
        return
    names = dict[int, str]()
    families = set[str]()
    for kind, text in _names(_table(file, tables[b"name"], _MOST_NAMES)):
        names.setdefault(kind, text)
        if kind in _FAMILY_NAMES:
            families.add(text.lower())
    weight, width, italic = 400, _WIDTH, False
    about = _table(file, tables.get(b"OS/2", (0, 0)), 78)
    if len(about) >= 64:
        weight, width = struct.unpack(">HH", about[4:8])
        weight = weight * 100 if weight < 10 else weight  # old fonts count from 1 to 9
        italic = bool(struct.unpack(">H", about[62:64])[0] & _ITALIC)
    if families:
        name = names.get(16) or names.get(1) or min(families)
        yield FontFile(path, number, name, frozenset(families), weight or 400, italic, width or _WIDTH)


def _directory(file: BinaryIO, offset: int) -> _Tables:
    file.seek(offset)
    start = file.read(12)
    if start[:4] not in _VERSIONS:
        return {}
    count = min(struct.unpack(">H", start[4:6])[0], _MOST_TABLES)
    rows = struct.iter_unpack(">4sLLL", file.read(16 * count))
    return {tag: (begin, length) for tag, _, begin, length in rows}


def _table(file: BinaryIO, where: tuple[int, int], most: int) -> bytes:
    file.seek(where[0])
    return file.read(min(where[1], most))


def _names(table: bytes) -> Iterator[tuple[int, str]]:
    """The number and the text of each name, those in Unicode first."""
    _, count, storage = struct.unpack(">HHH", table[:6])
    records = list(struct.iter_unpack(">HHHHHH", table[6 : 6 + 12 * count]))
    for platform, _, _, kind, length, offset in sorted(records, key=lambda record: record[0] == 1):
        raw = table[storage + offset : storage + offset + length]
        text = raw.decode("mac_roman" if platform == 1 else "utf-16-be", errors="replace").strip("\0 ")
        if text:
            yield kind, text
