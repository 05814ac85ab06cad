"""Every kind of fault that a schedule can have: its name, what happens, and with which profiles it makes no sense.

`unseen` names the profiles whose protocol cannot tell that it happened: their lines have neither number nor checksum.
A schedule with such a fault is held to less, and counted apart (see judge.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

PROFILES: Final = ("makelangelo", "marlin", "grbl", "grblhal", "fluidnc")
UNNUMBERED: Final = frozenset({"grbl", "grblhal", "fluidnc"})

_NO_RESEND: Final = dict.fromkeys(UNNUMBERED, "it has no line numbers and never asks for a line again")


@dataclass(frozen=True, slots=True)
class FaultKind:
    """`group`: where it strikes. `not_for`: profile by profile, why there is no such fault."""

    name: str
    group: str
    about: str
    not_for: dict[str, str] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


def _in(name: str, about: str, unseen: bool = True) -> FaultKind:
    return FaultKind(name, "to the plotter", about, unseen=UNNUMBERED if unseen else frozenset())


def _out(name: str, about: str) -> FaultKind:
    return FaultKind(name, "from the plotter", about)


_ALL: Final = (
    _in("in_drop_byte", "one byte of a line is lost on its way to the plotter"),
    _in("in_flip_byte", "one bit of a line is turned over"),
    _in("in_insert_byte", "one byte too many arrives"),
    _in("in_drop_line", "a whole line is lost"),
    _in("in_duplicate_line", "a line arrives twice"),
    _in("in_glue", "a line end is lost: two lines arrive as one"),
    _in("in_break", "a line end too many: one line arrives as two"),
    _in("in_noise", "one byte in a hundred is lost or wrong, for some seconds"),
    _in("in_late", "what is sent arrives up to two seconds late", unseen=False),
    _out("out_drop_byte", "one byte of an answer is lost"),
    _out("out_flip_byte", "one bit of an answer is turned over"),
    _out("out_insert_byte", "one byte too many is heard"),
    _out("out_drop_line", "a whole answer is lost"),
    _out("out_duplicate_line", "an answer is heard twice"),
    _out("out_glue", "the end of an answer is lost: two are heard as one"),
    _out("out_split", "an answer is heard in two parts, up to two seconds apart"),
    _out("out_late", "no answer for up to 40 seconds, then all of them"),
    _out("out_noise", "one byte in a hundred is lost or wrong, for up to a minute"),
    _out("mute", "from now on no answer is heard"),
    _out("stray_ok", "an acknowledgement of nothing"),
    FaultKind("resend_old", "from the plotter", "a request for a line of long ago", not_for=_NO_RESEND),
    FaultKind("resend_future", "from the plotter", "a request for a line that was never sent", not_for=_NO_RESEND),
    FaultKind("resend_endless", "from the plotter", "a request for the same line, over and over", not_for=_NO_RESEND),
    FaultKind("reset", "plotter", "the board restarts and greets"),
    FaultKind("silent_reset", "plotter", "the board restarts, and its greeting is lost"),
    FaultKind("power_cut", "plotter", "the plotter is without power for some seconds"),
    FaultKind(
        "alarm",
        "plotter",
        "the firmware locks itself: a limit switch, a kill",
        not_for={"makelangelo": "it has no alarm, and takes M112 only with a number"},
    ),
    FaultKind("refused", "plotter", "the firmware refuses a line that is as it should be"),
    FaultKind(
        "button",
        "plotter",
        "somebody presses hold at the machine, and start some time later",
        not_for={"makelangelo": "it has no buttons"},
    ),
    FaultKind("unplug", "port", "the cable is pulled and stays out"),
    FaultKind("replug", "port", "the cable is pulled and put back some seconds later"),
    FaultKind("kill", "computer", "kill -9 of the plotter process"),
    FaultKind("computer_off", "computer", "the computer loses its power: what was not synced is lost, or half of it"),
    FaultKind("disk_full", "computer", "no more room for the journal"),
    FaultKind("disk_slow", "computer", "every sync takes seconds"),
    FaultKind("leave", "computer", "SIGTERM: the daemon ends"),
    FaultKind("pause", "user", "pause at the end of the stroke, resume some time later"),
    FaultKind("pause_now", "user", "pause in the stroke, resume some time later"),
    FaultKind("pause_jog", "user", "pause in the stroke, move the gondola about, resume"),
    FaultKind("cancel", "user", "cancel the job"),
    FaultKind("stop", "user", "the fastest true stop"),
)

KINDS: Final = {kind.name: kind for kind in _ALL}


def kinds_for(profile: str) -> list[FaultKind]:
    """What can happen to a plotter with this firmware."""
    return [kind for kind in _ALL if profile not in kind.not_for]
