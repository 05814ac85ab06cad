"""The conversation of `dcode register`: choose a mark, bring the pen over it with the arrow keys, say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from dcode.api.codec import Message
from dcode.cli.keys import Keyboard, keyboard
from dcode.cli.output import Output
from dcode.cli.session import Session
from dcode.client.registration import FIRST_STEP, NEAR_MM, STEPS, found_lines, ways
from dcode.client.sentences import sentences
from dcode.client.sync import Client
from dcode.client.words import table
from dcode.errors import DaemonUnreachable, DcodeError

WAYS: Final = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}


def converse(session: Session, daemon: Client, *, second: bool) -> bool:
    """Register a mark, or two for the turn of the sheet, and answer each; False when the person leaves before."""
    output = session.output
    daemon.call("plotter.pen", to="up")
    output.note("The pen is up.")
    if not _one(session, daemon, second=second):
        return False
    if not second:
        answer = output.prompt("A second mark, far from this one, tells the turn and scale of the sheet. Go on? [y/N]")
        if (answer or "").lower() in ("y", "yes"):
            _one(session, daemon, second=True)
    return True


def tell(session: Session, registered: Message, *, second: bool) -> None:
    """Answer with what a registration found."""
    session.reply(registered, lambda value: found_lines(value, second=second))


def _one(session: Session, daemon: Client, *, second: bool) -> bool:
    """Register one mark; False when the person leaves."""
    output = session.output
    mark = _chosen(output, daemon.call("plotter.marks")["marks"])
    if mark is None:
        return False
    status = daemon.call("status")
    here = status["position"] if status["registered"] else None
    far = here is not None and math.dist(here, (mark["x"], mark["y"])) > NEAR_MM
    if far and output.ask(f"Go to X {mark['x']:.2f} Y {mark['y']:.2f} first, pen up?"):
        daemon.call("plotter.jog", x=mark["x"], y=mark["y"])
    if not brought_there(output, daemon, mark["name"]):
        return False
    tell(session, daemon.call("plotter.register", mark=mark["name"], second=second), second=second)
    return True


def _chosen(output: Output, marks: Sequence[Message]) -> Message | None:
    """The mark that the person chooses by its number."""
    places = [
        [str(number), mark["name"], f"X {mark['x']:.2f} Y {mark['y']:.2f}", mark["about"]]
        for number, mark in enumerate(marks, start=1)
    ]
    for line in table(places, right=(0,)):
        output.note(line)
    while (answer := output.prompt("Over which mark will the pen be? [1, q leaves]")) is not None:
        if answer.lower() in ("q", "quit"):
            return None
        number = int(answer or 1) if (answer or "1").isdecimal() else 0
        if 1 <= number <= len(marks):
            return marks[number - 1]
        output.note(f"A number from 1 to {len(marks)}, or q.")
    return None


def brought_there(output: Output, daemon: Client, name: str) -> bool:
    """Let arrow keys move the gondola; whether the person says that the pen is over the mark."""
    steps = ", ".join(f"{step:g}" for step in STEPS)
    output.note(f"Arrow keys move the gondola. Keys 1 to {len(STEPS)} set the step ({steps} mm), + and - change it.")
    output.note(f"Enter: the pen is over {name}. q: leave, nothing is registered.")
    try:
        with keyboard() as keys:
            return _steered(output, daemon, keys)
    finally:
        output.show("")


def _steered(output: Output, daemon: Client, keys: Keyboard) -> bool:
    """Answer keys until one ends it. A key that comes while the gondola moves is not kept."""
    show = output.show if output.live else output.note
    size, moved = FIRST_STEP, (0.0, 0.0)
    while True:
        told = ", ".join(ways(moved, ("right", "left", "up", "down"))) or "not yet"
        show(f"step {STEPS[size]:g} mm   moved {told}")
        key = keys.read()
        if key in ("enter", "q", "escape"):
            return key == "enter"
        if key in WAYS:
            dx, dy = (STEPS[size] * way for way in WAYS[key])
            if _nudged(output, daemon, dx, dy):
                moved = (moved[0] + dx, moved[1] + dy)
            keys.drain()
        size = _size(key, size)


def _nudged(output: Output, daemon: Client, dx: float, dy: float) -> bool:
    """One step; a refusal is told and does not end the conversation."""
    try:
        daemon.call("plotter.nudge", dx=dx, dy=dy)
    except DaemonUnreachable:
        raise
    except DcodeError as error:
        output.fail(*sentences(error))
        return False
    return True


def _size(key: str, size: int) -> int:
    """Which of STEPS comes after a key."""
    if key in ("1", "2", "3", "4", "5"):
        return int(key) - 1
    change = {"+": 1, "=": 1, "-": -1}.get(key, 0)  # = is + without shift
    return min(max(size + change, 0), len(STEPS) - 1)
