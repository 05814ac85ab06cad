"""dcode-tui by Textual's pilot, its daemon's words told by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from dcode.client.address import Address
from dcode.errors import DaemonUnreachable
from dcode.tui.app import DcodeApp
from dcode.tui.messages import Begun
from tests.cli.fake_daemon import a_job, a_status, plotting

Test = Callable[[DcodeApp, Pilot[None]], Awaitable[None]]

MARKS = {"marks": [{"name": "home", "x": 0.0, "y": 0.0, "about": "where the gondola hangs"}]}
LIMITS = {"area": [-200.0, 200.0, 300.0, -300.0], "unreachable": []}
MORE = {
    "kind": "drawing",
    "growing": False,
    "audit": "off",
    "drift": None,
    "feed_override": 100,
    "pen_offsets": {},
    "prompt": "",
    "held": False,
}
JOBS = [
    plotting(40, **MORE),
    a_job(id=13, name="heron.svg", **MORE),
    a_job(id=14, name="done.gcode", state="done", row=100, **MORE),
]


class Pretended:
    """Stands for the link: begins with a daemon that plots, and answers calls from a table."""

    def __init__(self, address: Address, post: Callable[..., Any]) -> None:
        self.address, self._post = address, post
        self.calls: list[str] = []

    async def keep(self) -> None:
        status = a_status(
            state="plotting", job={"id": 12, "name": "horse.gcode", "state": "plotting"}, progress=0.4, eta_seconds=60.0
        )
        machine = {"path": "machine.json", "values": {}, "others": []}
        self._post(Begun({"status": status, "jobs": JOBS}, JOBS, machine))

    async def call(self, method: str, /, **params: Any) -> Any:
        self.calls.append(method)
        answers: dict[str, Any] = {
            "plotter.marks": MARKS,
            "machine.limits": LIMITS,
            "wire.follow": {"lines": [{"at": 1.0, "way": "out", "text": "G28"}]},
            "job.list": {"jobs": JOBS},
            "plotter.stop": a_status(),
        }
        if method not in answers:
            raise DaemonUnreachable("This daemon is only pretended.")
        return answers[method]

    async def stop(self) -> Any:
        return await self.call("plotter.stop")


def on_app(test: Test, state: Path, size: tuple[int, int] = (120, 40), **settings: Any) -> None:
    """Run a test with the application in front of it."""

    async def run() -> None:
        app = DcodeApp(Address(state, state / "no.sock", state / "no.log"), **settings)
        app.link = Pretended(app.link.address, app.post_message)  # type: ignore[assignment]
        async with app.run_test(size=size) as pilot:
            while not app.screen.query("#paper > *"):  # the sheet comes after all else
                await pilot.pause()
            await test(app, pilot)

    asyncio.run(run())


def shown(app: DcodeApp) -> str:
    """The characters of the screen."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def without_colour(app: DcodeApp) -> list[tuple[str, bool, bool, bool, bool]]:
    """Characters with what is left of their looks where there is no colour: bold, dim, reverse, underlined."""
    found = []
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            looks = (style.bold, style.dim, style.reverse, style.underline) if style else (None,) * 4
            found += [(character, *map(bool, looks)) for character in text]
    return found
