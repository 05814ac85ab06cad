"""Without colours, without a mouse: nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from dcode.tui.app import DcodeApp
from dcode.tui.screens.main import MainScreen
from dcode.tui.widgets.keys_line import KeysLine
from dcode.tui.widgets.share_bar import bar
from dcode.tui.widgets.yes_no import YesNo
from tests.tui.screens import on_app, shown, without_colour
from tests.tui.test_keys import PLACES, settled


@pytest.mark.parametrize("place", ["", *PLACES])
def test_where_the_focus_is_can_be_seen_without_colour(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        if place:
            await app.run_action(f"app.{place}")
            await settled(app, pilot)
        for strip in app.screen._compositor.render_strips():
            assert not any(style and style.color and not style.color.is_default for _, style, _ in strip)
        seen: list[object] = []
        for pane in app.screen.focus_chain:
            app.screen.set_focus(pane)
            await pilot.pause()
            looks = without_colour(app)
            assert looks not in seen, pane
            seen.append(looks)

    on_app(test, tmp_path, (100, 30))


def test_states_are_words_with_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        text = shown(app)
        assert "▶ PLOTTING" in text and "▶ plotting" in text and "· ready" in text and "✓ done" in text
        assert "━" in text and "40 %" in text

    on_app(test, tmp_path)


def test_a_yes_looks_unlike_a_no(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        await pilot.press("d")
        await settled(app, pilot)
        answer = app.screen.query_one(YesNo)
        before = answer.render().plain
        answer.value = True
        assert (before[:3], answer.render().plain[:3]) == ("[ ]", "[x]")

    on_app(test, tmp_path)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "────   0 %"), (0.5, "━━──  50 %"), (0.4, "━╸──  40 %"), (1.0, "━━━━ 100 %"), (None, "────      ")],
)
def test_what_is_done_and_what_is_left_are_other_strokes(share: float | None, text: str) -> None:
    assert bar(share, 10) == text


def test_every_screen_is_reached_and_left_by_the_keys_that_are_shown(tmp_path: Path) -> None:
    async def test(app: DcodeApp, pilot: Pilot[None]) -> None:
        reached = set()
        for place in ("add", "draw", "jobs", "machine", "calibrate", "console"):
            keys = {one.binding.id: one.binding for one in app.screen.active_bindings.values() if one.binding.show}
            assert f"{app.key_of(place)} " in shown(app).splitlines()[-1]
            await pilot.press(keys[place].key)
            await settled(app, pilot)
            reached.add(type(app.screen).__name__)
            while app.focused is None:
                await pilot.pause()
            line = app.screen.query_one(KeysLine).region
            assert line.height == 1 and line.bottom == app.size.height
            await pilot.press("tab")
            assert app.focused is not None
            for _ in range(3):  # out of what is open in it, at most
                if not isinstance(app.screen, MainScreen):
                    await pilot.press("escape")
                    await settled(app, pilot)
            assert isinstance(app.screen, MainScreen), place
        assert len(reached) == 6

    on_app(test, tmp_path)
