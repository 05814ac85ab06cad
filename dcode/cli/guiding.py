"""Any guide of the daemon, on a terminal by keys, else by lines: its views are shown, its choices and values taken.

With --json each view is one line of JSON, and so is each answer: {"choice": "touches", "values": {"number": 4}}, or
{"leave": true}. The end of the input leaves as well.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack, closing
from typing import Final

from dcode.api.codec import Message
from dcode.cli import guide_words as words
from dcode.cli.exit_codes import ExitCode
from dcode.cli.guide_words import Answer, Mistyped
from dcode.cli.keys import Keyboard, keyboard
from dcode.cli.output import Output
from dcode.cli.session import Session
from dcode.client.sentences import sentences
from dcode.client.sync import Client
from dcode.errors import CalibrationError

_MANY: Final = 3  # questions that nobody minds to be asked one after the other
LEAVING: Final = ("q", "quit", "leave", "escape")
_LEFT: Final = "The guide is left: the pen is up, and nothing is saved."


def lead(session: Session, daemon: Client, name: str, options: Mapping[str, str | float | bool]) -> ExitCode:
    """Begin a guide and see it to its end, or leave it. Raises what ends it: then the daemon has left it."""
    output = session.output
    shown = daemon.call("calibrate.begin", guide=name, options=dict(options))
    person = _Script(session) if session.json else _Terminal(output) if output.interactive else _Lines(output)
    with closing(person):
        return _to_its_end(output, daemon, person, shown)


def _to_its_end(output: Output, daemon: Client, person: _Person, shown: Message) -> ExitCode:
    asking = True
    try:
        while not shown["over"]:
            asking = True
            answer = person.answer(shown["view"])
            if answer is None:
                return _leave(output, daemon)
            asking = False
            person.waits()
            try:
                shown = daemon.call("calibrate.answer", choice=answer.choice, values=dict(answer.values))
            except CalibrationError as error:
                person.refused(error)
    except (KeyboardInterrupt, SystemExit):
        if asking:
            _leave(output, daemon)
        else:  # an answer is on its way: the daemon sees that we are gone
            output.note("The guide is left: the pen goes up, and nothing is saved.")
        raise
    person.ended(shown)
    return ExitCode.DONE


def _leave(output: Output, daemon: Client) -> ExitCode:
    daemon.call("calibrate.leave")
    output.note(_LEFT)
    return ExitCode.INTERRUPTED


class _Person(ABC):
    """Who answers."""

    @abstractmethod
    def answer(self, view: Message) -> Answer | None:
        """What is chosen; None to leave."""

    @abstractmethod
    def refused(self, error: CalibrationError) -> None: ...

    @abstractmethod
    def ended(self, shown: Message) -> None: ...

    def waits(self) -> None:
        """The machine is at work: seconds for a step, a minute for a row of strokes."""
        return

    def close(self) -> None:
        """Leave the terminal as it was."""
        return


class _Lines(_Person):
    """A person, or a script, who types lines."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._step = ""
        self._facts: list[Message] = []

    def answer(self, view: Message) -> Answer | None:
        self._tell(view)
        for question in words.asked(view):
            self._output.note(question)
        while (line := self._output.prompt(words.prompt(view))) is not None:
            if line.lower() in LEAVING and not words.named(view, line):
                return None
            try:
                return words.understood(view, line)
            except Mistyped as mistyped:
                self._output.note(str(mistyped))
        return None

    def refused(self, error: CalibrationError) -> None:
        self._output.fail(*sentences(error))

    def ended(self, shown: Message) -> None:
        for line in words.head(shown["view"]):
            self._output.say(line)

    def _tell(self, view: Message) -> None:
        """All of a step when it begins; after that only what has changed."""
        if view["step"] != self._step:
            for line in ["", *words.head(view), *words.facts(view["facts"]), *words.keys(view)]:
                self._output.note(line)
        else:
            for fact in words.changed(self._facts, view["facts"]):
                self._output.note(f"  {fact['label']}: {fact['value']}")
        self._step, self._facts = view["step"], view["facts"]


class _Terminal(_Lines):
    """A person at a terminal: single keys, but where a value has to be typed."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._moving: list[str] = []  # the facts that this step has changed
        self._by_keys = ExitStack()
        self._keys: Keyboard | None = None

    def waits(self) -> None:
        if self._output.live:
            self._output.show("The machine is at work; Ctrl-C leaves.")

    def close(self) -> None:
        self._by_lines()

    def answer(self, view: Message) -> Answer | None:
        if view["questions"]:
            self._by_lines()
            return self._asked(view)
        if self._keys is None:
            self._keys = self._by_keys.enter_context(keyboard())
        self._keys.drain()  # what was pressed while the machine was at work: a held key counts once
        self._tell(view)
        return self._pressed(view, self._keys)

    def _by_lines(self) -> None:
        self._output.show("")
        self._by_keys.close()
        self._keys = None

    def _tell(self, view: Message) -> None:
        if view["step"] != self._step:
            self._output.show("")
            self._moving = []
            super()._tell(view)
        self._moving += [fact["label"] for fact in words.changed(self._facts, view["facts"])]
        self._step, self._facts = view["step"], view["facts"]
        if self._output.live:
            told = [fact for fact in view["facts"] if fact["label"] in self._moving] or view["facts"][1:2]
            self._output.show("   ".join(f"{fact['label']} {fact['value']}" for fact in told))

    def _pressed(self, view: Message, keys: Keyboard) -> Answer | None:
        """The first key that means something."""
        choices = {choice["key"]: choice["id"] for choice in view["choices"]}
        while True:
            key = keys.read()
            name = "+" if key == "=" else key  # which is + without shift
            if name in choices:
                return Answer(choices[name])
            if name in LEAVING:
                return None

    def _asked(self, view: Message) -> Answer | None:
        """Question by question; then what Enter means, unless another choice is typed."""
        self._tell(view)
        self._output.show("")
        values: dict[str, float] = {}
        if len(view["questions"]) > _MANY:
            self._output.note(f"  {view['choices'][0]['id']} at any of these goes on with what is typed so far.")
        for question in view["questions"]:
            while True:
                line = self._output.prompt(words.question(question))
                if line is None or (line.lower() in LEAVING and not words.named(view, line)):
                    return None
                if line and (choice := words.named(view, line)):
                    return Answer(choice, values)
                try:
                    values |= words.value(question, line)
                    break
                except Mistyped as mistyped:
                    self._output.note(str(mistyped))
        return Answer(words.named(view, "enter") or view["choices"][0]["id"], values)


class _Script(_Person):
    """A program that reads views and writes answers, each on a line."""

    def __init__(self, session: Session) -> None:
        self._session, self._output = session, session.output

    def answer(self, view: Message) -> Answer | None:
        self._output.answer({"view": view, "over": False})
        while line := sys.stdin.readline():
            if not line.strip():
                continue
            try:
                return words.read(json.loads(line))
            except (ValueError, Mistyped) as error:
                self.refused(CalibrationError(f"Not an answer: {error}"))
        return None

    def refused(self, error: CalibrationError) -> None:
        self._output.answer(self._session.failure(error))

    def ended(self, shown: Message) -> None:
        self._output.answer(shown)
