"""What the sender has to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dcode.firmware.command import Command


@dataclass(frozen=True, slots=True)
class Acked:
    """The firmware has taken the command, and will carry it out. Commands are acknowledged in the order sent."""

    command: Command


@dataclass(frozen=True, slots=True)
class Refused:
    """The firmware has not carried out a line, whether or not it said ok. The sender holds until `abort` or `resume`.

    Lines behind it that were on their way are carried out all the same: to prevent that, send the hold byte at once.
    `command` is None where it is not known which line it was.
    """

    command: Command | None
    text: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """The firmware says that the machine is not where it should be, or that it has given up. The sender holds."""

    text: str


@dataclass(frozen=True, slots=True)
class Greeted:
    """The firmware has started; it knows no position and has nothing in its buffers. `text` is its greeting, or how it
    shows that it must have started although none was heard.

    `lost` is what was in flight. Unless the reset was asked for (`expected`), the sender fails if there was work.
    """

    text: str
    expected: bool = False
    lost: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarmed:
    """The firmware has locked itself; what was in flight may or may not have been carried out. The sender has failed.

    `code` is None when only a status report says so.
    """

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Busy:
    """A long command is still at work."""

    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """A report of the firmware: its state ("" where it has no word for it) and position, mm, y up, if known."""

    state: str
    position: tuple[float, float] | None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """A button at the machine (`pause`, `resume`, `cancel`), where the firmware passes it on."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """Any other line."""

    text: str


@dataclass(frozen=True, slots=True)
class Resent:
    """Lines go out again, from the line number `first` on."""

    first: int
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Assumed:
    """Acknowledgements were lost; the firmware's own report says that these commands are done. Each is Acked next."""

    commands: tuple[Command, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """No answer, and none to any probe, for so long. The sender has failed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The protocol cannot go on. The sender has failed."""

    reason: str


Event = (
    Acked | Refused | Fault | Greeted | Alarmed | Busy | Status | Action | Said | Resent | Assumed | Stalled | Failed
)
