"""The demo: a prompt becomes a preview and two files, and nothing on the way can reach a plotter."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dcode.demo.drawing import Page, Studio, workshop
from dcode.demo.space import FILES, write_space
from dcode.errors import ConfigError, GenerationError
from dcode.gcode.interpret import interpret
from dcode.generation.engines import Entry
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.geometry.lines import Lines
from dcode.machine.check import check


class Square:
    """Draws a square of a side that the seed says."""

    name = "square"

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        side = 10.0 + request.seed
        lines = Lines.of([[(0, 0), (side, 0), (side, 10), (0, 10), (0, 0)]])
        return [Drawn(lines, 1.0, "drawn after nobody's 'square', CC0", self.name, "none", request.seed, 0.0)]


class Lacking:
    """An engine whose weights are not there."""

    name = "lacking"

    def draw(
        self, request: DrawRequest, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Sequence[Drawn]:
        raise GenerationError("There are no weights here.", reason="unavailable")


ENTRIES = {
    "strokes": Entry("strokes", "", f"{__name__}:Lacking", (), "library"),
    "library": Entry("library", "", f"{__name__}:Square"),
}


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or __import__("types").ModuleType(__name__))
    monkeypatch.setattr(sys.modules[__name__], "Square", Square, raising=False)
    monkeypatch.setattr(sys.modules[__name__], "Lacking", Lacking, raising=False)
    return Studio(ENTRIES)


def test_a_prompt_is_a_preview_a_program_that_may_be_plotted_and_an_svg(studio: Studio) -> None:
    page = studio.page("  A <b>square</b>! ", 3, "library")
    machine, dialect = workshop()
    assert check(interpret(page.gcode.encode(), dialect.reading(machine)), machine).ok
    for text in (page.preview, page.svg):
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert "<b>" not in text  # what a visitor types is text
    assert page.says.startswith("By square, drawn after nobody's 'square', CC0: 1 strokes, ")
    assert page.name == "a-b-square-b-3"
    assert studio.page("a square", 3, "library").gcode == page.gcode
    assert studio.page("a square", 4, "library").gcode != page.gcode


def test_another_engine_stands_in_and_it_is_said(studio: Studio) -> None:
    page: Page = studio.page("a square", 0, "strokes")
    assert page.says.startswith("There are no weights here. library is used instead. By square, ")


@pytest.mark.parametrize(("prompt", "seed"), [("  ", 0), ("x" * 2001, 0), ("a cat", -1), ("a cat", 2**31)])
def test_what_cannot_be_drawn_is_refused_in_a_sentence(studio: Studio, prompt: str, seed: int) -> None:
    with pytest.raises(GenerationError, match="to"):
        studio.page(prompt, seed)


def test_drawing_imports_nothing_that_reaches_a_plotter() -> None:
    code = "import sys, dcode.demo.drawing as d; d.Studio().page('a horse', 1, 'library'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    reaching = (
        "dcode.daemon",
        "dcode.link",
        "dcode.client",
        "dcode.simulator",
        "dcode.ml",
        "serial",
        "torch",
        "socket",
    )
    assert not [name for name in loaded if name.startswith(reaching) and name != "socket"]


def test_the_folder_is_a_whole_space(tmp_path: Path) -> None:
    wheel = tmp_path / "dcode-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK")
    folder = tmp_path / "space"
    assert [path.name for path in write_space(folder)] == list(FILES)
    tree = ast.parse((folder / "app.py").read_text())
    assert [one.module for one in tree.body if isinstance(one, ast.ImportFrom)] == ["dcode.demo.app"]
    head = (folder / "README.md").read_text().split("---")[1]
    keys = dict(line.split(": ", 1) for line in head.strip().splitlines())
    assert (keys["sdk"], keys["app_file"]) == ("gradio", "app.py") and keys["sdk_version"]
    assert (folder / "requirements.txt").read_text().startswith("dcode==")
    write_space(folder, wheel)
    assert (folder / "requirements.txt").read_text() == f"./{wheel.name}\n" and (folder / wheel.name).is_file()
    with pytest.raises(ConfigError, match="no such wheel"):
        write_space(folder, tmp_path / "none.whl")
