"""What one daemon leaves for the next: where the machine stands, and which job goes on from there.

The port itself stays open in the service manager's hands, or is opened again without a change of DTR; either way the
firmware is asked where it is before anything moves.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from dcode.jobs.durable import put
from dcode.jobs.history import boot_id

_FILE: Final = "handover.json"
# A restart or an upgrade is over by then; whoever comes back later is asked before anything moves.
_GOES_ON_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Handover:
    """`at` in mm. `job`: the job that goes on by itself; None when none was being plotted."""

    at: tuple[float, float]
    port: str
    profile: str | None
    job: int | None
    boot: str
    time: float

    @classmethod
    def of(cls, at: tuple[float, float], port: str, profile: str | None, job: int | None) -> Self:
        return cls(at, port, profile, job, boot_id(), time.time())

    def leave(self, state_dir: Path) -> None:
        """Write it down. Raises OSError."""
        put(state_dir / _FILE, lambda part: part.write_text(json.dumps(asdict(self))))

    @classmethod
    def take(cls, state_dir: Path) -> Self | None:
        """What the last daemon left, which counts once. None when there is nothing, or the computer was off since."""
        file = state_dir / _FILE
        try:
            left = json.loads(file.read_text())
            found = cls(**left | {"at": (float(left["at"][0]), float(left["at"][1]))})
        except (OSError, ValueError, TypeError, KeyError, IndexError):
            found = None
        with contextlib.suppress(OSError):
            file.unlink()
        return found if found and found.boot and found.boot == boot_id() else None

    @property
    def goes_on(self) -> bool:
        """Whether its job may go on without a word."""
        return self.job is not None and 0 <= time.time() - self.time < _GOES_ON_SECONDS
