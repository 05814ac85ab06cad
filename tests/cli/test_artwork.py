"""SVG, pictures and texts where G-code is taken: checked, estimated, shown and plotted."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcode.cli.main import run
from tests.cli.fake_daemon import DONE_JOB, ROOT, SQUARE, Refusal, a_status, job_event

CAT = """<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="100mm" viewBox="0 0 100 100" fill="none">
<path d="M10 10H50" stroke="#f00"/><path d="M90 90V50" stroke="#f00"/><circle cx="50" cy="50" r="20" stroke="#00f"/>
<path d="M50 10H80" stroke="#f00"/></svg>"""

CROSSHATCH = ["--algorithm", "crosshatch", "-O", "step_size=20"]


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """Two pens, and a page of 100 by 100 mm."""
    path = tmp_path / "cat.svg"
    path.write_text(CAT)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The same, 1300 by 1300 mm."""
    path = tmp_path / "large.svg"
    path.write_text(CAT.replace("100mm", "1300mm"))
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A grey ramp."""
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.tile(ramp, (48, 1))).save(path)
    return path


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("Dear plotter,\n")
    return path


def test_an_svg_is_checked_at_its_size_in_the_middle(dcode, cat: Path):
    report = dcode("check", cat, "--json").json
    assert report["ok"] is True
    assert report["bounds"] == pytest.approx({"left": -40, "right": 40, "top": 40, "bottom": -40}, abs=0.05)
    artwork = report["artwork"]
    assert (artwork["input"], artwork["strokes_before"], artwork["strokes"], artwork["pens"]) == ("svg", 4, 3, 2)
    assert artwork["pen_up_mm"] < artwork["pen_up_mm_before"]


def test_artwork_is_told_by_its_strokes_and_its_pens(dcode, cat: Path):
    ended = dcode("check", cat)
    assert ended.err == "cat.svg: it takes 2 pens, and begins with #ff0000\n"
    assert ended.out.startswith("cat.svg: 3 strokes, 236 mm of ink, ")
    assert ended.out.endswith("It is within the limits.\n")


def test_fit_fills_the_sheet_with_curves_as_fine_as_they_will_be_seen(dcode, cat: Path):
    as_it_is, fitted = (dcode("check", cat, *option, "--json").json for option in ([], ["--fit"]))
    assert fitted["bounds"]["right"] == pytest.approx(420.5)
    assert fitted["artwork"]["points"] > 2 * as_it_is["artwork"]["points"]


def test_what_does_not_fit_names_fit(dcode, large: Path):
    for command in ("check", "estimate", "plot"):
        ended = dcode(command, large)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.splitlines() == [
            "dcode: large.svg: it is 1040.0 by 1040.0 mm, and the work area 841.0 by 1189.0 mm "
            "(99.5 mm over the left edge).",
            f"       dcode plot --fit {large}   scales it to the sheet.",
        ]
    assert dcode("check", large, "--json").json["error"]["kind"] == "LimitError"
    assert dcode("check", large, "--clip").code == dcode("check", large, "--fit").code == 0


def test_an_estimate_is_of_what_would_be_plotted(dcode, cat: Path):
    once, twice = (dcode("estimate", cat, *option, "--json").json for option in ([], ["--passes", "2"]))
    assert twice["draw_mm"] == pytest.approx(2 * once["draw_mm"])
    lines = dcode("estimate", cat).out.splitlines()
    assert lines[2].startswith("3 strokes, ")
    assert [line.partition(":")[0] for line in lines[3:]] == ["pen 1 (#ff0000)", "pen 2 (#0000ff)"]


def test_a_picture_needs_an_algorithm(dcode, photo: Path):
    ended = dcode("check", photo)
    assert ended.code == 2
    assert "photo.jpg is a picture: say by --algorithm how to draw it; dcode convert --list" in ended.err


def test_a_picture_is_drawn_by_an_algorithm_with_its_options(dcode, photo: Path):
    few, many = (
        dcode("check", photo, "--algorithm", "crosshatch", "-O", f"step_size={step}", "--json").json
        for step in (40, 20)
    )
    assert few["ok"] and many["ok"] and few["artwork"]["input"] == "picture"
    assert few["draw_mm"] < many["draw_mm"]


def test_a_picture_in_inks_takes_a_pen_for_each(dcode, photo: Path):
    report = dcode("check", photo, *CROSSHATCH, "--inks", "#d00,#00d", "--json").json
    assert (report["ok"], report["artwork"]["pens"]) == (True, 2)


def test_a_text_is_written(dcode, letter: Path):
    report = dcode("check", letter, "--size", "20", "--json").json
    assert (report["ok"], report["artwork"]["input"]) == (True, "text")
    assert dcode("check", "-", "--text", stdin=b"Hello").code == 0
    ended = dcode("plot", "-", "--dry-run", stdin=b"Hello\n")
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == "       dcode plot --text -   writes it as a text."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--passes", "2"], "horse.gcode is G-code, which is left as it is: --passes needs --optimize as well."),
        (["--algorithm", "spiral"], "horse.gcode is G-code: --algorithm is for a picture."),
        (["--fit", "--clip"], "--fit and --clip exclude each other."),
        (["--fit", "--centre"], "--fit and --centre exclude each other."),
        (["--tolerance", "nan"], "nan is not a number"),
    ],
)
def test_wishes_that_mean_nothing_are_refused(dcode, horse: Path, options: list[str], sentence: str):
    for command in (["check"], ["estimate"], ["plot", "--dry-run"]):
        ended = dcode(*command, horse, *options)
        assert (ended.code, ended.out) == (2, "")
        assert sentence in ended.err


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.svg", b"<svg><path", "dcode: a.svg: line 1, column 6: this is not XML: unclosed token."),
        ("a.html", b"<html></html>", "dcode: a.html: line 1: this is XML, but not SVG."),
        ("a.png", b"\x89PNG\r\n\x1a\nabc", "dcode: a.png: this is not a picture that can be read"),
        (
            "c.svg",
            CAT.replace("M10 10H50", "M0 0L1e308 1e308").encode(),
            "dcode: c.svg: a coordinate is not a number, or",
        ),
        ("c.png", b"", "dcode: c.png is empty: there is nothing to draw in it."),
        ("a.pdf", b"%PDF-1.7\n", "dcode: a.pdf is a PDF; save it as SVG."),
        ("a.txt", b"\xff\xe4\xf6 text", "dcode: a.txt: this is not UTF-8 text, at byte 0; save it as UTF-8."),
        ("b.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "dcode: b.svg: there is nothing to draw in it."),
    ],
)
def test_bad_artwork_is_one_sentence(dcode, tmp_path: Path, name: str, data: bytes, sentence: str):
    (tmp_path / name).write_bytes(data)
    options = CROSSHATCH if name == "a.png" else []
    ended = dcode("plot", "--dry-run", tmp_path / name, *options)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert ended.err.startswith(sentence)


def test_a_rehearsal_of_artwork_can_be_looked_at(dcode, cat: Path, tmp_path: Path):
    picture = tmp_path / "picture.svg"
    answer = dcode("plot", cat, "--dry-run", "--json", "--preview", picture).json
    assert answer["ok"] and answer["estimate_seconds"] > 20 and answer["artwork"]["strokes"] == 3
    assert picture.read_text().startswith("<?xml")


def test_an_svg_is_sent_as_gcode_under_its_own_name(dcode, daemon, cat: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", cat, "--yes").code == 0
    assert fake.uploaded.startswith(b"G21G90\nT1;#ff0000\nM280P0S90\nG0X")
    assert b"T2M6;#0000ff" in fake.uploaded
    assert fake.asked("job.begin") == [
        {"name": "cat.svg", "size": len(fake.uploaded), "fit": False, "clip": False},
    ]


def test_what_is_sent_is_the_same_each_time(dcode, daemon, cat: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    dcode("plot", cat)
    first, fake.uploaded = fake.uploaded, b""
    dcode("plot", cat)
    assert fake.uploaded == first


def test_standard_input_is_known_by_what_is_in_it(dcode, daemon):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", "-", stdin=CAT.encode()).code == 0
    assert fake.asked("job.begin")[0]["name"] == "standard input"
    assert fake.uploaded.startswith(b"G21G90\n")


def test_fitted_artwork_is_fitted_here(dcode, daemon, large: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", large, "--fit").code == 0
    assert fake.asked("job.begin")[0]["fit"] is False


def test_artwork_is_made_for_the_machine_of_the_daemon_that_runs(dcode, daemon, cat: Path, tmp_path: Path):
    machine = json.loads((ROOT / "configs" / "machine.json").read_text())
    machine["pen"] |= {"draw_speed": 123}
    (tmp_path / "slow.json").write_text(json.dumps(machine))
    fake = daemon(answers={"daemon.info": {"machine": str(tmp_path / "slow.json")}}, events=[job_event(DONE_JOB)])
    assert dcode("plot", cat).code == 0
    assert b"F123\n" in fake.uploaded


def test_artwork_that_is_refused_asks_the_daemon_for_nothing_else(dcode, daemon, large: Path):
    fake = daemon()
    ended = dcode("plot", large, "--json")
    assert (ended.code, ended.json["state"], ended.json["error"]["kind"]) == (2, "failed", "LimitError")
    assert not fake.asked("job.begin")


def test_lines_of_a_program_that_was_made_are_not_told(dcode, daemon, cat: Path):
    violation = {"line": 212, "kind": "work_area", "value": 431.0, "limit": 420.5, "message": "X 431.0 is outside"}
    report = {"ok": False, "violations": [violation], "violations_total": 1}
    daemon(answers={"job.commit": Refusal("UnsafeProgram", "line 212: X 431.0 is outside", report=report)})
    assert dcode("plot", cat).err.splitlines()[-2] == "dcode: cat.svg: X 431.0 is outside."


def test_given_gcode_is_sent_as_it_is(dcode, daemon, horse: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    for options in ([], ["--fit"], ["--optimize", "off"], ["--preview", horse.with_suffix(".svg")]):
        fake.uploaded = b""
        assert dcode("plot", horse, *options).code == 0
        assert fake.uploaded == SQUARE.encode()
    assert [asked["fit"] for asked in fake.asked("job.begin")] == [False, True, False, False]
    assert horse.with_suffix(".svg").exists()


def test_gcode_gets_another_order_when_that_is_asked_for(dcode, daemon, tmp_path: Path):
    strokes = [f"G0 X{x} Y0\nM280 P0 S40\nG1 Y10 F321\nM280 P0 S90\n" for x in (100, 10, 90)]
    (tmp_path / "three.gcode").write_text("G21 G90\n" + "".join(strokes))
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", tmp_path / "three.gcode", "--optimize", "fast").code == 0
    moves = [line for line in fake.uploaded.decode().splitlines()[1:] if line.startswith("G")]
    assert moves == ["G0X10Y0F1000", "G1Y10F321", "G0X90F1000", "G1Y0F321", "G0X100F1000", "G1Y10F321"]


def test_gcode_that_is_wrong_is_told_by_line_also_where_it_is_reordered(dcode, stray: Path):
    ended = dcode("plot", stray, "--dry-run", "--optimize", "fast")
    assert ended.code == 2
    assert ended.err.startswith("dcode: stray.gcode, line 8: X 431")


def test_an_interrupt_while_artwork_is_made_sends_nothing(dcode, daemon, cat: Path, monkeypatch):
    from dcode.geometry.order import best_order

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(best_order.Climb, "run", interrupted)
    fake = daemon()
    assert dcode("plot", cat).code == 130
    assert not fake.asked("job.begin")


def test_the_question_says_what_artwork_takes(daemon, cat: Path, monkeypatch):
    """At a terminal it is asked before anything moves, and made only once."""
    from dcode.cli.output import Output

    asked = list[str]()
    monkeypatch.setattr(Output, "interactive", property(lambda self: True))
    monkeypatch.setattr(Output, "ask", lambda self, question: asked.append(question))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    fake = daemon(answers={"status": a_status(profile="grbl")})
    assert run(["plot", str(cat)]) == 130
    assert len(asked) == 1 and asked[0].startswith("Plot cat.svg (236 mm of ink, about ")
    assert not fake.asked("job.begin")


def test_layers_are_drawn_with_the_pens_that_are_asked_for(dcode, cat: Path):
    layers = dcode("optimize", cat, "--json").json["layers"]
    colours = [layer["colour"] for layer in layers]
    assert [layer["pen"] for layer in layers] == [1, 2]
    asked = dcode("optimize", cat, "--pen", f"{colours[0]}=2", "--json").json["layers"]
    assert [(layer["colour"], layer["pen"]) for layer in asked] == [(colours[0], 2), (colours[1], 1)]


@pytest.mark.parametrize(
    ("given", "told"), [("#123456=1", "no layer has this"), ("red", "LAYER=N"), ("#f00=0", "numb")]
)
def test_a_pen_for_nothing_is_a_sentence(dcode, cat: Path, given: str, told: str):
    ended = dcode("check", cat, "--pen", given)
    assert ended.code == 2
    assert "--pen: " in ended.err and told in ended.err
