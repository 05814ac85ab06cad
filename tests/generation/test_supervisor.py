"""A supervisor and its worker, in two processes: what goes right, and everything that can happen to the worker."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from dcode.errors import GenerationError
from dcode.generation.keeper import Limits, WorkerState
from dcode.generation.local import LocalWorker
from dcode.generation.request import DrawRequest
from dcode.generation.supervisor import MAX_WAITING
from dcode.generation.wire import Step
from dcode.generation.wish import Drawings
from tests.generation.fake_engines import PNG
from tests.generation.workers import IMPATIENT, Heard, gone, local, misbehaving, supervised, wish


def test_drawings_come_back_with_progress_on_the_way():
    async def scene() -> tuple[Drawings, Heard]:
        heard = Heard()
        async with supervised() as supervisor:
            return await supervisor.draw(wish("fake", count=2), heard), heard

    drawings, heard = asyncio.run(scene())
    assert [found.drawn().lines.bounds.width for found in drawings.found] == [7.0, 8.0]
    assert drawings.found[0].drawn().seconds == 0.25
    assert heard.stages == ["thinking", "drawing"]
    last = heard.told[-1]
    assert isinstance(last, Step)
    progress = last.progress()
    assert (progress.done, progress.total, progress.preview) == (2, 2, PNG)
    assert progress.strokes is not None and len(progress.strokes.points) == 5


def test_the_worker_stays_warm_between_drawings():
    async def scene() -> set[int]:
        async with supervised() as supervisor:
            first, second = Heard(), Heard()
            await supervisor.draw(wish("sayswho"), first)
            await supervisor.draw(wish("sayswho"), second)
            return {await first.pid(), await second.pid()}

    assert len(asyncio.run(scene())) == 1


def test_many_requests_take_turns_in_the_order_in_which_they_came():
    async def scene() -> list[int]:
        order = list[int]()

        async def one(seed: int) -> None:
            await supervisor.draw(wish("fake", seed=seed))
            order.append(seed)

        async with supervised() as supervisor:
            await asyncio.gather(*(one(seed) for seed in range(1, 6)))
        return order

    assert asyncio.run(scene()) == [1, 2, 3, 4, 5]


def test_more_requests_than_may_wait_are_refused():
    async def scene() -> str:
        async with supervised() as supervisor:
            drawing = [asyncio.ensure_future(supervisor.draw(wish("fake"))) for _ in range(MAX_WAITING)]
            await asyncio.sleep(0)
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            await asyncio.gather(*drawing)
        return str(caught.value.fields["reason"])

    assert asyncio.run(scene()) == "busy"


def test_a_killed_worker_fails_its_drawing_with_its_last_words_and_the_next_gets_a_new_one():
    async def scene() -> tuple[GenerationError, int]:
        async with supervised() as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("killed"))
            return caught.value, len((await supervisor.draw(wish("fake"))).found)

    error, drawn = asyncio.run(scene())
    assert error.fields["reason"] == "lost" and "SIGKILL" in error.message
    assert error.fields["last_words"] == ["first words", "last words"]
    assert drawn == 1


def test_only_the_drawing_at_work_fails_with_its_worker():
    async def scene() -> list[object]:
        async with supervised() as supervisor:
            wishes = [wish("killed"), wish("fake"), wish("fake")]
            return await asyncio.gather(*map(supervisor.draw, wishes), return_exceptions=True)

    lost, *drawn = asyncio.run(scene())
    assert isinstance(lost, GenerationError)
    assert all(isinstance(one, Drawings) for one in drawn)


def test_a_cancel_is_at_once_and_a_worker_that_hears_it_stays_warm():
    async def scene() -> tuple[int, int]:
        before, after = Heard(), Heard()
        async with supervised() as supervisor:
            drawing = asyncio.ensure_future(supervisor.draw(wish("endless"), before))
            pid = await before.pid()
            drawing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await drawing
            assert supervisor.state is WorkerState.CANCELLING
            await supervisor.draw(wish("sayswho"), after)
            return pid, await after.pid()

    before, after = asyncio.run(scene())
    assert before == after


def test_a_hung_worker_is_cancelled_at_once_and_killed_behind_it():
    async def scene() -> tuple[int, int]:
        before, after = Heard(), Heard()
        async with supervised(limits=IMPATIENT) as supervisor:
            drawing = asyncio.ensure_future(supervisor.draw(wish("hung"), before))
            pid = await before.pid()
            drawing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await drawing
            await supervisor.draw(wish("sayswho"), after)
            await gone(pid)
            return pid, await after.pid()

    before, after = asyncio.run(scene())
    assert before != after


def test_a_drawing_that_takes_too_long_fails_and_its_worker_is_killed():
    async def scene() -> GenerationError:
        async with supervised(limits=Limits(seconds=0.0, end_seconds=0.0)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("hung"))
            assert supervisor.state is WorkerState.ABSENT
            return caught.value

    error = asyncio.run(scene())
    assert error.fields["reason"] == "too long" and "generation.seconds" in error.message


def test_who_waits_may_leave_before_its_turn():
    async def scene() -> Drawings:
        async with supervised() as supervisor:
            first = asyncio.ensure_future(supervisor.draw(wish("fake")))
            second = asyncio.ensure_future(supervisor.draw(wish("hung")))
            third = asyncio.ensure_future(supervisor.draw(wish("fake")))
            await asyncio.sleep(0)
            second.cancel()
            await first
            return await third

    assert len(asyncio.run(scene()).found) == 1


def test_an_idle_worker_ends_and_the_next_drawing_starts_another():
    async def scene() -> tuple[int, int]:
        first, second = Heard(), Heard()
        async with supervised(limits=Limits(idle_seconds=0.0)) as supervisor:
            await supervisor.draw(wish("sayswho"), first)
            await gone(await first.pid())
            await supervisor.draw(wish("sayswho"), second)
            return await first.pid(), await second.pid()

    before, after = asyncio.run(scene())
    assert before != after


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count memory like this")
def test_a_worker_that_runs_out_of_memory_says_so_and_is_replaced():
    async def scene() -> tuple[GenerationError, int, int]:
        before, after = Heard(), Heard()
        async with supervised(local(memory_mb=768)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("greedy"), before)
            await supervisor.draw(wish("sayswho"), after)
            return caught.value, await before.pid(), await after.pid()

    error, before, after = asyncio.run(scene())
    assert error.fields["reason"] == "memory" and "generation.memory_mb" in error.message
    assert before != after


def test_what_libraries_print_does_not_reach_the_wire():
    async def scene() -> Drawings:
        async with supervised() as supervisor:
            return await supervisor.draw(wish("noisy"))

    assert len(asyncio.run(scene()).found) == 1


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        ("garbage", "Loading pipeline"),
        ("half a line", "in the middle of a message"),
        ("a huge line", "more than"),
        ("another's answer", "answers request 2"),
        ("ready twice", "twice"),
        ("an unknown key", "no such key"),
    ],
)
def test_what_is_not_understood_ends_the_worker_and_fails_the_drawing(behaviour: str, problem: str):
    async def scene() -> GenerationError:
        async with supervised(misbehaving(behaviour), Limits(end_seconds=0.0)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            assert supervisor.state is WorkerState.ABSENT
            return caught.value

    error = asyncio.run(scene())
    assert error.fields["reason"] == "garbage" and problem in error.message
    assert error.fields["last_words"] == ["about to misbehave"]


def test_a_worker_that_closes_its_stdout_and_lives_on_is_ended():
    async def scene() -> object:
        async with supervised(misbehaving("silence"), Limits(end_seconds=0.0)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value.fields["reason"]

    assert asyncio.run(scene()) == "lost"


@pytest.mark.parametrize(("behaviour", "said"), [("crash at start", "did not start"), ("other version", "version 99")])
def test_a_worker_that_cannot_start_fails_each_drawing_with_the_reason(behaviour: str, said: str):
    async def scene() -> list[object]:
        async with supervised(misbehaving(behaviour)) as supervisor:
            return await asyncio.gather(*[supervisor.draw(wish("fake")) for _ in range(2)], return_exceptions=True)

    for error in asyncio.run(scene()):
        assert isinstance(error, GenerationError) and said in error.message
        if behaviour == "crash at start":
            assert "no_such_module" in str(error.fields["last_words"])


def test_a_worker_that_does_not_get_ready_is_ended():
    async def scene() -> object:
        async with supervised(misbehaving("never ready"), Limits(start_seconds=0.0, end_seconds=0.0)) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value.fields["reason"]

    assert asyncio.run(scene()) == "slow start"


def test_an_interpreter_that_is_not_there_is_named():
    async def scene() -> GenerationError:
        async with supervised(LocalWorker(python="/no/such/python")) as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("fake"))
            return caught.value

    assert "/no/such/python" in asyncio.run(scene()).message


def test_another_interpreter_finds_its_own_installation(tmp_path: Path):
    async def scene() -> Drawings:
        python = tmp_path / "python"
        python.symlink_to(sys.executable)
        own = LocalWorker(python=str(python), environment={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
        async with supervised(own) as supervisor:
            assert {state.name for state in await supervisor.engines()} >= {"strokes", "library", "sd-gcode"}
            return Drawings()

    asyncio.run(scene())


def test_a_defect_of_an_engine_is_told_and_the_worker_goes_on():
    async def scene() -> tuple[GenerationError, int]:
        async with supervised() as supervisor:
            with pytest.raises(GenerationError) as caught:
                await supervisor.draw(wish("defective"))
            return caught.value, len((await supervisor.draw(wish("fake"))).found)

    error, drawn = asyncio.run(scene())
    assert "ZeroDivisionError: by nothing" in error.message and drawn == 1


def test_a_worker_ends_with_who_started_it():
    async def scene() -> None:
        heard = Heard()
        async with supervised() as supervisor:
            drawing = asyncio.ensure_future(supervisor.draw(wish("endless"), heard))
            pid = await heard.pid()
            os.kill(pid, signal.SIGCONT)  # it is there
            assert supervisor._link is not None
            supervisor._link._stdin.close()  # type: ignore[attr-defined]  # as when this process is killed
            await gone(pid)
            with pytest.raises(GenerationError):
                await drawing

    asyncio.run(scene())


def test_closing_fails_who_waits_and_ends_the_worker():
    async def scene() -> int:
        heard = Heard()
        async with supervised(limits=IMPATIENT) as supervisor:
            drawing = asyncio.ensure_future(supervisor.draw(wish("hung"), heard))
            pid = await heard.pid()
            await supervisor.close()
            with pytest.raises(GenerationError, match="being ended"):
                await drawing
            with pytest.raises(GenerationError, match="being ended"):
                await supervisor.draw(wish("fake"))
            return pid

    pid = asyncio.run(scene())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_no_worker_would_take_is_refused_before_one_is_started():
    async def scene() -> WorkerState:
        async with supervised() as supervisor:
            for request in (DrawRequest(""), DrawRequest("x" * 2001), DrawRequest("a", count=0)):
                with pytest.raises(GenerationError, match="cannot be drawn"):
                    await supervisor.draw(request)
            return supervisor.state

    assert asyncio.run(scene()) is WorkerState.ABSENT
