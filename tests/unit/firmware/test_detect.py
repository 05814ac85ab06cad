from __future__ import annotations

import pytest

from dcode.firmware.detect import PROBES, is_certain, recognise


@pytest.mark.parametrize(
    ("said", "name"),
    [  # as captured, greetings and answers to M115, $I and M100
        ("\r\nGrbl 1.1h ['$' for help]\r\n", "grbl"),
        ("[VER:1.1h.20190830:]\r\n[OPT:V,15,128]\r\nok\r\n", "grbl"),
        ("error:20\r\n[VER:1.1f.20170801:]\r\n[OPT:V,15,128]\r\nok\r\n", "grbl"),
        ("error:20\r\n[0.9j.20160303:]\r\nok\r\n", "grbl"),
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


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        ("\r\nGrbl 3", False),
        ("\r\nGrbl 1.1f ['$' for help]\r\n", False),  # grblHAL can be built to greet so
        ("error:20\r\n[VER:1.1f.2024", False),
        ("error:20\r\n[VER:1.1f.20240115:]\r\n[OPT:V,15,128]\r\n", False),
        ("error:20\r\n[VER:1.1f.20240115:]\r\n[OPT:V,15,128]\r\nok\r\n", True),
        ("[VER:1.1f.20240115:]\r\n[OPT:VNML+,100,1024]\r\n[NEWOPT:ENUMS]\r\n[FIRMWARE:grblHAL]\r\n", True),
        ("Grbl 3.7 [FluidNC v3.7.8", True),
        ("start\nMarlin 2", True),
        ("[0.9j.20160303:]\r\n", False),
        ("[0.9j.20160303:]\r\nok\r\n", True),
        ("", False),
    ],
)
def test_an_answer_that_grbl_and_its_descendants_begin_alike_is_heard_to_its_end(said: str, certain: bool) -> None:
    assert is_certain(said) is certain


def test_the_questions_to_an_unknown_firmware_are_plain_lines_that_move_nothing() -> None:
    assert PROBES.decode("ascii").split() == ["M115", "$I", "M100"]
