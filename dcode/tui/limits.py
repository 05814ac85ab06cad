"""What the daemon says of its machine, as the sheet shows it."""

from __future__ import annotations

from typing import NamedTuple

from dcode.api.codec import Message
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines


class Limits(NamedTuple):
    """The work area, mm, and closed outlines of what of it the machine cannot reach."""

    area: Bounds
    unreachable: Lines

    @classmethod
    def of(cls, answer: Message) -> Limits:
        """From the answer to machine.limits."""
        return cls(Bounds(*answer["area"]), Lines.of(answer["unreachable"]))


def pen_colours(shown: Message) -> dict[int, str]:
    """The colours of pens by their numbers, from the answer to machine.show; none of a machine with one pen."""
    values, colours = shown["values"], dict[int, str]()
    while found := values.get(f"pens[{len(colours)}].colour"):
        colours[len(colours) + 1] = found["value"]
    return colours if len(colours) > 1 else {}


def pen_names(machine: Message | None) -> dict[int, str]:
    """The names of the machine's pens by their numbers, from the answer to machine.show."""
    values, names = (machine or {}).get("values", {}), dict[int, str]()
    while found := values.get(f"pens[{len(names)}].name"):
        names[len(names) + 1] = str(found["value"])
    return names
