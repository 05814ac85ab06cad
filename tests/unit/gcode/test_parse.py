from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.errors import GcodeError
from dcode.gcode.block import Block, Word
from dcode.gcode.lines import chunks, count_lines, lines
from dcode.gcode.parse import parse, parse_line
from dcode.gcode.write import write_block


def words(text: str) -> list[tuple[str, float]]:
    return [(word.letter, word.value) for word in parse_line(text, 2).words]


def problem(text: str) -> tuple[int, str]:
    with pytest.raises(GcodeError) as caught:
        parse_line(text, 7)
    assert caught.value.line == 7
    return caught.value.column, caught.value.problem


def checked(text: str) -> str:
    total = 0
    for byte in text.encode():
        total ^= byte
    return f"{text}*{total}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G1 X1.5 Y-2", [("G", 1), ("X", 1.5), ("Y", -2)]),
        ("G1X1Y2", [("G", 1), ("X", 1), ("Y", 2)]),
        ("g01x.5y+3.", [("G", 1), ("X", 0.5), ("Y", 3)]),
        ("  G 1\tX  -.25 ", [("G", 1), ("X", -0.25)]),
        ("G92.1", [("G", 92.1)]),
        ("G1 (X9) X1 ; Y9", [("G", 1), ("X", 1)]),
        ("%", [("%", 0)]),
        ("", []),
        (" ; only words X1", []),
        ("G28 X Y", [("G", 28), ("X", 0), ("Y", 0)]),
        ("M84 X Y", [("M", 84), ("X", 0), ("Y", 0)]),
        ("X0.1", [("X", 0.1)]),
        ("X0.30000000000000004", [("X", 0.1 + 0.2)]),
    ],
)
def test_reads_words(text: str, expected: list[tuple[str, float]]) -> None:
    assert words(text) == expected


def test_columns_count_from_one() -> None:
    assert parse_line("  G1 X2 (c) Y3", 2).words == (Word("G", 1, 3), Word("X", 2, 6), Word("Y", 3, 13))


def test_comments_of_both_kinds_are_kept() -> None:
    assert parse_line("G1 (one) X2 (two) ; three (four", 2).comment == "one two three (four"


def test_comments_may_be_in_any_script() -> None:
    assert parse_line("G1 X1 ; Häkchen ✓", 2).comment == "Häkchen ✓"


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("G1 X1e3", 6, "exponent"),
        ("x-1e3", 4, "exponent"),
        ("G1 Xnan", 4, "not followed by a number"),
        ("G1 X inf", 4, "not followed by a number"),
        ("G1 X", 4, "not followed by a number"),
        ("G1 X.", 4, "not followed by a number"),
        ("G1 X1 Y-", 7, "not followed by a number"),
        ("G1 X1.2.3", 8, "without a letter"),
        ("G1 X1 2", 7, "without a letter"),
        ("12", 1, "without a letter"),
        ("G1 X1 (never closed", 7, "not closed"),
        ("G1 X1 ) Y2", 7, ") without ("),
        ("G1 X1\0", 6, "control character (code 0)"),
        ("G1 X1 ; bell \a", 14, "control character (code 7)"),
        ("G1 X1é", 6, "unexpected character"),
        ("G1 X1\u00a0Y2", 6, "unexpected character"),
        ("/G1 X1", 1, "unexpected character"),
        ("G1 X#5", 4, "not followed by a number"),
        ("G1 X9999999999", 4, "out of all proportion"),
        ("G1 X" + "9" * 400, 4, "out of all proportion"),
        ("N1.5 G1", 1, "line number"),
        ("N-1 G1", 1, "line number"),
        ("N G1", 1, "line number"),
        ("N" + "9" * 5000, 1, "line number"),
        ("G1 X1 *", 7, "not followed by a checksum"),
    ],
)
def test_refuses_with_the_column(text: str, column: int, says: str) -> None:
    found, message = problem(text)
    assert says in message
    assert found == column


def test_line_number_and_checksum() -> None:
    block = parse_line(checked("N12 G1 X1"), 2)
    assert block.number == 12
    assert words(checked("N12 G1 X1")) == [("G", 1), ("X", 1)]
    assert parse_line(checked("N3 G1 X1 (a*b)") + " ; after", 2).comment == "a*b after"


def test_wrong_checksum_is_refused_with_both_sums() -> None:
    right = checked("N3 G1 X1")
    wrong = right.replace("X1", "X7")
    column, message = problem(wrong)
    assert column == wrong.index("*") + 1
    assert right.partition("*")[2] in message


def test_nothing_may_follow_a_checksum() -> None:
    assert "after the checksum" in problem(checked("N3 G1 X1") + " Y2")[1]


def test_messages_are_not_read_as_words() -> None:
    assert parse_line("M117 G1 X5 done!", 2)[1:3] == ((Word("M", 117, 1),), "G1 X5 done!")
    assert parse_line("M0 Change the pen, please", 2).comment == "Change the pen, please"
    assert parse_line(checked("N4 M0 Change"), 2)[2:4] == ("Change", 4)
    assert words("M0 S5") == [("M", 0), ("S", 5)]


def test_only_the_first_line_may_have_a_byte_order_mark() -> None:
    first, second = parse(b"\xef\xbb\xbfG1 X1\n\xef\xbb\xbfG1 X2\n")
    assert isinstance(first, Block)
    assert first.words[1] == Word("X", 1, 5)
    assert isinstance(second, GcodeError)


def test_an_unreadable_line_does_not_end_the_reading() -> None:
    kinds = [type(item).__name__ for item in parse(b"G0 X1\nG1 Xnan\nG1 X2")]
    assert kinds == ["Block", "GcodeError", "Block"]


def test_all_line_ends() -> None:
    assert list(lines(b"a\nb\r\nc\rd\n\r\ne")) == [b"a", b"b", b"c", b"d", b"", b"e"]
    assert count_lines(b"a\nb\r\nc\rd\n\r\ne") == 6
    assert count_lines(b"") == 0
    assert count_lines(b"\n") == 1


def test_a_line_too_long_is_refused_at_once() -> None:
    error = next(parse(b"x" * 1_000_000))
    assert isinstance(error, GcodeError)
    assert error.column == 10_001


@given(st.lists(st.sampled_from([b"\n", b"\r", b"G1", b" ", b"\r\n"]), max_size=40).map(b"".join), st.integers(1, 5))
def test_chunks_end_where_lines_end(data: bytes, size: int) -> None:
    pieces = [data[start:end] for start, end in chunks(data, size)]
    assert b"".join(pieces) == data
    assert [line for piece in pieces for line in piece.splitlines()] == data.splitlines()
    assert count_lines(data) == len(data.splitlines())


@given(st.binary(max_size=200))
def test_every_block_writes_its_source_back(data: bytes) -> None:
    for raw, block in zip(data.splitlines(), parse(data), strict=True):
        if isinstance(block, Block):
            assert write_block(block).encode("utf-8", "surrogateescape") == raw


@given(
    st.lists(
        st.tuples(st.sampled_from("GMXYZFS"), st.decimals(-9999, 9999, places=3)).map(lambda w: f"{w[0]}{w[1]}"),
        max_size=6,
    )
)
def test_words_survive_being_written_without_their_source(texts: list[str]) -> None:
    block = parse_line(" ".join(texts), 2)
    again = parse_line(write_block(block._replace(text="")), 2)
    assert [word[:2] for word in again.words] == [word[:2] for word in block.words]
