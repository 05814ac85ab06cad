"""What the journal of a job says of its last attempt, as far as it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, before, beginning, end, further, lies_on
from dcode.jobs.journal import contents
from dcode.jobs.records import (
    MAGIC,
    Acked,
    Begin,
    Ended,
    Executed,
    Held,
    Record,
    Reserved,
    Sent,
    Stood,
    decode,
    is_torn,
    sound,
)

# A place that a firmware reported is journalled as reported: rounded to steps, and belts bow between two points.
OFF_WAY_MM: Final = 1.0
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_OF_STANDING: Final = frozenset({Stood, Held, Ended})

_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True)
class History:
    """The last attempt: the last record of each kind behind the last Begin, and its place where there is none yet.

    `stood`, `held` and `ended` tell of a machine that stands still: None once the run was sent on after them.
    `torn`: the journal breaks off in something that is no record. Places and points are as they were written: see
    `executed_bound` and `sent_bound` for places that can be relied on, and compare points with what the firmware says.
    """

    begin: Begin
    attempts: int
    sent: Place
    acked: Place
    executed: Place
    reserved: int  # row
    stood: Stood | None
    held: Held | None
    ended: Ended | None
    torn: bool

    def executed_bound(self, motion: Motion) -> Place:
        """A place up to which all is on the paper: the last that was believed, but nothing beyond what was sent.

        If that is no place of this motion, the beginning of the attempt; if neither is that, the one of the motion.
        """
        if not self._is_of(motion):
            return beginning(motion)
        if not lies_on(motion, self.executed, OFF_WAY_MM):
            return self.begin.place
        if lies_on(motion, self.sent, OFF_WAY_MM) and before(motion, self.sent, self.executed):
            return self.sent
        return self.executed

    def sent_bound(self, motion: Motion, boot: str) -> Place:
        """A place beyond which nothing was sent; `boot` is the id of the run of this computer, as `boot_id` says it.

        In the same run of the computer, what was written is there, and Sent is the truth. After a power cut, or where
        the journal is torn, its last records may be lost: then all rows may have been sent that were reserved. If the
        journal is not of this motion, everything.
        """
        if not (self._is_of(motion) and lies_on(motion, self.sent, OFF_WAY_MM)):
            return end(motion)
        if boot and boot == self.begin.boot and not self.torn:
            return self.sent
        row = min(self.reserved, len(motion))
        return further(motion, self.sent, Place(row, *motion.position_before(row)))

    def _is_of(self, motion: Motion) -> bool:
        return self.begin.rows == len(motion) and lies_on(motion, self.begin.place, OFF_WAY_MM)


def read_history(path: Path) -> History | None:
    """The history in a journal file; None where no attempt is on record. Raises JournalError if it cannot be read."""
    data = contents(path)
    return None if data is None else history(data)


def history(data: bytes) -> History | None:
    """The history in the bytes of a journal; takes any bytes. Keeps one record of a kind, however many there are."""
    last: dict[type[Record], tuple[int, int]] = {}
    standing: dict[type[Record], tuple[int, int]] = {}
    attempts, good = 0, len(MAGIC)
    for record, body, good, _ in sound(data):
        if record in _OF_STANDING:
            standing[record] = (body, good)
            continue
        if record is Sent:
            if standing and (Sent not in last or decode(data, Sent, *last[Sent]) != decode(data, Sent, body, good)):
                standing.clear()
        elif record is Begin:
            attempts += 1
            last.clear()
            standing.clear()
        last[record] = (body, good)
    found = [decode(data, record, *where) for record, where in (last | standing).items()]
    begin = _only(Begin, found)
    if begin is None:
        return None
    sent, acked, executed = _only(Sent, found), _only(Acked, found), _only(Executed, found)
    reserved = _only(Reserved, found)
    return History(
        begin=begin,
        attempts=attempts,
        sent=sent.place if sent else begin.place,
        acked=acked.place if acked else begin.place,
        executed=executed.place if executed else begin.place,
        reserved=reserved.row if reserved else begin.place.row,
        stood=_only(Stood, found),
        held=_only(Held, found),
        ended=_only(Ended, found),
        torn=is_torn(data, good),
    )


def _only(kind: type[_R], found: list[Record]) -> _R | None:
    return next((record for record in found if isinstance(record, kind)), None)


def boot_id() -> str:
    """What tells this run of the computer from the one before a power cut; empty where the system has no such thing."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
