"""A guide's views in lines, and typed lines as answers to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dcode.api.codec import Message
from dcode.client.words import table

_NAMES: Final = {"up": "Up", "down": "Down", "left": "Left", "right": "Right", "enter": "Enter"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A choice of the view, with the values of its questions."""

    choice: str
    values: Mapping[str, float] = field(default_factory=dict)


class Mistyped(Exception):
    """An answer that is none: the sentence says what one is."""


def understood(view: Message, line: str) -> Answer:
    """A typed line: a choice by its id or its key, values as name=number; one number answers the only question.

    Raises Mistyped.
    """
    words, choice, values = line.split(), "", dict[str, float]()
    for word in words:
        name, equals, number = word.partition("=")
        if meant := named(view, word):
            choice = meant
        elif equals and name in {question["id"] for question in view["questions"]}:
            values[name] = _number(number)
        elif len(view["questions"]) == 1:
            values[view["questions"][0]["id"]] = _number(word)
        else:
            raise Mistyped(f"{word!r} is none of {', '.join(one['id'] for one in view['choices'])}, or q to leave.")
    choice = choice or named(view, "enter") or ""
    if not choice:
        raise Mistyped(f"One of {', '.join(one['id'] for one in view['choices'])}, or q to leave.")
    return Answer(choice, values)


def read(said: object) -> Answer | None:
    if not isinstance(said, dict) or (said.get("leave") is not True and not isinstance(said.get("choice"), str)):
        raise Mistyped('an answer is {"choice": ID, "values": {NAME: NUMBER}} or {"leave": true}.')
    if said.get("leave") is True:
        return None
    values = said.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(one, int | float) for one in values.values()):
        raise Mistyped('"values" is an object of numbers.')
    return Answer(said["choice"], values)


def named(view: Message, word: str) -> str | None:
    """The choice that is meant by its id, or by its key; Enter alone is the key of that name."""
    word = word or "enter"
    found = next((one for one in view["choices"] if word in (one["id"], one["key"])), None)
    return found["id"] if found else None


def value(question: Message, line: str) -> dict[str, float]:
    if line:
        return {question["id"]: _number(line)}
    if question["default"] is None and not question["optional"]:
        raise Mistyped("A number is needed here.")
    return {} if question["default"] is None else {question["id"]: question["default"]}


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise Mistyped(f"{text!r} is not a number.") from None
    if not math.isfinite(number):
        raise Mistyped(f"{text!r} is not a number.")
    return number


def question(question: Message) -> str:
    unit = f" in {question['unit']}" if question["unit"] else ""
    default = f" [{question['default']:g}]" if question["default"] is not None else ""
    return f"{question['label']}{unit}{default}{' (Enter: leave it out)' * (question['optional'] and not default)}:"


def prompt(view: Message) -> str:
    questions = view["questions"]
    if len(questions) > 1:
        return f"{' '.join(one['id'] + '=' for one in questions)} ?"
    return f"{questions[0]['label']}?" if questions else "?"


def asked(view: Message) -> list[str]:
    """What several values are; a single one is asked for by its label."""
    rows = [[f"{one['id']}=", one["label"]] for one in view["questions"]]
    return [f"  {line}" for line in table(rows)] if len(rows) > 1 else []


def head(view: Message) -> list[str]:
    return [f"{view['number']} of {view['steps']}: {view['title']}", *view["text"].splitlines()]


def facts(facts: list[Message]) -> list[str]:
    return [f"  {line}" for line in table([[fact["label"], fact["value"]] for fact in facts])]


def keys(view: Message) -> list[str]:
    rows = [[_NAMES.get(choice["key"], choice["key"]), choice["label"]] for choice in view["choices"]]
    return [f"  {line}" for line in table([*rows, ["q", "leave: the pen goes up, nothing is saved"]])]


def changed(before: list[Message], now: list[Message]) -> list[Message]:
    return [fact for fact in now if fact not in before]
