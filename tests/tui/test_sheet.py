"""The sheet, driven by Textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.tui.path import Path
from dcode.tui.widgets import paper
from dcode.tui.widgets.sheet import Sheet

AREA = Bounds(-100.0, 100.0, 100.0, -100.0)
SIZE = (80, 24)
Test = Callable[["Screen", Sheet, Pilot[None]], Awaitable[None]]


class Screen(App[None]):
    """A sheet, and what it says."""

    BINDINGS = [Binding("escape", "back", "Back")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.scrubbed: list[tuple[int | None, tuple[float, float] | None]] = []
        self.left = 0

    def compose(self) -> ComposeResult:
        yield Sheet()

    def on_sheet_scrubbed(self, message: Sheet.Scrubbed) -> None:
        self.scrubbed.append((message.row, message.place))

    def action_back(self) -> None:
        self.left += 1


def squares(count: int = 4) -> Path:
    """One in the other: TRAVEL, PEN_DOWN and four DRAWs each."""
    sides = [90.0 - 20 * number for number in range(count)]
    return Path.of(Lines.of([[(-a, -a), (a, -a), (a, a), (-a, a), (-a, -a)] for a in sides]))


def on_screen(test: Test, path: Path | None = None, theme: str = "textual-dark") -> None:
    """Run a test with a sheet that shows some squares, half drawn."""

    async def run() -> None:
        app = Screen()
        async with app.run_test(size=SIZE) as pilot:
            app.theme = theme
            sheet = app.query_one(Sheet)
            sheet.focus()
            sheet.show_area(AREA)
            sheet.show_path(path or squares())
            sheet.show_progress(12, 14, (70.0, -70.0), True)
            await pilot.pause()
            await test(app, sheet, pilot)

    asyncio.run(run())


def text(sheet: Sheet) -> str:
    return "\n".join(sheet.render_line(y).text for y in range(sheet.size.height))


def attributes(sheet: Sheet, character: str) -> list[str]:
    """How the characters look that have a text in them: their attributes and their colours."""
    found = [one for y in range(sheet.size.height) for one in sheet.render_line(y) if character in one.text]
    return [str(one.style) for one in found]


def test_every_key_has_an_id_of_its_own_an_action_and_words() -> None:
    bindings = [one for one in Sheet.BINDINGS if isinstance(one, Binding)]
    assert len({one.id for one in bindings}) == len({one.action for one in bindings}) == len(Sheet.BINDINGS)
    for one in bindings:
        assert one.id == f"sheet.{one.action}"
        assert one.description and one.tooltip
        assert hasattr(Sheet, f"action_{one.action}")


def test_keys_zoom_pan_and_fit() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        whole, scale = text(sheet), sheet.scale_text
        assert scale.startswith("1 dot = ")
        assert scale in str(sheet.border_subtitle)
        for keys in (["plus"], ["minus"], ["shift+left"], ["right"], ["up"], ["shift+down"], ["full_stop"]):
            await pilot.press(*keys)
            assert text(sheet) != whole, keys
            await pilot.press("f")
            assert (text(sheet), sheet.scale_text) == (whole, scale), keys
        await pilot.press("f")
        assert text(sheet) != whole  # the drawing alone
        await pilot.press("f")
        assert text(sheet) == whole

    on_screen(test)


def test_the_pen_stays_where_it_is_seen_when_the_scale_changes() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        def pen() -> list[tuple[int, int]]:
            return [(y, line.index("◉")) for y, line in enumerate(text(sheet).splitlines()) if "◉" in line]

        before = pen()
        assert len(before) == 1
        await pilot.press("plus", "plus", "plus")
        assert pen() == before
        await pilot.press("right", "right", "right", "right", "right", "right", "right", "right")
        assert pen() == []
        assert "pen ←" in str(sheet.border_subtitle)
        await pilot.press("full_stop")
        ((row, column),) = pen()
        assert abs(row - sheet.size.height / 2) <= 1 and abs(column - sheet.size.width / 2) <= 1

    on_screen(test)


def test_another_size_shows_the_whole_sheet_again() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        small = sheet.scale_text
        await pilot.resize_terminal(160, 50)
        while sheet.size.width <= SIZE[0]:  # it is laid out when its turn comes
            await pilot.pause()
        assert sheet.scale_text < small
        assert len(text(sheet).splitlines()) == sheet.size.height == 48
        await pilot.press("plus")
        kept = sheet.scale_text
        await pilot.resize_terminal(*SIZE)
        assert sheet.scale_text == kept

    on_screen(test)


def test_scrubbing_tells_row_and_place_and_escape_goes_back() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        await pilot.press("escape")
        assert (app.left, app.scrubbed) == (1, [])
        live = text(sheet)
        keys = ("home", "end", "left_curly_bracket", "left_square_bracket", "right_square_bracket")
        await pilot.press(*keys, "right_curly_bracket")
        rows = [row for row, _ in app.scrubbed]
        assert rows == [0, 24, 19, 18, 19, 24]
        assert app.scrubbed[2][1] == (-30.0, -30.0)
        assert "row 24 of 24" in str(sheet.border_subtitle)
        assert "┼" in text(sheet)
        await pilot.press("escape")
        assert (app.left, app.scrubbed[-1], sheet.row) == (1, (None, None), None)
        assert text(sheet) == live

    on_screen(test)


def test_another_job_is_not_scrubbed() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        await pilot.press("home")
        sheet.show_path(squares(2))
        assert sheet.row is None
        sheet.show_path(None)
        assert "⣀" not in text(sheet).replace("\n", "")[200:-200]

    on_screen(test)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
def test_states_are_told_by_shapes_and_attributes_in_every_theme(theme: str) -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        sheet.show_uncertain([[(-60.0, 0.0), (60.0, 0.0)]])
        assert all("bold" in one for one in attributes(sheet, "◉"))
        assert all("reverse" in one for one in attributes(sheet, "A"))
        styles = {str(one.style) for y in range(sheet.size.height) for one in sheet.render_line(y)}
        assert any("dim" in one for one in styles)
        assert any("underline" in one for one in styles)
        sheet.show_uncertain()
        assert "A" not in text(sheet)

    on_screen(test, theme=theme)


def test_the_pen_is_another_shape_above_the_paper_and_none_where_it_is_not_known() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        sheet.show_progress(12, 14, (70.0, -70.0), False)
        assert "○" in text(sheet)
        sheet.show_progress(12, 14)
        assert "○" not in text(sheet) and "◉" not in text(sheet)

    on_screen(test)


def test_moves_with_the_pen_up_are_shown_by_m() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        before = text(sheet)
        await pilot.press("m")
        assert text(sheet) != before
        assert "moves" in str(sheet.border_subtitle)
        await pilot.press("m")
        assert text(sheet) == before

    on_screen(test)


def test_pens_have_their_colours_unless_those_would_not_be_seen() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        path = squares()
        path.pens = [(0, 1), (6, 2), (12, 3)]
        sheet.show_path(path, {1: "red", 2: "#000", 3: "nonsense"})
        sheet.show_progress(24, 24)
        colours = {one.style.color.name for y in range(sheet.size.height) for one in sheet.render_line(y) if one.style}
        assert "#ff0000" in colours
        assert "#000000" not in colours

    on_screen(test)


def test_a_path_that_grows_is_added_to() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        path, whole = squares(2), squares(3)
        sheet.show_path(path)
        more = np.array([(-50.0, -50.0), (50.0, -50.0), (50.0, 50.0), (-50.0, 50.0), (-50.0, -50.0)])
        path.add_strokes(more, np.array([0]))
        sheet.show_path(path)
        grown = text(sheet)
        sheet.show_path(whole)
        assert text(sheet) == grown

    on_screen(test)


def test_a_drawing_that_is_made_grows_and_begins_anew_when_it_changes() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        strokes = [[(-50.0, 0.0), (50.0, 0.0)], [(0.0, -50.0), (0.0, 50.0), (20.0, 50.0)]]
        seen = []
        for part in ([strokes[0]], [strokes[0], strokes[1][:2]], strokes, [strokes[1]]):
            sheet.grow(part)
            seen.append(text(sheet))
        paths = []
        for part in ([strokes[0]], strokes, [strokes[1]]):
            sheet.show_path(Path.of(Lines.of(part)))
            sheet.show_progress(99, 99, (70.0, -70.0), True)
            paths.append(text(sheet))
        assert [seen[0], seen[2], seen[3]] == paths
        assert len(set(seen)) == 4

    on_screen(test)


def test_a_large_path_is_drawn_in_a_thread_and_looks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    path = Path.of(Lines.of(chance.normal(0, 40, (300, 8, 2))))

    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        at_once = text(sheet)
        monkeypatch.setattr(paper, "AT_ONCE", 100)
        monkeypatch.setattr(paper, "CHUNK", 50)
        await pilot.press("f", "f")
        while not sheet.painted:
            await app.workers.wait_for_complete()
            await pilot.pause()
        assert text(sheet) == at_once

    on_screen(test, path)


def test_the_mouse_zooms_around_the_place_under_it() -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        def over(event: type[events.MouseEvent]) -> events.MouseEvent:
            down, across = divmod(pen, sheet.size.width)
            x, y = sheet.content_region.x + across, sheet.content_region.y + down
            more = {"button": 0, "shift": False, "meta": False, "ctrl": False}
            return event(sheet, x, y, 0, 0, **more, screen_x=x, screen_y=y)

        before, scale = text(sheet), sheet.scale_text
        pen = before.replace("\n", "").index("◉")
        sheet.post_message(over(events.MouseScrollUp))
        await pilot.pause()
        assert sheet.scale_text < scale
        assert abs(text(sheet).replace("\n", "").index("◉") - pen) <= 1
        sheet.post_message(over(events.MouseScrollDown))
        await pilot.pause()
        assert sheet.scale_text == scale

    on_screen(test)


def test_an_update_repaints_only_the_lines_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(app: Screen, sheet: Sheet, pilot: Pilot[None]) -> None:
        painted: list[int] = []
        render = sheet.render_line
        monkeypatch.setattr(sheet, "render_line", lambda y: painted.append(y) or render(y))
        sheet.show_progress(12, 14, (70.0, -60.0), True)
        await pilot.pause()
        assert 0 < len(set(painted)) <= 3
        sheet.show_uncertain([[(-60.0, 0.0), (60.0, 0.0)]])
        await pilot.pause()
        painted.clear()
        sheet.show_progress(12, 14, (70.0, -60.0), True)
        sheet.show_uncertain([[(-60.0, 0.0), (60.0, 0.0)]])
        sheet.show_area(AREA)
        await pilot.pause()
        assert painted == []

    on_screen(test)
