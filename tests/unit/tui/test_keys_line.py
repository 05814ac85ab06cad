"""Which keys the last line of a screen has room for."""

from __future__ import annotations

from dcode.tui.widgets.keys_line import Shown, fitting

KEYS = [
    Shown("x", "x", "Cancel", works=True),
    Shown("y", "y", "Yes", works=False),
    Shown("escape", "esc", "Back", works=True),
    Shown("a", "a", "Add", works=True),
]


def names(room: int) -> list[str]:
    return [one.words for one in fitting(KEYS, room, gap=1)]


def test_all_keys_are_shown_where_there_is_room_also_those_that_do_nothing_now() -> None:
    assert names(30) == ["Cancel", "Yes", "Back", "Add"]


def test_those_that_do_nothing_now_are_left_out_first() -> None:
    assert names(29) == ["Cancel", "Back", "Add"]


def test_a_key_is_never_cut_and_the_way_out_is_the_last_to_go() -> None:
    assert names(23) == ["Cancel", "Back"]
    assert names(17) == ["Back"]
