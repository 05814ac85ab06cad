"""Options of algorithms as the command line lists them, and as they are set."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dcode.errors import ConfigError
from dcode.geometry.strokes.inks import SETS
from dcode.geometry.strokes.registry import ALGORITHMS
from dcode.tui.algorithms import Algorithms, about, algorithms, asked, value_read, value_stepped
from dcode.tui.how import How
from dcode.tui.numbers import stepped
from dcode.tui.picture_settings import INKS, ONE_PEN, OWN_ANGLES, picture_changed, picture_settings
from dcode.tui.widgets.settings import Setting


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Algorithms:
    folder = tmp_path_factory.mktemp("listed")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("DCODE_CONFIG_DIR", "DCODE_STATE_DIR"):
            patched.setenv(name, str(folder / name))
        return asyncio.run(algorithms([]))


def settings(how: How, listed: Algorithms) -> dict[str, Setting]:
    return {one.id: one for one in picture_settings(how, listed)}


def test_every_algorithm_is_there_and_each_of_its_options_can_be_set(listed: Algorithms) -> None:
    assert list(listed) == list(ALGORITHMS)
    for name, one in listed.items():
        shown = settings(How(algorithm=name), listed)
        for option in one["options"]:
            setting = shown[f"option:{option['name']}"]
            assert setting.about == about(option) and "default" in setting.about
            assert setting.typed or setting.value in setting.values
            if setting.typed:
                assert setting.typed.read(setting.value) == setting.value
                assert setting.typed.asked == asked(option)


def test_an_option_is_given_for_its_algorithm_alone_and_taken_back_by_nothing(listed: Algorithms) -> None:
    how = picture_changed(How(algorithm="spiral"), "option:levels", "5")
    assert how.said("levels") == "5" and settings(how, listed)["option:levels"].value == "5"
    other = picture_changed(how, "algorithm", "hatch")
    assert other.said("levels") is None and picture_changed(other, "algorithm", "spiral") == how
    assert picture_changed(how, "option:levels", "").given == ()


def test_yes_and_no_and_words_are_gone_through(listed: Algorithms) -> None:
    shown = settings(How(algorithm="spiral"), listed)
    assert shown["option:to_corners"].stepped(1) == "yes"
    assert shown["option:style"].stepped(-1) == "wave"
    assert "rings|rays|wave" in shown["option:style"].about


def test_a_value_is_read_as_the_command_line_reads_it_with_a_comma_too(listed: Algorithms) -> None:
    options = {one["name"]: one for one in listed["spiral"]["options"]}
    assert value_read(options["step_size"], " 2,5 ") == "2.5"
    assert value_read(options["step_size"], "") == ""
    for name, text in (("step_size", "0.1"), ("step_size", "nan"), ("step_size", "two"), ("levels", "2.5")):
        with pytest.raises(ConfigError, match=r"is not a (whole )?number from"):
            value_read(options[name], text)
    assert value_stepped(options["levels"], "64", 1) == "64"
    assert value_stepped(options["step_size"], "2", -1) == "1"


def test_inks_are_the_sets_there_are_or_colours(listed: Algorithms) -> None:
    assert list(INKS) == [ONE_PEN, *SETS]
    how = picture_changed(How(algorithm="hatch", pens=(("hatch", 2),)), "inks", "#d00,black")
    assert (how.inks, how.pens) == ("#d00,black", ())
    shown = settings(how, listed)
    assert shown["inks"].value == "#d00,black" and shown["nearest"].value == "mixed"
    assert shown["option:angle"].shown == OWN_ANGLES
    assert picture_changed(how, "nearest", "nearest").nearest
    typed = shown["inks"].typed
    assert typed and typed.read(" Red, #00F,") == "red,#00f" and typed.read(" ") == ONE_PEN == typed.read("one")
    with pytest.raises(ConfigError, match="is not a colour"):
        typed.read("red,blu")
    assert picture_changed(how, "inks", ONE_PEN).inks == ""


def test_a_pen_is_forgotten_with_the_layer_that_it_was_for() -> None:
    one, several = How(algorithm="hatch", pens=(("hatch", 2),)), How(inks="cmyk", pens=(("cyan", 2),))
    assert picture_changed(one, "algorithm", "flow").pens == ()
    assert picture_changed(several, "algorithm", "flow").pens == (("cyan", 2),)


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [(2, 3, 1), (0.05, 0.06, 0.04), (1, 2, 0.9), (10, 20, 9), (128, 200, 100), (0, 0.1, -0.1), (-1, -0.9, -2)],
)
def test_numbers_are_stepped_through_as_on_a_dial(value: float, up: float, down: float) -> None:
    assert (stepped(value, 1, -360, 1e6), stepped(value, -1, -360, 1e6)) == (up, down)


def test_steps_end_where_numbers_do_and_come_to_nothing_where_that_is_one() -> None:
    assert stepped(95, 1, 0, 98) == 98 and stepped(0.002, -1, 0.001, 5) == 0.001
    assert stepped(1, -1, 0, 9, whole=True) == 0 == stepped(0.01, -1, 0, 9)
    assert stepped(10_000, 1, 0, 100_000, whole=True) == 20_000


def test_a_list_is_no_answer_of_a_command_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match="no algorithm"):
        asyncio.run(algorithms(["--algorithm", "none-such"]))
