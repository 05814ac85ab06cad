"""What a sender is doing, and what it may do next."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class SenderState(StrEnum):
    """Nothing but realtime bytes goes out while held or failed."""

    IDLE = "idle"  # nothing to send, nothing in flight
    STREAMING = "streaming"
    HELD = "held"  # by its owner, or after a refused line
    RESENDING = "resending"  # lines that were sent before go out again
    FAILED = "failed"  # until abort


_S = SenderState

# The truth about what may follow what; docs and tests are made from it.
TRANSITIONS: Final[dict[SenderState, frozenset[SenderState]]] = {
    _S.IDLE: frozenset({_S.STREAMING, _S.HELD, _S.RESENDING, _S.FAILED}),
    _S.STREAMING: frozenset({_S.IDLE, _S.HELD, _S.RESENDING, _S.FAILED}),
    _S.HELD: frozenset({_S.IDLE, _S.STREAMING, _S.RESENDING, _S.FAILED}),
    _S.RESENDING: frozenset({_S.STREAMING, _S.IDLE, _S.HELD, _S.FAILED}),
    _S.FAILED: frozenset({_S.IDLE}),
}


class Hearing(StrEnum):
    """Which acknowledgements count. Those of lines that a reset or another sender left behind must not."""

    ALL = "all"
    UNTIL_SYNC = "until sync"  # none before the reply to the sync line
    UNTIL_GREETING = "until greeting"  # none before the firmware greets, or the time for that is over
