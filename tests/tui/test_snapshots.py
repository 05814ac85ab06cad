"""Screens as they look, character by character, at 80 by 24; each in a file of tests/tui/snapshots.

DCODE_SNAPSHOTS=write writes them anew: look at what has changed before it is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import RichLog

from dcode.tui.app import DcodeApp
from dcode.tui.child import Answered
from dcode.tui.messages import Begun, Linked, Told
from dcode.tui.store import LinkState
from tests.cli.fake_daemon import a_job, a_status
from tests.tui.screens import MORE, on_app, shown
from tests.tui.test_keys import settled

Step = Callable[[DcodeApp, Pilot[None]], Awaitable[None]]

SMALL = (80, 24)
ROUNDS = 300  # of the loop, until a screen that is not as it should be counts as another
FOLDER = Path(__file__).parent / "snapshots"
ASKS = {
    "kind": "pen",
    "pen": 2,
    "name": "red fineliner",
    "colour": "#cc0000",
    "message": "Put in pen 2, red fineliner (#cc0000), then: dcode resume",
}
BROKEN = a_job(**MORE | {"id": 12, "state": "interrupted", "ended": 5.0, "reason": "The cable was pulled", "row": 40})


def by(*keys: str) -> Step:
    """Pressed on the main screen, of a plotter that draws."""

    def act(app: DcodeApp, pilot: Pilot[None]) -> Awaitable[None]:
        return pilot.press(*keys)

    return act


async def lost(app: DcodeApp, pilot: Pilot[None]) -> None:
    app.post_message(Linked(LinkState.LOST, "The daemon hung up."))


async def interrupted(app: DcodeApp, pilot: Pilot[None]) -> None:
    status = a_status(state="alarm", position=None, registered=False)
    app.post_message(Begun({"status": status, "jobs": [BROKEN]}, [BROKEN], app.store.machine))


async def pen_change(app: DcodeApp, pilot: Pilot[None]) -> None:
    app.post_message(Told({"event": "pen_change", "asks": ASKS}))


STEPS: dict[str, Step] = {
    "main": by(),
    "jobs": by("j"),
    "draw": by("d"),
    "machine": by("g"),
    "calibrate": by("c"),
    "console": by("grave_accent"),
    "help": by("question_mark"),
    "stop": by("ctrl+x"),
    "rehearse": by("j", "down", "R"),
    "lost": lost,
    "interrupted": interrupted,
    "pen-change": pen_change,
}


async def no_ports(*arguments: str) -> Answered:
    return Answered([], [])


def without_times(text: str) -> str:
    """A time of day depends on where one is."""
    return re.sub(r"\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d", lambda found: re.sub(r"\d", "0", found[0]), text)


@pytest.mark.parametrize("name", STEPS)
def test_a_screen_looks_as_it_did(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcode.tui.widgets.no_daemon.dcode", no_ports)

    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        app.known_engines = [{"engine": "library", "ready": True}]
        await settled(app, pilot)
        await STEPS[name](app, pilot)
        await settled(app, pilot)
        assert not app.screen.query(RichLog) or "G28" in shown(app)
        file = FOLDER / f"{name}.txt"
        if os.environ.get("DCODE_SNAPSHOTS") == "write":
            FOLDER.mkdir(exist_ok=True)
            file.write_text(without_times(shown(app)) + "\n", "utf-8")
        wanted, rounds = file.read_text("utf-8"), 0
        while (text := without_times(shown(app)) + "\n") != wanted and rounds < ROUNDS:
            await pilot.pause()  # what is drawn in a worker comes when its turn comes
            rounds += 1
        assert text == wanted

    on_app(test, tmp_path, SMALL)
