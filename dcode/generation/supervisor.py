"""Looks after a worker: starts it when somebody wants a drawing, asks it, and clears up after it.

The decisions are in keeper.py; here bytes move and time passes. Everything happens in one event loop, and nothing in
it is long: pictures and lines are passed on as they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from dcode.errors import GenerationError
from dcode.generation.keeper import Action, Do, Keeper, Limits, Why, WorkerState
from dcode.generation.link import Ending, Link, Unended
from dcode.generation.request import DrawRequest
from dcode.generation.wire import (
    PROTOCOL,
    Answer,
    BadMessage,
    Cancel,
    Done,
    Draw,
    EngineState,
    Failed,
    Ready,
    encode,
    read_answer,
)
from dcode.generation.wish import Drawings, Listener, Wish, check_sendable, failure, told_failure

MAX_WAITING: Final = 32  # requests, the one at work included


def _ignore(told: object) -> None:
    """The listener of who wants to hear nothing."""


class Supervisor:
    """One worker, whoever many want drawings. `open_link` starts it, or connects to it: LocalWorker, RemoteWorker."""

    def __init__(self, open_link: Callable[[], Awaitable[Link]], limits: Limits | None = None) -> None:
        self._open_link, self._limits = open_link, limits or Limits()
        self._keeper = Keeper(self._limits)
        self._loop = asyncio.get_running_loop()
        self._wishes: dict[int, Wish] = {}
        self._number = 0
        self._current = 0  # the number that was sent last
        self._engines: tuple[EngineState, ...] = ()
        self._link: Link | None = None
        self._ending, self._problem = Ending(""), ""  # of the worker that went last
        self._life: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def state(self) -> WorkerState:
        """Where the worker is in its life."""
        return self._keeper.state

    async def draw(self, request: DrawRequest, listener: Listener = _ignore) -> Drawings:
        """The drawings of a request, once it is its turn and they are there; `listener` is told how it goes.

        Raises GenerationError, with the worker's `last_words` where it died. To cancel, cancel the awaiting task: that
        is at once, and what the worker is still at is cleared up behind it.
        """
        check_sendable(request)
        return await self._wanted(request, listener)

    async def engines(self) -> tuple[EngineState, ...]:
        """Which engines the worker has and what they lack. Starts it. Raises GenerationError."""
        await self._wanted(None, _ignore)
        return self._engines

    async def close(self) -> None:
        """End the worker; whoever waits fails. Returns when it is gone."""
        self._closed = True
        now = self._loop.time()
        for number, wish in self._wishes.items():
            wish.fail(GenerationError("The worker is being ended.", reason="closed"))
            self._carry_out(self._keeper.cancel(number, now))
        self._carry_out(self._keeper.end(now))
        if self._life:
            await asyncio.wait([self._life])

    async def _wanted(self, request: DrawRequest | None, listener: Listener) -> Drawings:
        if self._closed or len(self._wishes) >= MAX_WAITING:
            why = "is being ended" if self._closed else f"has {MAX_WAITING} requests already"
            raise GenerationError(f"The worker {why}.", reason="busy")
        self._number = number = self._number + 1
        wish = self._wishes[number] = Wish(request, listener, self._loop.create_future())
        try:
            self._carry_out(self._keeper.ask(number, self._loop.time()))
            return await wish.answer
        except asyncio.CancelledError:
            self._carry_out(self._keeper.cancel(number, self._loop.time()))
            raise
        finally:
            del self._wishes[number]

    # -- what the keeper decides -------------------------------------------------------------------------------------

    def _carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            match action.do:
                case Do.START if not self._closed:
                    self._life = self._loop.create_task(self._live(self._life))
                case Do.SEND:
                    self._send(action.number, self._wishes[action.number])
                case Do.CANCEL:
                    self._write(Cancel(action.number))
                case Do.END if self._link:
                    self._link.end()
                case Do.END if self._life:
                    self._life.cancel()  # it is not even open
                case Do.KILL if self._link:
                    self._link.kill()
                case Do.FAIL if action.why and action.number in self._wishes:
                    error = failure(action.why, self._ending, self._problem, self._limits)
                    self._wishes[action.number].fail(error)
        self._set_timer()

    def _send(self, number: int, wish: Wish) -> None:
        self._current = number
        if wish.request is None:
            wish.succeed()
            self._carry_out(self._keeper.answered(self._loop.time()))
        else:
            self._write(Draw(number, wish.request))

    def _write(self, message: Draw | Cancel) -> None:
        if self._link:
            self._link.write(encode(message))

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        due = self._keeper.deadline
        self._timer = None if due is None else self._loop.call_at(due, self._time_is_up, due)

    def _time_is_up(self, due: float) -> None:
        # A loop calls timers early, by its clock's resolution.
        self._carry_out(self._keeper.handle_timeout(max(self._loop.time(), due)))

    # -- one worker's life -------------------------------------------------------------------------------------------

    async def _live(self, before: asyncio.Task[None] | None) -> None:
        self._ending, self._problem = Ending("it was ended while it started"), ""
        try:
            if before:
                await asyncio.wait([before])
            self._link = await self._open_link()
            await self._listen(self._link)
            self._ending = await self._link.ended()
        except GenerationError as error:  # it could not be started or reached
            self._ending = Ending(error.message.rstrip("."))
        except asyncio.CancelledError:
            self._closed = self._closed or self._link is not None  # not by us: the whole loop is being ended
        finally:
            if self._link:
                self._link.kill()  # nothing, where it has ended
            self._link = None
            self._carry_out(self._keeper.gone(self._loop.time()))

    async def _listen(self, link: Link) -> None:
        """Take what it says until it says no more, or something that is not understood; then it has to end."""
        why: Why | None = None
        try:
            while line := await link.read():
                self._take(read_answer(line), len(line))
        except (BadMessage, Unended) as error:
            why, self._problem = Why.GARBAGE, str(error)
        except OSError:
            pass  # a cut connection; `ended` says so
        self._carry_out(self._keeper.end(self._loop.time(), why))

    def _take(self, answer: Answer, size: int) -> None:
        """One answer, of so many bytes. Raises BadMessage when it is none to what was asked."""
        if isinstance(answer, Ready):
            self._take_ready(answer)
            return
        if self._keeper.state is WorkerState.STARTING and isinstance(answer, Failed):
            self._problem = answer.message.rstrip(".")  # a remote one that cannot start its own
            self._carry_out(self._keeper.end(self._loop.time(), Why.NOT_STARTED))
            return
        if answer.id != self._current:
            raise BadMessage(f"it answers request {answer.id} and was asked {self._current}")
        wish = self._wishes.get(answer.id)  # None: nobody waits for it any more
        if isinstance(answer, Done | Failed):
            if wish and isinstance(answer, Failed):
                wish.fail(told_failure(answer))
            elif wish:
                wish.succeed()
            ending = isinstance(answer, Failed) and answer.ending
            now = self._loop.time()
            self._carry_out(self._keeper.end(now) if ending else self._keeper.answered(now))
        elif wish:
            wish.take(answer, size)

    def _take_ready(self, ready: Ready) -> None:
        if self._keeper.state is WorkerState.ENDING:
            return
        if self._keeper.state is not WorkerState.STARTING:
            raise BadMessage("it gets ready twice")
        if ready.protocol != PROTOCOL:
            raise BadMessage(f"it speaks version {ready.protocol} and this dcode {PROTOCOL}: install the same version")
        self._engines = ready.engines
        self._carry_out(self._keeper.ready(self._loop.time()))
