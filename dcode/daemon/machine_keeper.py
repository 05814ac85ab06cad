"""machine.json in the daemon: which machine it goes by, when it takes another, and how clients see and change it.

What the daemon goes by is also in a file of its own in the state directory. The processes that plot and check read
that one, so that a file which is being edited, or is broken, reaches no job: a new description is taken when no job is
at the machine, and only as a whole.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dcode.api import events as tell
from dcode.api import machine as api
from dcode.api.model import Model, Nothing
from dcode.config.machine_store import MachineStore
from dcode.daemon.server import Client
from dcode.errors import ConfigError, MachineNotReady
from dcode.jobs.store import JobStore
from dcode.machine.machine import Machine

IN_USE: Final = "machine-in-use.json"

_Stamp = tuple[int, int, int]


class MachineKeeper:
    """Answers machine.*. `on_new`: there is another machine to go by, and no job at the old one.

    Raises ConfigError, when it is made, for a file that describes no machine.
    """

    def __init__(
        self, machine_file: Path, state_dir: Path, jobs: JobStore, publish: Callable[[object, Model], None]
    ) -> None:
        self.store = MachineStore(machine_file)
        self.in_use = state_dir / IN_USE
        self.on_new: Callable[[], None] = lambda: None
        self._jobs, self._publish = jobs, publish
        self._due = False  # a reload was asked for while a job was at the machine
        self._broken: ConfigError | None = None  # why what is in the file now is not gone by
        self._stamp = _stamp(self.store.path)
        self._use()
        for key in self.store.others:
            logging.warning("%s: key %s means nothing to this dcode; it is kept.", self.store.path, key)
        self.store.on_change = self._changed

    @property
    def machine(self) -> Machine:
        """The machine that the daemon goes by."""
        return self.store.machine

    def look(self) -> Machine:
        """The same, once what a person has changed in the file is taken, where no job is at the machine.

        A file that cannot be taken is told once: the machine stays as it was.
        """
        if not self._jobs.current() and _stamp(self.store.path) != self._stamp:
            self._reload()
        return self.machine

    def must_be_sound(self) -> None:
        """Raises ConfigError while what is in the file cannot be taken: who wants to plot is there to mend it."""
        self.look()
        if self._broken and not self._jobs.current():
            self._read_anew()

    def reload(self) -> None:
        """Read the file again now or, while a job is at the machine, at its end."""
        if job := self._jobs.current():
            logging.info("%s is read again when job %d has ended", self.store.path, job.id)
            self._due = True
        else:
            self._reload()

    def job_ended(self) -> None:
        """Nothing is at the machine any more: what waited for that is done."""
        if self._due:
            self._reload()

    async def show(self, params: Nothing, client: Client) -> api.MachineShown:
        self.look()
        return self._shown()

    async def limits(self, params: Nothing, client: Client) -> api.Limits:
        return await asyncio.to_thread(_limits, self.look())

    async def change(self, params: api.MachineChanges, client: Client) -> api.MachineShown:
        if job := self._jobs.current():
            raise MachineNotReady(
                f"Job {job.id} ({job.name}) is at the machine: machine.json is changed when it has ended.",
                reason="busy",
                job=job.id,
            )
        self.store.change(params.changes)
        return self._shown()

    def _reload(self) -> None:
        """Take the file as it is; a broken one is told once, and the machine stays as it was."""
        self._due = False
        try:
            self._read_anew()
        except ConfigError as error:
            self._broken, self._stamp = error, _stamp(self.store.path)
            sentence = f"{error.message} dcode goes on with the machine as it was."
            logging.warning("%s", sentence)
            self._publish(("notice", "machine"), tell.Notice(kind="machine", message=sentence))

    def _read_anew(self) -> None:
        stamp = _stamp(self.store.path)
        if self.store.reload() or self._broken:
            logging.info("%s was read again: it describes another machine now", self.store.path)
            self._changed()
        else:
            self._use()  # a note may have changed
        self._broken, self._stamp = None, stamp

    def _changed(self) -> None:
        """The file describes another machine than before."""
        self._use()
        self._broken, self._stamp = None, _stamp(self.store.path)
        self._publish("machine", tell.MachineChanged(machine=self._shown()))
        self.on_new()

    def _use(self) -> None:
        """Let the processes that plot and check have it."""
        part = self.in_use.with_name(f".{IN_USE}.{os.getpid()}")
        try:
            part.write_text(self.store.text, encoding="utf-8")
            part.replace(self.in_use)
        except OSError as error:
            self._broken = ConfigError(f"cannot be written: {error.strerror}.", file=str(self.in_use))
            raise self._broken from error

    def _shown(self) -> api.MachineShown:
        values = {key: api.MachineValue(value=one.value, source=one.source) for key, one in self.store.values().items()}
        return api.MachineShown(path=str(self.store.path), values=values, others=list(self.store.others))


def _stamp(path: Path) -> _Stamp | None:
    """What tells a file from what was there before; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _limits(machine: Machine) -> api.Limits:
    from dcode.machine.limits import SoftLimits
    from dcode.machine.preview.reachable import out_of_reach  # and numpy with it, for who wants to see it

    area = machine.work_area
    outlines = [outline.round(2).tolist() for outline in out_of_reach(SoftLimits.of(machine), area)]
    return api.Limits(area=(area.left, area.right, area.top, area.bottom), unreachable=outlines)
