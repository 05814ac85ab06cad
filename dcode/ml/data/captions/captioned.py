"""A captioned manifest: a manifest with `caption` in every pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dcode.errors import ConfigError
from dcode.ml.data.files import put_json
from dcode.ml.data.pairs.manifest import Pair, figures_of, moved


def put_captioned(
    manifest: Path,
    output: Path,
    whole: Mapping[str, Any],
    caption_of: Callable[[Pair], str | None],
    failed: Mapping[str, str],
    captioner: str,
) -> dict[str, Any]:
    """Write it; its figures. Pairs without a caption are left out; `failed` says of images why they have none.

    Raises ConfigError where nothing is left.
    """
    pairs = list[Pair]()
    for pair in whole["pairs"]:
        caption = caption_of(pair)
        if caption:
            pairs.append({**moved(pair, manifest.parent, output.parent), "caption": caption})
    missing = [{"path": image, "error": error} for image, error in failed.items()]
    if not pairs:
        told = next(iter(failed.values()), "")
        raise ConfigError(
            "none of its pictures got a caption: " + told if told else "has no pairs.", file=str(manifest)
        )
    failures = [*whole["failed"], *missing]
    stats = {**whole["stats"], **figures_of(pairs, failures), "captioner": captioner}
    put_json(output, {**whole, "pairs": pairs, "failed": failures, "stats": stats})
    return {
        "file": str(output),
        "pairs": len(pairs),
        "pictures": len({pair["image"] for pair in pairs}),
        "captions": len({pair["caption"] for pair in pairs}),
        "left_out": len(whole["pairs"]) - len(pairs),
    }
