"""Programs of datasets as the decoders see them: counted by a model's own tokenizer, and within the grammar."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from dcode.machine.machine import Machine
from dcode.ml.data.pairs.convert import Settings, convert
from dcode.ml.data.pairs.recipes import recipes
from dcode.ml.grammar import Ranges, compiled
from dcode.ml.language import HEADER
from dcode.ml.tokenizer import GcodeTokenizer
from tests.ml import builders
from tests.unit.ml.data.pairs.drawn import draw_shapes


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a vocabulary of v3's kind."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "tokenizer.json").write_text(builders.own_tokenizer())
    return folder


def test_programs_fit_by_the_tokenizers_own_count(words: Path, tmp_path: Path, owners: Machine) -> None:
    data = draw_shapes(tmp_path / "a.png").read_bytes()
    counted = Settings(owners, recipes(["trace"]), 700, str(words))
    tokenizer = GcodeTokenizer.load(words)
    for program in convert(data, counted).programs:
        assert program.tokens == len(tokenizer.encode(program.text)) + 2 <= 700
    assert counted.digest != Settings(owners, recipes(["trace"]), 700).digest


@pytest.mark.parametrize("tokens", [0, 1500])
def test_every_program_is_one_that_the_decoder_may_write(
    words: Path, tmp_path: Path, owners: Machine, tokens: int
) -> None:
    """Else it would be trained on what the grammar forbids it to say."""
    tokenizer = GcodeTokenizer.load(words)
    grammar = compiled(
        tokenizer.pieces, Ranges.of(owners), vocab=len(tokenizer), eos=tokenizer.eos, implied_lines=False
    )
    data = draw_shapes(tmp_path / "a.png").read_bytes()
    for program in convert(data, Settings(owners, recipes(["trace", "wander"]), tokens)).programs:
        assert program.text.startswith(HEADER)
        body = program.text.removeprefix(HEADER).removesuffix(" ; motors off")
        assert grammar.walk(tokenizer.encode(body)) == grammar.end, program.recipe.name
