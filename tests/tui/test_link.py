"""The link to the daemon, against one that says what the test wants: snapshot, events, loss, and coming back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dcode.client.address import Address
from dcode.errors import DaemonUnreachable, JobError
from dcode.tui import link as link_module
from dcode.tui.link import Link
from dcode.tui.messages import Begun, Linked, Told
from dcode.tui.store import LinkState
from tests.cli.fake_daemon import FakeDaemon, Refusal, status_event

Posted = asyncio.Queue[Any]
Test = Callable[[Link, Posted], Awaitable[None]]
MACHINE = {"machine.show": {"path": "machine.json", "values": {}, "others": []}}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again without waiting."""
    monkeypatch.setattr(link_module, "TRY_AGAIN", 0.0)


@pytest.fixture
def state(short_dir: Path) -> Path:
    return short_dir / "state"


def linked(state: Path, test: Test) -> None:
    async def run() -> None:
        posted: Posted = asyncio.Queue()
        link = Link(Address.find(state), posted.put_nowait)
        keeping = asyncio.create_task(link.keep())
        try:
            await test(link, posted)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(run())


def test_it_begins_with_a_snapshot_and_goes_on_with_events(state: Path) -> None:
    FakeDaemon(state, MACHINE, events=[status_event(state="homing"), status_event(state="idle")])

    async def test(link: Link, posted: Posted) -> None:
        begun = await posted.get()
        assert isinstance(begun, Begun)
        assert [job["id"] for job in begun.jobs] == [12, 13]
        assert begun.machine == MACHINE["machine.show"]
        told = [await posted.get(), await posted.get()]
        assert [one.event["status"]["state"] for one in told if isinstance(one, Told)] == ["homing", "idle"]

    linked(state, test)


def test_without_a_daemon_that_is_said_once(state: Path) -> None:
    async def test(link: Link, posted: Posted) -> None:
        found = await posted.get()
        assert isinstance(found, Linked) and found.state is LinkState.ABSENT
        for _ in range(50):  # tries
            await asyncio.sleep(0)
        assert posted.empty()
        with pytest.raises(DaemonUnreachable):
            await link.call("status")
        with pytest.raises(DaemonUnreachable):
            await link.stop()

    linked(state, test)


def test_a_daemon_that_goes_is_lost_and_found_again(state: Path) -> None:
    daemon = FakeDaemon(state, MACHINE)

    async def test(link: Link, posted: Posted) -> None:
        assert isinstance(await posted.get(), Begun)
        daemon.hang_up()
        lost = await posted.get()
        assert isinstance(lost, Linked) and lost.state is LinkState.LOST and "hung up" in lost.message
        assert isinstance(await posted.get(), Begun)
        assert (await link.call("status"))["state"] == "idle"

    linked(state, test)


def test_a_line_that_cannot_be_read_ends_the_connection_and_says_so(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "TRY_AGAIN", 3600.0)  # one try: every one ends alike
    daemon = FakeDaemon(state, MACHINE)
    daemon.after_events = lambda: daemon._connections[-1].sendall(b'{"half a line\n')

    async def test(link: Link, posted: Posted) -> None:
        lost = await posted.get()
        while not isinstance(lost, Linked):  # the line may come before the snapshot is complete
            lost = await posted.get()
        assert lost.state is LinkState.LOST and "cannot be read" in lost.message

    linked(state, test)


def test_a_daemon_of_another_version_is_not_taken_and_both_versions_are_named(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "TRY_AGAIN", 3600.0)  # one try: every one ends alike
    daemon = FakeDaemon(state, MACHINE | {"daemon.info": {"version": "7.0.1"}})

    async def test(link: Link, posted: Posted) -> None:
        refused = await posted.get()
        assert isinstance(refused, Linked) and refused.state is LinkState.LOST
        assert "7.0.1" in refused.message and "dcode daemon stop" in refused.message
        await link.stop()
        assert daemon.asked("plotter.stop")  # STOP is understood by every version

    linked(state, test)


def test_what_the_daemon_refuses_is_raised_and_the_link_stays(state: Path) -> None:
    FakeDaemon(state, MACHINE | {"job.retry": Refusal("JobError", "No job 99.", job=99)})

    async def test(link: Link, posted: Posted) -> None:
        assert isinstance(await posted.get(), Begun)
        with pytest.raises(JobError, match="No job 99"):
            await link.call("job.retry", job=99)
        assert (await link.call("status"))["state"] == "idle"

    linked(state, test)


def test_stop_does_not_wait_for_a_call_that_is_under_way(state: Path) -> None:
    daemon = FakeDaemon(state, MACHINE)

    async def test(link: Link, posted: Posted) -> None:
        assert isinstance(await posted.get(), Begun)
        before = len(daemon._connections)
        await link.stop()
        assert len(daemon._connections) == before + 1
        assert daemon.asked("plotter.stop") == [{}]

    linked(state, test)
