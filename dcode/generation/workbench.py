"""What a worker does with what it is asked: one drawing after the other, engines kept warm, every answer a message.

Two threads: one reads requests (so that a cancel is heard during a drawing), the main one draws.
"""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from dcode.errors import DcodeError, GenerationError
from dcode.generation.engines import Engines, Entry
from dcode.generation.request import Cancelled, Drawn, Progress
from dcode.generation.wire import (
    MAX_SAID,
    PROTOCOL,
    Answer,
    BadMessage,
    Cancel,
    Done,
    Draw,
    Failed,
    Found,
    Note,
    Ready,
    Step,
    encode,
    read_request,
)

CANCELLED: Final = "cancelled"  # the reason in Failed
_SHORT_OF_MEMORY: Final = ("can't allocate memory", "out of memory")  # in what torch says on the CPU and on the GPU


class Workbench:
    """Takes lines, gives lines. `write` is called by the drawing thread and may block, which holds it back."""

    def __init__(self, engines: Engines, write: Callable[[bytes], None]) -> None:
        self._engines, self._write = engines, write
        self._waiting: queue.SimpleQueue[Draw | None] = queue.SimpleQueue()
        self._unwanted = set[int]()  # ids that were cancelled and not yet answered
        self._unanswered = set[int]()
        self._lock = threading.Lock()

    # -- the reading thread ------------------------------------------------------------------------------------------

    def take(self, line: bytes) -> None:
        """One line of what is asked. Raises BadMessage, after which nothing more can be understood."""
        message = read_request(line)
        with self._lock:
            if isinstance(message, Cancel):
                self._unwanted |= {message.id} & self._unanswered
                return
            self._unanswered.add(message.id)
        self._waiting.put(message)

    def end(self) -> None:
        """Nothing more will be asked: `serve` returns after what is waiting."""
        self._waiting.put(None)

    # -- the drawing thread ------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Say what there is, then carry out what is asked, until the end or until memory has run out."""
        self._say(Ready(PROTOCOL, self._engines.states()))
        while (draw := self._waiting.get()) is not None:
            answer = self._carried_out(draw)
            with self._lock:
                self._unanswered.discard(draw.id)
                self._unwanted.discard(draw.id)
            self._say(answer)
            if isinstance(answer, Failed) and answer.ending:
                return

    def _carried_out(self, draw: Draw) -> Done | Failed:
        try:
            for drawn in self._drawn(draw):
                self._say(Found.of(draw.id, drawn))
            return Done(draw.id)
        except Cancelled:
            return Failed(draw.id, GenerationError.__name__, "The drawing was cancelled.", CANCELLED)
        except DcodeError as error:
            return Failed(draw.id, error.kind, error.message[:MAX_SAID], str(error.fields.get("reason", ""))[:MAX_SAID])
        except MemoryError:
            return _out_of_memory(draw)
        except BadMessage as error:
            return Failed(draw.id, GenerationError.__name__, f"The engine's drawing cannot be sent: {error}"[:MAX_SAID])
        except Exception as error:  # the door where a defect of an engine, or of what it is built on, is told
            traceback.print_exc()
            if type(error).__name__ == "OutOfMemoryError" or any(word in str(error) for word in _SHORT_OF_MEMORY):
                return _out_of_memory(draw)
            told = f"The engine failed: {type(error).__name__}: {error}"
            return Failed(draw.id, GenerationError.__name__, told[:MAX_SAID])

    def _drawn(self, draw: Draw) -> Sequence[Drawn]:
        """By the engine that was asked for, or the first that can in its place. Raises GenerationError, Cancelled.

        A model is a certain engine's: where one is named there is no other engine to use.
        """
        lacks = list[GenerationError]()
        for entry in self._engines.candidates(draw.request.engine, only=draw.request.model is not None):
            if lacks:
                # What a style is called and how much guidance is much, each engine has its own idea of; a style that
                # one does not know may be the next one's.
                style = draw.request.style if "style" in lacks[-1].fields else None
                plain = replace(draw.request, style=style, steps=None, guidance=None, temperature=None, max_len=None)
                draw = replace(draw, request=plain)
                self._say(Note(draw.id, f"{_sentence(lacks[-1].message)} {entry.name} is used instead."[:MAX_SAID]))
            try:
                return self._by(entry, draw)
            except GenerationError as error:
                if error.fields.get("reason") != "unavailable":
                    raise
                lacks.append(error)
        raise lacks[0]

    def _by(self, entry: Entry, draw: Draw) -> Sequence[Drawn]:
        def cancelled() -> bool:
            return draw.id in self._unwanted

        def report(told: Progress) -> None:
            if cancelled():
                raise Cancelled
            self._say(Step.of(draw.id, told))

        if cancelled():
            raise Cancelled
        found = self._engines.engine(entry).draw(draw.request, report, cancelled)
        if cancelled():
            raise Cancelled
        if not found:
            raise GenerationError(f"{entry.name} has made no drawing of it.")
        return found

    def _say(self, answer: Answer) -> None:
        self._write(encode(answer))


def read_requests(read_line: Callable[[int], bytes], bench: Workbench, most: int) -> str:
    """Give the bench every line, until there are no more; why that is ("" for the regular end)."""
    while line := read_line(most + 1):
        if not line.endswith(b"\n"):
            return f"the line {line[:40]!r} has no end"
        try:
            bench.take(line)
        except BadMessage as error:
            return str(error)
    return ""


def _out_of_memory(draw: Draw) -> Failed:
    sys.stderr.write(f"out of memory, drawing {draw.request.prompt[:80]!r}\n")
    told = (
        "The drawing needs more memory than the worker has. "
        "A smaller model, fewer drawings at once or a higher generation.memory_mb may help."
    )
    return Failed(draw.id, GenerationError.__name__, told, "memory", ending=True)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
