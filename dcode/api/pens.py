"""The messages about pens: what the machine asks for, what is changed while it draws, and the ink ledger."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dcode.api.model import Model


class Asked(Model):
    """What a paused job waits for: another pen, a fresh one of the pen that runs dry, or just somebody's word.

    `plotter.pen_changed` says that it is in, and goes on; nothing else happens until then.
    """

    kind: Literal["pen", "dry", "pause"]
    pen: int | None = Field(None, description="its number, as T gives it")
    name: str | None = Field(None, description="of the pen; the message of a pause")
    colour: str | None = None
    message: str


class PenChanged(Model):
    """The pen that was asked for is in. `fresh`: it is a fresh one; null: where a fresh one was asked for.

    Goes on with any paused job, whatever it waits for. `back_mm`: so much of the last ink is drawn once more before.
    """

    fresh: bool | None = None
    back_mm: float = Field(0, ge=0)


class Fresh(Model):
    """A fresh pen with this number lies ready, or is in: it has drawn nothing. null: the one that is in."""

    pen: int | None = Field(None, ge=1, le=9_999)


class PenInk(Model):
    """One pen of the ledger. Metres of ink and minutes on the paper, since it was fresh and since the ledger began."""

    pen: int
    name: str
    colour: str
    in_hand: bool = Field(description="the one that was put in last")
    metres: float
    minutes: float
    strokes: int
    metres_ever: float
    minutes_ever: float
    dry_after_m: float | None = None
    left_m: float | None = None
    fresh_at: float | None = Field(None, description="Unix time; null: nobody said")


class Ledger(Model):
    """All pens of machine.json, and others that have drawn."""

    pens: list[PenInk]


class Adjust(Model):
    """Change what is drawn now: the pen by so many degrees further down (below 0: less), the feeds to a percentage of
    what the program says. `undo` takes all of it back first."""

    pen_degrees: float | None = Field(None, ge=-45, le=45)
    feed: float | None = Field(None, ge=10, le=200)
    undo: bool = False


class Keep(Model):
    """Write what was adjusted in a job to machine.json; 0: the one that ended last."""

    job: int = Field(0, ge=0)


class Kept(Model):
    """The keys of machine.json that were changed, and their values."""

    changes: dict[str, float]
