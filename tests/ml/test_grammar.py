"""The token automaton: what it lets through, and what it never does."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tokenizers import Tokenizer

from dcode.errors import GenerationError
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.ml.automaton import DEAD, Automaton, Builder
from dcode.ml.grammar import Grammar, Ranges, compiled
from dcode.ml.language import HEADER
from dcode.ml.tokenizer import GcodeTokenizer
from tests.ml import builders

A0 = Ranges(Bounds(-420.5, 420.5, 594.5, -594.5))
STROKE = "G0 X1 Y2\nM280 P0 S40\nG1 X3 Y4\nM280 P0 S90\n"


@pytest.fixture(scope="module")
def words() -> GcodeTokenizer:
    return GcodeTokenizer.of(Tokenizer.from_str(builders.own_tokenizer()))


@pytest.fixture(scope="module")
def grammar(words: GcodeTokenizer) -> Grammar:
    return compiled(words.pieces, A0, vocab=len(words), eos=words.eos, implied_lines=False)


def walk(grammar: Grammar, words: GcodeTokenizer, text: str) -> int:
    return grammar.walk(words.encode(text))


def accepts(automaton: Automaton, text: str) -> bool:
    state = automaton.start
    for character in text:
        state = int(automaton.step[state, automaton.codes.get(character, automaton.foreign)])
    return state == automaton.end


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(-42.5, 42.5, 1), (0, 9.99, 2), (10.125, 99.99, 3), (-250, -3.3333, 2), (-1, 1000, 0), (0.5, 0.5, 1), (7, 7, 0)],
)
def test_numbers_are_exactly_those_of_the_range(low: float, high: float, decimals: int) -> None:
    build = Builder()
    start = build.state()
    after = build.number(start, low, high, decimals)
    end = build.state()
    build.arrow(after, "!", end)
    automaton, _ = build.automaton(start, end, [])
    rng = random.Random(5)
    edges = [low, high, low - 10**-decimals, high + 10**-decimals, 0.0]
    values = [
        *edges,
        *(rng.uniform(low - 3, high + 3) for _ in range(300)),
        *(rng.uniform(-2e3, 2e3) for _ in range(99)),
    ]
    for value, places in product(values, range(decimals + 2)):
        text = f"{value:.{places}f}"
        right = low - 1e-9 <= float(text) <= high + 1e-9 and places <= decimals
        if float(text) == 0 and text.startswith("-") and low >= 0:
            right = False
        assert accepts(automaton, text + "!") is right, text
    assert not any(accepts(automaton, text + "!") for text in ("", "-", ".", "07", "00", "--1", "1.", "1e3", "+1"))


def test_training_files_pass(grammar: Grammar, words: GcodeTokenizer) -> None:
    for seed in range(60, 80):
        assert walk(grammar, words, builders.gcode(seed).removeprefix(HEADER)[: -len(" ; motors off")]) == grammar.end


@pytest.mark.parametrize(
    "text",
    [
        "G1 X1 Y2",  # draws with the pen up
        "M84",  # ends before anything is drawn
        "M280 P0 S40",  # lowers the pen before it has travelled
        "G0 X1 Y2\nG0 X2 Y3",  # travels twice
        "G0 X1 Y2\nM280 P0 S40\nG0",  # travels with the pen down
        "G0 X1 Y2\nM280 P0 S40\nM280 P0 S90",  # a dot
        "G0 X1 Y2\nM280 P0 S40\nG1 X3 Y4\nM84",  # ends with the pen down
        STROKE + "M280 P0 S40",
        STROKE + "\n\n",
        "G0 X420.51",
        "G0 X-421",
        "G0 X1 Y594.501",
        "G0 X1 Y2 F0\n",
        "G0 X1 Y2 F99999\n",
        "G0 X1\n",
        "G91",
        "G92 X0",
        "M280 P0 S60",
    ],
)
def test_what_must_not_be_is_cut_off(text: str, grammar: Grammar, words: GcodeTokenizer) -> None:
    assert walk(grammar, words, text) == DEAD


def test_every_state_leads_to_the_end_and_stays_there(grammar: Grammar) -> None:
    reached = {grammar.end}
    while True:
        more = set(np.flatnonzero(np.isin(grammar.table, list(reached)).any(axis=1)).tolist())
        if more <= reached:
            break
        reached |= more
    assert reached == set(range(len(grammar.table)))
    assert np.flatnonzero(grammar.table[grammar.end] != DEAD).tolist() == [grammar.rest]


def test_the_end_token_ends_only_where_the_pen_is_up_and_something_is_drawn(
    grammar: Grammar, words: GcodeTokenizer
) -> None:
    assert words.eos is not None
    for text in ("", "G0 X1 Y2\n", "G0 X1 Y2\nM280 P0 S40\nG1 X3 Y4\n"):
        assert grammar.table[walk(grammar, words, text), words.eos] == DEAD
    assert grammar.table[walk(grammar, words, STROKE), words.eos] == grammar.end


def test_a_vocabulary_without_line_ends_begins_a_line_with_the_next_code() -> None:
    words = GcodeTokenizer.of(Tokenizer.from_str(builders.t5_tokenizer()))
    grammar = compiled(words.pieces, A0, vocab=len(words) + 28, eos=words.eos, implied_lines=True)
    assert grammar.table.shape[1] == len(words) + 28
    assert (grammar.table[:, len(words) :] == DEAD).all()
    assert words.eos is not None
    for seed in range(60, 70):
        ids = words.encode(builders.gcode(seed))
        header = len(words.encode(HEADER))
        comment = len(words.encode("; motors off"))
        assert grammar.walk(ids[header:-comment]) == grammar.end
    assert grammar.walk(words.encode("G0 X1 Y2 G0")) == DEAD


def test_a_vocabulary_that_cannot_write_gcode_is_refused() -> None:
    with pytest.raises(GenerationError, match="tokenizer"):
        compiled(["", "G", "X", "7"], A0, vocab=4, eos=None, implied_lines=False)


def test_the_table_is_small(grammar: Grammar) -> None:
    assert len(grammar.table) < 400
    assert grammar.table.dtype == np.int16


def test_only_what_the_belts_reach_is_in_range() -> None:
    machine = Machine(1000.0, 1000.0, Bounds(-480.0, 480.0, 495.0, -490.0))
    assert Ranges.of(machine).area.top < 495.0
