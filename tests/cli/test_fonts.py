"""Fonts of the computer: which one is taken, what is read from it, and what a broken one does. All are made here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fontTools")  # in the extras `fonts` and `dev`

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from dcode.cli import typeface
from dcode.cli.font_files import FontFile, font_files
from dcode.cli.fonts import Fonts
from dcode.cli.typeface import BrokenFont, Typeface
from dcode.geometry.svg_import.faces import Look
from dcode.geometry.svg_import.outlines import PathPen

LETTERS = {ord(" "): "space", ord("A"): "A", ord("O"): "O", ord("Ö"): "Odieresis"}
ADVANCES = {".notdef": 500, "space": 250, "A": 600, "O": 800, "Odieresis": 800}


def square(pen: Any, side: int, left: int = 0, up: int = 0) -> None:
    pen.moveTo((left, up))
    for corner in ((left, up + side), (left + side, up + side), (left + side, up)):
        pen.lineTo(corner)
    pen.closePath()


def true_type(weight: int = 400, side: int = 500, components: int = 1) -> FontBuilder:
    """1000 units an em: A is a square, O a blob of four curves without a point on them, Ö an O with a small square."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([*ADVANCES])
    builder.setupCharacterMap(LETTERS)
    glyphs: dict[str, Any] = {}
    for name in ADVANCES:
        pen = TTGlyphPen(glyphs)
        if name == "A":
            square(pen, side)
        elif name == "O":
            pen.qCurveTo((0, 0), (0, 800), (800, 800), (800, 0), None)
            pen.closePath()
        elif name == "Odieresis":
            pen.addComponent("O", (1, 0, 0, 1, 0, 0))
            for _ in range(components):
                pen.addComponent("A", (0.25, 0, 0, 0.25, 350, 900))
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in ADVANCES.items()})
    return finished(builder, weight)


def cff() -> FontBuilder:
    """The same letters, O of one cubic curve and its chord."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([*ADVANCES])
    builder.setupCharacterMap(LETTERS)
    strings = {}
    for name, advance in ADVANCES.items():
        pen = T2CharStringPen(advance, None)
        if name == "A":
            square(pen, 500)
        elif name == "O":
            pen.moveTo((0, 0))
            pen.curveTo((0, 800), (800, 800), (800, 0))
            pen.closePath()
        strings[name] = pen.getCharString()
    builder.setupCFF("Tiny", {}, strings, {})
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in ADVANCES.items()})
    return finished(builder, 400)


def finished(builder: FontBuilder, weight: int) -> FontBuilder:
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2(usWeightClass=weight)
    builder.setupPost()
    return builder


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., FontFile]:
    """Puts a font into the folder, under a family's name; what is known of it then."""

    def keep(builder: FontBuilder, family: str = "Tiny Test", *, italic: bool = False, name: str = "") -> FontFile:
        builder.setupNameTable({"familyName": family, "styleName": "Regular"})
        if italic:
            builder.font["OS/2"].fsSelection |= 1
        path = tmp_path / "fonts" / (name or f"{family}-{builder.font['OS/2'].usWeightClass}-{italic}.ttf")
        path.parent.mkdir(exist_ok=True)
        builder.save(path)
        return next(file for file in font_files([path.parent]) if file.path == path)

    return keep


def drawn(face: Typeface, char: str) -> PathPen:
    pen = PathPen()
    face.draw(char, pen)
    return pen


def corners(pen: PathPen) -> list[tuple[float, float]]:
    return [(round(x, 6), round(y, 6)) for x, y in zip(pen.xy[::2], pen.xy[1::2], strict=True)]


def test_a_true_type_outline_is_read_in_ems(save):
    face = Typeface(save(true_type()), 400)
    assert corners(drawn(face, "A")) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 0), (0, 0)]
    assert (face.advance("A"), face.advance(" "), face.has("B")) == (0.6, 0.25, False)
    assert corners(drawn(face, " ")) == []


def test_quadratic_curves_without_a_point_on_them_go_through_the_middles(save):
    pen = drawn(Typeface(save(true_type()), 400), "O")
    assert len(pen.curve_at) == 4
    assert sorted(set(corners(pen))) == [(0, 0.4), (0.4, 0), (0.4, 0.8), (0.8, 0.4)]


def test_a_letter_of_parts_is_put_together(save):
    pen = drawn(Typeface(save(true_type()), 400), "Ö")
    assert len(pen.curve_at) == 4
    assert corners(pen)[-5:] == [(0.35, 0.9), (0.35, 1.025), (0.475, 1.025), (0.475, 0.9), (0.35, 0.9)]


def test_a_cff_outline_is_of_cubic_curves(save):
    face = Typeface(save(cff(), name="tiny.otf"), 400)
    assert corners(drawn(face, "A")) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 0), (0, 0)]
    pen = drawn(face, "O")
    assert len(pen.curve_at) == 1
    assert list(pen.curves[:4]) == [0, 0.8, 0.8, 0.8]
    assert face.advance("O") == 0.8


FEATURES = {
    "pairs": "feature kern { pos A O -50; pos A A 10; } kern;",
    "classes": "feature kern { @l = [A space]; @r = [O Odieresis]; pos @l @r -50; pos [A] [A] 10; } kern;",
    "the pair before the class": (
        "feature kern { pos A O -50; @l = [A]; @r = [O space]; pos @l @r -99; pos A A 10; } kern;"
    ),
}


def test_a_point_alone_is_no_ink(save):
    builder = true_type()
    glyph = builder.font["glyf"]["A"]
    glyph.coordinates.append((700, 700))
    glyph.flags.append(1)  # on the curve
    glyph.endPtsOfContours.append(4)
    glyph.numberOfContours += 1
    face = Typeface(save(builder), 400)
    assert len(corners(drawn(face, "A"))) == 5


@pytest.mark.parametrize("name", FEATURES)
def test_pairs_are_kerned_as_gpos_says(save, name: str):
    builder = true_type()
    addOpenTypeFeaturesFromString(builder.font, f"languagesystem DFLT dflt; {FEATURES[name]}")
    face = Typeface(save(builder), 400)
    assert (face.kerning("A", "O"), face.kerning("O", "A"), face.kerning("A", "B")) == (-0.05, 0, 0)


def test_pairs_are_kerned_by_the_old_table_where_there_is_no_other(save):
    from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

    builder, table = true_type(), KernTable_format_0()
    table.coverage, table.tupleIndex, table.version = 1, None, 0
    table.kernTable = {("A", "O"): -70}
    builder.font["kern"] = newTable("kern")
    builder.font["kern"].version, builder.font["kern"].kernTables = 0, [table]
    face = Typeface(save(builder), 400)
    assert (face.kerning("A", "O"), face.kerning("O", "A")) == (-0.07, 0)


def test_a_variable_font_is_drawn_in_the_weight_asked_for(save):
    builder = true_type()
    builder.setupNameTable({"familyName": "Tiny Test", "styleName": "Regular"})
    builder.setupFvar([("wght", 400, 400, 900, "Weight")], [])
    from fontTools.ttLib.tables.TupleVariation import TupleVariation

    deltas = [(0, 0), (0, 100), (100, 100), (100, 0), (0, 0), (80, 0), (0, 0), (0, 0)]
    builder.setupGvar({"A": [TupleVariation({"wght": (0, 1, 1)}, deltas)]})
    file = save(builder)
    assert [max(corners(drawn(Typeface(file, weight), "A"))) for weight in (400, 650, 1000)] == [
        (0.5, 0.5),
        (0.55, 0.55),
        (0.6, 0.6),
    ]
    assert Typeface(file, 900).advance("A") == pytest.approx(0.68)


def test_the_files_of_a_computer_are_described_in_a_steady_order(save, tmp_path: Path):
    save(true_type(700), "Tiny Test")
    save(true_type(), "Other", italic=True)
    collection = TTCollection()
    collection.fonts = [TTFont(path) for path in sorted((tmp_path / "fonts").iterdir())]
    collection.save(tmp_path / "fonts" / "two.ttc")
    (tmp_path / "fonts" / "notes.txt").write_text("no font")
    found = [(file.path.name, file.number, file.name, file.weight, file.italic) for file in font_files([tmp_path])]
    assert found == [
        ("Other-400-True.ttf", 0, "Other", 400, True),
        ("Tiny Test-700-False.ttf", 0, "Tiny Test", 700, False),
        ("two.ttc", 0, "Other", 400, True),
        ("two.ttc", 1, "Tiny Test", 700, False),
    ]
    assert corners(drawn(Typeface(font_files([tmp_path])[3], 400), "A"))[2] == (0.5, 0.5)


def known(*rows: tuple[str, int, bool]) -> list[FontFile]:
    return [FontFile(Path(f"{row}.ttf"), 0, row[0].title(), frozenset({row[0]}), row[1], row[2]) for row in rows]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (Look(("tiny",)), ("tiny", 400, False)),
        (Look(("tiny",), 500), ("tiny", 400, False)),
        (Look(("tiny",), 600), ("tiny", 700, False)),
        (Look(("tiny",), 1000), ("tiny", 900, False)),
        (Look(("tiny",), 100), ("tiny", 300, False)),
        (Look(("tiny",), 400, True), ("tiny", 700, True)),
        (Look(("nobody", "tiny")), ("tiny", 400, False)),
        (Look(("sans-serif",)), ("dejavu sans", 400, False)),
        (Look(("serif", "tiny")), ("dejavu serif", 400, False)),
        (Look(("nobody",)), ("dejavu sans", 400, False)),
        (Look(), ("dejavu sans", 400, False)),
        (Look(("arial", "tiny")), ("liberation sans", 400, False)),
    ],
)
def test_the_nearest_font_is_taken(monkeypatch: pytest.MonkeyPatch, look: Look, expected: tuple[str, int, bool]):
    weights = [("tiny", weight, False) for weight in (300, 400, 700, 900)]
    others = [(name, 400, False) for name in ("dejavu sans", "dejavu serif", "liberation sans")]
    monkeypatch.setattr(typeface, "Typeface", lambda file, weight: Found(file))
    face = Fonts(known(*weights, ("tiny", 700, True), *others)).face(look, "A")
    assert face is not None
    file = face.file  # type: ignore[attr-defined]
    assert (file.name.lower(), file.weight, file.italic) == expected


class Found:
    """A font that has every letter but Z."""

    def __init__(self, file: FontFile) -> None:
        self.file = file

    def has(self, char: str) -> bool:
        return char != "Z" or self.file.name.lower() == "noto sans symbols"


def test_a_letter_that_the_font_lacks_is_looked_for_in_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typeface, "Typeface", lambda file, weight: Found(file))
    look = Look(("tiny",))
    fonts = Fonts(known(("tiny", 400, False), ("noto sans symbols", 400, False)))
    assert [fonts.face(look, char).file.name for char in "AZ"] == ["Tiny", "Noto Sans Symbols"]  # type: ignore[union-attr]
    assert fonts.notes == []
    tiny = Fonts(known(("tiny", 400, False)))
    assert [tiny.face(look, "Z") for _ in range(2)] == [None, None]
    assert tiny.notes == ["no font on this computer has Z: drawn by single lines"]


def test_what_stands_in_is_told_once_and_so_is_that_nothing_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typeface, "Typeface", lambda file, weight: Found(file))
    fonts = Fonts(known(("dejavu sans", 400, False)))
    for weight in (400, 700):
        fonts.face(Look(("nobody", "sans-serif"), weight), "A")
    fonts.face(Look(("sans-serif",)), "A")
    assert fonts.notes == ["the font 'nobody' is not on this computer: Dejavu Sans stands in for it"]
    bare = Fonts([])
    assert bare.face(Look(("nobody",)), "A") is None
    assert bare.notes == ["the font 'nobody' is not on this computer: single lines are drawn instead"]


def test_a_font_that_cannot_be_opened_is_passed_over_and_told(save):
    broken, good = save(true_type(), "Aaa"), save(true_type(), "DejaVu Sans")
    data = broken.path.read_bytes()
    broken.path.write_bytes(data[: len(data) // 2])
    fonts = Fonts([broken, good])
    face = fonts.face(Look(("aaa",)), "A")
    assert face is not None and corners(drawn(face, "A"))
    assert len(fonts.notes) == 2
    assert fonts.notes[0].startswith(f"the font {broken.path} cannot be read (")
    assert fonts.notes[0].endswith("): it is passed over")


def test_half_a_file_and_rubbish_are_no_fonts(save, tmp_path: Path):
    data = save(true_type()).path.read_bytes()
    folder = tmp_path / "rubbish"
    folder.mkdir()
    for number, rubbish in enumerate(
        [b"", b"OTTO", data[:40], b"ttcf" + 60 * b"\xff", bytes(500), b"\x00\x01\x00\x00" + 99 * b"\xff"]
    ):
        (folder / f"{number}.ttf").write_bytes(rubbish)
    (folder / "folder.ttf").mkdir()
    assert font_files([folder, tmp_path / "nowhere"]) == []


def test_every_byte_may_be_wrong_and_is_told_in_a_sentence(save):
    """Each of 60 bytes all over the file turned around: a font, none, or a BrokenFont, and nothing else."""
    file = save(true_type())
    data = file.path.read_bytes()
    for place in range(0, len(data), max(1, len(data) // 60)):
        file.path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        font_files([file.path.parent])
        try:
            face = Typeface(file, 400)
            for char in filter(face.has, "AOÖ"):
                drawn(face, char)
                face.advance(char)
                face.kerning(char, "A")
        except BrokenFont as error:
            assert str(error).startswith(f"the font {file.path} cannot be read (")
            assert "\n" not in str(error)


def test_a_table_of_letters_without_end_is_refused(save):
    builder = true_type()
    endless = CmapSubtable.newSubtable(12)
    endless.platformID, endless.platEncID, endless.language, endless.cmap = 3, 10, 0, {65: "A"}
    builder.font["cmap"].tables.append(endless)
    file = save(builder)
    data = file.path.read_bytes()
    group = (65).to_bytes(4) + (65).to_bytes(4)
    assert data.count(group) == 1
    file.path.write_bytes(data.replace(group, (0).to_bytes(4) + (0xFFFFFFFF).to_bytes(4)))
    with pytest.raises(BrokenFont, match="more letters than there are"):
        Typeface(file, 400)


def test_a_letter_without_end_is_refused(save, monkeypatch: pytest.MonkeyPatch):
    face = Typeface(save(true_type(components=1200)), 400)
    with pytest.raises(BrokenFont, match="a letter of more than 1000 parts"):
        drawn(face, "Ö")
    monkeypatch.setattr(typeface, "MOST_SEGMENTS", 3)
    with pytest.raises(BrokenFont, match="a letter of more than 3 segments"):
        drawn(face, "A")


def test_a_file_too_large_is_not_read(save, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typeface, "MOST_BYTES", 100)
    with pytest.raises(BrokenFont, match="larger than"):
        Typeface(save(true_type()), 400)


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="100mm" viewBox="0 0 100 100">
<text x="10" y="60" font-size="40" font-family="{}">AA</text></svg>"""


@pytest.fixture
def poster(save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two letters in a font that is on this computer alone, which has no other."""
    save(true_type())
    monkeypatch.setattr("dcode.cli.fonts.folders", lambda: [tmp_path / "fonts"])
    path = tmp_path / "poster.svg"
    path.write_text(SVG.format("Tiny Test"))
    return path


def test_text_is_drawn_by_outlines_when_that_is_asked_for(dcode, poster: Path):
    single, outlined = (dcode("check", poster, *option, "--json").json for option in ([], ["--letters", "outline"]))
    assert outlined["draw_mm"] == pytest.approx(2 * 4 * 20, abs=0.1)
    assert single["draw_mm"] != outlined["draw_mm"]
    hatched = dcode("check", poster, "--letters", "outline", "--fill", "lines", "--fill-spacing", "2", "--json").json
    assert hatched["draw_mm"] > outlined["draw_mm"] + 300
    assert outlined["artwork"]["notes"] == []


def test_a_poster_that_is_fitted_has_its_text_at_the_size_of_the_rest(dcode, poster: Path):
    report = dcode("check", poster, "--letters", "outline", "--fit", "--json").json
    assert report["bounds"]["right"] - report["bounds"]["left"] == pytest.approx(841, abs=0.1)
    assert report["draw_mm"] == pytest.approx(160 * 841 / 44, rel=0.01)


def test_a_font_that_is_not_there_is_one_sentence(dcode, poster: Path):
    poster.write_text(SVG.format("Nobody"))
    ended = dcode("check", poster, "--letters", "outline")
    assert ended.code == 0
    assert ended.err == ("poster.svg: the font 'nobody' is not on this computer: single lines are drawn instead\n")


def test_letters_are_for_svg(dcode, horse: Path):
    ended = dcode("check", horse, "--letters", "outline")
    assert (ended.code, ended.err.splitlines()[0]) == (2, "dcode: horse.gcode is G-code: --letters is for SVG.")


def test_a_broken_letter_is_one_sentence(dcode, poster: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typeface, "MOST_SEGMENTS", 3)
    ended = dcode("check", poster, "--letters", "outline")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "cannot be read (a letter of more than 3 segments)" in ended.err


def test_without_font_tools_it_is_said_how_to_get_them(dcode, poster: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("dcode.cli.typeface", "fontTools.ttLib"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "fontTools.ttLib", None)
    ended = dcode("check", poster, "--letters", "outline")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "pip install 'dcode[fonts]'" in ended.err
    assert dcode("check", poster).code == 0
