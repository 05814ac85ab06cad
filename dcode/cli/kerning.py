"""How much nearer or further two letters of a font stand: its GPOS `kern` feature, else its `kern` table.

OpenType 1.9, GPOS lookup type 2: pairs of glyphs, and pairs of classes of glyphs. What goes by what stands further off
(contextual kerning) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_PAIRS, _EXTENSION = 2, 9  # types of lookup
_SCRIPTS = ("latn", "DFLT")

_Between = Callable[[str, str], float | None]  # None for a pair of which it says nothing


class Kerning:
    """Of one font, a fontTools TTFont. Raises what fontTools raises for a broken one."""

    def __init__(self, font: Any) -> None:
        self._font = font
        self._lookups: list[list[_Between]] | None = None  # worked out for the first pair

    def between(self, left: str, right: str) -> float:
        """What is added to the advance of the left one, in font units; glyphs by their names."""
        if self._lookups is None:
            self._lookups = list(_positioned(self._font)) or list(_plain(self._font))
        found = (
            next((value for one in lookup if (value := one(left, right)) is not None), 0.0) for lookup in self._lookups
        )
        return float(sum(found))


def _plain(font: Any) -> Iterator[list[_Between]]:
    if "kern" not in font:
        return
    for table in font["kern"].kernTables:
        if getattr(table, "kernTable", None) and table.coverage & 1:  # horizontal
            yield [_by_names(table.kernTable)]


def _by_names(pairs: dict[tuple[str, str], float]) -> _Between:
    return lambda left, right: pairs.get((left, right))


def _positioned(font: Any) -> Iterator[list[_Between]]:
    if "GPOS" not in font:
        return
    table = font["GPOS"].table
    if not (table.ScriptList and table.FeatureList and table.LookupList):
        return
    scripts = {record.ScriptTag: record.Script for record in table.ScriptList.ScriptRecord}
    script = next((scripts[tag] for tag in _SCRIPTS if tag in scripts), None)
    if script is None or script.DefaultLangSys is None:
        return
    features = [table.FeatureList.FeatureRecord[index] for index in script.DefaultLangSys.FeatureIndex]
    wanted = {index for one in features if one.FeatureTag == "kern" for index in one.Feature.LookupListIndex}
    for index in sorted(wanted):
        lookup = table.LookupList.Lookup[index]
        subtables = [one.ExtSubTable if one.LookupType == _EXTENSION else one for one in lookup.SubTable]
        pairs = [
            _by_glyphs(one) if one.Format == 1 else _by_classes(one) for one in subtables if one.LookupType == _PAIRS
        ]
        if pairs:
            yield pairs


def _by_glyphs(subtable: Any) -> _Between:
    sets = dict(zip(subtable.Coverage.glyphs, subtable.PairSet, strict=False))

    def between(left: str, right: str) -> float | None:
        if left not in sets:
            return None
        record = next((one for one in sets[left].PairValueRecord if one.SecondGlyph == right), None)
        return None if record is None else _advance(record.Value1)

    return between


def _by_classes(subtable: Any) -> _Between:
    covered, first, second = set(subtable.Coverage.glyphs), subtable.ClassDef1.classDefs, subtable.ClassDef2.classDefs

    def between(left: str, right: str) -> float | None:
        if left not in covered:
            return None
        return _advance(subtable.Class1Record[first.get(left, 0)].Class2Record[second.get(right, 0)].Value1)

    return between


def _advance(value: Any) -> float:
    return float(getattr(value, "XAdvance", 0) or 0)
