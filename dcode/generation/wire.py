"""What is said between a worker and who looks after it: one JSON object a line, the same in a pipe and over TCP.

To the worker: Draw, Cancel. From it: Ready once, then for each Draw any number of Step, Note and Found, and one Done or
Failed. Each has the `id` of its Draw. Whoever reads takes no key, type or size that is not written here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from dcode.errors import ConfigError
from dcode.generation.packed import Packed, Preview, preview_bytes, preview_text
from dcode.generation.request import Drawn, DrawRequest, Name, Progress
from dcode.geometry.bounds import Bounds
from dcode.tables import Only, read_table

PROTOCOL: Final = 1
MAX_REQUEST: Final = 64 << 10  # bytes of a line to the worker
MAX_ANSWER: Final = 24 << 20  # bytes of a line from it: a million points and a preview, or a program
MAX_GCODE: Final = 8 << 20  # characters
MAX_SAID: Final = 2000  # characters of a sentence

Id = Annotated[int, Only("a number from 0 to 2^53", lambda value: 0 <= value <= 1 << 53)]
Count = Annotated[int, Only("a number from 0 to 10^9", lambda value: 0 <= value <= 10**9)]
Frame = Annotated[tuple[float, ...], Only("nothing, or left, right, top and bottom", lambda sides: _is_frame(sides))]
Said = Annotated[str, Only(f"at most {MAX_SAID} characters", lambda text: len(text) <= MAX_SAID)]
Gcode = Annotated[str, Only(f"at most {MAX_GCODE} characters", lambda text: len(text) <= MAX_GCODE)]


def _is_frame(sides: tuple[float, ...]) -> bool:
    return not sides or (len(sides) == 4 and sides[0] < sides[1] and sides[3] < sides[2])


class BadMessage(ValueError):
    """A line that is not a message, or a message that may not be said."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Make drawings. The worker carries out one after the other."""

    id: Id
    request: DrawRequest


@dataclass(frozen=True, slots=True)
class Cancel:
    """The drawings of this Draw are not wanted any more; it is answered by Done or Failed all the same."""

    id: Id


@dataclass(frozen=True, slots=True)
class EngineState:
    """Whether an engine can draw in the worker's environment; `says` is what it needs, where it cannot."""

    name: Name
    ready: bool
    says: Said = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can be asked from now on."""

    protocol: int
    engines: tuple[EngineState, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a Draw is: a Progress as it travels."""

    id: Id
    stage: Said
    done: Count
    total: Count | None = None
    preview: Preview | None = None
    strokes: Packed | None = None
    finished: Count = 0
    frame: Frame = ()

    @classmethod
    def of(cls, number: int, told: Progress) -> Step:
        """Raises GenerationError for what may not be sent."""
        preview = None if told.preview is None else preview_text(told.preview)
        strokes = None if told.strokes is None else Packed.of(told.strokes)
        frame = (told.frame.left, told.frame.right, told.frame.top, told.frame.bottom) if told.frame else ()
        return cls(number, told.stage, told.done, told.total, preview, strokes, told.finished, frame)

    def progress(self) -> Progress:
        """Raises GenerationError for a picture or strokes that are none."""
        preview = None if self.preview is None else preview_bytes(self.preview)
        strokes, frame = self.strokes.lines() if self.strokes else None, Bounds(*self.frame) if self.frame else None
        return Progress(self.stage, self.done, self.total, preview, strokes, self.finished, frame)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the person: that another engine is used, and why."""

    id: Id
    says: Said


@dataclass(frozen=True, slots=True)
class Found:
    """One drawing: a Drawn as it travels. The best comes first."""

    id: Id
    lines: Packed
    engine: Name
    model: Said
    seed: int
    seconds: float
    score: float | None = None
    source: Said | None = None
    gcode: Gcode | None = None

    @classmethod
    def of(cls, number: int, drawn: Drawn) -> Found:
        """Raises GenerationError for what may not be sent."""
        rest = (drawn.engine, drawn.model, drawn.seed, drawn.seconds, drawn.score, drawn.source, drawn.gcode)
        return cls(number, Packed.of(drawn.lines), *rest)

    def drawn(self) -> Drawn:
        """Raises GenerationError for lines that are none. Needs numpy."""
        lines = self.lines.lines()
        return Drawn(lines, self.score, self.source, self.engine, self.model, self.seed, self.seconds, self.gcode)


@dataclass(frozen=True, slots=True)
class Done:
    """All drawings of a Draw have been sent."""

    id: Id


@dataclass(frozen=True, slots=True)
class Failed:
    """No drawing comes of a Draw. `kind` is the class in dcode.errors. `ending`: the worker cannot be asked again."""

    id: Id
    kind: Said
    message: Said
    reason: Said = ""
    ending: bool = False


Request = Draw | Cancel
Answer = Ready | Step | Note | Found | Done | Failed
Message = Request | Answer
Kind = TypeVar("Kind", bound=Message)

REQUESTS: Final[Mapping[str, type[Request]]] = {"draw": Draw, "cancel": Cancel}
ANSWERS: Final[Mapping[str, type[Answer]]] = {
    kind.__name__.lower(): kind for kind in (Ready, Step, Note, Found, Done, Failed)
}


def encode(message: Message) -> bytes:
    """One message as one line. Raises BadMessage for what the other side would not take.

    What it holds is plain data already, so it is checked where it is read; here only what would break the framing is.
    """
    table = {"say": type(message).__name__.lower(), **dataclasses.asdict(message)}
    try:
        line = json.dumps(table, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    except (TypeError, ValueError) as error:
        raise BadMessage(f"{type(message).__name__} cannot be written as JSON: {error}.") from error
    limit = MAX_REQUEST if isinstance(message, Request) else MAX_ANSWER
    if len(line) > limit:
        raise BadMessage(f"A message of {len(line)} bytes is over the limit of {limit}.")
    return line


def read_request(line: bytes) -> Request:
    """What is asked of the worker. Raises BadMessage."""
    return _read(line, REQUESTS, MAX_REQUEST)


def read_answer(line: bytes) -> Answer:
    """What the worker says. Raises BadMessage."""
    return _read(line, ANSWERS, MAX_ANSWER)


def _read(line: bytes, known: Mapping[str, type[Kind]], limit: int) -> Kind:
    table = read_object(line, limit)
    said = table.pop("say", None)
    kind = known.get(said) if isinstance(said, str) else None
    if kind is None:
        raise BadMessage(f"There is no message {str(said)[:40]!r}.")
    try:
        return read_table(kind, table, str(said))
    except ConfigError as error:
        raise BadMessage(str(error)[:MAX_SAID]) from error


def read_object(line: bytes, limit: int) -> dict[str, object]:
    """The JSON object in a line of at most `limit` bytes. Raises BadMessage."""
    if len(line) > limit:
        raise BadMessage(f"A message of more than {limit} bytes.")
    try:
        table = json.loads(str(line, "utf-8"))  # of bytes, json would guess the encoding
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"Not JSON: {shown(line)}") from error
    if not isinstance(table, dict):
        raise BadMessage(f"Not an object: {shown(line)}")
    return table


def shown(line: bytes) -> str:
    """The beginning of a line that was not understood, for a message."""
    text = line[:80].decode("utf-8", "replace").rstrip("\n")
    return repr(text if len(line) <= 80 else text + "...")
