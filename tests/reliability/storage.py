"""The disk under a journal: what a killed process leaves on it is all there, what a power cut leaves is not.

`Notes` is the journal of the one job there is, as the daemon keeps it in a file.
"""

from __future__ import annotations

import asyncio
import errno
import os
from random import Random

from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, beginning
from dcode.jobs.history import History, history
from dcode.jobs.journal import Held, Journal, Sent
from dcode.jobs.records import replay, sound


class Disk:
    """The bytes of one job's journal; lives as long as the world. Opened anew for every attempt, as the file is."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.synced = 0
        self.room: int | None = None  # bytes that are left; None: enough
        self._refuse_next = False
        self.sync_seconds = 0.004
        self.asked = 0  # the length that the sync under way is of

    def fill(self, margin: int) -> None:
        """From now on there is no more room: one append says so, then `margin` bytes are left."""
        self.room, self._refuse_next = margin, True

    def clean_up(self) -> None:
        """The user has made room, and it is a good disk again."""
        self.room, self._refuse_next, self.sync_seconds = None, False, 0.004

    def put(self, data: bytes) -> None:
        """Raises OSError when there is no room."""
        if self.room is not None:
            if self._refuse_next or len(data) > self.room:
                self._refuse_next = False
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.room -= len(data)
        self.data += data

    def lose_power(self, random: Random) -> None:
        """What was not synced may be lost: all from some byte on, or only a piece of it, where blocks behind that were
        written earlier; such a piece is zeros, or what was there before."""
        kept = random.randint(self.synced, len(self.data))
        if random.random() < 0.5:
            del self.data[kept:]
        else:
            size = min(random.randint(1, 40), len(self.data) - kept)
            zeros = random.random() < 0.5
            self.data[kept : kept + size] = bytes(0 if zeros else random.getrandbits(8) for _ in range(size))
        self.synced = len(self.data)


class DiskFile:
    """dcode.jobs.journal.Storage on such a disk, with its first `at` bytes kept. Dead once its process is."""

    def __init__(self, disk: Disk, at: int = 0) -> None:
        self._disk = disk
        del disk.data[at:]
        disk.synced = min(disk.synced, at)
        self.dead = False

    def append(self, data: bytes) -> None:
        if not self.dead:
            self._disk.put(data)

    def sync(self) -> None:
        if not self.dead:
            self._disk.synced = max(self._disk.synced, self._disk.asked)

    def close(self) -> None:
        self.dead = True


class Notes:
    """What is known of a job by its journal."""

    def __init__(self, motion: Motion) -> None:
        self.disk = Disk()
        self._motion = motion
        self._file: DiskFile | None = None
        self._boot = self._begun_in = 0  # runs of the computer

    def open(self) -> Journal:
        """As Journal.open does it with a file: go on behind the last sound record. Raises JournalError."""
        good, chain = 0, None
        for _, _, good, chain in sound(bytes(self.disk.data)):  # noqa: B007  # where the last one ended
            pass
        self._file, self._begun_in = DiskFile(self.disk, good), self._boot
        return Journal(self._file, None, chain)

    async def sync(self, journal: Journal) -> None:
        """What was written before it began is durable at its end."""
        self.disk.asked = len(self.disk.data)
        await asyncio.sleep(self.disk.sync_seconds)
        journal.sync()

    def process_ends(self) -> None:
        """Whatever is left of the process writes no more."""
        if self._file:
            self._file.dead = True

    def power_fails(self, random: Random) -> None:
        """The computer is off, and on again."""
        self.disk.lose_power(random)
        self._boot += 1

    def history(self) -> History | None:
        return history(bytes(self.disk.data))

    def declared(self) -> tuple[Place, Place]:
        """What was surely executed, and beyond what surely nothing was sent."""
        known = self.history()
        if known is None:
            return beginning(self._motion), beginning(self._motion)
        # Journals name the boot of this very computer; a power cut in the world is another one.
        boot = known.begin.boot if self._boot == self._begun_in else ""
        return known.executed_bound(self._motion), known.sent_bound(self._motion, boot)

    def paused(self) -> tuple[list[Place], Place] | None:
        """All that was ever sent, and where the run is held."""
        places = [said.place for said in replay(bytes(self.disk.data)).records if isinstance(said, Sent | Held)]
        return (places, places[-1]) if places else None
