"""What SVG says and where it lies, in frozen figures that need no renderer."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

from dcode.geometry.hatch import Hatch, Pattern
from dcode.geometry.hershey.font import FONTS, font, glyphs
from dcode.geometry.lines import Lines
from dcode.geometry.svg import drawing_svg
from dcode.geometry.svg_import.colours import colour
from dcode.geometry.svg_import.read import LayersFrom, SvgReading, read_svg
from tests.unit.geometry.svg_suite import CLIPPED, HATCHED, HIDDEN, STROKED

# Strokes and ink in mm, as read with a tolerance of 0.01 mm when the renderer agreed (test_svg_coverage).
FROZEN = {
    "lines, curves and arcs": (9, 384.58),
    "compact numbers": (3, 91.14),
    "basic shapes": (8, 538.10),
    "units": (3, 154.05),
    "a view box that does not fit": (2, 364.51),
    "a view box that is sliced": (2, 308.74),
    "use, defs and symbol": (4, 252.00),
    "style sheets": (3, 310.51),
    "what is not shown": (1, 62.81),
    "inherited from the root": (2, 251.29),
    "nested svg": (3, 196.60),
    "clip path": (5, 259.13),
    "clip path with the even-odd rule": (9, 303.40),
    "clip path with the nonzero rule": (5, 443.46),
    "clip path of several shapes, one by use": (6, 198.28),
    "nested clip paths": (5, 150.59),
    "clip path in units of the box": (3, 113.55),
    "clip path on a shape that is turned": (2, 80.00),
    "transforms": (163, 2435.37),
    "a view box that is stretched": (130, 4071.26),
    "a star by the nonzero rule": (263, 2786.82),
    "a star by the even-odd rule": (213, 1925.77),
    "rings, one turned": (538, 7600.00),
    "a curved area, clipped": (119, 2463.53),
    "later areas hide earlier lines": (7, 379.92),
}


def read(body: str, **options: object) -> SvgReading:
    page = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    page += (
        'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" width="100mm" height="80mm" viewBox="0 0 100 80">'
    )
    return read_svg(f"{page}{body}</svg>".encode(), **options)  # type: ignore[arg-type]


def strokes(reading: SvgReading) -> list[list[list[float]]]:
    """Strokes with the upper left corner of the page as origin, y down, as the file counts, to 1 µm."""
    assert reading.drawing.page is not None
    width, height = reading.drawing.page
    lines = Lines.joined(layer.lines for layer in reading.drawing.layers)
    return [[[round(x + width / 2, 3), round(height / 2 - y, 3)] for x, y in line.tolist()] for line in lines]


@pytest.mark.parametrize("name", {**STROKED, **CLIPPED, **HATCHED, **HIDDEN})
def test_the_reference_drawings_stay_as_they_were(name: str):
    options = {"fill": Hatch(0.5, 30.0), "outline_fills": False} if name in HATCHED else {"hide": name in HIDDEN}
    svg = {**STROKED, **CLIPPED, **HATCHED, **HIDDEN}[name]
    drawing = read_svg(svg.encode(), tolerance=0.01, **options).drawing  # type: ignore[arg-type]
    ink = sum(float(layer.lines.lengths.sum()) for layer in drawing.layers)
    count, length = FROZEN[name]
    assert (drawing.strokes, ink) == (count, pytest.approx(length, abs=0.05))


def test_the_origin_is_the_centre_of_the_page_and_up_is_up():
    drawing = read('<path d="M0 0L100 0 50 40"/>').drawing
    assert drawing.page == (100.0, 80.0)
    assert drawing.layers[0].lines.points.round(9).tolist() == [[-50, 40], [50, 40], [0, 0]]


def test_without_a_page_the_middle_of_the_ink_is_the_origin():
    reading = read_svg(b'<svg><path stroke="red" d="M0 0H96V96"/></svg>')
    assert reading.drawing.page is None
    assert reading.drawing.layers[0].lines.points.round(6).tolist() == [[-12.7, 12.7], [12.7, 12.7], [12.7, -12.7]]


@pytest.mark.parametrize(
    ("root", "page"),
    [
        ('width="10cm" height="50mm"', (100.0, 50.0)),
        ('width="1in" viewBox="0 0 10 20"', (25.4, 50.8)),
        ('viewBox="0 0 96 192"', (25.4, 50.8)),
        ('width="100%" height="100%" viewBox="0 0 96 192"', (25.4, 50.8)),
        ('width="72pt" height="6pc"', (25.4, 25.4)),
        ('width="100%" height="100%"', None),
    ],
)
def test_knows_the_size_of_the_page(root: str, page: tuple[float, float] | None):
    assert read_svg(f"<svg {root}/>".encode()).drawing.page == page


def test_what_leaves_the_page_is_cut_there():
    assert strokes(read('<path d="M-50 40H150"/>')) == [[[0, 40], [100, 40]]]
    assert strokes(read('<path d="M-50 40H150"/>', crop_to_page=False)) == [[[-50, 40], [150, 40]]]


def test_a_symbol_is_cut_at_its_edges():
    body = '<symbol id="s" viewBox="0 0 10 10"><path d="M-5 5H15"/></symbol><use href="#s" width="30" height="30"/>'
    assert strokes(read(body)) == [[[0, 15], [30, 15]]]


def test_a_shape_in_a_clip_path_is_clipped_in_turn():
    body = (
        '<clipPath id="a"><rect width="50" height="80"/></clipPath>'
        '<clipPath id="b"><rect x="20" width="80" height="80" clip-path="url(#a)"/></clipPath>'
        '<path clip-path="url(#b)" d="M0 40H100"/>'
    )
    assert strokes(read(body)) == [[[20, 40], [50, 40]]]


def test_an_empty_clip_path_hides_all():
    assert strokes(read('<clipPath id="a"/><path clip-path="url(#a)" d="M0 40H100"/>')) == []


def test_colours_become_layers_in_the_order_of_painting():
    body = (
        '<g fill="none"><path stroke="red" d="M0 0H9"/><path stroke="#00F" d="M0 1H9"/>'
        '<path stroke="rgb(255,0,0)" d="M0 2H9"/></g>'
    )
    layers = read(body).drawing.layers
    assert [(layer.colour, layer.pen, len(layer.lines)) for layer in layers] == [
        ("#ff0000", None, 2),
        ("#0000ff", None, 1),
    ]
    assert len(read(body, layers_from=LayersFrom.NOTHING).drawing.layers) == 1


def test_layers_of_inkscape_become_layers_and_their_numbers_pens():
    body = (
        '<g inkscape:groupmode="layer" inkscape:label="3 sky" stroke="blue" stroke-width=".7"><path d="M0 0H9"/>'
        '<g inkscape:groupmode="layer" inkscape:label="clouds"><path stroke="red" d="M0 1H9"/></g></g>'
        '<g inkscape:groupmode="layer" id="layer5"><path d="M0 2H9"/></g>'
    )
    layers = read(body).drawing.layers
    assert [(one.name, one.pen, one.colour, len(one.lines)) for one in layers] == [
        ("3 sky", 3, "#0000ff", 2),
        ("layer5", 5, "#000000", 1),
    ]
    assert layers[0].width_mm == 0.7


def test_groups_are_layers_when_asked_for():
    body = '<g id="a"><path d="M0 0H9"/></g><g id="b7"><g><path d="M0 1H9"/></g></g>'
    layers = read(body, layers_from=LayersFrom.GROUPS).drawing.layers
    assert [(one.name, one.pen) for one in layers] == [("a", 1), ("b7", 7)]


def test_what_is_written_is_read_again():
    body = (
        '<g fill="none"><path stroke="red" stroke-width=".7" d="M0 0H9V9z"/>'
        '<path stroke="blue" d="M5 5h0M1 1L2 3"/></g>'
    )
    first = read(body).drawing
    again = read_svg(drawing_svg(first, "a <title>").encode()).drawing
    assert again.page == first.page
    assert [layer.pen for layer in again.layers] == [1, 2]
    for one, other in zip(first.layers, again.layers, strict=True):
        assert (one.colour, one.width_mm) == (other.colour, other.width_mm)
        assert [line.round(3).tolist() for line in one.lines] == [line.round(3).tolist() for line in other.lines]


def test_the_pen_is_the_first_number_in_a_label():
    drawing = read('<g inkscape:groupmode="layer" inkscape:label="map 2024" id="x"><path d="M0 0H9"/></g>').drawing
    assert 'inkscape:label="map 2024"' in drawing_svg(drawing)
    named = drawing.layers[0].__class__(drawing.layers[0].lines, "map 2024", 2)
    assert 'inkscape:label="2 map 2024"' in drawing_svg(drawing.__class__((named,), drawing.page))


def test_filled_shapes_are_hatched_on_request():
    square = '<rect x="10" y="10" width="20" height="20"/>'
    assert [len(line) for line in strokes(read(square))] == [5]
    hatched = read(square, fill=Hatch(5, 0), outline_fills=False)
    assert strokes(hatched)[0] in ([[10, 27.5], [30, 27.5]], [[30, 27.5], [10, 27.5]])
    assert len(strokes(hatched)) == 4
    assert len(strokes(read(square, fill=Hatch(5, 0)))) == 5
    assert len(strokes(read(square, fill=Hatch(5, pattern=Pattern.CONTOUR)))) == 3


def test_hatching_is_of_the_colour_of_the_fill_and_the_line_of_the_stroke():
    square = '<rect x="10" y="10" width="20" height="20" fill="lime" stroke="red" stroke-width=".3"/>'
    layers = read(square, fill=Hatch(5, 0)).drawing.layers
    assert [(one.colour, one.width_mm, len(one.lines)) for one in layers] == [("#00ff00", 0.5, 4), ("#ff0000", 0.3, 1)]


def test_says_what_it_left_out():
    reading = read(
        '<image href="x.png"/><image href="y.png"/><use href="other.svg#a"/><rect width="5" height="5" mask="url(#m)"/>'
    )
    assert reading.notes == (
        "<image> is not drawn (2 times)",
        "references to what is not in the file",
        "mask is not followed",
    )


def test_what_is_flattened_to_nothing_is_not_drawn():
    assert strokes(read('<g transform="scale(0)"><rect width="5" height="5"/></g>')) == []


def test_strokes_are_dashed():
    plain = '<path stroke="red" stroke-dasharray="4,2" d="M0 9H9"/>'
    assert strokes(read(plain)) == [[[0, 9], [4, 9]], [[6, 9], [9, 9]]]
    grown = (
        '<g stroke="red" stroke-dasharray="3 1 0" transform="scale(2)"><path stroke-dashoffset="-1" d="M0 9H9"/></g>'
    )
    dashes = [[[0, 18], [2, 18]], [[2, 18], [8, 18]], [[10, 18]], [[16, 18], [18, 18]]]
    assert strokes(read(grown)) == dashes


def test_dashes_go_around_corners_and_stay_in_clip_paths():
    corner = '<path stroke="red" fill="none" stroke-dasharray="6 100" d="M0 9H4V20"/>'
    assert strokes(read(corner)) == [[[0, 9], [4, 9], [4, 11]]]
    clipped = f'<clipPath id="a"><rect x="1" width="9" height="10"/></clipPath><g clip-path="url(#a)">{corner}</g>'
    assert strokes(read(clipped)) == [[[1, 9], [4, 9], [4, 10]]]


@pytest.mark.parametrize("pattern", ["none", "0", "-1 2", "4 0", "0.01 0.01", "nonsense"])
def test_what_is_no_dashing_is_a_whole_line(pattern: str):
    assert strokes(read(f'<path stroke="red" stroke-dasharray="{pattern}" d="M0 9H9"/>')) == [[[0, 9], [9, 9]]]


def test_a_line_whose_dashes_are_told_in_parts_of_its_length_is_whole():
    reading = read('<path stroke="red" pathLength="1" stroke-dasharray="1" stroke-dashoffset="1" d="M0 9H9"/>')
    assert strokes(reading) == [[[0, 9], [9, 9]]]
    assert reading.notes == ("dashes in parts of a pathLength are drawn through",)


def test_a_line_that_would_be_left_without_a_dash_is_whole():
    assert strokes(read('<path stroke="red" stroke-dasharray="20" stroke-dashoffset="20" d="M0 9H9"/>')) == [
        [[0, 9], [9, 9]]
    ]


def test_only_strokes_are_dashed_not_areas():
    body = '<rect x="10" y="10" width="20" height="20" fill="red" stroke-dasharray="1 1"/>'
    assert strokes(read(body)) == [[[10, 10], [30, 10], [30, 30], [10, 30], [10, 10]]]


@pytest.mark.parametrize(
    "said",
    [
        'transform-origin="20 30"',
        'style="transform-origin: 20% 37.5%"',
        'style="transform-origin: 100% 100%; transform-box: fill-box"',
        'style="transform-origin: bottom right; transform-box: fill-box"',
    ],
)
def test_turns_about_the_origin_that_is_said(said: str):
    body = f'<path fill="none" stroke="red" transform="rotate(90)" d="M10 30H20V20" {said}/>'
    assert strokes(read(body)) == [[[20, 20], [20, 30], [30, 30]]]


def test_a_switch_takes_english_or_what_is_for_all():
    languages = "".join(
        f'<path d="M0 {y}H9" {said}/>'
        for y, said in enumerate(['systemLanguage="de"', 'requiredExtensions="x"', 'systemLanguage="fr, en-GB"', ""])
    )
    assert strokes(read(f"<switch>{languages}</switch>")) == [[[0, 2], [9, 2]]]
    assert strokes(read('<switch><path systemLanguage="de" d="M0 1H9"/></switch>')) == [[[0, 1], [9, 1]]]


def test_a_frame_along_the_edge_of_the_page_or_of_a_clip_path_is_drawn():
    frame = '<rect x="-20" y="-15" width="40" height="30" fill="none" stroke="red"/>'
    page = f'<svg width="40mm" height="30mm" viewBox="-20 -15 40 30">{frame}</svg>'
    assert read_svg(page.encode()).drawing.layers[0].lines.lengths.tolist() == [pytest.approx(140)]
    inner = (
        '<svg x="30" y="20" width="31" height="31" viewBox="0 0 7 7"><rect width="7" height="7" stroke="red"/></svg>'
    )
    assert sum(float(layer.lines.lengths.sum()) for layer in read(inner).drawing.layers) == pytest.approx(124)


def test_a_background_is_not_drawn():
    ink, white = '<path stroke="red" d="M0 40H50"/>', '<path fill="white" d="M10 10H90V70H10z"/>'
    assert strokes(read(f'<rect width="100%" height="100%" fill="white"/>{white}{ink}')) == [[[0, 40], [50, 40]]]
    grey = read(f'<rect x="-1" y="-1" width="110" height="110" fill="#eee"/>{ink}')
    assert strokes(grey) == [[[0, 40], [50, 40]]]
    assert grey.notes == ("a background in #eeeeee is not drawn",)


def test_what_shows_is_no_background():
    ink, white = '<path stroke="red" d="M0 40H50"/>', '<path fill="white" d="M10 10H90V70H10z"/>'
    assert len(strokes(read(ink + white))) == 2
    assert len(strokes(read('<rect width="100" height="80" fill="black"/>' + white + ink))) == 2
    assert len(strokes(read('<path fill="#eee" d="M10 10H90V70H10z"/>' + ink))) == 2
    assert len(strokes(read(white))) == 1


def test_a_coloured_page_is_hatched_where_areas_are():
    page = '<rect width="100" height="80" fill="#eee"/><path stroke="red" d="M0 40H50"/>'
    assert len(strokes(read(page, fill=Hatch(10.0, 0.0)))) > 5
    assert len(strokes(read(page.replace("#eee", "#fff"), fill=Hatch(10.0, 0.0)))) == 1


def test_reads_compressed_files():
    assert read_svg(gzip.compress(STROKED["units"].encode())).drawing.strokes == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red", ("#ff0000", 1.0)),
        ("#FA0", ("#ffaa00", 1.0)),
        ("#11223300", ("#112233", 0.0)),
        ("rgb(10%, 20%, 100%)", ("#1a33ff", 1.0)),
        ("rgba(1,2,3,.5)", ("#010203", 0.5)),
        ("hsl(120 100% 50% / 50%)", ("#00ff00", 0.5)),
        ("transparent", ("#000000", 0.0)),
        ("url(#x)", None),
        ("rgb(1,2)", None),
        ("rgb(x,y,z)", None),
    ],
)
def test_reads_colours(text: str, expected: tuple[str, float] | None):
    assert colour(text) == expected


def test_every_font_has_the_letters_of_ascii():
    for name in FONTS:
        assert len(font(name)) == 96
        assert all(glyph.strokes for glyph in glyphs("Plotter, 1967!", name)[:7])
        assert glyphs(" ", name)[0].strokes == ()


def test_text_stands_on_its_base_line_as_high_as_its_size():
    lines = read('<text x="10" y="50" font-size="30">H</text>').drawing.layers[0].lines
    bounds = lines.bounds
    assert bounds is not None
    assert (bounds.bottom, bounds.height) == (pytest.approx(-10), pytest.approx(21))


def test_text_is_anchored_and_goes_on_in_spans():
    def left_and_right(attributes: str, text: str = "HH") -> tuple[float, float]:
        bounds = read(f'<text y="50" {attributes} font-size="10">{text}</text>').drawing.bounds
        assert bounds is not None
        return bounds.left + 50, bounds.right + 50

    start, middle, end = (left_and_right(f'x="50" text-anchor="{name}"') for name in ("start", "middle", "end"))
    assert sum(middle) / 2 == pytest.approx(50)
    assert start[0] > 50 > end[1]
    assert left_and_right('x="50"', "H<tspan>H</tspan>") == pytest.approx(start)
    assert left_and_right('x="50"', "  H\n  <tspan dx='5'>H</tspan> ")[1] > start[1] + 5


@pytest.mark.parametrize("name", FONTS)
def test_letters_with_accents_are_put_together(name: str):
    for letter, base, more in (
        ("é", "e", 1),
        ("Ä", "A", 2),
        ("ñ", "n", 1),
        ("ç", "c", 1),
        ("ø", "o", 1),
        ("€", "C", 2),
    ):
        (whole,), (bare,) = glyphs(letter, name), glyphs(base, name)
        assert whole.strokes[: len(bare.strokes)] == bare.strokes
        assert (len(whole.strokes) - len(bare.strokes), whole.width) == (more, bare.width)
    assert len(glyphs("ï", name)[0].strokes) == len(glyphs("i", name)[0].strokes) + 1  # without the dot of the i
    assert glyphs("u\u0308", name) == glyphs("ü", name)
    assert glyphs("„½“", name) == glyphs(',,1/2"', name)
    assert len(glyphs("ß", name)) == 1


def test_a_letter_without_a_glyph_is_a_box():
    assert len(glyphs("漢", "futural")[0].strokes) == 1


def test_the_names_of_illustrators_namespaces_are_read():
    text = (
        '<!DOCTYPE svg [<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">]>'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="&ns_ai;"><text i:knockout="Off">&ns_ai;</text>'
        '<path d="M0 0H9"/></svg>'
    )
    assert read_svg(text.encode()).drawing.strokes > 5


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('stroke="blue" style="stroke: bluish"', "#0000ff"),  # what cannot be read is passed over,
        ('stroke="bluish"', "#000000"),  # but what would be painted is seen all the same
        ('stroke="oklch(0.6 0.2 30)"', "#000000"),
        ('stroke="#f00 icc-color(cmyk, 0, 1, 1, 0)"', "#ff0000"),
        ('style="stroke: light-dark(rgb(0, 0, 255), var(--ge-dark-color, #121212))"', "#0000ff"),
        ('style="stroke: var(--line, light-dark(#123456, white))"', "#123456"),
        ('stroke="red" style="stroke: var(--line)"', "#ff0000"),
        ('stroke="red" opacity="calc(0.5)" stroke-width="thick"', "#ff0000"),
    ],
)
def test_colours_and_styles_that_no_browser_stumbles_over(said: str, shown: str):
    (layer,) = read(f'<path fill="none" {said} d="M0 0H9"/>').drawing.layers
    assert layer.colour == shown


def test_values_that_are_not_understood_are_named():
    assert read('<path stroke="bluish" opacity="dim" d="M0 0H9"/>').notes == (
        "values of stroke that are not understood",
        "values of opacity that are not understood",
    )


def test_letters_that_no_font_has_are_counted():
    assert read('<text y="20">Köln 漢字</text>').notes == (
        "letters that the single-line fonts do not have are boxes (2 times)",
    )


def test_reading_does_not_load_masked_arrays():
    code = (
        "import sys; from dcode.geometry.svg_import.read import read_svg;"
        "read_svg(sys.stdin.buffer.read()); print('numpy.ma' in sys.modules)"
    )
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm"><path d="M1 1L5 5" stroke="red"/></svg>'
    told = subprocess.run([sys.executable, "-c", code], input=svg, stdout=subprocess.PIPE, check=True)
    assert told.stdout.split() == [b"False"]
