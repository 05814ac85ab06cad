"""The worker that the settings describe, asked by a command itself, without a daemon; and how a drawing comes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from dcode.cli.session import Session
from dcode.client.sentences import with_stop

if TYPE_CHECKING:
    from dcode.generation.request import DrawRequest
    from dcode.generation.supervisor import Supervisor
    from dcode.generation.wire import EngineState, Found

Tell = Callable[[str, int, int | None, str], None]  # a stage, steps done, of how many, and a note for the person


def drawn_by_own_worker(session: Session, request: DrawRequest) -> Found:
    """The best drawing. Raises GenerationError, and ConfigError for bad settings."""
    from dcode.generation.wire import Note, Step

    async def draw(tell: Tell) -> Found:
        def told(answer: Step | Note) -> None:
            if isinstance(answer, Note):
                tell("", 0, None, answer.says)
            else:
                tell(answer.stage, answer.done, answer.total, "")

        async with _worker() as worker:
            return (await worker.draw(request, told)).found[0]

    with drawing_shown(session) as tell:
        return asyncio.run(draw(tell))


def states_of_own_worker() -> tuple[EngineState, ...]:
    """Which engines it has, and what they lack. Raises GenerationError, and ConfigError for bad settings."""

    async def ask() -> tuple[EngineState, ...]:
        async with _worker() as worker:
            return await worker.engines()

    return asyncio.run(ask())


@contextmanager
def drawing_shown(session: Session) -> Iterator[Tell]:
    """Where it is told how a drawing comes on. Each note is said once."""
    told = set[str]()

    def tell(stage: str, done: int, total: int | None, note: str) -> None:
        if note and note not in told:
            told.add(note)
            session.output.note(with_stop(note))
        elif not note and session.output.live:
            session.output.show(f"{stage} {done} of {total}" if total else f"{stage} ...")

    try:
        yield tell
    finally:
        session.output.show("")


@asynccontextmanager
async def _worker() -> AsyncIterator[Supervisor]:
    from dcode.config import paths
    from dcode.config.settings import load_settings
    from dcode.generation.configured import supervisor_of

    worker = supervisor_of(load_settings().settings.generation, paths.config_dir())
    try:
        yield worker
    finally:
        await worker.close()
