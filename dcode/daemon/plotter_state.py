"""What the plotter is doing, and what it may do next."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class PlotterState(StrEnum):
    """`pausing` finishes the stroke; `stopping` has nothing left to draw and lifts, parks or resets."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    IDLE = "idle"
    HOMING = "homing"
    PLOTTING = "plotting"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    ALARM = "alarm"


_S = PlotterState

# The truth about what may follow what. Losing the port leads to DISCONNECTED and a fault to ALARM from anywhere.
TRANSITIONS: Final[dict[PlotterState, frozenset[PlotterState]]] = {
    _S.DISCONNECTED: frozenset({_S.CONNECTING}),
    _S.CONNECTING: frozenset({_S.IDLE}),
    _S.IDLE: frozenset({_S.HOMING, _S.PLOTTING, _S.STOPPING}),
    _S.HOMING: frozenset({_S.IDLE, _S.STOPPING}),
    _S.PLOTTING: frozenset({_S.PAUSING, _S.STOPPING, _S.IDLE}),
    _S.PAUSING: frozenset({_S.PAUSED, _S.STOPPING, _S.IDLE, _S.PLOTTING}),
    _S.PAUSED: frozenset({_S.PLOTTING, _S.STOPPING}),
    _S.STOPPING: frozenset({_S.IDLE}),
    _S.ALARM: frozenset({_S.CONNECTING, _S.STOPPING, _S.IDLE}),
}
FROM_ANYWHERE: Final = frozenset({_S.DISCONNECTED, _S.ALARM})


def may_become(now: PlotterState, then: PlotterState) -> bool:
    """Whether the table allows the step."""
    return then in FROM_ANYWHERE or then in TRANSITIONS[now]
