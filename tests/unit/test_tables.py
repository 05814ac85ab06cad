from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import pytest

from dcode.errors import ConfigError
from dcode.tables import Only, nearest, nearest_key, read_table, read_value


@dataclass(frozen=True, slots=True)
class Nib:
    name: str
    width: Annotated[float, Only("a number above 0", lambda value: value > 0)] = 0.5


@dataclass(frozen=True, slots=True)
class Desk:
    nibs: tuple[Nib, ...]
    legs: int = 4
    lamp: Nib | None = None
    tidy: bool = False
    light: Literal["on", "off"] = "off"
    place: Path = Path("here")
    codes: Mapping[int, str] = field(default_factory=dict)


def refused(table: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_table(Desk, table, "desk.toml")
    assert caught.value.file == "desk.toml"
    return caught.value


def test_a_table_becomes_a_dataclass_with_its_defaults() -> None:
    table = {"nibs": [{"name": "a", "width": 1}, {"name": "b"}], "place": "there", "codes": {"1": "one"}}
    assert read_table(Desk, table, "f") == Desk((Nib("a", 1.0), Nib("b")), place=Path("there"), codes={1: "one"})


def test_an_optional_table_may_be_there_absent_or_null() -> None:
    assert read_table(Desk, {"nibs": [], "lamp": {"name": "l"}}, "f").lamp == Nib("l")
    assert read_table(Desk, {"nibs": []}, "f") == read_table(Desk, {"nibs": [], "lamp": None}, "f")


@pytest.mark.parametrize(
    ("more", "key", "value"),
    [
        ({"nibs": [{"name": "a"}, {"name": "b", "width": 0}]}, "nibs[1].width", 0),
        ({"nibs": [{"name": "a", "width": float("nan")}]}, "nibs[0].width", "NaN"),
        ({"nibs": [{"name": "a", "width": 10**400}]}, "nibs[0].width", 10**400),
        ({"nibs": [{"name": "a", "width": True}]}, "nibs[0].width", True),
        ({"nibs": [5]}, "nibs[0]", 5),
        ({"nibs": {}}, "nibs", {}),
        ({"legs": True}, "legs", True),
        ({"legs": 4.0}, "legs", 4.0),
        ({"tidy": 1}, "tidy", 1),
        ({"lamp": {"name": 1}}, "lamp.name", 1),
        ({"lamp": {}}, "lamp.name", None),
        ({"light": "of"}, "light", "of"),
        ({"codes": {"x": "one"}}, "codes.x", "one"),
        ({"codes": {"1": 1}}, "codes.1", 1),
    ],
)
def test_a_wrong_value_is_named_by_its_dotted_key(more: dict[str, object], key: str, value: object) -> None:
    error = refused({"nibs": [], **more})
    assert (error.key, error.value) == (key, value)


def test_what_is_no_table_is_refused() -> None:
    assert (refused([]).key, refused([]).value) == ("", [])


def test_a_misspelt_key_comes_before_the_missing_one_and_the_rest_is_counted() -> None:
    error = refused({"nibs": [{"nam": "a"}], "legs": "four"})
    assert (error.key, error.value, error.nearest) == ("nibs[0].nam", "a", "nibs.name")
    assert "2 more to mend" in str(error)


def test_a_choice_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        read_value(Literal["debug", "error"], "debgu", "DCODE_LOG_LEVEL", "log_level", written="debgu")
    error = caught.value
    assert (error.file, error.key, error.value, error.nearest) == ("DCODE_LOG_LEVEL", "log_level", "debgu", "debug")


def test_the_nearest_key_is_one_beside_it_before_one_elsewhere() -> None:
    known = ["pen", "pen.width", "sheet", "sheet.width"]
    assert nearest_key("sheet.widht", known) == "sheet.width"
    assert nearest_key("Widht", known) == "pen.width"
    assert nearest_key("zzz", known) == nearest("zzz", known) == ""
