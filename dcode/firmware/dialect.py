"""What a firmware profile may say: one dataclass for each table of a file in firmware_profiles/.

Feeds are mm/min and times seconds, whatever the firmware counts in. Patterns are regular expressions that are searched
for in one line of the firmware, its end stripped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Port:
    """How its serial port is opened."""

    baud: int
    greeting_seconds: float = 3.0  # how long after opening the firmware may take to greet, bootloader included
    dtr: bool | None = None  # the level to hold; left to the driver when not given


@dataclass(frozen=True, slots=True)
class Replies:
    """How its lines are told apart; the first that matches, in the order of replies.py. All else is information."""

    greeting: Pattern
    # Groups, where the firmware says so: `line`, the line number that it is for; `free`, its planner's free blocks.
    ack: Pattern | None = None
    prompt: bytes = b""  # an ack without a line end, at the start of a line; also said when idle
    error: Pattern | None = None  # group `code`: a line that was refused, in place of its ack
    alarm: Pattern | None = None  # group `code`
    # Groups: `line`, the number that is expected; or `last`, the one before it; or `counted`: the line was refused, but
    # its number counts as used.
    resend: Pattern | None = None
    line: Pattern | None = None  # group `line`: the last number accepted, in answer to flow.sync
    planned: Pattern | None = None  # group `free`: the planner's free blocks, told of each line that goes into it
    busy: Pattern | None = None  # a sign of life during a long command
    refused: Pattern | None = None  # a line that was not carried out although its ack follows; group `text`: the line
    fault: Pattern | None = None  # the machine is not where it should be, or has given up
    unended_fault: Pattern | None = None  # the same, said without a line end and glued to what follows
    status: Pattern | None = None  # an answer to realtime.status
    position: Pattern | None = None  # groups `x` and `y`, mm in its own axes
    limits: Pattern | None = None  # in answer to commands.limits: groups x0, y0, x1, y1, two corners, mm
    no_limits: Pattern | None = None  # the same answer, where they are switched off
    action: Pattern | None = None  # group `action`: a button pressed at the machine


@dataclass(frozen=True, slots=True)
class Flow:
    """How much may be on its way. What the firmware has not acknowledged is in flight."""

    max_line: int  # characters, number and checksum included, line end not
    lines: int = 0  # in flight; 0: as many as the bytes allow
    rx_bytes: int = 0  # what the firmware's receive buffer holds; 0: not counted
    rx_use: int = 0  # at most this much of it, however much the firmware says it has; 0: all but one byte
    planner_lines: int = 16  # acknowledged lines that may still be to be carried out
    sync: str = ""  # a harmless line whose reply tells old acknowledgements from new ones
    sync_reply: Pattern | None = None  # that reply; the sync line's own ack follows it


@dataclass(frozen=True, slots=True)
class Numbering:
    """N and checksum: N<number> <text>*<xor of all before the asterisk>."""

    first: int  # the number of the first line after a reset of the count
    reset: str  # sent before the first line
    reset_is_numbered: bool = True  # as `N<first - 1> <reset>*<checksum>`, else with a checksum alone
    setup: str = ""  # a numbered line that follows the reset
    setup_reply: Pattern | None = None  # what it is answered with, besides its ack
    prove_by_barrier: bool = False  # send the barrier first: its own reply proves that numbers are in step
    query: str = ""  # a line whose number the firmware refuses, naming the last one that it has had (replies.resend)
    history: int = 32  # acknowledged lines that are kept, should the firmware ask for them after all


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try. Motion that is still to be carried out is added to `ack`."""

    ack: float  # silence, with something in flight, before the first probe
    probe: float = 1.0  # between probes
    probes: int = 5  # unanswered ones before the link counts as stalled
    retries: int = 5  # times that one line may be sent again
    settle: float = 0.0  # quiet before lines are sent again: what was on its way is refused first
    reset: float = 3.0  # from a reset to its greeting
    homing: float = 120.0
    barrier: float = 10.0


@dataclass(frozen=True, slots=True)
class Realtime:
    """Bytes that the firmware picks out of the stream before any line is read. They must not be in a line."""

    status: bytes = b""
    hold: bytes = b""
    resume: bytes = b""
    reset: bytes = b""
    jog_cancel: bytes = b""
    # Of the feed override: back to 100 %, and by 10 and 1 % up and down; from 10 to 200 %.
    feed_full: bytes = b""
    feed_up_10: bytes = b""
    feed_down_10: bytes = b""
    feed_up_1: bytes = b""
    feed_down_1: bytes = b""
    reserved: bytes = b""  # further ones

    @property
    def feed_override(self) -> bytes:
        """All bytes of the feed override; empty where the firmware has none."""
        return self.feed_full + self.feed_up_10 + self.feed_down_10 + self.feed_up_1 + self.feed_down_1

    def without_override(self) -> Realtime:
        """The same of a firmware that has no feed override."""
        return replace(self, feed_full=b"", feed_up_10=b"", feed_down_10=b"", feed_up_1=b"", feed_down_1=b"")


@dataclass(frozen=True, slots=True)
class Stop:
    """The fastest true stops; `line` is one only where it acts at once, and else what is left if DTR resets nothing.

    The position is lost by each.
    """

    realtime: bytes = b""
    line: str = ""
    line_at_once: bool = False  # the line acts as it comes in, whatever is queued; else only after what is being done
    dtr: bool = False  # a pulse on DTR resets the board


@dataclass(frozen=True, slots=True)
class PenCommands:
    """How the pen is moved. Templates know {index}, {angle}, {s} and {z}."""

    method: Literal["servo", "spindle", "z"]
    template: str
    before: tuple[str, ...] = ()  # what makes the pen wait until the moves before it are drawn
    settle: bool = True  # wait for the servo by a dwell; False where the firmware does
    turns_at_once: bool = False  # without `before`, the template turns the servo while moves go on
    angle_low: float = 0.0  # the servo's range, degrees
    angle_high: float = 180.0
    angle_decimals: int = 1  # that the firmware takes of an angle; what is more it cuts off
    s_low: float = 0.0  # spindle: S at angle_low and angle_high
    s_high: float = 1000.0
    s_steps: int = 0  # spindle: positions that the servo has from s_low to s_high; 0: not known, or too many to matter
    z_down: float = 0.0  # z: height at the machine's down_angle and up_angle, mm
    z_up: float = 5.0
    z_low: float | None = None  # z: how far the axis may go; as far as these two where it is not said
    z_high: float | None = None

    @property
    def in_mm(self) -> bool:
        """Whether the pen's height is told in mm: on an axis whose words are not a servo's degrees."""
        return self.method == "z" and "{z}" in self.template

    @property
    def angles(self) -> tuple[float, float]:
        """The servo's range, degrees."""
        return self.angle_low, self.angle_high

    @property
    def z_range(self) -> tuple[float, float]:
        """The heights that the axis may be told; degrees where it takes those for its words."""
        if not self.in_mm:
            return self.angle_low, self.angle_high
        low, high = sorted((self.z_down, self.z_up))
        return low if self.z_low is None else self.z_low, high if self.z_high is None else self.z_high


@dataclass(frozen=True, slots=True)
class Moves:
    """How the gondola is moved."""

    travel: Literal["G0", "G1"] = "G0"
    feed_unit: Literal["mm/min", "mm/s"] = "mm/min"
    max_feed: float = 12000.0  # mm/min; faster asks are cut to it
    segment_draw_mm: float = 0.0  # longer moves are cut into pieces of at most this length; 0: left whole
    segment_travel_mm: float = 0.0
    decimals: int = 3
    several_commands_a_line: bool = False  # whether `G21 G90` is carried out whole


@dataclass(frozen=True, slots=True)
class Commands:
    """The lines for everything else. Templates know {x}, {y}, {seconds} and {ms}."""

    preamble: tuple[str, ...]
    dwell: str
    barrier: str
    set_position: str
    identify: str
    identify_greets: bool = False  # whether its answer is the greeting once more
    ask_position: str = ""
    barrier_reply: Pattern | None = None  # where the ack of the barrier comes before the barrier is reached
    home: str = ""
    limits: str = ""  # asks for the area that the firmware itself keeps moves in
    unlock: str = ""  # ends an alarm; only ever sent because a user asked for it
    # A position that it believes already is not taken anew, whatever has become of the belts: tell another one first.
    set_position_twice: bool = False
    home_sets_position: bool = False  # whether the firmware knows its coordinates after it


@dataclass(frozen=True, slots=True)
class Identity:
    """What the answer to commands.identify changes."""

    y_down: Pattern | None = None
    rx_bytes: Pattern | None = None  # group `bytes`
    stops_at_once: Pattern | None = None  # stop.line acts as it comes in
    # Belts that are measured from where the power came on: with the gondola hung anew, only a new start helps.
    belts_from_start: Pattern | None = None
    wary_settings: Pattern | None = None  # with these kinematics, writing a setting moves the axes' zero
    no_feed_override: Pattern | None = None  # this version has no bytes for it


@dataclass(frozen=True, slots=True)
class Source:
    """How a program that was written for this firmware is to be read."""

    dwell_p: Literal["ms", "s"]
    z: Literal["height", "angle"] = "height"


@dataclass(frozen=True, slots=True)
class Console:
    """What a user may type besides moves. Patterns must match the whole line, in capitals."""

    queries: Pattern
    settings: Pattern
    loses_position: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What tells it where the motors are and how they turn; firmware_settings.py says what the templates know.

    Never the sheet's edges: where its area's corners are the motors, those alone are told.
    """

    belts: tuple[str, ...] = ()  # the lines, where it drives belts
    rails: tuple[str, ...] = ()  # and where it drives x and y
    by_hand: tuple[str, ...] = ()  # lines of its configuration file, where only that has these values
    switches: str = ""  # takes {left} and {right}, the belts' lengths at the end-stops
    note: str = ""  # what a user should know who sends them
    asks: str = ""  # a harmless line, whose answer says what it has now,
    # by groups of these patterns: steps_x, steps_y; left, right, top or span of the motors; switch_left, switch_right.
    told: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Planning:
    """How it plans its motion, and how fast it is: what an estimate goes by (pacing.py). mm, s, mm/s, mm/s2."""

    blocks: int = 16  # that the planner holds
    # The usual limits, where machine.json says none: of the path, and of each motor.
    acceleration: float = 200.0
    limits_path: bool = False  # the acceleration is one of the path as well as of each motor
    own_acceleration: bool = False  # whatever machine.json says
    motor_acceleration: float = 0.0  # 0: that of the path
    motor_rate: float = 0.0  # mm/s; 0: no limit but moves.max_feed
    deviation: float = 0.01  # the corner is cut by so much
    jerk: float = 0.0  # above 0: Marlin's classic rule for corners instead
    belts: bool = False  # it turns points into belt lengths itself, and plans along those
    belt_feed: bool = False  # and the feed is a speed along those, not one on paper
    steps_per_mm: float = 80.0  # where machine.json says none
    segments_per_second: float = 0.0  # it cuts a move into so many pieces a second,
    shortest_segment: float = 0.0  # none shorter than this;
    # Or, on belts, into pieces of this length and one that is longer; `even_segments`: or none that is longer.
    longest_segment: float = 0.0
    even_segments: bool = False
    fewest_steps: int = 0  # shorter pieces are not made
    drains: float = 0.0  # pieces that take less are stretched while the queue runs low
    prepared: int = 0  # pieces of `prepared_seconds` each that are no longer planned anew
    prepared_seconds: float = 0.0
    replans_running: bool = True
    starts_by_itself: bool = True  # as soon as there is a block, after `start_delay`, at once with `start_blocks`
    start_delay: float = 0.0
    start_blocks: int = 3
    stop_seconds: float = 0.0  # from the last step to the next line
    dwell_step: float = 0.0
    barrier_seconds: float = 0.0  # that commands.barrier itself takes
    servo_seconds: float = 0.0  # that it waits for the servo by itself
    pen_axis_seconds: float = 0.0  # that a pen on an axis takes from one height to the other
    # Processor time: for a line, for each of its characters, for a line that is waited for, for each character that
    # came in while there was no time to read it, for a block, for each block that is planned anew with it, and for a
    # block's steps, whenever there is nothing else to do.
    line_seconds: float = 0.0
    character_seconds: float = 0.0
    wake_seconds: float = 0.0
    late_character_seconds: float = 0.0
    block_seconds: float = 0.0
    replan_seconds: float = 0.0
    prepare_seconds: float = 0.0
    ack_first: bool = False  # the ack comes before the line is carried out
    ack_characters: int = 4
    status_seconds: float = 0.0  # from a question for the position to its answer
