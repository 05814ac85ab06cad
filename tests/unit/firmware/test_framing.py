from __future__ import annotations

import pytest

from dcode.errors import Refused
from dcode.firmware.framing import Framing
from dcode.firmware.profile import FirmwareProfile

Profiles = dict[str, FirmwareProfile]


@pytest.mark.parametrize(
    ("number", "text", "wire"),
    [  # as captured, accepted by Marlin
        (0, "M110 N0", b"N0 M110 N0*125\n"),
        (1, "M105", b"N1 M105*38\n"),
        (2, "G1 X1 F600", b"N2 G1 X1 F600*51\n"),
        (10, "M105", b"N10 M105*22\n"),
        (50, "M110 N50", b"N50 M110 N50*125\n"),
    ],
)
def test_numbers_and_checksums_are_those_that_firmwares_accept(
    profiles: Profiles, number: int, text: str, wire: bytes
) -> None:
    assert Framing(profiles["marlin"]).numbered_line(number, text) == wire


def test_a_bare_line_ends_in_a_line_feed_alone(profiles: Profiles) -> None:
    assert Framing(profiles["grbl"]).bare("G21") == b"G21\n"  # grbl would answer CR LF twice


@pytest.mark.parametrize("name", ["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"])
def test_the_longest_line_fits_with_its_number_and_checksum(profiles: Profiles, name: str) -> None:
    framing, profile = Framing(profiles[name]), profiles[name]
    text = "M117 " + "a" * (framing.room - 5)
    framing.check(text)
    line = framing.numbered_line(2147483647, text) if framing.numbered else framing.bare(text)
    assert len(line) - 1 <= profile.flow.max_line
    with pytest.raises(Refused, match="longer"):
        framing.check(text + "a")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("grbl", "", "empty"),
        ("grbl", "   ", "empty"),
        ("grbl", " G1 X1", "space"),
        ("grbl", "G1 X1\nG1 X2", "more than one line"),
        ("grbl", "G1 X1\r", "more than one line"),
        ("grbl", "G1 X1?", "at once"),
        ("grbl", "G1 X1!", "at once"),
        ("grbl", "~", "at once"),
        ("grbl", "G1 X1\x18", "does not belong"),
        ("grbl", "G1 X\u00b5", "does not belong"),
        ("grbl", "G1 X1 (here)", "does not belong"),
        ("grbl", "G1 X1 ; here", "does not belong"),
        ("grbl", "G1\tX1", "does not belong"),
        ("grblhal", "G1 X1\x85", "does not belong"),
        ("marlin", "; comment", "does not belong"),  # Marlin would never answer it
        ("marlin", "G1 X1*55", "does not belong"),
        ("marlin", "N5 G1 X1", "numbers the lines itself"),
        ("makelangelo", "n5 M114", "numbers the lines itself"),
    ],
)
def test_a_line_that_the_firmware_would_take_for_something_else_is_refused(
    profiles: Profiles, name: str, text: str, why: str
) -> None:
    with pytest.raises(Refused, match=why) as caught:
        Framing(profiles[name]).check(text)
    assert caught.value.fields["line"] == text


def test_characters_are_only_reserved_where_the_firmware_acts_on_them(profiles: Profiles) -> None:
    Framing(profiles["marlin"]).check("M117 Really?!")
    Framing(profiles["grbl"]).check("N5 G1 X1")
