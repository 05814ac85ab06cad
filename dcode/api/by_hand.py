"""The messages that connect the machine and move it by hand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dcode.api.model import Model


class Connect(Model):
    """Port (a device, a pyserial URL, or sim[:profile][?speed=N]) and profile; null leaves it as it was set."""

    port: str | None = Field(None, max_length=1000)
    profile: str | None = Field(None, max_length=1000)


class Home(Model):
    """With `here`, the gondola is taken to be at the home position; without, the firmware homes by its end-stops."""

    here: bool = False


class Jog(Model):
    """By (dx, dy), or to (x, y); pen up, checked like any move."""

    dx: float = 0
    dy: float = 0
    x: float | None = None
    y: float | None = None
    feed: float | None = Field(None, gt=0, description="mm/min; the machine's travel speed by default")


class Nudge(Model):
    """A small step with the pen up, also where the position is not known: by (dx, dy)."""

    dx: float = Field(0, ge=-50, le=50)
    dy: float = Field(0, ge=-50, le=50)


class Pen(Model):
    """Up, down, or a servo angle in degrees."""

    to: Literal["up", "down"] | float


class Console(Model):
    """One line for the firmware. Refused while a job is at the machine, and where it would pass the limits."""

    line: str = Field(max_length=200)


class Replies(Model):
    """What the firmware said, without acknowledgements."""

    replies: list[str]


class Ink(Model):
    """Where a simulated plotter is to leave its drawing."""

    path: str
