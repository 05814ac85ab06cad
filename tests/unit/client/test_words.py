"""How quantities and questions are written for people."""

from __future__ import annotations

import pytest

from dcode.client.words import asked_words, band_words


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (None, ""),
        ((41.0, 55.0), " (41 to 55 s)"),
        ((50.0, 70.0), " (50 s to 1 min)"),
        ((3500.0, 4020.0), " (58 min to 1 h 7 min)"),
        ((118.0, 121.0), ""),
    ],
)
def test_a_band_names_its_unit_once_where_both_ends_have_it(ends: tuple[float, float] | None, words: str) -> None:
    assert band_words(ends) == words


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Put in pen 2, red (#cc0000), then: dcode resume", "Put in pen 2, red (#cc0000)"),
        ("The program pauses: turn it. Go on with: dcode resume", "The program pauses: turn it."),
    ],
)
def test_who_goes_on_by_a_key_is_told_of_no_command(message: str, words: str) -> None:
    assert asked_words({"message": message}) == words
