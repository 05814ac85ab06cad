"""What is known of an interrupted job, and where it may go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.api import jobs
from dcode.api import recovery as api
from dcode.daemon.prepared import JOURNAL, MOTION
from dcode.errors import JobError
from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, back, before, beginning, ink_mm, lies_on, strokes_between
from dcode.jobs.history import OFF_WAY_MM, boot_id, read_history

SHOWN_POINTS: Final = 10_000  # of the stretch in an answer, which must fit a message of 1 MiB


@dataclass(frozen=True, slots=True)
class Interruption:
    """Where the last attempt of a job has come to: the pen was last between `executed` and `sent`."""

    motion: Motion
    executed: Place
    acked: Place
    sent: Place

    @classmethod
    def read(cls, folder: Path) -> Interruption:
        """From the files of a job. Raises JobError where there is no motion, JournalError for an unreadable journal."""
        try:
            motion = Motion.load(folder / MOTION)
        except (OSError, ValueError) as error:
            raise JobError(f"The checked program of this job cannot be read: {error}. Send the file again.") from error
        history = read_history(folder / JOURNAL)
        if history is None:  # it ended before anything was sent
            start = beginning(motion)
            return cls(motion, start, start, start)
        executed, sent, acked = history.executed_bound(motion), history.sent_bound(motion, boot_id()), history.acked
        between = not (before(motion, acked, executed) or before(motion, sent, acked))
        is_of_motion = history.begin.rows == len(motion) and lies_on(motion, acked, OFF_WAY_MM)
        return cls(motion, executed, acked if is_of_motion and between else executed, sent)

    def begin(self, how: str, back_mm: float) -> Place:
        """Where a run begins that redraws the stretch, skips it, or goes further back."""
        match how:
            case "skip":
                return self.sent
            case "back":
                return back(self.motion, self.executed, back_mm)
        return self.executed

    def shown(self, job: jobs.Job, back_mm: float, *, registered: bool) -> api.Recovery:
        """As clients are told."""
        return api.Recovery(
            job=job,
            executed=self._place(self.executed),
            acked=self._place(self.acked),
            sent=self._place(self.sent),
            stretch=_fewer(strokes_between(self.motion, self.executed, self.sent)),
            stretch_mm=ink_mm(self.motion, self.executed, self.sent),
            done_mm=ink_mm(self.motion, beginning(self.motion), self.executed),
            back=self._place(back(self.motion, self.executed, back_mm)),
            registered=registered,
        )

    def _place(self, place: Place) -> api.Place:
        row = min(place.row, len(self.motion) - 1)
        return api.Place(row=place.row, x=place.x, y=place.y, line=self.motion.line[row] if row >= 0 else 0)


def _fewer(strokes: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """At most SHOWN_POINTS or so: every n-th point of each stroke, and its last."""
    every = 1 + sum(map(len, strokes)) // SHOWN_POINTS
    return [stroke[::every] + stroke[-1:] * (every > 1) for stroke in strokes[: SHOWN_POINTS // 2]]
