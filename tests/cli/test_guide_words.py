"""Views with many values, as the machine guide has them, in lines."""

from __future__ import annotations

from typing import Any

import pytest

from dcode.cli.guide_words import Mistyped, asked, prompt, understood

VIEW: dict[str, Any] = {
    "choices": [{"id": "fit", "key": "enter", "label": "work it out"}, {"id": "again", "key": "r", "label": "again"}],
    "questions": [
        {"id": name, "label": f"{name[0]} to {name[1]}", "unit": "mm", "default": None, "optional": True}
        for name in ("AC", "DF")
    ],
}


def test_several_values_are_listed_by_name_and_typed_on_one_line() -> None:
    assert asked(VIEW) == ["  AC=  A to C", "  DF=  D to F"]
    assert prompt(VIEW) == "AC= DF= ?"
    answer = understood(VIEW, "AC=640.5 DF=700")
    assert (answer.choice, answer.values) == ("fit", {"AC": 640.5, "DF": 700.0})


def test_a_number_without_a_name_is_not_guessed_at() -> None:
    with pytest.raises(Mistyped, match="is none of fit, again"):
        understood(VIEW, "640.5")
