"""The screen where files are added: what is set, what is typed wrong, what is queued."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input

from dcode.api.codec import Message
from dcode.client.recognise import Kind
from dcode.errors import DrawingError
from dcode.tui.algorithms import Algorithms
from dcode.tui.app import DcodeApp
from dcode.tui.how import How
from dcode.tui.path import Path as PenPath
from dcode.tui.preparing import Prepared
from dcode.tui.screens import add
from dcode.tui.screens.add import AddScreen
from dcode.tui.screens.main import MainScreen
from dcode.tui.widgets import file_pane
from dcode.tui.widgets.files import Files
from dcode.tui.widgets.settings import Settings
from tests.daemon.conftest import Rig
from tests.tui.screens import Test, on_app, shown
from tests.tui.terminal import Terminal
from tests.tui.test_keys import settled

STEP: Message = {
    "name": "step_size",
    "kind": "float",
    "default": 2.0,
    "about": "between rows",
    "unit": "mm",
    "low": 0.5,
    "high": 100,
    "choices": [],
}
STYLE: Message = {
    "name": "style",
    "kind": "choice",
    "default": "rings",
    "about": "how it looks",
    "unit": "",
    "low": None,
    "high": None,
    "choices": ["rings", "rays"],
}
LISTED: Algorithms = {
    "rows": {"name": "rows", "about": "row by row", "options": [STEP]},
    "turns": {"name": "turns", "about": "turn by turn", "options": [STEP, STYLE]},
}
SAFE = {"ok": True, "draw_mm": 1000.0, "bounds": None, "notes": [], "violations": []}
MADE = {
    "lifts": 8,
    "pen_up_mm": 10.0,
    "pen_up_mm_before": 10.0,
    "lower_bound_mm": None,
    "seconds": 60.0,
    "seconds_before": 60.0,
    "notes": [],
}


class Workshop:
    """Stands for the command line and the upload: says what it was asked for."""

    def __init__(self) -> None:
        self.hows: list[How] = []
        self.queued: list[tuple[str, bytes, Message]] = []
        self.wrong = ""

    async def list(self, where: Sequence[str]) -> Algorithms:
        return LISTED

    async def prepare(
        self, file: Path, kind: Kind, how: How, folder: Path, where: Sequence[str], tell: Callable[[str], object]
    ) -> Prepared:
        self.hows.append(how)
        if self.wrong:
            raise DrawingError(self.wrong)
        layers = [{"name": one, "colour": f"#{one}", "pen": None} for one in how.inks.split(",") if one]
        made = MADE | dict.fromkeys(("strokes", "strokes_before"), len(self.hows)) | {"layers": layers}
        program = " ".join(how.options(kind)).encode()
        return Prepared(file.name, program, how, SAFE, {"seconds": 60.0, "pens": []}, made, PenPath())

    def queue(self, address: object, name: str, program: bytes, also: Message, tell: Callable[[int], None]) -> Message:
        self.queued.append((name, program, also))
        return {"job": {"id": 7, "name": name}}

    def prepared(self, app: DcodeApp) -> bool:
        return app.screen.query_one(file_pane.FilePane).prepared is not None


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop()
    monkeypatch.setattr(file_pane, "algorithms", made.list)
    monkeypatch.setattr(file_pane, "prepare", made.prepare)
    monkeypatch.setattr(file_pane, "SETTLED", 0)
    monkeypatch.setattr(add, "queue_program", made.queue)
    return made


def picture(folder: Path, name: str = "dusk.png") -> Path:
    """A small picture, dark at one side."""
    Image.fromarray(np.tile(np.linspace(0, 255, 24).astype(np.uint8), (16, 1))).save(folder / name)
    return folder / name


async def until(pilot: Pilot[None], is_so: Callable[[], Any]) -> None:
    """However many rounds of the loop it takes; the test's time is bounded."""
    while not is_so():
        await pilot.pause()


def with_picture(workshop: Workshop, test: Test, folder: Path, size: tuple[int, int] = (80, 24)) -> None:
    """Run a test with a picture chosen and prepared."""

    async def chosen(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AddScreen))
        assert isinstance(app.screen, AddScreen)
        app.screen._choose(picture(folder))
        await until(pilot, lambda: workshop.prepared(app))
        await settled(app, pilot)
        await test(app, pilot)

    on_app(chosen, folder, size)


def lit(app: DcodeApp) -> str:
    """The line that Enter would take."""
    settings = app.screen.query_one(Settings)
    return str(settings.highlighted_option.prompt) if settings.highlighted_option else ""


async def light(app: DcodeApp, pilot: Pilot[None], words: str) -> None:
    """Go down to a line by the arrow."""
    for _ in range(app.screen.query_one(Settings).option_count):
        if words in lit(app):
            return
        await pilot.press("down")
    raise AssertionError(f"{words} is not there")


def test_the_options_of_the_algorithm_have_their_defaults_units_and_ranges(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        text = shown(app)
        assert re.search(r"drawn as +‹ rows › +row by row", text)
        assert re.search(r"step size +‹ 2 mm › +from 0.5 to 100, default 2: between rows", text)
        assert "style" not in text
        await pilot.press("w")
        await until(pilot, lambda: "2, 8 pen lifts" in shown(app))
        assert re.search(r"style +‹ rings › +rings\|rays, default rings: how it looks", shown(app))

    with_picture(workshop, test, tmp_path)


def test_a_value_is_typed_and_a_wrong_one_is_told_beside_it_and_kept(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await light(app, pilot, "step size")
        await pilot.press("enter", *"400")
        assert "between rows (mm, from 0.5 to 100); empty for 2." in shown(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "✕ '400' is not a number from 0.5 up to 100." in shown(app)
        field = app.screen.query_one("#value", Input)
        assert app.focused is field and field.value == "400" and len(workshop.hows) == 1
        await pilot.press("backspace", "backspace", *",5", "enter")
        await until(pilot, lambda: "2, 8 pen lifts" in shown(app))
        assert workshop.hows[-1].given == (("rows", "step_size", "4.5"),)
        assert "‹ 4.5 mm ›" in lit(app) and app.focused is app.screen.query_one(Settings)
        await pilot.press("enter", "escape")
        await settled(app, pilot)
        assert "‹ 4.5 mm ›" in lit(app) and isinstance(app.screen, AddScreen) and len(workshop.hows) == 2
        await pilot.press("enter", "backspace", "enter")
        await until(pilot, lambda: len(workshop.hows) == 3)
        assert workshop.hows[-1].given == () and "‹ 2 mm ›" in lit(app)

    with_picture(workshop, test, tmp_path)


def test_arrows_step_through_numbers_and_an_algorithm_remembers_its_own(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await light(app, pilot, "step size")
        await pilot.press("right")
        await until(pilot, lambda: len(workshop.hows) == 2)
        await pilot.press("w")
        await until(pilot, lambda: len(workshop.hows) == 3)
        assert workshop.hows[-1].options(Kind.PICTURE) == ["--optimize=default", "--algorithm=turns"]
        assert "‹ 2 mm ›" in lit(app)
        await pilot.press("w")
        await until(pilot, lambda: len(workshop.hows) == 4)
        assert "-Ostep_size=3" in workshop.hows[-1].options(Kind.PICTURE) and "‹ 3 mm ›" in lit(app)

    with_picture(workshop, test, tmp_path)


def test_inks_are_sets_or_colours_that_are_typed_and_a_wrong_one_is_told(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("i", *"d00, blu")
        await pilot.press("enter")
        await settled(app, pilot)
        assert "is not a colour" in shown(app) and len(workshop.hows) == 1
        await pilot.press("ctrl+u", *"#d00, Blue", "enter")
        await until(pilot, lambda: len(workshop.hows) == 2)
        assert "--inks=#d00,blue" in workshop.hows[-1].options(Kind.PICTURE)
        await pilot.press("n")
        await until(pilot, lambda: len(workshop.hows) == 3)
        assert "--nearest" in workshop.hows[-1].options(Kind.PICTURE)
        await light(app, pilot, "inks")
        await pilot.press("right")
        await until(pilot, lambda: len(workshop.hows) == 4)
        assert not any("ink" in one or "nearest" in one for one in workshop.hows[-1].options(Kind.PICTURE))

    with_picture(workshop, test, tmp_path)


def test_what_is_queued_is_what_was_prepared_with_its_options(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await light(app, pilot, "step size")
        await pilot.press("left")
        await until(pilot, lambda: len(workshop.hows) == 2 and workshop.prepared(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, MainScreen))
        program = b"--optimize=default --algorithm=rows -Ostep_size=1"
        assert workshop.queued == [("dusk.png", program, {"audit": "off"})]

    with_picture(workshop, test, tmp_path)


def test_what_the_command_line_refuses_is_said_and_the_settings_stay(tmp_path: Path, workshop: Workshop) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await light(app, pilot, "step size")
        workshop.wrong = "dusk.png: near is not nearer than far"
        await pilot.press("right")
        await until(pilot, lambda: "✕ dusk.png: near is not" in shown(app))
        assert "‹ 3 mm ›" in lit(app)
        await pilot.press("home", "enter")
        await settled(app, pilot)
        assert [one.message for one in app._notifications] == ["It cannot be drawn so."]
        assert not workshop.queued and isinstance(app.screen, AddScreen)

    with_picture(workshop, test, tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_escape_goes_to_the_files_and_from_there_to_the_main_screen(
    size: tuple[int, int], tmp_path: Path, workshop: Workshop
) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("escape")
        await settled(app, pilot)
        assert isinstance(app.focused, Files)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MainScreen))

    with_picture(workshop, test, tmp_path, size)


def test_a_folder_that_nobody_may_read_is_said_to_be_one(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(add, "may_be_read", lambda folder: folder == tmp_path)
    locked = tmp_path / "locked"
    locked.mkdir()

    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("slash")
        await settled(app, pilot)
        typed, before = app.screen.query_one("#path", Input), app.screen.query_one(Files).path
        typed.value = str(locked)
        await pilot.press("enter")
        await settled(app, pilot)
        assert [one.message for one in app._notifications] == [f"{locked} cannot be read: you have no permission."]
        assert app.focused is typed and app.screen.query_one(Files).path == before
        typed.value = "/" + "x" * 5000  # longer than a path can be
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one(file_pane.FilePane).refused)

    with_picture(workshop, test, tmp_path)


def test_a_picture_is_chosen_and_drawn_with_an_option_that_was_typed(
    rig: Callable[..., Rig], screen: Callable[..., Terminal], short_dir: Path
) -> None:
    picture(short_dir)
    daemon = rig("sim:marlin")
    terminal = screen(daemon, columns=80, rows=24)
    terminal.see("● IDLE")
    terminal.press("a")
    terminal.see("Files", "Folder above")  # at 80 columns the files alone
    terminal.press("/")
    terminal.see_no("Folder above")
    terminal.press(f"{short_dir}/dusk.png", "enter")
    terminal.see("‹ spiral ›", "within the limits")
    terminal.press("w")
    terminal.see("‹ crosshatch ›", "passes", "within the limits")
    terminal.press("w")
    before = ink(terminal.see("‹ pulse ›", "amplitude", "within the limits"))
    terminal.press("down", "down", "down", "down", "enter")
    terminal.see("empty for 3.")
    terminal.press("2", "0", "0", "enter")
    terminal.see("✕ '200' is not a number from 0.2 up to 100.")
    terminal.press("ctrl+u")
    terminal.see_no("step size  200")
    terminal.press("9", "0", "enter")
    after = ink(terminal.see_that(lambda now: "‹ 90 mm ›" in now and 0 < ink(now) < before / 10, "much less ink"))
    terminal.press("home", "enter")
    terminal.see("Job 1, dusk.png, is queued.")
    job = daemon.wait_for_job(1, "done")
    assert job["draw_mm"] == pytest.approx(1000 * after, rel=0.02)


def ink(text: str) -> float:
    """How much ink the screen says it has, m."""
    found = re.search(r"ink +([\d.]+) m\b", text)
    return float(found[1]) if found else 0.0
