"""Pens as clients ask for them: changing, trying, adjusting, and the ink ledger."""

from __future__ import annotations

from typing import Final

from dcode.api import pens as api
from dcode.api.machine import MachineChanges
from dcode.api.model import Nothing
from dcode.api.status import Status
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.prepared import Plan
from dcode.daemon.run_desk import RunDesk
from dcode.daemon.server import Client
from dcode.errors import JobError, MachineNotReady
from dcode.jobs.job import Job
from dcode.jobs.store import JobStore
from dcode.machine.ledger import dry_after_mm
from dcode.machine.machine import Machine

_DIGITS: Final = 3


class PenDesk:
    """Answers pens.* and what of plotter.* is about pens."""

    def __init__(self, store: JobStore, machine: MachineDesk, runs: RunDesk) -> None:
        self._store, self._machine, self._runs, self._ink = store, machine, runs, runs.ink

    async def pen_changed(self, params: api.PenChanged, client: Client) -> Status:
        self._store.get(0)  # JobError where none is at the machine
        await self._runs.go_on_paused(params.back_mm, params.fresh)
        return self._runs.status()

    async def touch_test(self, params: Nothing, client: Client) -> Status:
        job = self._store.get(0)
        await self._machine.plotter.call("touch_test", bounds=job.bounds)
        return self._runs.status()

    async def adjust(self, params: api.Adjust, client: Client) -> Status:
        await self._machine.plotter.call("adjust", **params.model_dump())
        return self._runs.status()

    async def keep(self, params: api.Keep, client: Client) -> api.Kept:
        """Only when nothing is at the machine: a job is drawn to its end by the file that it was begun with."""
        if not params.job and (current := self._store.current()):
            raise MachineNotReady(
                f"Job {current.id} ({current.name}) is at the machine: keep it after that.", reason="busy"
            )
        job = self._store.get(params.job) if params.job else self._last_ended()
        if job is None or not job.is_adjusted:
            raise JobError("Nothing was adjusted that could be kept.", job=job.id if job else 0)
        changes = kept_keys(job, self._pens_of(job), self._machine.keeper.machine)
        await self._machine.keeper.change(MachineChanges(changes=dict(changes)), client)
        job.feed_override, job.pen_offsets = 100.0, {}
        self._runs.changed(job, save=True)
        return api.Kept(changes=changes)

    async def ledger(self, params: Nothing, client: Client) -> api.Ledger:
        machine, ledger = self._machine.keeper.look(), self._ink.ledger
        numbers = sorted({ledger.in_hand, *ledger.pens, *range(1, len(machine.pens) + 1)})
        return api.Ledger(pens=[self._shown(pen, machine) for pen in numbers])

    async def fresh(self, params: api.Fresh, client: Client) -> api.Ledger:
        await self._ink.renew(params.pen or self._ink.ledger.in_hand)
        return await self.ledger(Nothing(), client)

    def in_hand(self) -> api.PenInk:
        """The pen that was put in last."""
        return self._shown(self._ink.ledger.in_hand, self._machine.keeper.machine)

    def _shown(self, pen: int, machine: Machine) -> api.PenInk:
        account, named, most = self._ink.ledger.of(pen), machine.named_pen(pen), dry_after_mm(machine, pen)
        return api.PenInk(
            pen=pen,
            name=named.name,
            colour=named.colour,
            in_hand=pen == self._ink.ledger.in_hand,
            metres=round(account.now.mm / 1000, _DIGITS),
            minutes=round(account.now.seconds / 60, _DIGITS),
            strokes=account.now.strokes,
            metres_ever=round(account.ever.mm / 1000, _DIGITS),
            minutes_ever=round(account.ever.seconds / 60, _DIGITS),
            dry_after_m=None if most is None else most / 1000,
            left_m=None if most is None else round(max(0.0, most - account.now.mm) / 1000, _DIGITS),
            fresh_at=account.fresh_at,
        )

    def _last_ended(self) -> Job | None:
        ended = (job for job in self._store.jobs.values() if job.ended)
        return max(ended, key=lambda job: job.ended or 0.0, default=None)

    def _pens_of(self, job: Job) -> set[int]:
        """The pens that a job has drawn with."""
        plan = Plan.read(self._store.files(job.id))
        return {int(number) for number, mm in plan.pens if mm} if plan else set()


def kept_keys(job: Job, pens: set[int], machine: Machine) -> dict[str, float]:
    """The keys of machine.json that make the next job be drawn as this one was, and their values."""
    changes = dict[str, float]()
    for told, by in job.pen_offsets.items():
        pen, key = machine.named_pen(int(told)).pen, _table(int(told), machine)
        turn = abs(pen.down_angle - pen.up_angle)
        if pen.z_down is not None and pen.z_up is not None:
            changes[f"{key}.z_down"] = round(pen.z_down + by * (pen.z_down - pen.z_up) / turn, 2)
        else:
            changes[f"{key}.down_angle"] = round(pen.down_angle + by * (pen.down_angle - pen.up_angle) / turn, 1)
    if job.feed_override != 100.0:
        for number in pens:
            speed = machine.named_pen(number).pen.draw_speed * job.feed_override / 100
            most = machine.max_feed or speed
            changes[f"{_table(number, machine)}.draw_speed"] = round(min(speed, most), 1)
    return changes


def _table(number: int, machine: Machine) -> str:
    return f"pens[{number - 1}]" if 1 <= number <= len(machine.pens) else "pen"
