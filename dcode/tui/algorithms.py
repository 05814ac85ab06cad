"""What pictures can be drawn by, as the command line lists it: algorithms, their options, and values for these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from dcode.api.codec import Message
from dcode.client.picture_options import range_words, value_words
from dcode.geometry.strokes.options import Option
from dcode.tui.child import dcode
from dcode.tui.numbers import stepped

Algorithms = Mapping[str, Message]  # by their names, the first being the one to begin with

_KINDS: Final[Mapping[str, type]] = {"int": int, "float": float}


async def algorithms(where: Sequence[str]) -> Algorithms:
    """`where`: options that say which machine is meant. Raises DcodeError."""
    return {str(one["name"]): one for one in (await dcode("convert", "--list", *where)).value}


def asked(option: Message) -> str:
    """What is to be typed for an option: what it is, its unit, what it can be, and what it is by itself."""
    known = ", ".join(filter(None, (option["unit"], range_words(option))))
    return f"{option['about']}{known and f' ({known})'}; empty for {value_words(option['default'])}."


def about(option: Message) -> str:
    """What fits on a line beside its value."""
    known = ", ".join(filter(None, (range_words(option), f"default {value_words(option['default'])}")))
    return f"{known}: {option['about']}"


def value_read(option: Message, text: str) -> str:
    """The value that a text stands for, as the command line takes it; empty for none. Raises ConfigError."""
    text = text.strip()
    if not text or option["kind"] not in _KINDS:
        return text
    kind = _KINDS[option["kind"]]
    text = text.replace(",", ".")
    low, high = _ends(option)
    read = Option(option["name"], kind, option["default"], option["about"], option["unit"], low, high, ())
    read.read(text)
    return text


def value_stepped(option: Message, text: str, by: int) -> str:
    """The next value of a number, or the one before."""
    low, high = _ends(option)
    return value_words(stepped(float(text), by, low, high, whole=option["kind"] == "int"))


def _ends(option: Message) -> tuple[float, float]:
    low, high = option["low"], option["high"]
    return (-math.inf if low is None else low, math.inf if high is None else high)
