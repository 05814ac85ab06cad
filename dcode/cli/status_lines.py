"""What the machine is doing, as a person reads it."""

from __future__ import annotations

from dcode.api.codec import Message
from dcode.client.words import adjusted_words, band_words, drift_words, duration, ink_words, plural, table


def status_lines(status: Message) -> list[str]:
    """A status as a person reads it: the state first."""
    return table(status_rows(status))


def status_rows(status: Message) -> list[list[str]]:
    """What it is about, and what there is to say of that."""
    rows = [
        [status["state"].upper(), _job(status)],
        ["port", f"{status['port'] or 'none'}, profile {status['profile'] or 'unknown'}"],
        ["position", f"{_position(status)}, pen {status['pen']}"],
    ]
    if status["job"]:
        window = f"{status['in_flight']} of {status['window']} in flight"
        rows.append(["lines", f"{status['lines_acked']} acknowledged, {window}, {plural(status['resends'], 'resend')}"])
    if status["job"] or status["poor"]:
        rows.append(["link", _link(status)])
    if (pen := status.get("pen_in_hand")) and pen["strokes"]:
        rows.append(["ink", ink_words(pen)])
    if changed := adjusted_words(status):
        rows.append(["adjusted", changed])
    if drift := status.get("drift"):
        rows.append(["drift", drift_words(drift)])
    if status["queued"]:
        rows.append(["waiting", f"{plural(status['queued'], 'job')} in the queue"])
    if asks := status.get("asks"):
        rows.append(["asks", asks["message"]])
    if status["message"] and status["message"] != (asks or {}).get("message"):
        rows.append(["message", status["message"]])
    return rows


def _job(status: Message) -> str:
    job = status["job"]
    if not job:
        return ""
    done = "" if status["progress"] is None else f", {int(status['progress'] * 100)} %"
    left = "" if status["eta_seconds"] is None else f", about {duration(status['eta_seconds'])} left"
    left += band_words(status.get("eta_band"))
    return f"{job['name']} (job {job['id']}){done}{left}"


def _link(status: Message) -> str:
    """How good the line to the machine is, in the words of someone who may have to change a cable."""
    if status["ack_ms"] is None:
        return "nothing acknowledged yet"
    trouble = (
        f"{status['resend_ratio'] * 100:.0f} % of the last lines in trouble" if status["resend_ratio"] else "clean"
    )
    starved = f", ran out of moves {plural(status['starved'], 'time')}" if status["starved"] else ""
    poor = ": POOR, one line at a time is sent; check cable and plugs" if status["poor"] else ""
    return f"{status['ack_ms']:.0f} ms a line, {trouble}{starved}{poor}"


def _position(status: Message) -> str:
    if status["position"] is None:
        return "not known"
    x, y = status["position"]
    return f"X {x:.2f} Y {y:.2f}"
