"""`dcode register`, said at once and as a conversation on a terminal; `dcode nudge`."""

from __future__ import annotations

import json
import signal
import termios
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conversation import Conversation
from tests.cli.fake_daemon import FakeDaemon, Refusal, a_status

MARKS = {
    "marks": [
        {"name": "last end", "x": 100.0, "y": 40.0, "about": "the end of the last whole stroke (line 5)"},
        {"name": "home", "x": 0.0, "y": 0.0, "about": "the home position"},
    ]
}
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
STEP = "mm   moved "


def registered(offset: list[float] | None = None, rotation: float = 0.0, scale: float = 1.0) -> dict[str, Any]:
    return {"status": a_status(), "offset": offset, "rotation_degrees": rotation, "scale": scale}


@pytest.fixture
def machine(daemon) -> Callable[..., FakeDaemon]:
    """A daemon that knows two marks; what it is to answer otherwise is said."""

    def start(**answers: Any) -> FakeDaemon:
        names = {name.replace("_", "."): answer for name, answer in answers.items()}
        known = {"plotter.marks": MARKS, "plotter.pen": a_status(), "plotter.nudge": a_status()}
        unknown = a_status(registered=False, position=None)
        found = {"status": unknown, "plotter.register": registered([3.2, -0.4])}
        return daemon(answers=known | found | names)

    return start


@pytest.mark.parametrize(
    ("words", "params"),
    [
        ("home", {"mark": "home", "second": False}),
        ("top left", {"mark": "top left", "second": False}),
        ("last end --second", {"mark": "last end", "second": True}),
        ("--at -10 20.5", {"x": -10.0, "y": 20.5, "second": False}),
        ("--second --at 0 -7", {"x": 0.0, "y": -7.0, "second": True}),
    ],
)
def test_a_script_says_where_the_gondola_is(dcode, machine, words: str, params: dict):
    fake = machine()
    assert dcode("register", *words.split(), "--json").json == registered([3.2, -0.4])
    assert fake.asked("plotter.register") == [params]
    assert not fake.asked("plotter.nudge") and not fake.asked("plotter.pen")


@pytest.mark.parametrize(
    ("offset", "sentence"),
    [
        ([3.2, -0.4], "The gondola was 3.2 mm further right and 0.4 mm lower than dcode believed."),
        ([-12.04, 0.04], "The gondola was 12.0 mm further left than dcode believed."),
        ([0.0, 0.06], "The gondola was 0.1 mm higher than dcode believed."),
        ([0.01, -0.02], "The gondola was where dcode believed it to be."),
        (None, "The position is known now."),
    ],
)
def test_what_a_registration_found_is_a_sentence(dcode, machine, offset, sentence: str):
    machine(plotter_register=registered(offset))
    assert dcode("register", "home").out == sentence + "\n"


@pytest.mark.parametrize(("degrees", "way"), [(0.354, "counter-clockwise"), (-0.354, "clockwise")])
def test_a_second_mark_tells_how_the_sheet_lies(dcode, machine, degrees: float, way: str):
    machine(plotter_register=registered([0.0, 0.0], degrees, 1.0021))
    told = dcode("register", "home", "--second").out.splitlines()
    assert told[1] == f"The sheet is turned by 0.35 degrees {way}; its scale is 1.0021."
    assert len(dcode("register", "home").out.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [([], "Without a terminal, say where the gondola is"), (["home", "--at", "1", "2"], "Either MARK or --at X Y.")],
)
def test_who_does_not_say_where_is_told_how(dcode, machine, arguments: list[str], sentence: str):
    fake = machine()
    ended = dcode("register", *arguments)
    assert (ended.code, ended.out, fake.calls) == (2, "", [])
    assert ended.err.startswith(f"dcode: {sentence}")


def test_marks_that_make_no_sense_are_refused_by_the_daemon(dcode, machine):
    machine(plotter_register=Refusal("LimitError", "The marks are 3.0 mm apart.", axis="distance"))
    ended = dcode("register", "home", "--second")
    assert (ended.code, ended.err) == (2, "dcode: The marks are 3.0 mm apart.\n")


def begun(person: Conversation) -> Conversation:
    """The first mark is chosen, and the keys are waited for."""
    person.answer("Over which mark will the pen be? [1, q leaves] ", b"\n")
    person.hear("step 1 mm   moved not yet")
    return person


def test_arrow_keys_bring_the_pen_over_a_mark(machine, talk):
    fake, person = machine(), talk("register")
    person.hear("The pen is up.")
    person.hear("1  last end  X 100.00 Y 40.00  the end of the last whole stroke (line 5)")
    begun(person)
    for key, told in (
        (RIGHT, "step 1 mm   moved 1.0 mm right"),
        (b"4", "step 5 mm   moved 1.0 mm right"),
        (UP, "step 5 mm   moved 1.0 mm right, 5.0 mm up"),
        (b"-", "step 1 mm   moved 1.0 mm right, 5.0 mm up"),
        (b"-", "step 0.5 mm   moved 1.0 mm right, 5.0 mm up"),
        (b"\x1bOD", "step 0.5 mm   moved 0.5 mm right, 5.0 mm up"),
        (b"+", "step 1 mm   moved 0.5 mm right, 5.0 mm up"),
        (DOWN, "step 1 mm   moved 0.5 mm right, 4.0 mm up"),
    ):
        person.type(key)
        person.hear(told)
    person.type(b"\r")
    person.answer("Go on? [y/N] ", b"\n")
    assert person.end() == (0, "The gondola was 3.2 mm further right and 0.4 mm lower than dcode believed.\n")
    assert next(method for method, _ in fake.calls if method.startswith("plotter.")) == "plotter.pen"
    steps = [{"dx": 1, "dy": 0}, {"dx": 0, "dy": 5}, {"dx": -0.5, "dy": 0}, {"dx": 0, "dy": -1}]
    assert fake.asked("plotter.nudge") == steps
    assert fake.asked("plotter.register") == [{"mark": "last end", "second": False}]


def test_a_key_that_is_held_while_the_gondola_moves_does_not_queue_up(machine, talk):
    def hold(params: dict[str, Any]) -> dict[str, Any]:
        person.type(RIGHT * 20)
        return a_status()

    fake = machine(plotter_nudge=hold)
    person = begun(talk("register"))
    person.type(RIGHT * 5)
    person.hear("moved 1.0 mm right")
    person.type(b"q")
    assert person.end() == (130, "")
    assert len(fake.asked("plotter.nudge")) == 1


@pytest.mark.parametrize("key", [b"q", b"\x1b", b"\x04"])
def test_who_leaves_registers_nothing(machine, talk, key: bytes):
    fake, person = machine(), begun(talk("register"))
    person.type(key)
    assert person.end() == (130, "")
    assert b"Nothing is registered." in person.seen
    assert not fake.asked("plotter.register") and not fake.asked("plotter.nudge")
    assert person.after == person.before


@pytest.mark.parametrize("answer", [b"q\n", b"\x04"])
def test_one_may_leave_before_a_mark_is_chosen(machine, talk, answer: bytes):
    fake, person = machine(), talk("register")
    person.answer("[1, q leaves] ", b"7\n")
    person.answer("A number from 1 to 2, or q.", b"first\n")
    person.answer("A number from 1 to 2, or q.", answer)
    assert person.end() == (130, "")
    assert not fake.asked("plotter.register")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_terminal_is_as_it_was_after_a_signal(machine, talk, number: int, code: int):
    machine()
    person = begun(talk("register"))
    assert not person.settings()[3] & termios.ECHO
    assert person.settings()[3] & termios.ISIG  # Ctrl-C is a signal also while keys are read
    person.process.send_signal(number)
    assert person.end() == (code, "")
    assert person.after == person.before


def test_the_terminal_is_as_it_was_after_the_daemon_has_died(machine, talk):
    fake = machine(plotter_nudge=lambda params: fake.hang_up())
    person = begun(talk("register"))
    person.type(LEFT)
    assert person.end() == (3, "")
    assert person.after == person.before


def test_a_step_that_is_refused_is_told_and_not_counted(machine, talk):
    def answer(params: dict[str, Any]) -> dict[str, Any]:
        if params["dx"]:
            raise Refusal("LimitError", "X 421 is outside the work area", axis="X")
        return a_status()

    machine(plotter_nudge=answer)
    person = begun(talk("register"))
    person.type(RIGHT)
    person.hear("dcode:")
    person.hear("X 421 is outside the work area.\r\n")
    person.hear("moved not yet")
    person.type(DOWN)
    person.hear("moved 1.0 mm down")
    person.type(b"\r")
    person.answer("Go on? [y/N] ", b"n\n")
    assert person.end()[0] == 0


def test_a_gondola_whose_position_is_known_goes_to_the_mark_by_itself(machine, talk):
    fake, person = machine(status=a_status(position=[99.5, 40.0]), plotter_jog=a_status()), talk("register", "--json")
    person.answer("[1, q leaves] ", b"2\n")
    person.answer("Go to X 0.00 Y 0.00 first, pen up? [Y/n] ", b"\n")
    person.answer("moved not yet", b"\n")
    person.answer("Go on? [y/N] ", b"y\n")
    person.answer("[1, q leaves] ", b"1\n")  # which is near: nothing is asked
    person.answer("moved not yet", b"\n")
    code, out = person.end()
    assert fake.asked("plotter.jog") == [{"x": 0.0, "y": 0.0}]
    assert fake.asked("plotter.register") == [{"mark": "home", "second": False}, {"mark": "last end", "second": True}]
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, [registered([3.2, -0.4])] * 2)


def test_a_conversation_can_be_about_the_second_mark_alone(machine, talk):
    fake = machine(plotter_register=registered(None, 1.0, 0.999))
    person = begun(talk("register", "--second"))
    person.type(b"\r")
    told = "The position is known now.\nThe sheet is turned by 1.00 degrees counter-clockwise; its scale is 0.9990.\n"
    assert person.end() == (0, told)
    assert fake.asked("plotter.register") == [{"mark": "last end", "second": True}]


def test_a_dumb_terminal_gets_lines(machine, plain_talk):
    machine()
    person = begun(plain_talk("register"))
    person.type(RIGHT)
    person.hear("step 1 mm   moved 1.0 mm right\r\n")
    person.type(b"q")
    assert person.end()[0] == 130
    assert b"\x1b" not in person.seen


def test_a_nudge_is_a_small_step(dcode, daemon):
    fake = daemon(answers={"plotter.nudge": a_status(registered=False, position=None)})
    assert "not known" in dcode("nudge", -1, "-.5").out
    assert fake.asked("plotter.nudge") == [{"dx": -1.0, "dy": -0.5}]
    assert dcode("nudge", 51, 0).code == dcode("nudge", 1).code == 2
    assert len(fake.asked("plotter.nudge")) == 1
