"""manifest.json: the pairs of a dataset, what failed, and how many there are of each.

    {"pairs": [{"image", "gcode", "algorithm", "options", "source"}], "failed": [{"path", "error"}], "stats": {...}}

Paths are relative to the file's own folder. A captioned manifest is the same with `caption` in every pair. Programs
that were fitted to a number of tokens have `tokens` and `coarser` too (budget.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dcode.errors import ConfigError
from dcode.ml.data.files import read_json, relative

Pair = dict[str, Any]

MANIFEST: Final = "manifest.json"
_MADE_BY: Final = "scripts/generate_dataset.py makes one."
_PATHS: Final = ("image", "gcode", "source")


def manifest_of(pairs: Sequence[Pair], failed: Sequence[dict[str, Any]], pictures: int) -> dict[str, Any]:
    """The whole, with its figures."""
    stats = {**figures_of(pairs, failed), "pictures": pictures}
    return {"pairs": list(pairs), "failed": list(failed), "stats": stats}


def figures_of(pairs: Sequence[Pair], failed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many there are of each."""
    algorithms = dict(Counter(str(pair.get("algorithm", "")) for pair in pairs))
    return {"total_pairs": len(pairs), "total_failed": len(failed), "algorithms": algorithms}


def read_manifest(path: Path) -> dict[str, Any]:
    """The whole of a manifest, captioned or not. Raises ConfigError for what is none."""
    found = read_json(path, _MADE_BY)
    pairs = found.get("pairs")
    if not isinstance(pairs, list) or not all(
        isinstance(pair, dict) and isinstance(pair.get("image"), str) and isinstance(pair.get("gcode"), str)
        for pair in pairs
    ):
        raise ConfigError(f"has no list of pairs with image and gcode. {_MADE_BY}", file=str(path), key="pairs")
    return {"failed": [], "stats": {}, **found}


def moved(pair: Pair, before: Path, after: Path) -> Pair:
    """A pair of a manifest in one folder as one of a manifest in another."""
    if before.resolve() == after.resolve():
        return pair
    return {**pair, **{name: relative(before / pair[name], after) for name in _PATHS if name in pair}}


def prompt_of(pair: Pair) -> str:
    """What a model is told to draw it: the caption, or else the original's sentence for pictures without one."""
    return str(pair.get("caption") or f"drawing in {pair.get('algorithm', 'art')} style")
