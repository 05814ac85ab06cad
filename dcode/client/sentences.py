"""What an error is to a person: a sentence, and what to do about it."""

from __future__ import annotations

from typing import Final

from dcode.errors import DcodeError

# By class of dcode.errors, or by the `reason` among an error's fields; as "command   what it does".
HINTS: Final[dict[str, str]] = {
    "absent": "dcode daemon run --detach   starts one; so does dcode plot.",
    "lost": "dcode daemon status   says whether it still runs, dcode config path   where its log is.",
    "PortNotFound": "dcode ports   lists the ports that there are.",
    "PortBusy": "Another program has the port: end it, or name another with --port.",
    "PortGone": "Plug it in again; dcode status   says how it goes on.",
    "Alarm": "dcode home   finds the position again, or dcode home --here   registers it.",
    "JobError": "dcode jobs   lists the jobs.",
    "unregistered": "dcode home --here   registers the position once the gondola hangs at home.",
    "disconnected": "dcode status   says why; dcode ports   lists the ports that there are.",
    "busy": "dcode watch   follows the job; dcode cancel   ends it.",
    "plotting": "dcode watch   follows the job; dcode pause   holds it.",
    "paused": "dcode resume   goes on with the job; dcode cancel   ends it.",
    "alarm": "dcode home   finds the position again, or dcode home --here   registers it.",
}


def sentences(error: DcodeError) -> tuple[str, list[str]]:
    """The sentence for an error, and the lines that go below it."""
    below = [str(line) for line in _list(error.fields.get("last_words"))]
    if below and error.fields.get("log"):
        below.append(f"The whole log is {error.fields.get('log')}")
    hint = error.fields.get("hint") or HINTS.get(str(error.fields.get("reason"))) or HINTS.get(error.kind)
    if hint and not below and "dcode " not in error.message:
        below.append(str(hint))
    return with_stop(error.message), below


def with_stop(text: str) -> str:
    """A sentence that ends as one."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
