"""A library and a word table of a few entries, in the formats that ship, for tests to read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dcode.generation.sketch import store, words
from dcode.generation.sketch.find import Finder
from dcode.generation.sketch.library import LibraryEngine

# The axes of the small table: animal, horse, cat, building, tree, and what nothing here is.
VECTORS = {
    "animal": (9, 4, 4, 0, 0, 0),
    "horse": (5, 9, 0, 0, 0, 0),
    "pony": (5, 8, 1, 0, 0, 0),
    "cat": (5, 0, 9, 0, 0, 0),
    "house": (0, 0, 0, 9, 0, 0),
    "cottage": (0, 0, 0, 8, 1, 0),
    "tree": (0, 0, 0, 0, 9, 0),
    "black": (0, 0, 0, 0, 0, 9),
    "chestnut horse": (4, 7, 0, 0, 2, 0),
}
NARROW = {"stallion": "horse", "villa": "house"}
# set, caption, name, tags
DRAWINGS = (
    ("lucide", "horse", "", "steed"),
    ("tabler", "horse", "horse-2", ""),
    ("tabler", "cat", "", "kitty|tom"),
    ("lucide", "house", "home", ""),
    ("lucide", "tree", "", ""),
    ("tabler", "black cat", "", ""),
)
SETS = (("lucide", "Lucide", "1.0", "ISC"), ("tabler", "Tabler Icons", "2.0", "MIT"))


def write_store(path: Path, **changes: object) -> Path:
    """Drawing i is an open stroke and a ring, both i units wider than those of the first."""
    strokes = []
    for number in range(len(DRAWINGS)):
        ring = [(100, 100), (140 + number, 100), (140 + number, 150), (100, 100)]
        strokes += [[(0, 0), (255, 10 + number)], ring]
    points = np.array([point for stroke in strokes for point in stroke], dtype=np.uint8)
    texts = sorted({caption for _, caption, _, _ in DRAWINGS})
    keys = [key for key, *_ in SETS]
    about = {
        "format": store.FORMAT,
        "version": store.VERSION,
        "grid": 256,
        "sets": [
            {"key": key, "title": title, "version": version, "licence": licence, "home": "https://example.org"}
            for key, title, version, licence in SETS
        ],
    }
    arrays = {
        "points": np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.uint8)),
        "strokes": np.array([len(stroke) for stroke in strokes], dtype=np.uint16),
        "drawings": np.full(len(DRAWINGS), 2, dtype=np.uint8),
        "sets": np.array([keys.index(key) for key, *_ in DRAWINGS], dtype=np.uint8),
        "captions": np.array([texts.index(caption) for _, caption, _, _ in DRAWINGS], dtype=np.uint16),
        "cluster": np.arange(len(DRAWINGS), dtype=np.uint16),
        "texts": _bytes("\n".join(texts)),
        "names": _bytes("\n".join(name for *_, name, _ in DRAWINGS)),
        "tags": _bytes("\n".join(tags for *_, tags in DRAWINGS)),
        "about": _bytes(json.dumps({**about, **changes})),
    }
    np.savez(path, **arrays)
    return path


def write_words(path: Path, **changes: object) -> Path:
    order = sorted(VECTORS)
    arrays = {
        "vectors": np.array([VECTORS[word] for word in order], dtype=np.int8),
        "weights": np.array([16 if word == "black" else 64 for word in order], dtype=np.uint8),
        "nouns": np.array([word != "black" for word in order], dtype=np.uint8),
        "words": _bytes("\n".join(order)),
        "narrow": _bytes("\n".join(sorted(NARROW))),
        "wider": np.array([order.index(NARROW[word]) for word in sorted(NARROW)], dtype=np.uint16),
        "mean": np.zeros(8, dtype=np.float16),
        "axes": np.eye(8, 6, dtype=np.float16),
        "about": _bytes(json.dumps({"format": words.FORMAT, "version": words.VERSION, **changes})),
    }
    np.savez(path, **arrays)
    return path


def small_engine(folder: Path) -> LibraryEngine:
    drawings, table = write_store(folder / "lineart.npz"), write_words(folder / "words.npz")
    return LibraryEngine(lambda: store.read_store(drawings), lambda: words.read_words(table))


def small_finder(folder: Path) -> Finder:
    return small_engine(folder).finder


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), dtype=np.uint8)
