"""Pictures of every screen of dcode-tui, made while a simulated plotter draws: python scripts/screens.py [FOLDER]

Each as SVG: dark and light at 120 x 40, and dark at 80 x 24; by default in docs/screens. The fonts are the reader's.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.tui.app import DcodeApp
from dcode.tui.themes import DARK, LIGHT
from dcode.tui.widgets.answers import Answers
from dcode.tui.widgets.sheet import Sheet

ROOT: Final = Path(__file__).parents[1]
WIDE: Final = (120, 40)
SMALL: Final = (80, 24)
PATIENCE: Final = 60.0  # seconds for one thing to happen
LOOK_EVERY: Final = 0.05
SETTLED: Final = 0.3  # seconds in which a screen that was asked for something gets its answers
SIMULATED: Final = "sim:marlin?speed=4"


class Camera:
    """Takes each screen in its three looks."""

    def __init__(self, pilot: Pilot[None], folder: Path) -> None:
        self._pilot, self._folder = pilot, folder

    @property
    def app(self) -> DcodeApp:
        app = self._pilot.app
        assert isinstance(app, DcodeApp)
        return app

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        for _ in range(round(PATIENCE / LOOK_EVERY)):
            if is_so():
                return
            await asyncio.sleep(LOOK_EVERY)
        raise TimeoutError(f"never came: {what}")

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)
        await asyncio.sleep(SETTLED)
        await self._pilot.pause()

    async def take(self, name: str) -> None:
        for look, theme, size in (
            ("dark", DARK.name, WIDE),
            ("light", LIGHT.name, WIDE),
            ("small", DARK.name, SMALL),
        ):
            self.app.theme = theme
            await self._pilot.resize_terminal(*size)
            await asyncio.sleep(SETTLED)
            await self._pilot.pause()
            picture = lean(self.app.export_screenshot(title="dcode-tui", simplify=True))
            (self._folder / f"{name}-{look}.svg").write_text(picture)
        print(name, flush=True)
        self.app.theme = DARK.name
        await self._pilot.resize_terminal(*WIDE)
        await self._pilot.pause()


def lean(svg: str) -> str:
    """Without fonts from the network, and without what every line says again."""
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace")
    svg = re.sub(r' clip-path="url\(#[^"]*-line-\d+\)"', "", svg)
    svg = re.sub(r'<clipPath id="[^"]*-line-\d+">\s*<rect[^>]*/>\s*</clipPath>\s*', "", svg)
    prefix = re.search(r"terminal-\d+-", svg)
    return svg.replace(prefix[0], "t-") if prefix else svg


async def all_screens(address: Address, folder: Path) -> None:
    app = DcodeApp(address)
    async with app.run_test(size=WIDE) as pilot:
        camera = Camera(pilot, folder)
        await camera.until(lambda: app.store.link == "absent", "that no daemon runs")
        await asyncio.sleep(4 * SETTLED)  # for the list of ports
        await camera.take("no-daemon")
        client, _ = await asyncio.to_thread(start, address, Target(SIMULATED))
        try:
            await photographed(camera, client)
        finally:
            await ask(client, "daemon.stop", when="now")
            client.close()


async def photographed(camera: Camera, client: Client) -> None:
    app = camera.app
    await camera.until(lambda: app.store.live, "the daemon")
    await camera.until(lambda: app.store.status["state"] == "idle", "the plotter")
    await ask(client, "plotter.home", here=True)

    await camera.press("d")
    await camera.press(*"a horse", "enter")
    await camera.until(lambda: app.screen.query_one(Answers).display, "a drawing")
    await camera.take("draw")
    await camera.press("enter", "escape")
    await camera.until(lambda: app.store.current, "a job")
    for name in ("circles.gcode", "circles again.gcode"):
        await asyncio.to_thread(upload, client, name, CIRCLES.encode())
    await camera.until(lambda: (app.store.status.get("progress") or 0) > 0.25, "that some of it is drawn")
    await camera.take("main")
    for key, name in (("j", "jobs"), ("g", "machine"), ("grave_accent", "console"), ("a", "add")):
        await camera.press(key)
        await camera.take(name)
        await camera.press("escape")
    for key, name in (("question_mark", "help"), ("o", "jump")):
        await camera.press(key)
        await camera.take(name)
        await camera.press("escape")
    await camera.press("ctrl+p", *"pen")
    await camera.take("palette")
    await camera.press("escape")
    await camera.press("ctrl+x")
    await camera.take("stop")
    await camera.press("enter")
    await camera.until(lambda: app.store.interrupted, "the end of the job")
    await camera.press("space")
    await camera.take("recover-position")
    await ask(client, "plotter.home", here=True)
    await camera.press("escape", "space")
    await camera.take("recover")
    await camera.press("escape")
    await from_here(camera)
    await camera.press("g", "r")
    await camera.take("register")
    await camera.press("escape")
    await ask(client, "job.cancel", job=app.store.interrupted["id"] if app.store.interrupted else 0)
    for job in list(app.store.waiting):
        await ask(client, "job.cancel", job=job["id"])
    await camera.until(lambda: app.store.status["state"] == "idle" and not app.store.current, "an idle machine")
    await asyncio.to_thread(upload, client, "two pens.gcode", TWO_PENS.encode())
    await camera.until(lambda: app.store.status.get("asks"), "a change of pens")
    await camera.press()
    await camera.take("pen-change")
    await ask(client, "job.cancel")
    await camera.until(lambda: app.store.status["state"] == "idle" and not app.store.current, "an idle machine")
    await camera.press("c")
    await camera.take("calibrate")
    await camera.press("p")
    await camera.take("calibrate-pen")
    await camera.press("escape", "escape")


async def ask(client: Client, method: str, **params: Any) -> None:
    """In a thread: the screen goes on meanwhile."""
    await asyncio.to_thread(client.call, method, **params)


async def from_here(camera: Camera) -> None:
    """Gone back on the sheet, and asked what may be done there."""
    camera.app.screen.query_one(Sheet).focus()
    await camera.press("left_curly_bracket", "left_curly_bracket", "left_curly_bracket", "enter")
    await camera.take("from-here")
    await camera.press("escape", "escape")


CIRCLES: Final = "G21\nG90\n" + "".join(
    f"G0 X{r} Y0 F3000\nM280 P0 S40\nG2 X{-r} Y0 I{-r} J0 F1500\nG2 X{r} Y0 I{r} J0\nM280 P0 S90\n"
    for r in range(10, 100, 10)
)
TWO_PENS: Final = (
    "G21\nG90\nT1\nG0 X0 Y0\nM280 P0 S40\nG1 X40 Y0 F500\nM280 P0 S90\n"
    "T2\nG0 X0 Y10\nM280 P0 S40\nG1 X40 Y10\nM280 P0 S90\n"
)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dcode-") as state:
        os.environ |= {"DCODE_CONFIG_DIR": f"{state}/config", "DCODE_STATE_DIR": f"{state}/state"}
        os.environ.pop("NO_COLOR", None)
        asyncio.run(all_screens(Address.find(Path(state) / "state"), folder))
    taken = sorted(folder.glob("*.svg"))
    print(f"{len(taken)} pictures, {sum(one.stat().st_size for one in taken) / 1e6:.1f} MB, in {folder}")


if __name__ == "__main__":
    main()
