"""What a job waits for, asked on the terminal: another pen, a fresh one, or just somebody's word."""

from __future__ import annotations

from dcode.api.codec import Message
from dcode.cli.lengths import millimetres, offset
from dcode.cli.output import Output
from dcode.cli.session import Session
from dcode.client.sentences import with_stop
from dcode.client.sync import Client
from dcode.client.words import asked_words, depth
from dcode.errors import DaemonUnreachable, DcodeError, JobError

_WAYS = {
    "pen": "then Enter (t: touch test, f: it is a fresh one, b N: N mm of ink again, c: cancel)",
    "dry": "then Enter (t: touch test, o: go on with the old one, b N: N mm of ink again, c: cancel)",
    "pause": "Enter goes on (t: touch test, b N: N mm of ink again, c: cancel)",
}


_AUDIT = "The gondola goes to its mark meanwhile. Where the pen is not over it: a DX DY, in mm to the right and up."


def tell_or_ask(client: Client, output: Output, job: int, asks: Message, *, audited: bool = False) -> None:
    """Say what a job waits for; where there is a person, until they have done it.

    `audited`: at a change of pens the gondola hangs over a mark, and they may say how far off it is.
    """
    if not output.interactive:
        output.note(with_stop(asks["message"]))
        return
    if client.call("status").get("asks") != asks:
        return  # somebody else was quicker
    if audited and asks["kind"] == "pen":
        output.note(_AUDIT)
    try:
        _ask(client, output, job, asks)
    except DaemonUnreachable:
        raise
    except DcodeError as error:
        output.note(with_stop(error.message))
        output.note("dcode status   says what it waits for; dcode resume   goes on.")


def _ask(client: Client, output: Output, job: int, asks: Message) -> None:
    while (answer := output.prompt(_question(asks))) is not None:
        match answer.lower().split(maxsplit=1):
            case []:
                client.call("plotter.pen_changed")
                return
            case ["f"]:
                client.call("plotter.pen_changed", fresh=True)
                return
            case ["o"] if asks["kind"] == "dry":
                client.call("plotter.pen_changed", fresh=False)
                return
            case ["b", length] if (mm := millimetres(length)) is not None:
                client.call("plotter.pen_changed", back_mm=mm)
                return
            case ["c"]:
                client.call("job.cancel", job=job)
                return
            case ["a", off] if (seen := offset(off)) is not None:
                _tell_drift(client, output, seen)
            case ["t"]:
                client.call("plotter.touch_test")
            case _:
                output.note("Enter, one of the letters, or b and a length such as 300mm or 3m.")
    output.note("It waits: dcode resume   goes on.")


def _tell_drift(client: Client, output: Output, seen: tuple[float, float]) -> None:
    """What comes of it is told to all who follow the job, here as well."""
    try:
        client.call("plotter.drift", dx=seen[0], dy=seen[1], correct=output.ask("Correct it?"))
    except JobError as error:
        output.note(with_stop(error.message))


def _question(asks: Message) -> str:
    """Put in pen 2, red fineliner, then Enter (t: touch test, ...)"""
    return f"{asked_words(asks)}{'' if asks['kind'] == 'pause' else ','} {_WAYS[asks['kind']]}"


def ask_to_keep(session: Session, client: Client, job: Message) -> None:
    """A job that was adjusted has ended: whether the next one is to be drawn so as well."""
    words = _adjusted(job)
    if not words:
        return
    if not session.output.interactive:
        session.output.note(f"{words}: not kept. dcode adjust --keep   writes it to machine.json.")
        return
    answer = session.output.prompt(f"{words}. Keep that in machine.json? [y/N]")
    if answer is None or answer.lower() not in ("y", "yes"):
        session.output.note("Not kept.")
        return
    try:
        kept = client.call("plotter.keep_adjusted", job=job["id"])
    except DcodeError as error:  # the next job has begun; how this one ended is told all the same
        session.output.note(f"Not kept: {with_stop(error.message)}")
        return
    for line in kept_lines(kept):
        session.output.note(line)


def kept_lines(kept: Message) -> list[str]:
    """The keys that were written."""
    return [f"machine.json: {key} = {value:g}" for key, value in kept["changes"].items()]


def _adjusted(job: Message) -> str:
    feed, pens = job.get("feed_override", 100), job.get("pen_offsets") or {}
    words = [f"the feed was {feed:g} %"] if feed != 100 else []
    words += [f"{f'pen {pen}' if pen != '0' else 'the pen'} was {depth(by)}" for pen, by in pens.items()]
    said = " and ".join(words)
    return said[:1].upper() + said[1:]
