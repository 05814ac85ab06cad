"""The messages about what goes over the wire."""

from __future__ import annotations

from typing import Literal

from dcode.api.model import Model


class Follow(Model):
    """Whether this client wants `wire` events."""

    on: bool = True


class WireLine(Model):
    """One line of the wire, or a note of dcode's own (a state, an event). `at` is Unix time."""

    at: float
    way: Literal["out", "in", "note"]
    text: str


class WireLog(Model):
    """The last lines, oldest first."""

    lines: list[WireLine]


class Snapshot(Model):
    """A file with the last wire lines, states and events."""

    path: str
