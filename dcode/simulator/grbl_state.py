"""grbl's states, as it names them in its status report, and the ways between them."""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """The value is the word in a status report."""

    IDLE = "Idle"
    RUN = "Run"
    HOLD = "Hold"  # reported as Hold:1 while it brakes, Hold:0 once it stands
    JOG = "Jog"
    HOME = "Home"
    ALARM = "Alarm"
    CHECK = "Check"
    DOOR = "Door"
    SLEEP = "Sleep"


# A soft reset leads to IDLE from everywhere but ALARM and SLEEP, from which it leads to ALARM.
TRANSITIONS: Final = {
    State.IDLE: {State.RUN, State.HOLD, State.JOG, State.HOME, State.ALARM, State.CHECK, State.DOOR, State.SLEEP},
    State.RUN: {State.IDLE, State.HOLD, State.ALARM, State.DOOR, State.SLEEP},
    State.HOLD: {State.IDLE, State.RUN, State.ALARM, State.DOOR, State.SLEEP},
    State.JOG: {State.IDLE, State.ALARM, State.DOOR, State.SLEEP},
    State.HOME: {State.IDLE, State.ALARM},
    State.ALARM: {State.IDLE, State.HOME, State.SLEEP},
    State.CHECK: {State.IDLE, State.ALARM},
    State.DOOR: {State.IDLE, State.RUN, State.ALARM, State.SLEEP},
    State.SLEEP: {State.ALARM, State.IDLE},
}


class Request(Enum):
    """What the main loop still has to do for a realtime byte, a button or the stepper interrupt."""

    RESET = "reset"
    STATUS = "status"
    CYCLE_START = "cycle start"
    FEED_HOLD = "feed hold"
    JOG_CANCEL = "jog cancel"
    DOOR = "door"
    SLEEP = "sleep"


class Alarm(Enum):
    """The alarms that this simulator can raise, by grbl's numbers."""

    HARD_LIMIT = 1
    SOFT_LIMIT = 2
    ABORT = 3
    HOMING_RESET = 6
    HOMING_PULL_OFF = 8
    HOMING_APPROACH = 9
