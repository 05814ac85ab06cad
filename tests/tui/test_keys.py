"""Help, palette, jump, keys of one's own: by Textual's pilot."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, OptionList

from dcode.tui.app import DcodeApp
from dcode.tui.remembered import recalled
from dcode.tui.screens.draw import DrawScreen
from dcode.tui.screens.help import HelpDialog, sections
from dcode.tui.screens.jobs import JobsScreen
from dcode.tui.screens.jump import JumpDialog
from dcode.tui.screens.main import MainScreen
from dcode.tui.screens.stop import StopDialog
from dcode.tui.widgets.queue import Queue
from tests.tui.screens import on_app, shown

PLACES = ("add", "draw", "jobs", "machine", "calibrate", "console", "register")


async def settled(app: DcodeApp, pilot: Pilot[None]) -> None:
    """Whatever was begun by a key is shown: some rounds of the loop, with nothing to do at the end of each."""
    for _ in range(4):
        await pilot.pause()


async def find(app: DcodeApp, pilot: Pilot[None], words: str) -> None:
    """Type into the palette, and take what it finds first."""
    await pilot.press("ctrl+p")
    palette = app.screen
    assert isinstance(palette, CommandPalette)
    await pilot.press(*(one if one != " " else "space" for one in words))
    found = palette.query_one(OptionList)
    while not (found.option_count and words in found.render_line(0).text):
        await pilot.pause()
    await pilot.press("enter")
    await settled(app, pilot)


# Help.


def test_help_tells_the_keys_of_the_focused_pane_then_those_of_the_screen_then_the_rest(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        titles = [section.title for section in sections(app.screen)]
        assert titles == ["Focused: horse.gcode", "This screen", "Everywhere"]
        rows = [row for section in sections(app.screen) for row in section.rows]
        assert ["f", "Fit", "Show the whole sheet; once more, the drawing as large as it fits.", "sheet.fit"] in rows
        assert all(row[0] and row[1] for row in rows)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpDialog)
        assert "sheet.fit" in shown(app) and "STOP" in shown(app)
        await pilot.press("question_mark")
        assert isinstance(app.screen, MainScreen)

    on_app(test, tmp_path)


@pytest.mark.parametrize("place", PLACES)
def test_help_and_stop_are_on_every_screen_and_help_hides_no_stop(place: str, tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await app.run_action(f"app.{place}")
        await settled(app, pilot)
        assert "? Help" in shown(app) and "^x STOP" in shown(app)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpDialog)
        assert "^x  STOP" in shown(app)
        await pilot.press("ctrl+x")
        await settled(app, pilot)
        assert isinstance(app.screen, StopDialog)
        assert "STOP was sent" in shown(app)

    on_app(test, tmp_path, (80, 24))


def test_help_in_a_dialog_tells_what_the_dialog_takes(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+x")
        await settled(app, pilot)
        await pilot.press("question_mark")
        assert "dialog.leave" in shown(app) and "jobs" not in shown(app).split("STOP was sent")[0]
        await pilot.press("escape")
        assert isinstance(app.screen, StopDialog)

    on_app(test, tmp_path)


# The palette.


def test_the_palette_has_stop_first_and_stop_works_from_it(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+p")
        found = app.screen.query_one(OptionList)
        while not found.option_count:
            await pilot.pause()
        assert "STOP" in shown(app)
        await pilot.press("ctrl+x")
        await settled(app, pilot)
        assert isinstance(app.screen, StopDialog)

    on_app(test, tmp_path)


def test_the_palette_goes_to_a_job_by_its_name(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await find(app, pilot, "heron")
        assert isinstance(app.screen, JobsScreen)
        assert app.screen.query_one(DataTable).cursor_row == 1

    on_app(test, tmp_path)


def test_the_palette_draws_with_an_engine(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        app.known_engines = [{"engine": "strokes", "about": "", "ready": True, "needs": ""}]
        await find(app, pilot, "with strokes")
        assert isinstance(app.screen, DrawScreen)
        assert app.screen.query_one("#engine").value == "strokes"  # type: ignore[attr-defined]

    on_app(test, tmp_path)


def test_a_theme_that_is_chosen_in_the_palette_is_kept(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await find(app, pilot, "ansi-light")
        assert app.theme == "ansi-light"
        assert recalled(tmp_path / "state")["theme"] == "ansi-light"

    on_app(test, tmp_path / "state")


def test_the_palette_does_what_the_screen_does(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("grave_accent")
        await settled(app, pilot)
        await find(app, pilot, "Errors only")
        assert app.screen.errors  # type: ignore[attr-defined]

    on_app(test, tmp_path)


# Jump.


def test_one_letter_focuses_a_pane(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("o")
        assert isinstance(app.screen, JumpDialog)
        assert all(f" {letter} " in shown(app) for letter in "abc")
        await pilot.press("c")
        assert isinstance(app.focused, Queue)
        await pilot.press("o", "escape")
        assert isinstance(app.focused, Queue)

    on_app(test, tmp_path)


def test_jump_works_where_letters_are_typed(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("grave_accent")
        await settled(app, pilot)
        await pilot.press("o")
        assert app.screen.query_one("#line", Input).value == "o"
        await pilot.press("ctrl+o", "a")
        assert app.focused is not None and app.focused.id == "log"

    on_app(test, tmp_path)


# Keys of one's own.


def test_keys_of_ones_own_take_the_place_of_the_others_and_are_named_everywhere(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        assert "f3 Jobs" in shown(app)
        await pilot.press("j")
        assert isinstance(app.screen, MainScreen)
        await pilot.press("f3")
        assert isinstance(app.screen, JobsScreen)
        await pilot.press("f12")
        await settled(app, pilot)
        assert isinstance(app.screen, StopDialog)
        await pilot.press("escape", "ctrl+x")
        await settled(app, pilot)
        assert isinstance(app.screen, StopDialog)

    on_app(test, tmp_path, keymap={"jobs": "f3", "stop": "ctrl+x,f12"})


def test_keys_and_palette_of_a_pane_go_by_the_keymap_too(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        rows = [row for section in sections(app.screen) for row in section.rows if row[3] == "sheet.moves"]
        assert rows[0][0] == "F5"
        sheet = app.focused
        await pilot.press("m")
        assert not sheet.moves  # type: ignore[union-attr]
        await pilot.press("f5")
        assert sheet.moves  # type: ignore[union-attr]

    on_app(test, tmp_path, keymap={"sheet.moves": "f5"})
