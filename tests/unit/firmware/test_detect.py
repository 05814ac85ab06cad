from __future__ import annotations

import pytest

from dcode.firmware.detect import PROBES, recognise


@pytest.mark.parametrize(
    ("said", "name"),
    [  # as captured, greetings and answers to M115, $I and M100
        ("\r\nGrbl 1.1h ['$' for help]\r\n", "grbl"),
        ("[VER:1.1h.20190830:]\r\n[OPT:V,15,128]\r\nok\r\n", "grbl"),
        ("error:20\r\n[VER:1.1f.20170801:]\r\n[OPT:V,15,128]\r\nok\r\n", "grbl"),
        ("\r\nGrblHAL 1.1f ['$' or '$HELP' for help]\r\n", "grblhal"),
        ("Grbl 1.1f ['$' for help]\r\n[OPT:VNML+,100,1024,3,0]\r\n[FIRMWARE:grblHAL]\r\n", "grblhal"),
        ("Grbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n", "fluidnc"),
        ("[VER:3.7 FluidNC v3.7.8:]\r\n[OPT:PHSW]\r\n", "fluidnc"),
        ("start\nMarlin bugfix-2.1.x\necho: Last Updated: 2025-03-12", "marlin"),
        ("FIRMWARE_NAME:Marlin bugfix-2.1.x (Nov 22 2026 23:45:52) SOURCE_CODE_URL:", "marlin"),
        ('echo:Unknown command: "$I"\nok\n', "marlin"),
        ("\n\nHELLO WORLD! I AM POLARGRAPH #0\nFirmware v11\n", "makelangelo"),
        ("", None),
        ("> \n\n> ", None),
        ("ok\r\n", None),
        ("\x00\xff\xfe~~", None),
    ],
)
def test_a_firmware_is_known_by_what_it_says(said: str, name: str | None) -> None:
    assert recognise(said) == name


def test_the_questions_to_an_unknown_firmware_are_plain_lines_that_move_nothing() -> None:
    assert PROBES.decode("ascii").split() == ["M115", "$I", "M100"]
