"""What a file comes to when it is drawn, in words: checks, strokes, ink, ways with the pen up, times, pens. Pure."""

from __future__ import annotations

from typing import Final

from dcode.api.codec import Message
from dcode.client.sentences import with_stop
from dcode.client.violations import may_be_fitted, violation_lines
from dcode.client.words import duration, least_travel, length, plural, table
from dcode.tui.preparing import Prepared

SAFE: Final = "✓ Every move is within the limits."
UNSAFE: Final = "✕ It cannot be drawn so."
CURE: Final = "p fits it to the sheet, or cuts it at the edge."
REMARKS: Final = 6
SEEN_MM: Final = 1.0  # a smaller gain is none that a person sees


def effect_lines(found: Prepared) -> list[str]:
    """What matters most comes first."""
    if not found.ok:
        return refusal_lines(found.name, found.report, found.how.place, made=found.made is not None)
    rows = [_strokes(found), ["ink", length(found.report["draw_mm"])], _pen_up(found), _time(found)]
    if bounds := found.report["bounds"]:
        rows.append(["lies", "X {left:.1f} to {right:.1f}, Y {bottom:.1f} to {top:.1f} mm".format(**bounds)])
    pens = found.times["pens"] if found.times else []
    if len(pens) > 1:
        rows += [["pens" if not at else "", _pen(pen)] for at, pen in enumerate(pens)]
    remarks = [f"· {with_stop(remark)}" for remark in found.remarks[:REMARKS]]
    return [SAFE, *table(rows), *remarks]


def refusal_lines(name: str, report: Message, place: str, *, made: bool) -> list[str]:
    """What is wrong, where, and what to do."""
    cure = [CURE] if may_be_fitted(report) and place == "keep" else []
    return [UNSAFE, *violation_lines(name, report, made=made), *cure]


def _strokes(found: Prepared) -> list[str]:
    made = found.made
    if made is None:
        return ["strokes", f"{plural(found.report['pen_lifts'], 'pen lift')}, {plural(found.report['lines'], 'line')}"]
    was = "" if made["strokes"] == made["strokes_before"] else f" of {made['strokes_before']}"
    return ["strokes", f"{made['strokes']}{was}, {plural(made['lifts'], 'pen lift')}"]


def _pen_up(found: Prepared) -> list[str]:
    """The ways with the pen up; how much shorter another order makes them, and how short any could."""
    made = found.made
    if made is None:
        return ["pen up", length(found.report["travel_mm"])]
    after, before, least = made["pen_up_mm"], made["pen_up_mm_before"], made["lower_bound_mm"]
    parts = [length(after)]
    if before - after > SEEN_MM:
        parts.append(f"{length(before)} before")
    parts += [told] if (told := least_travel(after, least)) else []
    return ["pen up", ", ".join(parts)]


def _time(found: Prepared) -> list[str]:
    seconds = duration(found.times["seconds"]) if found.times else "not known"
    before = duration(found.made["seconds_before"]) if found.made else ""
    changed = found.made is not None and found.made["seconds_before"] - found.made["seconds"] > 1
    return ["time", f"about {seconds}, {before} before" if changed and before != seconds else f"about {seconds}"]


def _pen(pen: Message) -> str:
    name = f"{pen['number']} {pen['name']}" if pen["number"] else str(pen["name"])
    return f"{name}: {length(pen['draw_mm'])}, {plural(pen['lifts'], 'lift')}, {duration(pen['seconds'])}"
