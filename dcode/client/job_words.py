"""All there is to say of a job, for every client."""

from __future__ import annotations

from typing import Final

from dcode.api.codec import Message
from dcode.client.words import clock, drift_words, duration, facts

AT_THE_MACHINE: Final = ("plotting", "paused")
WAITING: Final = ("drawing", "checking", "ready")


def state_of(job: Message) -> str:
    """Its state, as a person calls it."""
    return "waits for a yes" if job["held"] and job["state"] == "ready" else str(job["state"])


def percent_of(job: Message) -> str:
    """How much of it is done; nothing for one that waits."""
    return f"{int(100 * job['row'] / job['rows'])} %" if job["rows"] and job["state"] != "ready" else ""


def job_rows(job: Message) -> list[list[str]]:
    """Rows of a table: what, and how much."""
    rows = [
        ["job", f"{job['id']}, {job['name']}"],
        ["state", state_of(job) + (f": {job['reason']}" if job["reason"] else "")],
        ["size", facts(job)],
        ["progress", f"{percent_of(job) or '0 %'}, {clock(job['seconds'])} at the machine"],
        ["estimate", duration(job["estimate_seconds"])],
        ["rows", f"{job['executed_row']} surely done, {job['sent_row']} sent, of {job['rows']}"],
        ["wire", f"{job['sent']} sent, {job['acked']} acknowledged, {job['resends']} resent"],
        ["profile", job["profile"] or "unknown"],
    ]
    if job["prompt"]:
        rows.insert(1, ["prompt", job["prompt"]])
    if drift := job.get("drift"):
        rows.append(["drift", drift_words(drift)])
    return rows
