"""A captioned manifest: a manifest with `caption` in every pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dcode.ml.data.files import put_json
from dcode.ml.data.pairs.manifest import Pair, moved


def put_captioned(
    manifest: Path,
    output: Path,
    whole: Mapping[str, Any],
    caption_of: Callable[[Pair], str | None],
    failed: Mapping[str, str],
    captioner: str,
) -> dict[str, Any]:
    """Write it; its figures. Pairs without a caption are left out; `failed` says of images why they have none."""
    pairs = list[Pair]()
    for pair in whole["pairs"]:
        caption = caption_of(pair)
        if caption:
            pairs.append({**moved(pair, manifest.parent, output.parent), "caption": caption})
    missing = [{"path": image, "error": error} for image, error in failed.items()]
    stats = {**whole["stats"], "total_pairs": len(pairs), "captioner": captioner}
    put_json(output, {**whole, "pairs": pairs, "failed": [*whole["failed"], *missing], "stats": stats})
    return {
        "file": str(output),
        "pairs": len(pairs),
        "pictures": len({pair["image"] for pair in pairs}),
        "captions": len({pair["caption"] for pair in pairs}),
        "left_out": len(whole["pairs"]) - len(pairs),
    }
