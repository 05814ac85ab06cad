"""From a line to words, and from words to one grbl block: what is said, not yet whether it makes sense."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from dcode.simulator.grbl_settings import Refusal

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_BLANKS: Final = dict.fromkeys([*range(33), ord("/")])
_COMMENT: Final = re.compile(r"\([^)]*(?:\)|$)|;.*")

# G words by modal group (gcode.h). G10, G28, G30, G92 take axis words without being motion.
_GROUP: Final = {
    **dict.fromkeys((4, 10, 28, 30, 53, 92), "G0"),
    **dict.fromkeys((0, 1, 2, 3, 80), "motion"),
    **dict.fromkeys((17, 18, 19), "plane"),
    **dict.fromkeys((90, 91), "distance"),
    **dict.fromkeys((93, 94), "feed_mode"),
    **dict.fromkeys((20, 21), "units"),
    40: "cutter",
    **dict.fromkeys((43, 49), "tool_length"),
    **dict.fromkeys((54, 55, 56, 57, 58, 59), "coordinates"),
    61: "path",
}
_M_GROUP: Final = {
    **dict.fromkeys((0, 1, 2, 30), "flow"),
    **dict.fromkeys((3, 4, 5), "spindle"),
    **dict.fromkeys((8, 9), "coolant"),
}
_VALUES: Final = "FIJKLNPRSTXYZ"
_NOT_NEGATIVE: Final = "FNPST"
_MOST_TOOLS: Final = 255
_MOST: Final = 1e9  # more than 32 bits count in steps


@dataclass(slots=True)
class Words:
    """`modal` has the G or M number by group (28.1 is 281), `values` the other words. `axes`: what takes X Y Z."""

    modal: dict[str, int] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    axes: str = ""  # "motion", "other" (G10 G28 G30 G92), "tool", or none said


def read_number(text: str, at: int) -> tuple[float, int]:
    """A number as grbl reads it (no exponents), and where it ends. Raises Refusal 2."""
    found = _NUMBER.match(text, at)
    if not found:
        raise Refusal(2)
    return min(_MOST, max(-_MOST, float(found.group()))), found.end()


def squeeze(text: str) -> str:
    """A line as grbl keeps it: no blanks, no comments, no slashes, upper case."""
    if "(" in text or ";" in text:
        text = _COMMENT.sub("", text)
    return text.translate(_BLANKS).upper()


def read_words(line: str, at: int = 0) -> Words:
    """Step 2 of gc_execute_line. Raises Refusal; the first thing that is wrong decides."""
    words = Words()
    end = len(line)
    while at < end:
        letter = line[at]
        if not "A" <= letter <= "Z":
            raise Refusal(1)
        value, at = read_number(line, at + 1)
        if letter == "G":
            _take_g(words, value)
        elif letter == "M":
            _take_m(words, value)
        else:
            _take_value(words, letter, value)
    return words


def _split(value: float) -> tuple[int, int]:
    """Whole number and hundredths; the whole one is a byte on the chip, the rest shows in the hundredths."""
    whole = int(value) & 0xFF
    return whole, round(100 * (value - whole)) & 0xFFFF


def _take_g(words: Words, value: float) -> None:
    whole, hundredths = _split(value)
    if whole == 38:
        raise Refusal(20)  # there is no probe
    if whole not in _GROUP:
        raise Refusal(20)
    group = _GROUP[whole]
    if whole in (10, 28, 30, 92) and hundredths == 0:
        _claim_axes(words, "other")
    elif whole in (0, 1, 2, 3):
        _claim_axes(words, "motion")
    elif group == "tool_length":
        _claim_axes(words, "tool")
    if whole in (28, 30, 92):
        if hundredths not in (0, 10):
            raise Refusal(20)
        whole, hundredths = (whole * 10 + 1, 0) if hundredths else (whole, 0)
    elif group == "distance" and hundredths:
        if whole == 90 or hundredths != 10:
            raise Refusal(20)  # G90.1; G91.1 is what grbl does anyway
        group, hundredths = "arc_distance", 0
    elif whole == 43:
        if hundredths != 10:
            raise Refusal(20)
        hundredths = 0
    elif whole == 61 and hundredths:
        raise Refusal(20)
    if hundredths:
        raise Refusal(23)
    _set(words, group, whole)


def _take_m(words: Words, value: float) -> None:
    whole, hundredths = _split(value)
    if hundredths:
        raise Refusal(23)
    if whole not in _M_GROUP:
        raise Refusal(20)
    _set(words, _M_GROUP[whole], whole)


def _take_value(words: Words, letter: str, value: float) -> None:
    if letter not in _VALUES:
        raise Refusal(20)
    if letter == "T" and value > _MOST_TOOLS:
        raise Refusal(38)
    if letter in words.values:
        raise Refusal(25)
    if value < 0 and letter in _NOT_NEGATIVE:
        raise Refusal(4)
    words.values[letter] = value


def _claim_axes(words: Words, owner: str) -> None:
    if words.axes:
        raise Refusal(24)
    words.axes = owner


def _set(words: Words, group: str, number: int) -> None:
    if group in words.modal:
        raise Refusal(21)
    words.modal[group] = number
