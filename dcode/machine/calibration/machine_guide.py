"""The guide that measures the machine: a ruler, a card, the distances that the user types, and what follows of them.

Nothing is changed before the last step. There the settings for the firmware are shown, and sent only at a yes; then
machine.json is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from dcode.errors import CalibrationError
from dcode.machine.calibration import machine_views, measurements
from dcode.machine.calibration.card_work import CardWork
from dcode.machine.calibration.guide import Action, Go, Lift, Save, Tell, View
from dcode.machine.calibration.guides import Start


class Step(StrEnum):
    """Where the guide is. The transitions are in `_MOVES`."""

    BEGIN = "begin"
    RULER = "ruler"
    CARD = "card"
    CHECK = "check"
    RESULT = "result"
    SETTINGS = "settings"
    DONE = "done"


_MOVES: Final[Mapping[Step, frozenset[Step]]] = {
    Step.BEGIN: frozenset({Step.RULER, Step.DONE}),
    Step.RULER: frozenset({Step.RULER, Step.CARD, Step.DONE}),
    Step.CARD: frozenset({Step.CARD, Step.CHECK, Step.RESULT, Step.DONE}),
    Step.CHECK: frozenset({Step.CHECK, Step.RESULT, Step.DONE}),
    Step.RESULT: frozenset({Step.CARD, Step.SETTINGS, Step.DONE}),
    Step.SETTINGS: frozenset({Step.CARD, Step.DONE}),
    Step.DONE: frozenset(),
}
_NUMBERS: Final[Mapping[Step, int]] = {
    Step.BEGIN: 1,
    Step.RULER: 2,
    Step.CARD: 3,
    Step.CHECK: 3,
    Step.RESULT: 4,
    Step.SETTINGS: 5,
    Step.DONE: 5,
}


class MachineGuide:
    """See guide.Guide. Made, it raises what CardWork raises."""

    def __init__(self, start: Start) -> None:
        self._today, self._work = start.today, CardWork(start)
        self._step = Step.BEGIN
        self._told = self._saved = False

    @property
    def over(self) -> bool:
        return self._step is Step.DONE

    @property
    def view(self) -> View:
        if self.over:
            view = machine_views.done(self._work, told=self._told, saved=self._saved)
        else:
            view = _VIEWS[self._step](self._work)
        return replace(view, step=str(self._step), number=_NUMBERS[self._step], steps=_NUMBERS[Step.DONE])

    def answer(self, choice: str, values: Mapping[str, float]) -> Sequence[Action]:
        view = self.view
        if choice not in (one.id for one in view.choices):
            known = ", ".join(one.id for one in view.choices)
            raise CalibrationError(f"There is no {choice!r} here. There are: {known}.", choice=choice)
        return _ANSWERS[self._step, choice](self, measurements.checked(values, view.questions))

    def leave(self) -> Sequence[Action]:
        if not self.over:
            self._to(Step.DONE)
        return (Lift(),)

    def _to(self, step: Step) -> None:
        assert step in _MOVES[self._step], f"{self._step} cannot become {step}"
        self._step = step

    # -- the ruler -----------------------------------------------------------------------------------------------------

    def _begin(self, values: Mapping[str, float]) -> Sequence[Action]:
        first, last = ("steps", "steps") if self._work.tuning.on_belts else ("steps_x", "steps_y")
        self._work.steps = (values[first], values[last])
        if "switch_left" in values and "switch_right" in values:
            self._work.switches = (values["switch_left"], values["switch_right"])
        return self._draw_ruler(values)

    def _draw_ruler(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._to(Step.RULER)
        return (self._work.ruler(),)

    def _draw_card(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._work.measured_ruler(values)
        return self._draw_card_again(values)

    # -- the card ------------------------------------------------------------------------------------------------------

    def _draw_card_again(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._to(Step.CARD)
        return (self._work.card(),)

    def _fit(self, values: Mapping[str, float]) -> Sequence[Action]:
        if not self._work.keep(values):
            self._to(Step.CARD)
            return ()
        self._work.work_out()
        self._to(Step.CHECK if self._work.suspects else Step.RESULT)
        return ()

    # -- a distance in doubt -------------------------------------------------------------------------------------------

    def _keep(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._work.work_out(looking=False)
        self._to(Step.RESULT)
        return ()

    # -- the result ----------------------------------------------------------------------------------------------------

    def _show_settings(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._work.findings.must_fit()
        self._to(Step.SETTINGS)
        return ()

    def _measure_more(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._to(Step.CARD)
        return ()

    def _send(self, values: Mapping[str, float]) -> Sequence[Action]:
        """Home first: where the gondola hangs is all that is known of it afterwards."""
        lines = self._work.lines()
        self._told = True
        self._to(Step.DONE)
        return (Lift(), Go(self._work.machine.home), Tell(lines), self._save())

    def _write(self, values: Mapping[str, float]) -> Sequence[Action]:
        self._to(Step.DONE)
        return (Lift(), Go(self._work.machine.home), self._save())

    def _save(self) -> Save:
        self._saved = True
        return Save(self._work.findings.changes(self._today))


_VIEWS: Final[Mapping[Step, Callable[[CardWork], View]]] = {
    Step.BEGIN: machine_views.begin,
    Step.RULER: machine_views.ruler,
    Step.CARD: machine_views.card,
    Step.CHECK: machine_views.check,
    Step.RESULT: machine_views.result,
    Step.SETTINGS: machine_views.settings,
}
_ANSWERS: Final[Mapping[tuple[Step, str], Callable[[MachineGuide, Mapping[str, float]], Sequence[Action]]]] = {
    (Step.BEGIN, "draw"): MachineGuide._begin,
    (Step.RULER, "card"): MachineGuide._draw_card,
    (Step.RULER, "again"): MachineGuide._draw_ruler,
    (Step.CARD, "fit"): MachineGuide._fit,
    (Step.CARD, "again"): MachineGuide._draw_card_again,
    (Step.CHECK, "fit"): MachineGuide._fit,
    (Step.CHECK, "keep"): MachineGuide._keep,
    (Step.RESULT, "settings"): MachineGuide._show_settings,
    (Step.RESULT, "more"): MachineGuide._measure_more,
    (Step.SETTINGS, "send"): MachineGuide._send,
    (Step.SETTINGS, "save"): MachineGuide._write,
    (Step.SETTINGS, "more"): MachineGuide._measure_more,
}
