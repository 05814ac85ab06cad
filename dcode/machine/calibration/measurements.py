"""What a user measures and types in: distances on the card and, if they like, to the motors and the sheet's edge."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from dcode.errors import CalibrationError
from dcode.machine.calibration.card import DISTANCES, RULER
from dcode.machine.calibration.fit_machine import LEFT_MOTOR, RIGHT_MOTOR, Measured
from dcode.machine.calibration.guide import Question

# One standard deviation, mm: a steel rule laid on two crosses; a tape held to a motor's shaft.
ON_PAPER: Final = 0.5
TO_A_MOTOR: Final = 1.0
FEWEST: Final = 4  # distances on the card
_LONGEST_MM: Final = 20_000.0

# Optional: what no distance on the paper can tell, or only poorly.
_MOTORS: Final[Mapping[str, tuple[str, str]]] = {
    "motors": (LEFT_MOTOR, RIGHT_MOTOR),
    "left_K": (LEFT_MOTOR, "K"),
    "right_G": (RIGHT_MOTOR, "G"),
}
_EDGE: Final = ("edge_A", "edge_C")


def ruler_question(typed: float | None = None) -> Question:
    return Question(RULER, "the ruler, from the long tick at M to the one at N", "mm", typed)


def card_questions(typed: Mapping[str, float], *, with_motors: bool) -> tuple[Question, ...]:
    """All distances that may be typed in; what was typed before stands as their default."""

    def question(name: str, label: str) -> Question:
        return Question(name, label, "mm", typed.get(name), optional=True)

    card = [question(name, f"{name[0]} to {name[1]}") for name in DISTANCES]
    motors = [
        question("motors", "from the left motor's shaft to the right one's"),
        question("left_K", "from the left motor's shaft to K"),
        question("right_G", "from the right motor's shaft to G"),
    ]
    edge = [
        question("edge_A", "from A straight up to the sheet's upper edge"),
        question("edge_C", "from C straight up to the sheet's upper edge"),
    ]
    return (*card[:8], *(motors if with_motors else ()), *card[8:], *(edge if with_motors else ()))


def checked(values: Mapping[str, float], questions: Sequence[Question]) -> dict[str, float]:
    """The values of these questions, their defaults where nothing was typed.

    Raises CalibrationError for what is no length, or of no question.
    """
    asked = {question.id: question for question in questions}
    for name, value in values.items():
        if name not in asked:
            raise CalibrationError(f"There is no distance {name!r} here.", value=name)
        if not 0 < value <= _LONGEST_MM:
            raise CalibrationError(f"{asked[name].label}: {value:g} {asked[name].unit} cannot be.", value=value)
    defaults = {name: question.default for name, question in asked.items() if question.default is not None}
    return defaults | dict(values)


def still_needed(typed: Mapping[str, float]) -> int:
    """How many more distances on the card it takes."""
    return max(0, FEWEST - sum(name in typed for name in DISTANCES))


def measured(typed: Mapping[str, float]) -> list[Measured]:
    """The distances to fit."""
    on_card = [name for name in DISTANCES if name in typed]
    found = [Measured(name[0], name[1], typed[name], ON_PAPER) for name in (RULER, *on_card) if name in typed]
    return [*found, *(Measured(*ends, typed[name], TO_A_MOTOR) for name, ends in _MOTORS.items() if name in typed)]


def name_of(one: Measured) -> str:
    """What a distance is called in questions and answers."""
    ends = (one.first, one.second)
    return next((name for name, known in _MOTORS.items() if known == ends), one.first + one.second)


def turn_of_card(typed: Mapping[str, float], across_mm: float) -> float | None:
    """How far A to C is turned on the sheet, degrees counter-clockwise; None where that was not measured.

    Raises CalibrationError where the two differ by more than A is from C.
    """
    if not all(name in typed for name in _EDGE):
        return None
    rise = typed["edge_A"] - typed["edge_C"]
    if abs(rise) >= across_mm:
        raise CalibrationError(f"A and C cannot be {abs(rise):g} mm apart in height: measure to the edge again.")
    return math.degrees(math.asin(rise / across_mm))
