"""The ink ledger in the daemon: fed with what the plotter process counts, and kept over restarts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from dcode.api.codec import Message
from dcode.daemon.machine_desk import MachineDesk
from dcode.errors import JobError
from dcode.jobs.ink_book import read_ledger, write_ledger
from dcode.machine.ledger import Drawn, Ledger, forecast

WRITE_SECONDS: Final = 5.0  # between two writes while a job is drawn: an SD card wears


class InkKeeper:
    """Holds the ledger. The plotter process counts from its own beginning; what is new since the last look is added."""

    def __init__(self, path: Path, machine: MachineDesk) -> None:
        self._path, self._machine = path, machine
        self._seen: dict[int, Drawn] = {}  # by the process that plots now
        self._kept_at = 0.0
        self._again = False  # there is something to write that the write under way does not have
        self._writing: asyncio.Task[None] | None = None
        self.ledger = self._read()
        self._kept = self.ledger

    def close(self) -> None:
        """Keep what is not kept yet."""
        if self.ledger is not self._kept:
            self._write(self.ledger)

    def warnings(self, ink: Iterable[tuple[int, float]]) -> list[str]:
        """A sentence for each pen that runs dry in a program, mm of ink by pen."""
        return forecast(ink, self.ledger, self._machine.keeper.machine)

    async def about_to_go_on(self, *, goes_back: bool) -> None:
        """What a hand has done at a real plotter, somebody has to tell a simulated one."""
        asks = self._machine.plotter.status.get("asks")
        if asks and (asks["kind"] == "dry" or (asks["kind"] == "pen" and not goes_back)):
            await self._machine.change_simulated_pen(asks["pen"])

    async def renew(self, pen: int) -> None:
        """A fresh pen is there."""
        self.ledger = self.ledger.renewed(pen, time.time())
        if pen == self.ledger.in_hand:
            await self._machine.change_simulated_pen(pen)
        self._machine.plotter.tell("renew_pen", pen=pen)
        await asyncio.shield(self._keep_soon())

    def plotter_says(self, message: Message) -> None:
        """Take what was drawn, and which pen was put in."""
        self._count(self._machine.plotter.status.get("ink"))
        if message["event"] == "gone":
            self._seen = {}
        took = message.get("took") if message["event"] == "run" else None
        if took:
            pen, fresh = took
            self.ledger = self.ledger.took(pen)
            if fresh:
                self.ledger = self.ledger.renewed(pen, time.time())
        due = message["event"] == "run" or time.monotonic() - self._kept_at >= WRITE_SECONDS
        if self.ledger is not self._kept and due:
            self._keep_soon()

    def _count(self, ink: Message | None) -> None:
        for number, (mm, seconds, strokes) in (ink or {}).items():
            pen, drawn = int(number), Drawn(mm, seconds, strokes)
            seen = self._seen.get(pen, Drawn())
            if drawn != seen:
                more = Drawn(drawn.mm - seen.mm, drawn.seconds - seen.seconds, drawn.strokes - seen.strokes)
                self._seen[pen] = drawn
                self.ledger = self.ledger.drew(pen, more)

    # -- the file ------------------------------------------------------------------------------------------------------

    def _keep_soon(self) -> asyncio.Task[None]:
        self._again = True
        self._kept_at = time.monotonic()
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._keep())
        return self._writing

    async def _keep(self) -> None:
        """In a thread: a disk may take seconds, and clients want to be answered."""
        try:
            while self._again:
                self._again, ledger = False, self.ledger
                await asyncio.to_thread(self._write, ledger)
                self._kept = ledger
        finally:
            self._writing = None

    def _write(self, ledger: Ledger) -> None:
        try:
            write_ledger(self._path, ledger)
        except JobError as error:  # the drawing goes on
            logging.error("%s", error.message)

    def _read(self) -> Ledger:
        try:
            return read_ledger(self._path)
        except JobError as error:
            logging.error("%s", error.message)
            with contextlib.suppress(OSError):  # whoever knows what was in it finds it there
                self._path.replace(self._path.with_name(f"{self._path.name}.unreadable"))
            return Ledger()
