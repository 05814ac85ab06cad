"""Is this program safe on this machine? Every move that it will make is looked at before anything is queued.

In a Motion every row is absolute and an arc is the chords that will be sent, so relative mode, inches, offsets and
moves before homing need no thought here. Looked at are the way from home to the first point, every row, and the way
home again. When all of it lies in a rectangle that the limits prove, no row is touched; the proof then holds for any
straight move between two points of the program, such as the approach of a resumed job.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Final

from dcode.gcode.interpret import Program
from dcode.gcode.measure import Measure, measure
from dcode.gcode.motion import MOVING, Kind, Motion
from dcode.gcode.notes import Note
from dcode.geometry.bounds import Bounds
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine
from dcode.machine.pen_range import SERVO, servo_beyond
from dcode.machine.reach import Breach
from dcode.machine.report import KEPT, Report, Violation
from dcode.machine.suspects import LARGE, rows_leaving, rows_outside

_TOGETHER: Final = 64


def check(program: Program, machine: Machine) -> Report:
    """The report on one program. Nothing may be queued unless it is `ok`."""
    motion, limits = program.motion, SoftLimits.of(machine)
    measured = measure(motion)
    found, total = _moves(motion, machine, limits, measured)
    fatal = [Violation(note.line, note.kind, None, None, note.message) for note in program.notes if note.fatal]
    fatal = sorted([*fatal, *_servos(motion, machine)], key=lambda violation: violation.line)
    return Report(
        lines=program.lines,
        violations=tuple(islice(heapq.merge(fatal, found, key=lambda violation: violation.line), KEPT)),
        violations_total=total + max(program.fatal, len(fatal)),
        bounds=measured.bounds,
        draw_mm=measured.draw_mm,
        travel_mm=measured.travel_mm,
        pen_lifts=measured.pen_lifts,
        notes=(*(note for note in program.notes if not note.fatal), *_remarks(motion, measured)),
        more_notes=program.more_notes,
    )


def _servos(motion: Motion, machine: Machine) -> Iterator[Violation]:
    """The first pen that the height map would turn beyond its servo's range somewhere on the wall."""
    if machine.height_map is None:
        return
    kinds, row, pen = bytes(motion.kind), -1, machine.pen
    while (beyond := servo_beyond(pen, machine.height_map)) is None:
        row = kinds.find(Kind.PEN_CHANGE, row + 1)
        if row < 0:
            return
        pen = machine.named_pen(int(motion.value[row])).pen
    text = f"the height map lowers this pen to {beyond:.1f} degrees; a servo turns from 0 to 180"
    yield Violation(_line(motion, max(row, 0)), "servo", beyond, SERVO[0] if beyond < SERVO[0] else SERVO[1], text)


def _moves(motion: Motion, machine: Machine, limits: SoftLimits, measured: Measure) -> tuple[list[Violation], int]:
    """The violations of all moves, in order, the first KEPT of them, and how many there are."""
    if _proved(motion, machine, limits, measured):
        return [], 0
    first = [Violation(_line(motion, 0), *breach) for breach in _approach(motion, machine, limits)]
    rows, total = _many_rows(motion, limits) if len(motion) > LARGE else _rows(motion, limits, range(len(motion)))
    last = [Violation(_line(motion, -1), *breach) for breach in _parking(motion, machine, limits)]
    return [*first, *rows, *last][:KEPT], len(first) + total + len(last)


def _proved(motion: Motion, machine: Machine, limits: SoftLimits, measured: Measure) -> bool:
    """Whether a rectangle around every point that the gondola goes to is proved. Its lengths tell a NaN."""
    begin = Bounds.around([motion.start, machine.home])
    everywhere = measured.bounds.union(begin) if measured.bounds is not None else begin
    finite = math.isfinite(measured.draw_mm + measured.travel_mm)
    return finite and everywhere is not None and limits.covers(everywhere)


def _many_rows(motion: Motion, limits: SoftLimits) -> tuple[list[Violation], int]:
    """As _rows, for all of them: the work area by whole columns, the belts row by row where they are in doubt."""
    rows, total = rows_outside(motion, limits.area, limits.tolerance, KEPT)
    found, _ = _rows(motion, limits, rows)
    if limits.area_is_reachable:
        return found, total
    doubtful = rows_leaving(motion, limits.area, limits.tolerance, limits.provable_area())
    by_belts, more = _rows(motion, limits, _unproved(motion, limits, doubtful))
    return list(heapq.merge(found, by_belts, key=lambda violation: violation.line)), total + more


def _unproved(motion: Motion, limits: SoftLimits, rows: Sequence[int]) -> Iterator[int]:
    """Those of the rows that are not proved together with their neighbours: rows that follow each other are near."""
    for at in range(0, len(rows), _TOGETHER):
        some = rows[at : at + _TOGETHER]
        points = [(motion.x[row], motion.y[row]) for row in some]
        around = Bounds.around([*points, *map(motion.position_before, some)])
        if around is None or not limits.covers(around):
            yield from some


def _rows(motion: Motion, limits: SoftLimits, rows: Iterable[int]) -> tuple[list[Violation], int]:
    """The violations of some rows, and how many there are; of an arc's many chords the one that is furthest out."""
    found: list[Violation] = []
    total = 0
    for line, one_line in groupby(rows, key=lambda row: motion.line[row]):
        worst: dict[tuple[str, float], Breach] = {}
        for breach in chain.from_iterable(_row(motion, limits, row) for row in one_line):
            edge = (breach.kind, breach.limit)
            if edge not in worst or _excess(breach) > _excess(worst[edge]):
                worst[edge] = breach
        total += len(worst)
        if len(found) < KEPT:
            found += [Violation(line, *breach) for breach in worst.values()]
    return found, total


def _excess(breach: Breach) -> float:
    return abs(breach.value - breach.limit)


def _row(motion: Motion, limits: SoftLimits, row: int) -> list[Breach]:
    """What one move breaks: at its end, or else on the way. Where it begins is the matter of the move before it."""
    if motion.kind[row] not in MOVING:
        return []
    x, y = motion.x[row], motion.y[row]
    breaches = limits.breaches(x, y)
    if breaches or limits.area_is_reachable:
        return breaches
    start = motion.position_before(row)
    on_the_way = limits.between(*start, x, y) if limits.violation(*start) is None else None
    return [] if on_the_way is None else [on_the_way]


def _approach(motion: Motion, machine: Machine, limits: SoftLimits) -> list[Breach]:
    """From home to where the program begins."""
    breach = limits.segment_violation(*machine.home, *motion.start)
    return [] if breach is None else [breach._replace(message=f"where the program begins, {breach.message}")]


def _parking(motion: Motion, machine: Machine, limits: SoftLimits) -> list[Breach]:
    """From the last point back home; a last point that is itself wrong has been reported."""
    end = motion.position_before(len(motion))
    if not machine.park or limits.violation(*end) is not None:
        return []
    breach = limits.between(*end, *machine.home)
    return [] if breach is None else [breach._replace(message=f"going home, {breach.message}")]


def _line(motion: Motion, row: int) -> int:
    return motion.line[row] if len(motion) else 1


def _remarks(motion: Motion, measured: Measure) -> Iterator[Note]:
    if bytes(motion.kind).find(bytes([Kind.PEN_DOWN])) < 0:
        yield Note(1, "empty", "the program draws nothing", fatal=False)
    elif measured.pen_down_at_end:
        yield Note(_line(motion, -1), "pen", "the program ends with the pen down; dcode lifts it", fatal=False)
