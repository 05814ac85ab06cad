"""`dcode calibrate`: any guide by keys, by lines and in JSON; here the pen's own, on a machine that obeys."""

from __future__ import annotations

import json
import signal
import termios
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from dcode.errors import CalibrationError
from dcode.geometry.bounds import Bounds
from dcode.machine.calibration.guides import Start
from dcode.machine.calibration.pen import PenGuide
from dcode.machine.machine import Machine
from tests.cli.fake_daemon import FakeDaemon, Refusal

UP, DOWN = b"\x1b[A", b"\x1b[B"
MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))


class Guided:
    """The daemon's side of it."""

    def __init__(self) -> None:
        self.guide = PenGuide(Start(MACHINE, (0.0, 0.0)))

    def shown(self, params: Any = None) -> dict[str, Any]:
        view = json.loads(json.dumps(asdict(self.guide.view)))
        return {"guide": "pen", "view": view, "over": self.guide.over}

    def answer(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            self.guide.answer(params["choice"], params["values"])
        except CalibrationError as error:
            raise Refusal("CalibrationError", error.message) from error
        return self.shown()

    def leave(self, params: Any) -> dict[str, Any]:
        self.guide.leave()
        return self.shown()


@pytest.fixture
def machine(daemon) -> Callable[..., FakeDaemon]:
    def start(**answers: Any) -> FakeDaemon:
        guided = Guided()
        known = {
            "calibrate.begin": guided.shown,
            "calibrate.answer": guided.answer,
            "calibrate.leave": guided.leave,
        }
        return daemon(answers=known | {name.replace("_", "."): answer for name, answer in answers.items()})

    return start


def choices(fake: FakeDaemon) -> list[str]:
    return [params["choice"] for params in fake.asked("calibrate.answer")]


def test_arrow_keys_and_enter_lead_to_the_end(machine, talk):
    fake, person = machine(), talk("calibrate", "pen")
    person.hear("1 of 8: Pen up")
    person.hear("at 90 degrees")
    person.type(UP)
    person.hear("at 91 degrees")
    person.type(b"\r")
    person.hear("2 of 8: First touch")
    person.hear("at 91 degrees")
    for angle in (90, 89, 88):
        person.type(DOWN)
        person.hear(f"at {angle} degrees")
    person.type(b"-")
    person.hear("step 0.5 degrees")
    person.type(DOWN)
    person.hear("at 87.5 degrees")
    person.type(b"\r")
    person.hear("3 of 8: Pressure")
    person.hear("touch 87.75 degrees")
    person.type(b"\r")
    person.hear("4 of 8")
    person.hear("\ntouch 87.75 degrees")
    person.type(b"\r")
    person.answer("number:", b"none\n")
    person.answer("'none' is not a number.", b"\n")
    person.answer("A number is needed here.", b"12\n")
    person.hear("dcode:")
    person.answer("from 1 to 11", b"a\n")
    person.answer("number:", b"3\n")
    person.hear("5 of 8")
    person.hear("\ntouch 87.75 degrees")
    person.type(b"k")
    person.hear("6 of 8: Test strokes")
    person.hear("\ntouch 87.75 degrees")
    person.type(b"\r")
    person.hear("8 of 8: Save")
    person.hear("\nwait after lowering 100 ms")
    person.type(b"y")
    code, out = person.end()
    assert (code, out) == (0, "8 of 8: Done\nIt is written to machine.json. The pen is up.\n")
    assert person.after == person.before
    values = [params["values"] for params in fake.asked("calibrate.answer") if params["choice"] == "found"]
    assert values == [{"number": 12.0}, {"number": 3.0}]
    assert choices(fake)[-3:] == ["keep", "good", "save"]
    assert fake.asked("calibrate.begin") == [{"guide": "pen", "options": {}}]


def test_a_key_that_is_held_moves_one_step_at_a_time(machine, talk):
    guided = Guided()

    def held(params: dict[str, Any]) -> dict[str, Any]:
        person.type(DOWN * 30)
        return guided.answer(params)

    fake = machine(calibrate_begin=guided.shown, calibrate_answer=held)
    person = talk("calibrate", "pen")
    person.hear("at 90 degrees")
    person.type(DOWN * 8)
    person.hear("at 89 degrees")
    person.type(b"q")
    assert person.end() == (130, "")
    assert choices(fake) == ["nearer"]


@pytest.mark.parametrize("key", [b"q", b"\x1b", b"\x04"])
def test_who_leaves_is_told_that_nothing_is_saved(machine, talk, key: bytes):
    fake, person = machine(), talk("calibrate", "pen")
    person.hear("at 90 degrees")
    person.type(key)
    assert person.end() == (130, "")
    assert b"The guide is left: the pen is up, and nothing is saved." in person.seen
    assert len(fake.asked("calibrate.leave")) == 1
    assert person.after == person.before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_the_guide_and_the_terminal_as_it_was(machine, talk, number: int, code: int):
    fake, person = machine(), talk("calibrate", "pen")
    person.hear("at 90 degrees")
    assert not person.settings()[3] & termios.ECHO
    person.process.send_signal(number)
    assert person.end() == (code, "")
    assert len(fake.asked("calibrate.leave")) == 1
    assert person.after == person.before


def test_ctrl_c_while_the_machine_moves_hangs_up(machine, talk):
    def endless(params: dict[str, Any]) -> None:
        person.process.send_signal(signal.SIGINT)
        person.process.wait(20)

    machine(calibrate_answer=endless)
    person = talk("calibrate", "pen")
    person.hear("at 90 degrees")
    person.type(DOWN)
    assert person.end() == (130, "")
    assert b"the pen goes up, and nothing is saved." in person.seen
    assert person.after == person.before


def test_lines_are_typed_without_a_terminal(dcode, machine):
    fake = machine()
    typed = b"nearer\nwhat\nup\n\nlower\ntouches\naccept\ndraw\n3\nkeep\ngood\ny\n"
    ended = dcode("calibrate", "pen", stdin=typed)
    assert ended.code == 0 and ended.out == "8 of 8: Done\nIt is written to machine.json. The pen is up.\n"
    assert "'what' is none of away, nearer" in ended.err
    assert choices(fake)[:3] == ["nearer", "away", "clear"]
    assert fake.asked("calibrate.answer")[7] == {"choice": "found", "values": {"number": 3.0}}


@pytest.mark.parametrize("typed", [b"q\n", b"nearer\nleave\n", b"nearer\n", b""])
def test_lines_that_end_leave_the_guide(dcode, machine, typed: bytes):
    fake = machine()
    assert dcode("calibrate", "pen", stdin=typed).code == 130
    assert len(fake.asked("calibrate.leave")) == 1


def test_a_program_answers_in_json(dcode, machine):
    fake = machine()
    answers = [{"choice": "clear"}, {"choice": "save"}, "nonsense", {"choice": "lower", "values": {}}, {"leave": True}]
    ended = dcode("calibrate", "pen", "fine", "--json", stdin="\n".join(map(json.dumps, answers)).encode() + b"\n")
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 130
    assert [line["view"]["step"] for line in told if "view" in line] == ["up", "touch", "touch", "touch"]
    errors = [line["error"] for line in told if "error" in line]
    assert [error["kind"] for error in errors] == ["CalibrationError", "CalibrationError"]
    assert fake.asked("calibrate.begin") == [{"guide": "pen", "options": {"pen": "fine"}}]
    assert len(fake.asked("calibrate.leave")) == 1


def test_a_guide_that_cannot_begin_says_why(dcode, machine):
    machine(calibrate_begin=Refusal("MachineNotReady", "Job 3 (horse) is at the machine.", reason="busy"))
    ended = dcode("calibrate", "machine")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith("dcode: Job 3 (horse) is at the machine.")
