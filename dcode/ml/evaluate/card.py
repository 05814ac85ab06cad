"""The model card: what was measured, in words and a table, from a report alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_ROWS: Final = (
    ("valid programs, all five rules", ("validity", "all"), "share"),
    ("valid programs, syntax", ("validity", "syntactic"), "share"),
    ("recognised at 1", ("recognition", "at_1"), "share"),
    ("recognised at 5", ("recognition", "at_5"), "share"),
    ("real drawings recognised at 1 (the ceiling)", ("recognition", "ceiling_at_1"), "share"),
    ("recognised at 1, of the ceiling", ("recognition", "of_ceiling_at_1"), "share"),
    ("own prompt nearest of 32", ("precision_at_32", "share"), "share"),
    ("the same of real drawings", ("precision_at_32", "real_drawings"), "share"),
    ("copy rate (likeness to a training drawing above 0.95)", ("copies", "copy_rate"), "share"),
    ("diversity among drawings of a prompt", ("diversity", "share"), "number"),
    ("drawings unlike any other of the run", ("diversity", "unique"), "share"),
    ("pen lifts a drawing", ("economy", "lifts"), "number"),
    ("points a drawing", ("economy", "points"), "number"),
    ("travel, of what is drawn", ("economy", "travel_of_drawn"), "share"),
    ("seconds a drawing, median", ("seconds", "one"), "number"),
)


def measured(report: Mapping[str, Any]) -> list[str]:
    """The table of a report, and what its figures mean; lines of Markdown."""
    names = list(report["lists"])
    heads = [f"{name.replace('_', ' ')} ({report['prompts'][name]} prompts)" for name in names]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(names)}"]
    for title, keys, kind in _ROWS:
        values = [_shown(_at(report["lists"][name], keys), kind) for name in names]
        lines.append(f"| {title} | {' | '.join(values)} |")
    return [*lines, "", *_ways(report), *_notes(report)]


def model_card(report: Mapping[str, Any], sheets: Mapping[str, str]) -> str:
    """The whole card; `sheets` are the files of the contact sheets by list."""
    title = f"# {report['engine']}: {report['model']}"
    hashes = [f"- `{name}`: SHA-256 `{value}`" for name, value in report["files"].items()]
    pictures = [f"![{name.replace('_', ' ')}: every drawing by seed]({file})" for name, file in sheets.items()]
    about = (
        f"Measured by `dcode evaluate`: each prompt drawn with {report['samples']} seeds from 0 on, every drawing "
        "counted. Held-out prompts name things that training never saw, and that are in no library here."
    )
    told = "Grey: not recognised by the recogniser that scores, which had no part in drawing."
    return "\n".join([title, "", *hashes, "", about, "", *measured(report), "", *pictures, "", told, ""])


def _ways(report: Mapping[str, Any]) -> list[str]:
    found = list[str]()
    for way, figures in report["ways"].items():
        told = [
            f"{name.replace('_', ' ')} {_shown(one['recognition']['at_1'], 'share')}"
            f" ({_shown(one['recognition']['of_ceiling_at_1'], 'share')} of the ceiling)"
            for name, one in figures.items()
            if isinstance(one, Mapping)
        ]
        found += [f"- {way}: recognised at 1: {', '.join(told)}"]
    return [*found, ""] if found else []


def _notes(report: Mapping[str, Any]) -> Sequence[str]:
    real, scorer, distance = report["copies_of_real_drawings"], report["scorer"], report["distance"]
    learnt = (
        "- The recogniser that scores learnt from two fifths of the library, and so from some of what is drawn after: "
        "shares can be above the ceiling, which is of drawings that it never saw."
    )
    return (
        *([learnt] if report["engine"] == "library" or "with fallback" in report["ways"] else []),
        f"- Copies are looked for among {report['training_drawings']:,} training drawings. Of real ones among "
        f"themselves {_shown(real['copy_rate'], 'share')} are as like to another.",
        f"- The recogniser that scores: `{scorer['file']}`, {scorer['classes']} classes, SHA-256 `{scorer['sha256']}`.",
        f"- Frechet distance to real drawings: {distance['frechet']:.1f} ({distance['drawings']} drawn, "
        f"{distance['real_drawings']} real; below 512 it says little).",
    )


def _at(figures: Mapping[str, Any], keys: Sequence[str]) -> float | None:
    for key in keys:
        figures = figures.get(key, {})
    return figures if isinstance(figures, (int, float)) else None


def _shown(value: float | None, kind: str) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if kind == "share" else f"{value:.2f}"
