"""A vocabulary of G-code, learnt from programs: byte pairs of v3's kind, and what v3's lacked.

The same five special tokens with the same numbers, the same splitting and the same `<newline>` for line ends, so that
the original's code reads it too. New is the template: every text begins with `<s>` and ends with `</s>`, in the file
itself, so that training and drawing cannot disagree about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from dcode.ml.tokenizer import NEWLINE

SPECIAL: Final = ("<pad>", "<unk>", "<s>", "</s>", NEWLINE)
BOS: Final = 2
EOS: Final = 3
FOLDER: Final = "gcode_tokenizer"
# Whatever the programs were like, every number can be written.
_ALPHABET: Final = list("0123456789GMXYFSPI;.-")


def learnt(programs: Iterable[str], size: int) -> Tokenizer:
    """A vocabulary of at most `size` tokens; of fewer where the programs hold no more pairs."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split("\n", "isolated"), pre_tokenizers.Whitespace()]
    )
    tokenizer.decoder = decoders.BPEDecoder()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIAL), initial_alphabet=_ALPHABET, show_progress=False
    )
    tokenizer.train_from_iterator((marked(program) for program in programs), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BOS), ("</s>", EOS)]
    )
    return tokenizer


def marked(program: str) -> str:
    """A program as the vocabulary reads it: its line ends written out."""
    return program.replace("\n", f" {NEWLINE} ")


def write_vocabulary(tokenizer: Tokenizer, folder: Path, max_len: int) -> None:
    """`gcode_tokenizer/` in a model's folder, with the two files beside it that transformers looks for."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(place / "tokenizer.json"))
    named = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    (place / "special_tokens_map.json").write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": max_len, **named}
    (place / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
