"""The icons of a set as they come out of its package: a name, words, and SVG that is 256 mm wide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcode.ml.data.lineart.fetch import debian_package, npm_package
from dcode.ml.data.lineart.sets import IconSet

SIZE_MM: Final = 256.0  # the longer side of the page that every icon is put on
_SIMPLE: Final = 9_000  # bytes of a clip art file that may be simple enough to plot
_BODY: Final = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
_BOX: Final = re.compile(r'viewBox="([^"]+)"')
_RDF_TITLE: Final = re.compile(r"<cc:Work\b.*?<dc:title>\s*([^<]*?)\s*</dc:title>", re.DOTALL)
_RDF_WORDS: Final = re.compile(r"<rdf:li>\s*([^<]*?)\s*</rdf:li>")
_NUMBER: Final = re.compile(r"_?\d+$|_[a-z]+_[a-z]\._\d*$")
_SKIN: Final = re.compile(r"(light|medium|dark)-skin-tone|skin")


@dataclass(frozen=True, slots=True)
class Icon:
    """One icon. `name` is the set's own, `title` what it shows in words, `tags` what else it is looked for by."""

    set_key: str
    name: str
    title: str
    tags: tuple[str, ...]
    svg: str


def icons(source: IconSet, cache: Path) -> Iterator[Icon]:
    """All icons of a set, in the order of their names. Fetches the packages that are not in the cache."""
    if source.key == "openclipart":
        yield from _clip_art(debian_package(source.package, cache) / "usr/share/openclipart/svg")
    elif source.key == "carbon":
        yield from _pictograms(source, npm_package(source.package, source.version, cache))
    elif source.key == "openmoji":
        yield from _openmoji(npm_package(source.package, source.version, cache))
    else:
        yield from _iconify(source, cache)


def _iconify(source: IconSet, cache: Path) -> Iterator[Icon]:
    folder = npm_package(source.package, source.version, cache)
    table = _json(folder / "icons.json")
    tags = _tags(source, cache)
    wide, high = table.get("width", 16), table.get("height", 16)
    for name, icon in sorted(table["icons"].items()):
        if not name.endswith(source.tail) or name.endswith(source.but) or _SKIN.search(name):
            continue
        if source.key == "mingcute" and "stroke=" not in icon["body"]:
            continue  # the part of this set that is drawn with strokes; the rest is areas
        box = (icon.get("left", 0), icon.get("top", 0), icon.get("width", wide), icon.get("height", high))
        plain = name.removesuffix(source.tail) if source.tail else name
        yield Icon(source.key, plain, plain.replace("-", " "), tags.get(plain, ()), page(box, icon["body"]))


def page(box: Sequence[float], body: str) -> str:
    """SVG whose view box is scaled to SIZE_MM."""
    left, top, wide, high = box
    scale = SIZE_MM / max(wide, high)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{wide * scale}mm" '
        f'height="{high * scale}mm" viewBox="{left} {top} {wide} {high}">{body}</svg>'
    )


def _tags(source: IconSet, cache: Path) -> Mapping[str, tuple[str, ...]]:
    if source.words == "lucide-static":
        table = _json(npm_package(source.words, source.words_version, cache) / "tags.json")
        return {name: tuple(words) for name, words in table.items()}
    if source.words:
        table = _json(npm_package(source.words, source.words_version, cache) / "icons.json")
        return {name: tuple(str(word) for word in row["tags"]) for name, row in table.items()}
    return {}


def _pictograms(source: IconSet, folder: Path) -> Iterator[Icon]:
    """Carbon's, with the friendly names of its pictograms.yml, of which only a few keys are wanted."""
    titles, name = dict[str, str](), ""
    for line in (folder / "pictograms.yml").read_text(encoding="utf-8").splitlines():
        if line.startswith("- name: "):
            name = line.removeprefix("- name: ").strip(" '\"")
        elif line.startswith("  friendly_name: "):
            titles[name] = line.removeprefix("  friendly_name: ").strip(" '\"")
    for path in sorted((folder / "svg").glob("*.svg")):
        yield from _file(source.key, path, path.stem, titles.get(path.stem, path.stem.replace("-", " ")), ())


def _openmoji(folder: Path) -> Iterator[Icon]:
    for row in _json(folder / "data" / "openmoji.json"):
        if row["skintone"] or row["group"] in ("flags", "component") or row["subgroups"].startswith("brand"):
            continue
        tags = tuple(word.strip() for word in f"{row['tags']},{row['openmoji_tags']}".split(",") if word.strip())
        path = folder / "black" / "svg" / f"{row['hexcode']}.svg"
        if path.is_file():
            yield from _file("openmoji", path, row["annotation"], row["annotation"], tags)


def _clip_art(folder: Path) -> Iterator[Icon]:
    """Small files of the clip art library that say of themselves that they are in the public domain."""
    for path in sorted(folder.rglob("*.svg")):
        if path.is_symlink() or path.stat().st_size > _SIMPLE:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        title = _RDF_TITLE.search(text)
        where = path.relative_to(folder).parent.parts
        if "PublicDomain" not in text or "<image" in text or set(where) & {"special", "computer", "shapes", "logos"}:
            continue
        tags = tuple(dict.fromkeys(word.lower() for word in [*_RDF_WORDS.findall(text), *where] if word))
        name = _NUMBER.sub("", path.stem)
        yield Icon("openclipart", path.stem, (title and title[1]) or name.replace("_", " "), tags, text)


def _file(key: str, path: Path, name: str, title: str, tags: tuple[str, ...]) -> Iterator[Icon]:
    text = path.read_text(encoding="utf-8")
    body, box = _BODY.search(text), _BOX.search(text)
    if body is not None:
        yield Icon(
            key, name, title, tags, page([float(part) for part in box[1].split()] if box else (0, 0, 32, 32), body[1])
        )


def _json(path: Path) -> Any:
    """A package's table. Its layout is the package's own and looked at where it is used."""
    return json.loads(path.read_text(encoding="utf-8"))
