"""The messages about places that can be found by eye: registering the gondola there, and looking for lost steps."""

from __future__ import annotations

from pydantic import Field

from dcode.api.model import Model
from dcode.api.status import Status


class Mark(Model):
    """A place on the paper that can be found by eye."""

    name: str
    x: float
    y: float
    about: str


class Marks(Model):
    """The marks that there are now: home, corners, the ends of the strokes around an interruption."""

    marks: list[Mark]


class Register(Model):
    """The gondola is at a mark, or at (x, y), now. `second`: the last one stays, and the two give the turn as well."""

    mark: str | None = None
    x: float | None = None
    y: float | None = None
    second: bool = False


class Registered(Model):
    """What a registration found: where dcode thought the gondola was, and how the sheet lies."""

    status: Status
    offset: tuple[float, float] | None = Field(None, description="true less believed position, mm; null: none was")
    rotation_degrees: float = Field(default=0.0, description="of the sheet, counter-clockwise; 0 with one mark")
    scale: float = 1.0


class Audit(Model):
    """Go to a mark, pen up, so that a user sees how far off it is; null: the one registered last, or home."""

    mark: str | None = None


class Audited(Model):
    """Where the gondola went; plotter.drift takes what is seen there."""

    mark: Mark
    status: Status


class Drift(Model):
    """The gondola is dx further right and dy higher, mm, than dcode believes. `correct`: it believes so from now on."""

    dx: float
    dy: float
    correct: bool = False


class Drifted(Model):
    """What an audit found."""

    sentence: str
    mm: float
    corrected: bool
    status: Status
