"""The messages about machine.json, and what follows from it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dcode.api.model import Model


class MachineValue(Model):
    """A value of machine.json, and whether the file says it, it is a default, or it follows from other keys."""

    value: Any
    source: Literal["file", "default", "derived"]


class MachineShown(Model):
    """The machine that the daemon goes by. `others` are keys of the file that it keeps and does not know."""

    path: str
    values: dict[str, MachineValue] = Field(description="by dotted key: pen.up_angle, pens[0].name")
    others: list[str]


class MachineChanges(Model):
    """Keys of machine.json, dotted, and their new values; null takes a key out. A list takes a new item at its end."""

    changes: dict[str, Any] = Field(min_length=1)


class Limits(Model):
    """Where the gondola may go, mm: the work area, and closed outlines of what of it the belts cannot hold."""

    area: tuple[float, float, float, float] = Field(description="left, right, top, bottom")
    unreachable: list[list[tuple[float, float]]]
