"""What every guide has in common: what it shows, what may be answered, and what it asks the machine to do.

A guide never touches the machine, a file or a clock. It says what to show (`View`); a client shows that and sends back
a choice with the values that were typed; the guide answers with actions, which the daemon carries out in order. So the
command line and the screen at the plotter lead through the same steps, and a test needs neither.

A guide changes nothing but by `Save`, which is only ever its last action. Leaving it, at any step and in any way,
lifts the pen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Point = tuple[float, float]  # mm on the paper, y up


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be done now. `key` is the terminal's name for its key: "up", "enter", "y"."""

    id: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """A value to type in. `default` stands where nothing is typed; an `optional` one may be left out."""

    id: str
    label: str
    unit: str = ""
    default: float | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to show beside the text, ready to read: "pen-down angle", "43.5 degrees"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class View:
    """What a client shows now: step `number` of `steps`, a title, sentences, facts, questions and choices."""

    step: str
    number: int
    steps: int
    title: str
    text: str
    choices: tuple[Choice, ...]
    questions: tuple[Question, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Aim:
    """Turn the pen's servo to an angle, degrees, in steps that are slow enough to be stopped (degrees a second).

    On a machine whose pen is on an axis, here and in what follows mm stand for degrees (pen_unit.py).
    """

    angle: float
    slew: float = 60.0


@dataclass(frozen=True, slots=True)
class Lift:
    """Raise the pen to the machine's up angle, or to the one that the guide has found."""

    angle: float | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Travel there with the pen up."""

    to: Point


@dataclass(frozen=True, slots=True)
class Strokes:
    """Draw these lines; for each: travel, lower the pen, wait, draw, lift, wait. Degrees, seconds, mm/min.

    A line of one point is travelled to, straight after the wait: a pen that is not up yet shows it.
    """

    lines: tuple[tuple[Point, ...], ...]
    up_angle: float
    down_angle: float
    lower_seconds: float
    raise_seconds: float
    feed: float | None = None  # mm/min; the pen's draw speed by default


@dataclass(frozen=True, slots=True)
class Plot:
    """Queue a drawing as a job of its own, with everything that jobs have. `gcode` is checked like any stranger's."""

    name: str
    gcode: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Send lines to the firmware, each acknowledged before the next: settings that the user has said yes to."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Save:
    """Write these keys of machine.json, dotted ("pen.down_angle", "pens[1].up_angle"); None takes a key out."""

    changes: Mapping[str, Any]


Action: TypeAlias = Aim | Lift | Go | Strokes | Plot | Tell | Save


class Guide(Protocol):
    """One conversation."""

    @property
    def view(self) -> View:
        """What to show now."""

    @property
    def over(self) -> bool:
        """Whether it has come to its end: there is nothing left to answer."""

    def answer(self, choice: str, values: Mapping[str, float]) -> Sequence[Action]:
        """Take a choice of the view, with the values of its questions; what the machine is to do for it.

        Raises CalibrationError, with the state as it was, for a choice that the view has not or a value that cannot be.
        """

    def leave(self) -> Sequence[Action]:
        """End it here: the pen is lifted and nothing is saved."""
