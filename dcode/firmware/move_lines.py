"""Straight moves as the lines of one firmware: cut where it wants them short, and without what it knows already.

An axis that does not change at the firmware's precision is left out, judged by where the move begins; so is the feed
that it was told last, until `forget_feed`.
"""

from __future__ import annotations

import math
from typing import Final

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.feed_pace import FULL, FeedPace
from dcode.firmware.framing import Framing
from dcode.firmware.profile import FirmwareProfile
from dcode.gcode.write import shortest
from dcode.machine.machine import Machine

Point = tuple[float, float]

# A length that is a whole number of segments but for rounding is not cut once more.
_ROUNDING: Final = 1e-9


class MoveLines:
    """Writes moves for one machine, and knows the feeds that its firmware was told. Positions are mm, y up."""

    def __init__(self, profile: FirmwareProfile, machine: Machine) -> None:
        self._moves = profile.moves
        self._room = Framing(profile).room
        self._max_feed = profile.max_feed_of(machine)
        self._per_minute = 60.0 if profile.moves.feed_unit == "mm/s" else 1.0
        self._down = -1.0 if profile.y_down else 1.0
        self._feed = ""  # as the firmware was last told
        self._pace = FULL
        self.fastest = 0.0  # mm/min, of all that was told

    def forget_feed(self) -> None:
        """Say the feed with the next move, whatever was told before."""
        self._feed = ""

    def take_pace(self, pace: FeedPace) -> None:
        """From now on with other feeds than the program says."""
        self._pace = pace

    def as_machine_says(self) -> None:
        """The program's own feeds again, and none of them told yet."""
        self._pace, self.fastest = FULL, 0.0

    def move(self, kind: CommandKind, at: Point, to: Point, feed: float, row: int) -> list[Command]:
        """The lines from one place to another; none where the two are the same to the firmware. `feed` in mm/min."""
        drawing = kind is CommandKind.DRAW
        letter = "G1" if drawing else self._moves.travel
        feed = self._pace.told(min(feed, self._max_feed), self._max_feed)
        self.fastest = max(self.fastest, feed)
        longest = self._moves.segment_draw_mm if drawing else self._moves.segment_travel_mm
        length = math.hypot(to[0] - at[0], to[1] - at[1])
        pieces = math.ceil(length / longest - _ROUNDING) if longest else 1
        if pieces <= 1:
            command = self._line(letter, at, to, feed, row, kind, length)
            return [] if command is None else [command]
        return self._pieces(letter, at, to, feed, row, kind, length, pieces)

    def _pieces(
        self, letter: str, at: Point, to: Point, feed: float, row: int, kind: CommandKind, length: float, pieces: int
    ) -> list[Command]:
        commands: list[Command] = []
        for n in range(1, pieces + 1):
            part = n / pieces
            end = to if n == pieces else (at[0] + (to[0] - at[0]) * part, at[1] + (to[1] - at[1]) * part)
            start = commands[-1].end if commands and commands[-1].end else at
            command = self._line(letter, start, end, feed, row, kind, length / pieces)
            if command is not None:
                commands.append(command)
        return commands

    def _line(
        self, letter: str, at: Point, to: Point, feed: float, row: int, kind: CommandKind, length: float
    ) -> Command | None:
        """One straight line as the firmware is to have it; None when at its precision nothing changes."""
        decimals = self._moves.decimals
        feed_text = shortest(feed / self._per_minute, 3)
        while True:
            text = self._text(letter, at, to, decimals)
            if text == letter:
                return None
            if feed_text != self._feed:
                text = f"{text} F{feed_text}"
            if len(text) <= self._room or decimals <= 1:
                break
            decimals -= 1
        self._feed = feed_text
        feed *= self._pace.firmware
        return Command(text, row, length / feed * 60, kind, to, feed)

    def _text(self, letter: str, at: Point, to: Point, decimals: int) -> str:
        x, y = shortest(to[0], decimals), shortest(to[1] * self._down, decimals)
        text = letter
        if x != shortest(at[0], decimals):
            text = f"{text} X{x}"
        if y != shortest(at[1] * self._down, decimals):
            text = f"{text} Y{y}"
        return text
