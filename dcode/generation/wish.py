"""One request on its way, and what a caller of the supervisor gets or is told in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from dcode.errors import GenerationError, revived
from dcode.generation.keeper import Limits, Why
from dcode.generation.link import Ending
from dcode.generation.request import DrawRequest
from dcode.generation.wire import BadMessage, Draw, Failed, Found, Note, Step, encode, read_request

MAX_BYTES: Final = 64 << 20  # of all drawings of a request, as they travel
_MAX_NOTES: Final = 16

Listener = Callable[[Step | Note], None]


@dataclass(frozen=True, slots=True)
class Drawings:
    """What came of a request, the best first, and what the person should know about it.

    Each as it travels: `found.drawn()` has the lines, and needs numpy.
    """

    found: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Wish:
    """Somebody waits for `answer`. `request` None: only for the worker to be ready."""

    request: DrawRequest | None
    listener: Listener
    answer: asyncio.Future[Drawings]
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    size: int = 0  # bytes

    def take(self, answer: Step | Note | Found, size: int) -> None:
        """How it goes, or a part of the result, of so many bytes. Raises BadMessage when it gets too much."""
        if isinstance(answer, Found):
            self.size += size
            if self.size > MAX_BYTES:
                raise BadMessage(f"its drawings have more than {MAX_BYTES} bytes")
            self.found.append(answer)
            return
        if isinstance(answer, Note) and len(self.notes) < _MAX_NOTES:
            self.notes.append(answer.says)
        if not self.answer.done():
            self.listener(answer)

    def succeed(self) -> None:
        if not self.answer.done():
            self.answer.set_result(Drawings(tuple(self.found), tuple(self.notes)))

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


def check_sendable(request: DrawRequest) -> None:
    """Raises GenerationError for what no worker would take: found out here, it costs nobody else a worker."""
    try:
        read_request(encode(Draw(0, request)))
    except BadMessage as error:
        raise GenerationError(f"This cannot be drawn: {str(error).removeprefix('draw, ')}", reason="request") from error


def told_failure(failed: Failed) -> Exception:
    """What the worker said went wrong, as the error that it was there."""
    return revived(failed.kind, failed.message, {"reason": failed.reason} if failed.reason else {})


def failure(why: Why, ending: Ending, problem: str, limits: Limits) -> GenerationError:
    """The error for a drawing that came to nothing without the worker saying so; it has the worker's last words."""
    sentence = {
        Why.NOT_STARTED: f"The worker did not start: {problem or ending.how}.",
        Why.SLOW_START: f"The worker was not ready within {limits.start_seconds:g} s.",
        Why.LOST: f"The worker was lost in the middle of the drawing: {ending.how}.",
        Why.TOO_LONG: f"The drawing took longer than {limits.seconds:g} s; generation.seconds allows more.",
        Why.GARBAGE: f"The worker was ended, for it cannot be understood: {problem}",
    }[why]
    return GenerationError(sentence, reason=why.value, last_words=ending.last_words)
