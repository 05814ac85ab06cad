"""The sizes of a stroke decoder, as they stand in its file: one text for the numpy and the torch side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from dcode.generation.sketch.events import Caps

FORMAT: Final = "dcode-strokes"
VERSION: Final = 1
UNKNOWN: Final = 0  # the number of a style or a detail that is not said
DETAILS: Final = (16, 24, 36, 52, 72, 100, 140)  # events from which a drawing counts as the next more detailed


@dataclass(frozen=True, slots=True)
class StrokeConfig:
    """What a stroke decoder is made of. `memory` is what it draws after: words, or a Stable Diffusion latent.

    Neighbours are drawings of the library that it may look at: so many, of each so many events. `styles` are the kinds
    of drawings that it has learnt from.
    """

    width: int = 256
    layers: int = 6
    heads: int = 8
    ffn_mult: int = 4
    memory: Literal["text", "latent"] = "text"
    text_size: int = 128
    memory_tokens: int = 16
    styles: tuple[str, ...] = ("icon", "doodle", "contour")
    neighbours: int = 2
    neighbour_events: int = 96
    events: int = 192
    strokes: int = 64

    def __post_init__(self) -> None:
        if self.width % self.heads or self.memory not in ("text", "latent"):
            raise ValueError("width must be divisible by heads; memory is text or latent")
        if min(self.layers, self.heads, self.memory_tokens, self.strokes) < 1 or self.events < max(
            3, self.neighbour_events
        ):
            raise ValueError("a size is too small")

    @property
    def caps(self) -> Caps:
        """The most that it writes."""
        return Caps(self.events, self.strokes)

    def style(self, name: str | None) -> int:
        """The number of a style; KeyError for one that it has not learnt."""
        if name is None:
            return UNKNOWN
        if name not in self.styles:
            raise KeyError(name)
        return self.styles.index(name) + 1

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "styles": list(self.styles)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> StrokeConfig:
        """Raises ValueError for what is no such config."""
        known = {field.name for field in fields(cls)}
        wrong = set(row) - known
        if wrong:
            raise ValueError(f"{', '.join(sorted(wrong))}: no size of a stroke decoder")
        try:
            return cls(**{**row, "styles": tuple(row.get("styles", cls().styles))})
        except TypeError as error:
            raise ValueError(str(error)) from error


def detail(events: int) -> int:
    """The number of the detail of a drawing of so many events, from 1; UNKNOWN is 0."""
    return bisect_right(DETAILS, events) + 1
