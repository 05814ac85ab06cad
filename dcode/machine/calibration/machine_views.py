"""What the machine guide shows at each of its steps. Step and number are filled in by the guide."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from dcode.geometry.kinematics import Belts
from dcode.machine.calibration import measurements
from dcode.machine.calibration.card_work import CardWork
from dcode.machine.calibration.guide import Choice, Fact, Question, View

_SAME_MM: Final = 0.02  # firmwares say it with two decimals
_MORE: Final = Choice("more", "m", "measure more")


def begin(work: CardWork) -> View:
    text = (
        "A ruler and a card are drawn, and the distances that you measure on them tell how the plotter really is. "
        "The gondola must be registered at home, and the sheet must not move until the end. Nothing is changed "
        "before the last step."
    )
    return _view(
        "The machine",
        text,
        (Choice("draw", "enter", "draw the ruler"),),
        questions=_belief(work),
        facts=_differs(work),
    )


def ruler(work: CardWork) -> View:
    choices = (Choice("card", "enter", "draw the card"), Choice("again", "r", "draw the ruler again"))
    text = "When the ruler is drawn, measure it as exactly as you can."
    return _view("The ruler", text, choices, questions=(measurements.ruler_question(),))


def card(work: CardWork) -> View:
    text = (
        "When the card is drawn, measure some distances between the crosses; leave out what you like. "
        f"{measurements.FEWEST} are enough, each more makes it surer, and the first ones tell most."
    )
    if work.tuning.on_belts:
        text += " The three from the motors' shafts, where a tape reaches them, tell as much as all others together."
    choices = (Choice("fit", "enter", "work it out"), Choice("again", "r", "draw the card again"))
    return _view("The card", text, choices, questions=work.card_questions(), facts=work.facts_so_far())


def check(work: CardWork) -> View:
    asked = work.questions_in_doubt()
    text = (
        "All other distances agree with each other, and not with "
        f"{' or '.join(question.label for question in asked)}. Measure again."
    )
    choices = (Choice("fit", "enter", "work it out"), Choice("keep", "k", "it is right as it is"))
    return _view("A distance in doubt", text, choices, questions=asked)


def result(work: CardWork) -> View:
    text = "This is what the distances say."
    if work.findings.doubtful:
        text = "The distances do not agree well: measure again those with the largest residuals, or more."
    choices = (Choice("settings", "enter", "go on to the settings"), _MORE)
    return _view("The result", text, choices, facts=work.findings.facts())


def settings(work: CardWork) -> View:
    save = Choice("save", "s", "write machine.json only")
    lines = work.lines()
    if not lines:
        text = f"Write these lines into the firmware's configuration file, then: {_afterwards(work)}"
        facts = tuple(Fact("", line) for line in work.lines_by_hand())
        return _view("The settings", text, (replace(save, key="enter"), _MORE), facts=facts)
    text = (
        "The firmware must have these settings before it draws by them. Sending them loses the position. "
        f"Then: {_afterwards(work)}"
    )
    text = f"{text}\n{work.tuning.note}" if work.tuning.note else text
    send = Choice("send", "y", "send them to the firmware, and write machine.json")
    facts = tuple(Fact("", line) for line in lines)
    return _view("The settings", text, (send, save, _MORE), facts=facts)


def done(work: CardWork, *, told: bool, saved: bool) -> View:
    done = "The firmware has its settings." if told else "The firmware still has its old settings."
    text = f"{done} Then: {_afterwards(work)}" if saved else "Nothing was changed."
    return _view("Done", text, ())


def _differs(work: CardWork) -> tuple[Fact, ...]:
    """Where firmware and machine.json do not agree already: what is drawn goes by the firmware."""
    own, said = work.machine.anchors, work.belts
    apart = max(math.dist(own.left_anchor, said.left_anchor), math.dist(own.right_anchor, said.right_anchor))
    if apart < _SAME_MM:
        return ()
    places = [f"({x:g}, {y:g}) and ({z:g}, {w:g})" for (x, y), (z, w) in map(_anchors, (said, own))]
    return (Fact("motors", f"the firmware has them at {places[0]}, machine.json at {places[1]}"),)


def _belief(work: CardWork) -> tuple[Question, ...]:
    if work.tuning.on_belts:
        steps = [Question("steps", "steps per mm, as the firmware has them", "steps/mm", work.steps[0])]
    else:
        axes = zip("xy", work.steps, strict=True)
        steps = [Question(f"steps_{axis}", f"steps per mm of {axis}", "steps/mm", value) for axis, value in axes]
    sides = zip(("left", "right"), work.switches or (None, None), strict=True)
    switches = [
        Question(f"switch_{side}", f"the {side} belt at its end-stop, as the firmware has it", "mm", known, True)
        for side, known in sides
    ]
    return (*steps, *(switches if work.tuning.switches else ()))


def _afterwards(work: CardWork) -> str:
    if work.tuning.starts_at_motor:
        x, y = work.findings.belts.left_anchor
        return (
            "switch the plotter off, hang the gondola at the left motor, switch it on, and run: "
            f"dcode register --at {x:g} {y:g}"
        )
    if work.tuning.by_hand:
        return "bring the gondola home, switch the plotter off and on, and run: dcode home --here"
    if work.machine.end_stops:
        return "run: dcode home"
    return "with the gondola at home, where it is then, run: dcode home --here"


def _anchors(belts: Belts) -> tuple[tuple[float, float], tuple[float, float]]:
    return belts.left_anchor, belts.right_anchor


def _view(
    title: str,
    text: str,
    choices: tuple[Choice, ...],
    *,
    questions: tuple[Question, ...] = (),
    facts: tuple[Fact, ...] = (),
) -> View:
    return View("", 0, 0, title, text, choices, questions, facts)
