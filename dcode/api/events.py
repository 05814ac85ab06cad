"""What a subscriber is told after the snapshot: whole states, not differences, coalesced to at most 10 a second.

Each arrives as {"method": "event", "params": <one of these>}. A slow reader misses intermediate states, never the
last one; nothing that a reader does or leaves undone reaches the machine.
"""

from __future__ import annotations

from typing import Literal

from dcode.api.jobs import Job
from dcode.api.machine import MachineShown
from dcode.api.model import Model
from dcode.api.pens import Asked
from dcode.api.status import Status
from dcode.api.wire import WireLine


class StatusChanged(Model):
    """The machine, now."""

    event: Literal["status"] = "status"
    status: Status


class JobChanged(Model):
    """A job's state or progress."""

    event: Literal["job"] = "job"
    job: Job


class Drawn(Model):
    """How a drawing comes on: `done` of `total` steps of a stage. Points and counts as in dcode.generation.packed."""

    event: Literal["drawn"] = "drawn"
    job: int
    stage: str
    done: int
    total: int | None = None
    points: str | None = None
    counts: str | None = None
    preview: str | None = None  # a PNG, base64
    note: str | None = None  # a sentence for the person


class JobForgotten(Model):
    """A job is gone from the list."""

    event: Literal["forgotten"] = "forgotten"
    job: int


class Notice(Model):
    """Something worth a line on a screen: a fault, a pause that the program asks for, a pen to change."""

    event: Literal["notice"] = "notice"
    kind: str
    message: str
    job: int | None = None


class PenChange(Model):
    """A job waits for a pen, or for somebody's word: plotter.pen_changed goes on. Told once; Status.asks stays."""

    event: Literal["pen_change"] = "pen_change"
    job: int
    asks: Asked


class Wire(Model):
    """Lines of the wire, for clients that follow it (wire.follow)."""

    event: Literal["wire"] = "wire"
    lines: list[WireLine]
    missed: int = 0  # lines that were left out because there were too many


class MachineChanged(Model):
    """machine.json was changed, or read again: what the daemon goes by from now on."""

    event: Literal["machine"] = "machine"
    machine: MachineShown


Event = StatusChanged | JobChanged | Drawn | JobForgotten | Notice | PenChange | Wire | MachineChanged
