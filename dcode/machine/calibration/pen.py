"""The pen's guide: from values that may be wrong to a pen that marks everywhere on the sheet and leaves no gap or tail.

What may be done when is in pen_table.py, what it does in pen_moves.py, what is shown in pen_views.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dcode.errors import CalibrationError
from dcode.machine.calibration.guide import Action, Lift, View
from dcode.machine.calibration.guides import Start
from dcode.machine.calibration.pen_found import Bench
from dcode.machine.calibration.pen_table import TABLE, Stage
from dcode.machine.calibration.pen_views import view


class PenGuide:
    """One conversation about one pen. Nothing but its last move saves.

    Option `pen`: the name of one of machine.json's pens. Raises CalibrationError.
    """

    def __init__(self, start: Start) -> None:
        self._bench = Bench(start)
        self._stage, self._found = Stage.UP, self._bench.begin()

    @property
    def stage(self) -> Stage:
        """Where it is."""
        return self._stage

    @property
    def view(self) -> View:
        return view(self._bench, self._stage, self._found)

    @property
    def over(self) -> bool:
        return self._stage is Stage.OVER

    def answer(self, choice: str, values: Mapping[str, float]) -> Sequence[Action]:
        """Take a choice; what the machine is to do for it. Raises CalibrationError, with everything as it was."""
        move = TABLE[self._stage].get(choice)
        if move is None:
            known = ", ".join(TABLE[self._stage]) or "nothing"
            raise CalibrationError(f"{choice!r} cannot be chosen now; there is: {known}.", choice=choice)
        found, actions = move.do(self._bench, self._found, values)
        self._stage, self._found = move.leads(self._bench, found), found
        return actions

    def leave(self) -> Sequence[Action]:
        """End it here, with the pen up."""
        self._stage = Stage.OVER
        return [Lift(self._found.up)]
