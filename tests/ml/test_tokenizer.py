"""G-code to tokens and back, for both kinds of vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tokenizers import Tokenizer

from dcode.errors import GenerationError
from dcode.ml.language import HEADER
from dcode.ml.tokenizer import GcodeTokenizer, respaced
from tests.ml import builders


def own() -> GcodeTokenizer:
    return GcodeTokenizer.of(Tokenizer.from_str(builders.own_tokenizer()))


def t5() -> GcodeTokenizer:
    return GcodeTokenizer.of(Tokenizer.from_str(builders.t5_tokenizer()))


def codes(text: str) -> list[str]:
    return [line for line in text.split("\n") if line and not line.startswith(";")]


def test_the_five_special_tokens_of_v3_have_their_numbers() -> None:
    words = own()
    assert (words.pad, words.bos, words.eos, words.newline) == (0, 2, 3, 4)
    assert words.pieces[:5] == ("", "", "", "", "\n")


def test_v3_text_comes_back_with_its_lines_and_blanks() -> None:
    program = builders.gcode(99)
    assert own().decode(own().encode(program)) == program


def test_the_librarys_own_decoding_loses_them_which_is_why_there_is_ours() -> None:
    words = own()
    ids = words.encode("G1 X-66.72 Y-286.41 F500\nM84")
    assert words.tokenizer.decode(ids, skip_special_tokens=False) == "G1X-66.72Y-286.41F500<newline>M84"
    assert words.tokenizer.decode(ids, skip_special_tokens=True) == "G1X-66.72Y-286.41F500M84"


def test_flan_t5_text_comes_back_in_lines_though_it_has_none() -> None:
    program = builders.gcode(98)
    words = t5()
    assert words.newline is None
    assert codes(words.decode(words.encode(program)))[:5] == codes(program)[:5]
    assert codes(words.decode(words.encode(program))) == codes(program)


def test_nothing_is_added_cut_off_or_filled_up() -> None:
    program = builders.gcode(97, strokes=30)
    assert len(t5().encode(program)) > 64  # the length that its file truncates to
    assert t5().eos not in t5().encode(program)
    assert t5().pad not in t5().encode("G0 X1 Y2")


def test_the_header_is_what_training_files_begin_with() -> None:
    assert builders.gcode(1).startswith(HEADER.rstrip("\n"))
    whole = own().encode(builders.gcode(1))
    assert whole[: len(own().encode(HEADER))] == own().encode(HEADER)


@pytest.mark.parametrize(
    ("joined", "spaced"),
    [
        ("G1X-66.72Y-286.41F500", "G1 X-66.72 Y-286.41 F500"),
        ("M280P0S40;pendown\nG1X1Y2", "M280 P0 S40 ; pen down\nG1 X1 Y2"),
        ("G21;mmG90;absolute", "G21 ; mm\nG90 ; absolute"),
        (";dcode\n\nG28;home", "; dcode\n\nG28 ; home"),
    ],
)
def test_joined_text_is_spaced(joined: str, spaced: str) -> None:
    assert respaced(joined) == spaced


def test_a_folder_without_a_tokenizer_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=r"gcode_tokenizer/tokenizer\.json"):
        GcodeTokenizer.load(tmp_path)


def test_a_torn_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0", "mod')
    with pytest.raises(GenerationError, match=r"tokenizer\.json: cannot be read"):
        GcodeTokenizer.load(tmp_path)
