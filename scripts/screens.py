"""Pictures of every screen of dcode-tui, made while a simulated plotter draws: python scripts/screens.py [FOLDER]

Each as SVG: dark and light at 120 x 40, and dark at 80 x 24; the main screen also in the terminal's own colours. By
default in docs/screens. The fonts are the reader's. What does not come within two minutes ends it with a sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any, Final

from textual.command import CommandPalette
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.widgets import Input, Select

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import DcodeError
from dcode.tui.app import DcodeApp
from dcode.tui.themes import ANSI, DARK, LIGHT
from dcode.tui.widgets.answers import Answers
from dcode.tui.widgets.file_pane import FilePane
from dcode.tui.widgets.files import Files
from dcode.tui.widgets.sheet import Sheet

ROOT: Final = Path(__file__).parents[1]
WIDE: Final = (120, 40)
SMALL: Final = (80, 24)
LOOKS: Final = (("dark", DARK.name, WIDE), ("light", LIGHT.name, WIDE), ("small", DARK.name, SMALL))
IN_ANSI: Final = (("ansi", ANSI[0].name, WIDE),)  # a picture shows it with colours that a terminal might have
PATIENCE: Final = 120.0  # seconds for one thing to happen
LOOK_EVERY: Final = 0.05
SETTLED: Final = 0.3  # seconds in which a screen that was asked for something gets its answers
SIMULATED: Final = "sim:marlin?speed=4"


BACKGROUND: Final = re.compile(
    r'<rect fill="(?P<colour>#\w+)" x="(?P<left>[\d.]+)" y="(?P<top>[\d.]+)" '
    r'width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)" shape-rendering="crispEdges"/>'
)


class NotTaken(Exception):
    """A picture could not be taken; the sentence says what never came."""


class Camera:
    """Goes to screens and takes each in its looks."""

    def __init__(self, pilot: Pilot[None], folder: Path) -> None:
        self._pilot, self._folder = pilot, folder
        self._began = monotonic()
        self.taken: list[Path] = []

    @property
    def app(self) -> DcodeApp:
        app = self._pilot.app
        assert isinstance(app, DcodeApp)
        return app

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait for what is seen in the store or on the screen. Raises NotTaken when it does not come."""
        end = monotonic() + PATIENCE
        while not is_so():
            if monotonic() > end:
                where, state = type(self.app.screen).__name__, self.app.store.status["state"]
                raise NotTaken(f"{what} did not come in {PATIENCE:.0f} s: on {where}, and the machine is {state}.")
            await asyncio.sleep(LOOK_EVERY)

    async def press(self, *keys: str) -> None:
        """As if typed; what comes of it is to be waited for."""
        for key in keys:
            self.app.simulate_key(key)
            await asyncio.sleep(LOOK_EVERY)

    async def go(self, key: str, screen: str) -> None:
        """To a screen or dialog by the key for it."""
        await self.press(key)
        await self.until(lambda: type(self.app.screen).__name__ == screen, f"{screen}, by {key},")
        await asyncio.sleep(SETTLED)

    async def back(self, to: str = "MainScreen") -> None:
        await self.go("escape", to)

    async def type(self, text: str, at: str) -> None:
        await self.until(lambda: self.app.screen.query(at), f"a line to type in ({at})")
        self.app.screen.query_one(at, Input).value = text

    async def take(self, name: str, looks: tuple[tuple[str, str, tuple[int, int]], ...] = LOOKS) -> None:
        for look, theme, size in looks:
            self.app.theme = theme
            await self._resize(size)
            picture = lean(self.app.export_screenshot(title="dcode-tui", simplify=True))
            self.taken.append(self._folder / f"{name}-{look}.svg")
            self.taken[-1].write_text(picture)
        self.app.theme = DARK.name
        await self._resize(WIDE)
        print(f"{monotonic() - self._began:5.0f} s  {name}", flush=True)

    async def _resize(self, size: tuple[int, int]) -> None:
        try:
            await self._pilot.resize_terminal(*size)
            await asyncio.sleep(SETTLED)
            await self._pilot.pause()
        except WaitForScreenTimeout:
            raise NotTaken(f"{type(self.app.screen).__name__} does not come to rest at {size}.") from None


def lean(svg: str) -> str:
    """Without fonts from the network, and without what every line says again."""
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace")
    svg = re.sub(r' clip-path="url\(#[^"]*-line-\d+\)"', "", svg)
    svg = re.sub(r'<clipPath id="[^"]*-line-\d+">\s*<rect[^>]*/>\s*</clipPath>\s*', "", svg)
    svg = merged(svg).replace("&#160;", "\xa0")
    prefix = re.search(r"terminal-\d+-", svg)
    return svg.replace(prefix[0], "t-") if prefix else svg


def merged(svg: str) -> str:
    """Backgrounds of one colour that lie beside each other as one."""
    told, at = [], 0
    for (colour, top), run in groupby(BACKGROUND.finditer(svg), lambda one: (one["colour"], one["top"])):
        found = list(run)
        left, last = float(found[0]["left"]), found[-1]
        width = float(last["left"]) + float(last["width"]) - left
        if abs(width - sum(float(one["width"]) for one in found)) < 1:  # else there is a gap
            wide = f'<rect fill="{colour}" x="{left:g}" y="{top}" width="{width:.7g}" height="{last["height"]}"/>'
            told += [svg[at : found[0].start()], wide]
            at = last.end()
    return "".join([*told, svg[at:]])


async def all_screens(address: Address, folder: Path) -> list[Path]:
    """The pictures that were taken. Raises NotTaken."""
    app = DcodeApp(address)
    async with AsyncExitStack() as stack:
        pilot = await stack.enter_async_context(app.run_test(size=WIDE))
        camera = Camera(pilot, folder)
        await camera.until(lambda: app.store.link == "absent", "That no daemon runs")
        await asyncio.sleep(4 * SETTLED)  # for the list of ports
        await camera.take("no-daemon")
        client, _ = await asyncio.to_thread(start, address, Target(SIMULATED))
        leaving = stack.pop_all()  # the screen is closed first, as it offers another daemon when this one ends
        try:
            async with leaving:
                await camera.until(lambda: app.store.live, "The daemon")
                await camera.until(lambda: app.store.status["state"] == "idle", "The plotter")
                await ask(client, "plotter.home", here=True)
                await of_a_job(camera, client)
                await of_a_fault(camera)
                await of_an_idle_machine(camera, client)
        finally:
            await ask(client, "daemon.stop", when="now")
            client.close()
    return camera.taken


async def of_a_job(camera: Camera, client: Client) -> None:
    """What there is to see while the machine draws."""
    app = camera.app
    await camera.go("d", "DrawScreen")
    chosen = app.screen.query_one("#engine", Select)
    await camera.until(lambda: app.known_engines, "The engines")
    chosen.value = "library"  # which is there on every computer
    await camera.type("7", "#seed")
    await camera.type("a horse", "#prompt")
    await camera.press("ctrl+r")
    await camera.until(lambda: app.screen.query_one("#choices").display, "A drawing")
    await camera.take("draw")
    await camera.press("enter")
    await camera.until(lambda: app.store.current, "The job that was kept")
    await camera.back()
    for name in ("circles.gcode", "circles again.gcode"):
        await asyncio.to_thread(upload, client, name, CIRCLES.encode())
    await camera.until(lambda: (app.store.status.get("progress") or 0) > 0.2, "A fifth of the drawing")
    await camera.take("main", LOOKS + IN_ANSI)
    await camera.go("j", "JobsScreen")
    await camera.take("jobs")
    await camera.go("G", "ProgramScreen")
    await camera.take("program")
    await camera.back("JobsScreen")
    await camera.go("R", "HowDialog")
    await camera.take("rehearse")
    await camera.back("JobsScreen")
    await camera.until(lambda: app.store.current, "A job at the machine")
    app.action_jobs((app.store.current or {})["id"])
    await asyncio.sleep(SETTLED)
    await camera.go("x", "ConfirmDialog")
    await camera.take("confirm")
    await camera.back("JobsScreen")
    await camera.back()
    for key, screen, name in (
        ("g", "MachineScreen", "machine"),
        ("grave_accent", "ConsoleScreen", "console"),
        ("question_mark", "HelpDialog", "help"),
        ("o", "JumpDialog", "jump"),
    ):
        await camera.go(key, screen)
        await camera.take(name)
        await camera.back()
    await adding(camera)
    await looking_for(camera, "pen")


async def looking_for(camera: Camera, what: str) -> None:
    """The palette; opened anew for each look, as it keeps the colours that it was opened in."""
    for look in LOOKS:
        camera.app.theme = look[1]
        await camera.go("ctrl+p", CommandPalette.__name__)
        await camera.type(what, "Input")
        await asyncio.sleep(4 * SETTLED)
        await camera.take("palette", (look,))
        await camera.back()


async def adding(camera: Camera) -> None:
    """A file of which it is shown how it will be drawn."""
    await camera.go("a", "AddScreen")
    await camera.until(lambda: camera.app.screen.query_one(Files).root.children, "The files")
    await camera.take("add")
    await camera.press("down", "enter")
    await camera.until(lambda: camera.app.screen.query_one(FilePane).prepared, "How a file will be drawn")
    await camera.take("add-file")
    await camera.press("escape")
    await camera.until(lambda: camera.app.screen.query_one(Files).has_focus, "The files")
    await camera.back()


async def of_a_fault(camera: Camera) -> None:
    """A job is stopped: how it is found again where it was, and goes on."""
    app = camera.app
    await camera.until(lambda: (app.store.current or {}).get("kind") == "drawing", "A job to be stopped")
    await camera.go("ctrl+x", "StopDialog")
    await camera.until(lambda: app.store.interrupted, "The end of the job")
    await camera.take("stop")
    await camera.go("enter", "MainScreen")
    await camera.go("space", "RecoverScreen")
    await camera.until(lambda: app.screen.query_one(Answers).option_count, "What to do")
    await camera.take("recover-position")
    await camera.press("h")
    await camera.until(lambda: app.store.status.get("registered"), "The position")
    await camera.until(
        lambda: "redraw" in [one.id for one in app.screen.query_one(Answers).options], "The ways to go on"
    )
    await camera.take("recover")
    await camera.back()
    await camera.until(lambda: app.screen.query(Sheet), "The sheet")
    app.screen.query_one(Sheet).focus()
    await camera.press("left_curly_bracket")
    await camera.go("enter", "FromHereDialog")
    await camera.take("from-here")
    await camera.back()
    await camera.go("g", "MachineScreen")
    await camera.go("r", "RegisterScreen")
    await camera.until(lambda: app.screen.query_one("#marks").display, "The marks")
    await camera.take("register")
    await camera.back()


async def of_an_idle_machine(camera: Camera, client: Client) -> None:
    """A change of pens, and the guides."""
    app = camera.app
    for job in [*([app.store.interrupted] if app.store.interrupted else []), *app.store.waiting]:
        await ask(client, "job.cancel", job=job["id"])
    await camera.until(lambda: app.store.status["state"] == "idle" and not app.store.current, "An idle machine")
    await asyncio.to_thread(upload, client, "two pens.gcode", TWO_PENS.encode())
    await camera.until(lambda: type(app.screen).__name__ == "PenChangeDialog", "A change of pens")
    await asyncio.sleep(SETTLED)
    await camera.take("pen-change")
    await ask(client, "job.cancel")
    await camera.until(lambda: app.store.status["state"] == "idle" and not app.store.current, "An idle machine")
    await camera.until(lambda: type(app.screen).__name__ == "MainScreen", "The main screen")
    await camera.go("c", "CalibrateScreen")
    await camera.take("calibrate")
    await camera.press("p")
    await camera.until(lambda: "1 of" in str(app.screen.query_one("#guide").border_title), "The guide for the pen")
    await camera.take("calibrate-pen")
    await camera.press("escape")
    await camera.until(lambda: "Calibrate" in str(app.screen.query_one("#guide").border_title), "The end of the guide")
    await camera.back()


async def ask(client: Client, method: str, **params: Any) -> None:
    """In a thread: the screen goes on meanwhile."""
    await asyncio.to_thread(client.call, method, **params)


CIRCLES: Final = "G21\nG90\n" + "".join(
    f"G0 X{r} Y0 F3000\nM280 P0 S40\nG2 X{-r} Y0 I{-r} J0 F1500\nG2 X{r} Y0 I{r} J0\nM280 P0 S90\n"
    for r in range(20, 300, 20)
)
TWO_PENS: Final = (
    "G21\nG90\nT1\nG0 X0 Y0\nM280 P0 S40\nG1 X40 Y0 F500\nM280 P0 S90\n"
    "T2\nG0 X0 Y10\nM280 P0 S40\nG1 X40 Y10\nM280 P0 S90\n"
)


def main() -> str | None:
    """None when all were taken; else the sentence that says why not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "screens", metavar="FOLDER")
    folder = parser.parse_args().folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT / "examples")  # whose files are shown
    with tempfile.TemporaryDirectory(prefix="dcode-") as state:
        os.environ |= {"DCODE_CONFIG_DIR": f"{state}/config", "DCODE_STATE_DIR": f"{state}/state"}
        os.environ.pop("NO_COLOR", None)
        try:
            taken = asyncio.run(all_screens(Address.find(Path(state) / "state"), folder))
        except (NotTaken, DcodeError) as error:
            return f"screens.py: {error}"
    print(f"{len(taken)} pictures, {sum(one.stat().st_size for one in taken) / 1e6:.1f} MB, in {folder}")
    return None


if __name__ == "__main__":
    sys.exit(main())
