"""Known bugs, to be planted: each is the smallest change that breaks one promise. The checks must find every one.

A bug is a function that is given a MonkeyPatch; `kinds` are faults that bring it to light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from dcode.daemon.plotter import Plotter
from dcode.daemon.record import RunRecord
from dcode.daemon.run import Run
from dcode.firmware.command import CommandKind
from dcode.firmware.translate import Translator
from dcode.gcode.place import Place
from dcode.jobs.history import History
from dcode.jobs.watermarks import Watermarks
from dcode.streaming.listener import Listener
from dcode.streaming.traffic import Line, Traffic

Plant = Callable[[pytest.MonkeyPatch], None]

BUGS: dict[str, Bug] = {}


class Bug(NamedTuple):
    """`profiles`: where it matters; empty: everywhere."""

    plant: Plant
    kinds: frozenset[str]
    profiles: frozenset[str] = frozenset()


def bug(*kinds: str, profiles: tuple[str, ...] = ()) -> Callable[[Plant], Plant]:
    """Note a bug under the name of its function."""

    def note(plant: Plant) -> Plant:
        BUGS[plant.__name__] = Bug(plant, frozenset(kinds), frozenset(profiles))
        return plant

    return note


@bug("kill", "computer_off", "unplug")
def an_ack_is_counted_twice(patch: pytest.MonkeyPatch) -> None:
    """Every acknowledgement takes the line behind it along."""
    take = Traffic.take

    def twice(self: Traffic, now: float) -> Line:
        line = take(self, now)
        if self.flight and self.flight[0].command.kind in (CommandKind.DRAW, CommandKind.TRAVEL):
            take(self, now)
        return line

    patch.setattr(Traffic, "take", twice)


@bug("kill", "reset", "power_cut", "unplug", profiles=("makelangelo", "marlin"))
def the_planner_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What is acknowledged counts as drawn."""
    begin = Watermarks.__init__

    def without(self: Watermarks, place: Place, planner_lines: int, *more: Any) -> None:
        begin(self, place, 0, *more)

    patch.setattr(Watermarks, "__init__", without)


@bug("reset", "power_cut", "silent_reset", profiles=("makelangelo", "marlin"))
def a_watermark_is_some_lines_too_far(patch: pytest.MonkeyPatch) -> None:
    """The planner is taken for half as deep as it is."""
    begin = Watermarks.__init__

    def half(self: Watermarks, place: Place, planner_lines: int, *more: Any) -> None:
        begin(self, place, planner_lines // 2, *more)

    patch.setattr(Watermarks, "__init__", half)


@bug("kill", "unplug", "computer_off", "reset")
def a_barrier_is_believed_at_once(patch: pytest.MonkeyPatch) -> None:
    """The line that should be acknowledged when all is drawn is one that is acknowledged at once."""
    barrier = Translator.barrier
    patch.setattr(Translator, "barrier", lambda self: [command._replace(text="G90") for command in barrier(self)])
    patch.setattr(Plotter, "_proved", _believe)


async def _believe(self: Plotter, channel: Any) -> bool:
    return True


@bug("computer_off")
def a_torn_journal_is_taken_for_all_there_was(patch: pytest.MonkeyPatch) -> None:
    """The last record that a power cut has left is believed to be the last that was written."""
    patch.setattr(History, "sent_bound", lambda self, motion, boot: self.sent)


@bug("refused", "out_noise", "resend_endless", "leave")
def the_pen_is_not_lifted_at_a_fault(patch: pytest.MonkeyPatch) -> None:
    async def no_lift(self: Plotter, channel: Any) -> bool:
        return True

    patch.setattr(Plotter, "_try_lift", no_lift)


@bug("kill", "unplug", "reset")
def a_job_goes_on_from_where_it_was_sent(patch: pytest.MonkeyPatch) -> None:
    """Instead of from where it was drawn."""
    patch.setattr(History, "executed_bound", lambda self, motion: self.sent)


@bug("computer_off")
def the_reservation_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RunRecord, "may_send", lambda self, row: True)


@bug("computer_off", "kill")
def what_is_sent_is_not_journalled_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RunRecord, "sending", lambda self, place: None)


@bug("reset", "power_cut")
def the_position_is_kept_after_a_reset(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Plotter, "_loses", lambda self, what: False)
    patch.setattr(Plotter, "_position_unknown", lambda self: None)


@bug("kill", "unplug", "pause_now")
def a_stroke_is_taken_up_with_the_pen_up(patch: pytest.MonkeyPatch) -> None:
    enter = Plotter._enter

    async def without_pen(self: Plotter, place: Any, down: bool) -> None:
        await enter(self, place, False)

    patch.setattr(Plotter, "_enter", without_pen)


@bug("refused", profiles=("grbl", "grblhal", "fluidnc"))
def feeding_goes_on_after_a_refused_line(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Listener, "_refuse", lambda self, line, text, code: None)


@bug("pause_now", "pause_jog", profiles=("makelangelo", "marlin"))
def half_a_row_is_forgotten_in_a_pause(patch: pytest.MonkeyPatch) -> None:
    """What is left of the row that a pause has cut in two is not made anew."""

    def hold(self: Run, at: Any) -> None:
        self._ready.clear()
        self.place = Place(self._row, *at)

    patch.setattr(Run, "hold", hold)
