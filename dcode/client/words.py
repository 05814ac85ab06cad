"""How quantities are written for people, by every client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_TELLING: Final = 2.0  # times the lower bound; a travel that is longer than that shows how coarse the bound is
_BY_COMMAND: Final = (", then: dcode resume", " Go on with: dcode resume")  # ends of an Asked's message


def length(mm: float) -> str:
    """431 mm, 4.3 m, 42 m."""
    if mm < 1000:
        return f"{mm:.0f} mm"
    metres = mm / 1000
    return f"{metres:.1f} m" if metres < 9.95 else f"{metres:.0f} m"


def least_travel(travel_mm: float, least_mm: float | None) -> str:
    """What no order of the strokes can be below, where that says something about this one; else nothing."""
    return f"no order has less than {length(least_mm)}" if least_mm and travel_mm <= _TELLING * least_mm else ""


def duration(seconds: float) -> str:
    """About how long: 45 s, 12 min, 1 h 40 min."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def band_words(ends: Sequence[float] | None) -> str:
    """Between what it lies, in seconds, after a duration: (36 to 45 s), (58 min to 1 h 7 min).

    Nothing where the two ends read alike: who waits for minutes needs no seconds.
    """
    if ends is None:
        return ""
    least, most = (duration(end) for end in ends)
    (first, _, unit), (_, _, other) = least.partition(" "), most.partition(" ")
    return "" if least == most else f" ({first if unit == other else least} to {most})"


def clock(seconds: float) -> str:
    """Exactly how long: 0:41:07."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}"


def plural(number: int, what: str) -> str:
    """1 line, 2 lines."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def facts(report: dict[str, Any]) -> str:
    """The size of a drawing in one line, from a check's report or a job."""
    return f"{plural(report['lines'], 'line')}, {_ways(report)}"


def size(report: dict[str, Any], strokes: int | None) -> str:
    """The same; of artwork that was made into a program by its strokes, which are what somebody drew."""
    return facts(report) if strokes is None else f"{plural(strokes, 'stroke')}, {_ways(report)}"


def _ways(report: dict[str, Any]) -> str:
    return (
        f"{length(report['draw_mm'])} of ink, {length(report['travel_mm'])} of travel, "
        f"{plural(report['pen_lifts'], 'pen lift')}"
    )


def table(rows: list[list[str]], right: tuple[int, ...] = ()) -> list[str]:
    """Rows as lines, columns aligned; those numbered in `right` to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def drift_words(drift: Sequence[float]) -> str:
    """What the last audit of a job found, mm."""
    return f"{drift[0]:+.2f} mm right, {drift[1]:+.2f} mm up, at the last audit"


def adjusted_words(status: Mapping[str, Any]) -> str:
    """How feed and pen were adjusted, from a status; nothing where they were not."""
    feed, deeper = status.get("feed_override", 100), status.get("pen_offset", 0)
    words = [f"feed {feed:g} %"] if feed != 100 else []
    return ", ".join([*words, f"pen {depth(deeper)}"] if deeper else words)


def depth(degrees: float) -> str:
    """2° deeper, 0.5° lighter."""
    return f"{abs(degrees):g}° {'deeper' if degrees > 0 else 'lighter'}"


def ink_words(pen: Mapping[str, Any]) -> str:
    """pen 1, fine: 98.00 m in 1 h 10 min, about 2.00 m left"""
    left = "" if pen["left_m"] is None else f", about {pen['left_m']:.2f} m left"
    return f"pen {pen['pen']}, {pen['name']}: {pen['metres']:.2f} m in {duration(pen['minutes'] * 60)}{left}"


def asked_words(asks: Mapping[str, Any]) -> str:
    """What a job waits for, an Asked: for who goes on by a key, without the command."""
    message = str(asks["message"])
    for end in _BY_COMMAND:
        message = message.removesuffix(end)
    return message
