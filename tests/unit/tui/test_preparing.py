"""Files made ready by child processes, and what is said of them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from dcode.client.recognise import Kind
from dcode.errors import DcodeError
from dcode.tui import child
from dcode.tui.effect import effect_lines
from dcode.tui.how import How
from dcode.tui.preparing import Prepared, kind_of, prepare

SQUARES = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90mm" height="90mm" viewBox="0 0 90 90" fill="none">'
    '<path stroke="#f00" d="M10 10h20v20h-20z"/><path stroke="#00f" d="M50 50h20v20h-20z"/></svg>'
)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DCODE_CONFIG_DIR", "DCODE_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))


def prepared(file: Path, how: How, tmp_path: Path) -> Prepared:
    async def go() -> Prepared:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        return await prepare(file, await kind_of(file), how, folder, [], lambda line: None)

    return asyncio.run(go())


def test_an_svg_becomes_a_program_with_the_pens_that_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "squares.svg"
    file.write_text(SQUARES)
    found = prepared(file, How(order="default", pens=(("#f00", 5),)), tmp_path)
    assert found.ok and found.made is not None and found.times is not None
    assert b"T5" in found.program
    assert {pen for _, pen in found.path.pens} == {1, 5}
    told = "\n".join(effect_lines(found))
    for text in ("within the limits", "160 mm", "57 mm before", "5 #ff0000"):
        assert text in told


def test_gcode_is_left_as_it_is_and_a_refusal_says_where_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "far.gcode"
    file.write_text("G21\nG90\nG0 X9999\nM280 P0 S40\nG1 X0 Y0 F500\n")
    found = prepared(file, How(), tmp_path)
    assert (found.ok, found.program, found.made) == (False, file.read_bytes(), None)
    assert found.path.bounds is not None  # it is shown all the same
    told = "\n".join(effect_lines(found))
    assert "far.gcode, line 3: X 9999.0 is outside" in told and "p fits it" in told
    assert prepared(file, How(place="fit"), tmp_path).ok


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "broken.svg"
    file.write_text("<svg")
    with pytest.raises(DcodeError, match=r"broken\.svg"):
        prepared(file, How(order="default"), tmp_path)
    with pytest.raises(DcodeError, match="cannot be read"):
        prepared(tmp_path / "nowhere.svg", How(), tmp_path)


def test_options_are_only_those_that_suit_the_file() -> None:
    given = (("spiral", "levels", "4"), ("trace", "blur", "1"))
    how = How("clip", "fast", "one", "spiral", (("#f00", 2),), given, "cmyk", nearest=True)
    assert how.options(Kind.GCODE) == ["--clip", "--optimize=fast"]
    assert how.options(Kind.SVG) == ["--clip", "--optimize=fast", "--layers=one", "--pen=#f00=2"]
    for_pictures = ["--algorithm=spiral", "-Olevels=4", "--inks=cmyk", "--nearest", "--pen=#f00=2"]
    assert how.options(Kind.PICTURE) == ["--clip", "--optimize=fast", *for_pictures]
    assert How().options(Kind.GCODE) == []


def test_who_is_not_waited_for_any_longer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = list[asyncio.subprocess.Process]()
    begin = asyncio.create_subprocess_exec

    async def watched(*arguments: str, **settings: object) -> asyncio.subprocess.Process:
        begun.append(await begin(*arguments, **settings))  # type: ignore[arg-type]
        return begun[-1]

    monkeypatch.setattr(child.asyncio, "create_subprocess_exec", watched)
    os.mkfifo(tmp_path / "never.gcode")  # whoever reads it waits for ever

    async def go() -> None:
        waiting = asyncio.create_task(child.dcode("check", str(tmp_path / "never.gcode")))
        while not begun:
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(go())
    assert begun[0].returncode == -9
