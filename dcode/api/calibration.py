"""The messages of calibrate.*: guides that lead through a calibration, step by step.

A guide shows a view; whoever shows it sends back one of its choices, with the values that its questions ask for. The
client that began a guide answers it; when that client goes away, the guide is left: the pen goes up, nothing is saved.
"""

from __future__ import annotations

from pydantic import Field

from dcode.api.model import Model


class Guide(Model):
    """A guide by its name, and what it is about: the pen's name, a place, a file."""

    guide: str = Field(min_length=1, max_length=40)
    options: dict[str, bool | float | str] = Field(default_factory=dict, max_length=20)


class Answer(Model):
    """One of the view's choices, by its id, and the values of its questions, by theirs."""

    choice: str = Field(min_length=1, max_length=40)
    values: dict[str, float] = Field(default_factory=dict, max_length=100)


class Choice(Model):
    """What may be done now; `key` is the terminal's name for a key: up, enter, y."""

    id: str
    key: str
    label: str


class Question(Model):
    """A value to type in; `default` stands where nothing is typed."""

    id: str
    label: str
    unit: str
    default: float | None
    optional: bool


class Fact(Model):
    """Something to show beside the text."""

    label: str
    value: str


class View(Model):
    """What to show: step `number` of `steps`. A step that goes on has the same `step`."""

    step: str
    number: int
    steps: int
    title: str
    text: str
    choices: list[Choice]
    questions: list[Question]
    facts: list[Fact]


class Guided(Model):
    """Where a guide is. `over`: nothing is left to answer."""

    guide: str
    view: View
    over: bool
