"""What a program may be, as a table over tokens: whatever the weights, what comes out is valid and inside the limits.

The language is the body of the files that the original's exporter wrote, after their header:

    G0 X-12.50 Y30.00 F1000         pen up only
    M280 P0 S40 ; pen down          after a G0 only
    G1 X-10.00 Y31.25 F500          pen down only, at least one a stroke
    M280 P0 S90 ; pen up
    M84 ; motors off                pen up only, after at least one stroke; ends the program

Feeds and comments may be left out, a blank line may follow a stroke, and blanks may stand between words. Numbers are
written out, lie in the work area and have at most three decimals; so every number is finite and its digits form a
small automaton: "may any two digits follow", "is 42 and may become 420.5 at most". An automaton over characters of
about two hundred states results, and running every token's text through it at once gives the table over tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import GenerationError
from dcode.geometry.bounds import Bounds
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine
from dcode.ml.automaton import DEAD, Automaton, Builder, Table

DECIMALS: Final = 3  # of coordinates; the exporter wrote two
LONGEST_PIECE: Final = 24  # characters of a token; none that the language needs is longer


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """`table[state, token]` is the state after a token, or DEAD where it must not follow.

    Every state leads to `end`, and there only the token `rest` follows, for ever.
    """

    table: Table  # (states, vocabulary)
    start: int
    end: int
    rest: int  # what a finished program goes on with

    def walk(self, ids: Sequence[int], state: int | None = None) -> int:
        """The state after tokens; DEAD as soon as one of them is not allowed."""
        at = self.start if state is None else state
        for token in ids:
            if at == DEAD:
                break
            at = int(self.table[at, token])
        return at

    @property
    def bytes(self) -> int:
        return self.table.nbytes


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where coordinates (mm) and feeds (mm/min) must lie, edges included."""

    area: Bounds
    feeds: tuple[float, float] = (1.0, 10_000.0)

    @classmethod
    def of(cls, machine: Machine) -> Ranges:
        """The work area as far as the belts provably reach, and feeds that the machine draws and travels at.

        A straight move between two points of a rectangle stays in it, so the ends are all that has to be looked at.
        Feeds may be a tenth of the slower of the machine's own, so that no program crawls for days.
        """
        area = SoftLimits.of(machine).provable_area()
        if area is None:
            raise GenerationError("The machine's belts reach no part of its work area; check machine.json.")
        pen = machine.pen
        slow, fast = sorted((pen.draw_speed, pen.travel_speed))
        top = max(fast, 1000.0)  # the original's travel feed
        return cls(area, (max(1.0, min(slow, 500.0) / 10), min(top, machine.max_feed or top)))


def compiled(pieces: Sequence[str], ranges: Ranges, *, vocab: int, eos: int | None, implied_lines: bool) -> Grammar:
    """The grammar for one vocabulary: `pieces[i]` is the text of token i, "" for what may never be written.

    `vocab` is how many logits the model gives; those beyond the pieces are never allowed. The token `eos` may end a
    program wherever M84 may. With `implied_lines` a line may also end without a line end, where the next code begins.
    Raises GenerationError when the vocabulary cannot write a program at all.
    """
    language, may_end = _language(ranges, implied_lines)
    table = _over_tokens(language, pieces, vocab)
    rest = eos if eos is not None and eos < vocab else 0
    table[:, rest] = DEAD
    if rest == eos:
        table[may_end, rest] = language.end
    table[language.end] = DEAD
    table[language.end, rest] = language.end
    alive = _leading_to(table, language.end)
    if not alive[language.start]:
        raise GenerationError(
            f"The model's tokenizer cannot write a program for this machine: its {len(pieces)} tokens do not lead from "
            "G0 X Y over M280 and G1 to M84. Expected the tokenizer that the model was trained with, and a work area."
        )
    return _packed(table, alive, language.start, language.end, rest)


def _language(ranges: Ranges, implied_lines: bool) -> tuple[Automaton, list[int]]:
    """The automaton over characters, and its states in which a program may end without M84."""
    build = Builder()
    # Beginnings of lines. Until `drawing`, nothing is drawn and the program must not end.
    start, first_travel, lowered, drawing, lifted, spaced, travelled, homed, end = (build.state() for _ in range(9))
    area, feeds = ranges.area, ranges.feeds

    def line(begin: int, code: str, comment: str, after: int) -> None:
        said = build.text(begin, code)
        line_end(said, comment, after)

    def line_end(said: int, comment: str, after: int) -> None:
        ends = [said] if not comment else [said, build.text(said, f" ; {comment}")]
        for at in ends:
            build.arrow(at, "\n", after)
            if implied_lines:
                build.arrow(at, " ", after)
                build.either(at, after)

    def move(begin: int, code: str, comment: str, after: int) -> None:
        x = build.number(build.text(begin, f"{code} X"), area.left, area.right, DECIMALS)
        y = build.number(build.text(x, " Y"), area.bottom, area.top, DECIMALS)
        feed = build.number(build.text(y, " F"), *feeds, 0)
        line_end(y, "", after)
        line_end(feed, comment, after)

    move(build.text(start, " " if implied_lines else ""), "G0", "", first_travel)
    for travel in (first_travel, travelled):
        line(travel, "M280 P0 S40", "pen down", lowered)
    for down in (lowered, drawing):
        move(down, "G1", "", drawing)
    line(drawing, "M280 P0 S90", "pen up", lifted)
    build.arrow(lifted, "\n", spaced)
    build.either(lifted, spaced)
    move(spaced, "G0", "return home", travelled)
    line(travelled, "M280 P0 S90", "pen up", homed)
    for up in (spaced, travelled, homed):
        build.either(build.text(up, "M84"), end)
    return build.automaton(start, end, [spaced, travelled, homed])


def _over_tokens(language: Automaton, pieces: Sequence[str], vocab: int) -> Table:
    """All tokens from all states at once, a character at a time."""
    kept = [piece if 0 < len(piece) <= LONGEST_PIECE else "\0" for piece in pieces[:vocab]]
    kept += ["\0"] * (vocab - len(kept))
    letters = np.full((vocab, max(map(len, kept))), language.no_character, dtype=np.int16)
    for row, piece in enumerate(kept):
        letters[row, : len(piece)] = [language.codes.get(character, language.foreign) for character in piece]
    table = np.repeat(np.arange(len(language.step) - 1, dtype=np.int16)[:, None], vocab, axis=1)
    for column in letters.T:
        table = language.step[table, column[None, :]]
    return table


def _leading_to(table: Table, end: int) -> npt.NDArray[np.bool_]:
    """Which states lead to `end` through allowed tokens; one entry more for DEAD, which never does."""
    alive = np.zeros(len(table) + 1, dtype=np.bool_)
    alive[end] = True
    while True:
        more = alive.copy()
        more[:-1] |= alive[table].any(axis=1)
        if (more == alive).all():
            return alive
        alive = more


def _packed(table: Table, alive: npt.NDArray[np.bool_], start: int, end: int, rest: int) -> Grammar:
    """Only the states that are reached from the start, without the ways that lead nowhere."""
    table = np.where(alive[table], table, np.int16(DEAD))
    reached = np.zeros(len(table), dtype=np.bool_)
    new = np.array([start])
    while len(new):
        reached[new] = True
        near = np.unique(table[new])
        near = near[near != DEAD]
        new = near[~reached[near]]
    kept = np.flatnonzero(reached)
    number = np.full(len(table) + 1, DEAD, dtype=np.int16)
    number[kept] = np.arange(len(kept), dtype=np.int16)
    return Grammar(np.ascontiguousarray(number[table[kept]]), int(number[start]), int(number[end]), rest)
