"""A job's progress, as the job card and the queue say it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dcode.api.codec import Message
from dcode.client.words import (
    adjusted_words,
    asked_words,
    band_words,
    clock,
    drift_words,
    duration,
    ink_words,
    length,
    plural,
)

# A shape beside the word, so that states are told apart without colour.
SHAPES: Final = {
    "drawing": "✎",
    "checking": "…",
    "ready": "·",
    "plotting": "▶",
    "paused": "‖",
    "interrupted": "↯",
    "done": "✓",
    "failed": "✕",
    "cancelled": "−",
}


INTERRUPTED: Final = "↯ Job {id}, {name}, was interrupted: {pause} asks how to go on."
ALARM: Final = "⚠ The machine is in alarm: {machine} tells why, and finds the position again."


def share(job: Message) -> float:
    """How much of a job is done, 0 to 1."""
    return float(job["row"] / job["rows"]) if job["rows"] else 0.0


def state_word(job: Message) -> str:
    """Its state with its shape."""
    word = "waits for yes" if job["held"] and job["state"] == "ready" else str(job["state"])
    return f"{SHAPES.get(job['state'], '?')} {word}"


def left(status: Message) -> str:
    """What the job at the machine still takes, with the band that it is in nine times in ten."""
    seconds = status.get("eta_seconds")
    if seconds is None:
        return "time left not known yet"
    return f"about {duration(seconds)} left{band_words(status.get('eta_band'))}"


def card_lines(job: Message, status: Message) -> list[str]:
    """What the job card says below its bar; what matters most comes first."""
    lines = [f"{state_word(job)}  line {int(share(job) * job['lines'])} of {job['lines']}"]
    if status.get("asks"):
        lines.append(f"⧗ {asked_words(status['asks'])}")
    lines.append(left(status))
    lines.append(
        f"elapsed {clock(job['seconds'])}   {length(job['draw_mm'])} of ink, {plural(job['pen_lifts'], 'lift')}"
    )
    if adjusted := adjusted_words(status):
        lines.append(adjusted)
    if pen := status.get("pen_in_hand"):
        lines.append(ink_words(pen))
    if status.get("drift"):
        lines.append(drift_words(status["drift"]))
    if job["resends"]:
        lines.append(plural(job["resends"], "resend"))
    return lines


def queue_time(job: Message, status: Message) -> str:
    """The last column of the queue: what a job takes, still takes, or took."""
    if job["state"] in ("plotting", "paused"):
        seconds = status.get("eta_seconds")
        return "" if seconds is None else f"~{duration(seconds)}"
    if job["state"] == "ready":
        return f"~{duration(job['estimate_seconds'])}"
    return duration(job["seconds"]) if job["seconds"] else ""


def in_one_line(job: Message | None, status: Message, waiting: int) -> str:
    """Job and queue where there is room for one line only."""
    queue = f"{plural(waiting, 'job')} waiting" if waiting else "the queue is empty"
    if job is None:
        return f"no job at the machine, {queue}"
    more = f"  {waiting} waiting" if waiting else ""
    return f"{state_word(job)} {job['name']}  {share(job):.0%}  {left(status)}{more}"


def trouble(interrupted: Message | None, status: Message, key_of: Callable[[str], str]) -> str:
    """What stands in the way of the next job, with the key that helps; empty when nothing does."""
    if interrupted:
        return INTERRUPTED.format(id=interrupted["id"], name=interrupted["name"], pause=key_of("pause"))
    return ALARM.format(machine=key_of("machine")) if status["state"] == "alarm" else ""
