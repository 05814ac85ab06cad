"""What travels inside the application. Workers post; one handler in the app changes the store."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message as TextualMessage

from dcode.api.codec import Message
from dcode.tui.store import LinkState


@dataclass
class Linked(TextualMessage):
    """The connection to the daemon is in another state."""

    state: LinkState
    message: str = ""


@dataclass
class Begun(TextualMessage):
    """A daemon answered: its snapshot (Subscribed), all jobs in order, and its machine (MachineShown)."""

    snapshot: Message
    jobs: list[Message]
    machine: Message | None


@dataclass
class Told(TextualMessage):
    """An event of dcode.api.events."""

    event: Message


@dataclass
class Ordered(TextualMessage):
    """All jobs, in the daemon's order."""

    jobs: list[Message]


@dataclass
class Failed(TextualMessage):
    """Something that was asked for did not happen: the sentence, and what may be done."""

    message: str
    hint: str = ""
