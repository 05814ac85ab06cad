"""Text in the outlines of fonts: where letters stand, how they are painted, and what happens without a font."""

from __future__ import annotations

import pytest

from dcode.errors import DrawingError
from dcode.geometry.drawing import Drawing
from dcode.geometry.hatch import Hatch
from dcode.geometry.svg_import import walk
from dcode.geometry.svg_import.faces import Face, GlyphPen, Look, families
from dcode.geometry.svg_import.read import SvgReading, read_svg


class Blocks:
    """A face whose letters are half an em wide and as high as an em, ringed, with a hole in them where it is an O."""

    def advance(self, char: str) -> float:
        return 0.6

    def kerning(self, left: str, right: str) -> float:
        return -0.2 if (left, right) == ("A", "V") else 0.0

    def draw(self, char: str, pen: GlyphPen) -> None:
        if char == " ":
            return
        self._ring(pen, 0.0, 0.0, 0.5, 1.0)
        if char == "T":
            self._ring(pen, -0.1, 0.4, 0.7, 0.2)
        if char == "O":
            self._ring(pen, 0.4, 0.2, -0.3, 0.6)  # the other way around: a hole by the nonzero rule

    def _ring(self, pen: GlyphPen, x: float, y: float, width: float, height: float) -> None:
        pen.move(x, y)
        for corner in ((x + width, y), (x + width, y + height), (x, y + height)):
            pen.line(*corner)
        pen.close()


class OneFace:
    """A computer with one font, which has no Z."""

    def __init__(self) -> None:
        self.asked = list[Look]()
        self._face = Blocks()

    def face(self, look: Look, char: str) -> Face | None:
        self.asked += [look] * (look not in self.asked)
        return None if char == "Z" else self._face


def read(body: str, faces: OneFace | None = None, **options: object) -> SvgReading:
    page = '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="80mm" viewBox="0 0 100 80">'
    return read_svg(f"{page}{body}</svg>".encode(), faces=faces or OneFace(), **options)  # type: ignore[arg-type]


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of every stroke, from the upper left corner of the page, y down."""
    found = []
    for layer in drawing.layers:
        for x, y in (line.T.round(6) for line in layer.lines):
            found.append((float(x.min()) + 50, float(x.max()) + 50, 40 - float(y.max()), 40 - float(y.min())))
    return found


def spans(body: str) -> list[tuple[float, float]]:
    """Where each letter begins and ends."""
    return [(round(box[0], 6), round(box[1], 6)) for box in boxes(read(body).drawing)]


def test_letters_stand_on_the_base_line_one_after_the_other():
    assert boxes(read('<text x="10" y="50" font-size="20">IH</text>').drawing) == [(10, 20, 30, 50), (22, 32, 30, 50)]


@pytest.mark.parametrize(("anchor", "begin"), [("start", 50), ("middle", 44), ("end", 38)])
def test_the_anchor_is_of_the_advances(anchor: str, begin: float):
    text = f'<text x="50" y="50" font-size="10" text-anchor="{anchor}">IH</text>'
    assert spans(text) == [(begin, begin + 5), (begin + 6, begin + 11)]


def test_pairs_are_kerned_within_one_look_alone():
    assert spans('<text y="50" font-size="10">AV</text>') == [(0, 5), (4, 9)]
    assert spans('<text y="50" font-size="10">A<tspan font-weight="bold">V</tspan></text>') == [(0, 5), (6, 11)]
    assert spans('<text x="0 6" y="50" font-size="10">AV</text>') == [(0, 5), (6, 11)]


@pytest.mark.parametrize(
    ("style", "second"),
    [
        ('letter-spacing="2"', 8),
        ('letter-spacing=".5em"', 11),
        ('style="letter-spacing:-1px"', 5),
        ('letter-spacing="normal"', 6),
        ('letter-spacing="wide"', 6),
    ],
)
def test_letters_are_spaced(style: str, second: float):
    assert spans(f'<text y="50" font-size="10" {style}>IH</text>')[1][0] == second


def test_words_are_spaced_and_so_are_single_lines():
    assert spans('<text y="50" font-size="10" word-spacing="3">I H</text>') == [(0, 5), (15, 20)]
    plain, spaced = (
        read_svg(f"<svg><text y='50' {style}>II</text></svg>".encode()).drawing.bounds
        for style in ("", 'letter-spacing="96"')
    )
    assert plain is not None and spaced is not None
    assert spaced.width - plain.width == pytest.approx(25.4)


def test_letters_are_turned_and_shifted_with_what_they_are_in():
    text = '<g transform="translate(50 40) rotate(90)"><text dx="5" dy="-1" font-size="10">I</text></g>'
    assert boxes(read(text).drawing) == [(51, 61, 45, 50)]


def test_fill_and_stroke_are_those_of_the_text():
    layers = read('<text y="50" fill="red">I</text>').drawing.layers
    assert [(one.colour, one.width_mm, len(one.lines)) for one in layers] == [("#ff0000", 0.5, 1)]
    text = '<text y="50" font-size="20" fill="none" stroke="blue" stroke-width=".7">I</text>'
    layers = read(text).drawing.layers
    assert [(one.colour, one.width_mm, len(one.lines)) for one in layers] == [("#0000ff", 0.7, 1)]


def test_letters_are_hatched_by_the_nonzero_rule_whatever_the_text_says():
    text = '<text y="50" font-size="20" fill-rule="evenodd">{}</text>'
    full, ringed = (read(text.format(char), fill=Hatch(1, 0), outline_fills=False).drawing for char in "IO")
    ink = [sum(float(layer.lines.lengths.sum()) for layer in drawing.layers) for drawing in (full, ringed)]
    assert ink == [pytest.approx(200), pytest.approx(200 - 12 * 6)]


def test_parts_that_lie_over_each_other_are_drawn_by_the_outline_of_the_whole():
    drawing = read('<text x="10" y="50" font-size="20">TOI</text>').drawing
    assert boxes(drawing) == [(8, 22, 30, 50), (22, 32, 30, 50), (24, 30, 34, 46), (34, 44, 30, 50)]
    assert drawing.layers[0].lines.lengths.round(6).tolist() == [68, 60, 36, 60]


def test_letters_hide_what_is_behind_them_and_cut_what_they_clip():
    line = '<path stroke="red" fill="none" d="M0 45H100"/>'
    hidden = read(f'{line}<text x="10" y="50" font-size="20">I</text>', hide=True).drawing
    assert {box[:2] for box in boxes(hidden)} >= {(0, 10), (20, 100)}
    clip = '<clipPath id="c"><text x="10" y="50" font-size="20">I</text></clipPath>'
    (cut,) = boxes(read(f'{clip}<g clip-path="url(#c)">{line}</g>').drawing)
    assert cut == pytest.approx((10, 20, 45, 45), abs=1e-5)


def test_a_letter_that_no_font_has_is_drawn_by_single_lines_where_it_belongs():
    first, *zed, last = boxes(read('<text y="50" font-size="10">IZI</text>').drawing)
    assert first[:2] == (0, 5) and len(zed) == 3
    assert 6 < zed[0][0] < zed[0][1] < last[0]


def test_the_look_of_a_text_is_asked_for():
    faces = OneFace()
    read(
        "<g font-family=\"'Comic, Sans', Arial\" font-weight='bold'><text>a<tspan font-style='oblique'>b</tspan>"
        "<tspan font-weight='lighter' font-family='serif'>c</tspan></text></g>"
        "<text style=\"font: italic 300 12pt / 2 'A B', serif\">d</text>"
        "<text font-size='5' style='font: 600 20px X; font-family: Y'>e</text><text style='font: menu'>f</text>",
        faces,
    )
    assert faces.asked == [
        Look(("comic, sans", "arial"), 700),
        Look(("comic, sans", "arial"), 700, True),
        Look(("serif",), 400),
        Look(("a b", "serif"), 300, True),
        Look(("y",), 600),
        Look(),
    ]


def test_the_short_form_of_font_gives_the_size_unless_a_longer_one_does():
    assert spans("<text y='50' font-size='5' style='font: bold 20px X'>I</text>") == [(0, 10)]
    assert spans("<text y='50' style='font: bold 20px X; font-size: 10px'>I</text>") == [(0, 5)]


@pytest.mark.parametrize(
    ("text", "names"), [("", ()), ("a b , 'c,d',\"e\",,", ("a b", "c,d", "e")), ("'unclosed", ("unclosed",))]
)
def test_reads_families(text: str, names: tuple[str, ...]):
    assert families(text) == names


def test_what_only_sets_the_text_is_no_letter():
    assert spans('<text y="50" font-size="10">I\u00ad\u200bH</text>') == [(0, 5), (6, 11)]


def test_too_many_letters_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walk, "MOST_DRAWN", 100)
    assert len(spans(f'<text y="50" font-size="1">{"I" * 99}</text>')) == 99
    for faces in (OneFace(), None):
        with pytest.raises(DrawingError, match="more than 100 elements to draw, each <use> and letter counted"):
            read_svg(f"<svg><text>{'I' * 100}</text></svg>".encode(), faces=faces)


def test_a_large_shape_used_often_is_refused_before_it_takes_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walk, "MOST_POINTS", 1000)
    large = f'<path id="p" stroke="red" d="M0 0{"h1v1" * 50}"/>'
    with pytest.raises(DrawingError, match="more than 1000 points to draw"):
        read(large + '<use href="#p"/>' * 9)
    assert read(large + '<use href="#p"/>' * 8).drawing.strokes == 9
