"""Which question a status report answers."""

from __future__ import annotations

import asyncio

from dcode.daemon.status_reports import StatusReports
from dcode.streaming.events import Status

RUN, HOLD = Status("Run", (1.0, 0.0)), Status("Hold:0", (2.0, 0.0))


class Wire:
    """Counts the questions."""

    def __init__(self) -> None:
        self.asked = 0

    def realtime(self, data: bytes) -> None:
        self.asked += len(data)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_late_answer_to_an_earlier_question_is_not_taken_for_that_to_a_later_one() -> None:
    async def scene() -> None:
        reports, wire = StatusReports(), Wire()
        earlier = asyncio.ensure_future(reports.ask(wire, b"?"))  # type: ignore[arg-type]
        await settle()
        later = asyncio.ensure_future(reports.ask(wire, b"?"))  # type: ignore[arg-type]
        await settle()
        assert wire.asked == 1
        reports.take(RUN)
        await settle()
        assert (await earlier, later.done(), wire.asked) == (RUN, False, 2)
        reports.take(HOLD)
        assert await later is HOLD

    asyncio.run(scene())


def test_a_question_that_was_given_up_still_keeps_its_answer_from_the_next() -> None:
    async def scene() -> None:
        reports, wire = StatusReports(), Wire()
        given_up = asyncio.ensure_future(reports.ask(wire, b"?"))  # type: ignore[arg-type]
        await settle()
        given_up.cancel()
        later = asyncio.ensure_future(reports.ask(wire, b"?"))  # type: ignore[arg-type]
        await settle()
        reports.take(RUN)
        await settle()
        assert not later.done()
        reports.take(HOLD)
        assert await later is HOLD

    asyncio.run(scene())
