"""What is asked of an engine and what it gives: the types that daemon, worker and engines share.

Numbers are checked where they come in (wire.py reads these very annotations), not here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Protocol

from dcode.tables import Only

if TYPE_CHECKING:
    from dcode.geometry.bounds import Bounds
    from dcode.geometry.lines import Lines  # numpy, which the daemon does without

MAX_PROMPT: Final = 2000  # characters; CLIP reads 77 tokens of it, T5 512
MAX_COUNT: Final = 64  # drawings of one request
MAX_NAME: Final = 1000  # characters of a model's id or folder

Name = Annotated[str, Only(f"1 to {MAX_NAME} characters", lambda text: 0 < len(text) <= MAX_NAME)]
Prompt = Annotated[str, Only(f"1 to {MAX_PROMPT} characters", lambda text: 0 < len(text) <= MAX_PROMPT)]
Seed = Annotated[int, Only("a seed from 0 to 2^63 - 1", lambda value: 0 <= value < 1 << 63)]
Count = Annotated[int, Only(f"1 to {MAX_COUNT} drawings", lambda value: 1 <= value <= MAX_COUNT)]
Steps = Annotated[int, Only("1 to 1000 steps", lambda value: 1 <= value <= 1000)]
Guidance = Annotated[float, Only("a number from 0 to 100", lambda value: 0.0 <= value <= 100.0)]
Temperature = Annotated[float, Only("a number from 0 to 10", lambda value: 0.0 <= value <= 10.0)]
Tokens = Annotated[int, Only("1 to 1000000 tokens", lambda value: 1 <= value <= 1_000_000)]
Length = Annotated[float, Only("a length from 1 to 100000 mm", lambda value: 1.0 <= value <= 1e5)]


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One wish. None: the engine's own choice. `model` is a hub id or a folder; `max_len` counts tokens.

    `live`: the strokes are plotted as they come. An engine that can draws one drawing, and changes no stroke that it
    has told of as finished; for one that cannot it is a wish like any.
    """

    prompt: Prompt
    engine: Name | None = None
    model: Name | None = None
    seed: Seed = 0
    count: Count = 1
    width_mm: Length | None = None
    height_mm: Length | None = None
    style: Name | None = None
    steps: Steps | None = None
    guidance: Guidance | None = None
    temperature: Temperature | None = None
    max_len: Tokens | None = None
    live: bool = False

    @property
    def size(self) -> tuple[float, float] | None:
        """What the drawing is to fill, width and height in mm; None: as much as the sheet has."""
        return None if self.width_mm is None or self.height_mm is None else (self.width_mm, self.height_mm)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an engine is: `done` of `total` steps of a stage; a PNG and the strokes so far where it has them.

    Live, the first `finished` of these stay as they are to the end, and `frame` (left, right, top, bottom in their
    unit) is what the drawing will not leave.
    """

    stage: str
    done: int
    total: int | None = None
    preview: bytes | None = None
    strokes: Lines | None = None
    finished: int = 0
    frame: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawing. `lines` in any unit, y up: who plots it fits, orders and checks it like any stranger's.

    `score`: how well it is thought to show the prompt, more is better. `source`: what it was drawn after, with its
    licence. `gcode`: the program as the engine wrote it, where it writes text. `ended`: whether the model ended it, and
    not a limit on how much it may draw.
    """

    lines: Lines
    score: float | None
    source: str | None
    engine: str
    model: str
    seed: int
    seconds: float
    gcode: str | None = None
    ended: bool = True


class Cancelled(Exception):
    """Nobody wants the drawing any more. `report` raises it; an engine lets it through, or just returns."""


class Engine(Protocol):
    """Makes drawings of prompts. Made once and kept warm, so weights are loaded at the first drawing or before."""

    name: str

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        """The drawings, the best first.

        Asks `cancelled` at least once a step. Raises GenerationError; with reason="unavailable" where its weights are
        not there, so that another engine may be used instead.
        """
        ...
