"""G-code to token numbers and back, for the tokenizers that the original's models were trained with.

Two kinds exist. v3 has its own byte-pair vocabulary, trained on text in which every line end was the special token
`<newline>`; its splitting drops all blanks, so decoded text is `G1X-66.72Y-286.41F500<newline>` and has to be spaced
again. v1, v2 and latent-gcode used Flan-T5's vocabulary on the plain file: blanks are part of its pieces, and a line
end is just another blank. Neither was trained with a token that means "begin", so what begins a program is the header
that the original's exporter wrote at the top of every file. Vocabularies of our own training are of v3's kind, and
begin with `<s>`: their template says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from dcode.errors import GenerationError
from dcode.ml.language import HEADER

NEWLINE: Final = "<newline>"
FILES: Final = ("gcode_tokenizer/tokenizer.json", "tokenizer.json")  # latent-gcode keeps it beside its config

# How vocabularies write a blank and a line end inside a piece: sentencepiece, then byte-level BPE.
_WRITTEN: Final = str.maketrans({"\u2581": " ", "\u0120": " ", "\u010a": "\n"})
_BEGINS_LINE: Final = re.compile(r"(?<=[^\n])(?=[GM]\d)")
_WORD: Final = re.compile(r"\s*([A-Z])\s*(-?[\d.]+)")
_COMMENTS: Final = {"penup": "pen up", "pendown": "pen down", "returnhome": "return home", "motorsoff": "motors off"}


@dataclass(frozen=True, slots=True, eq=False)
class GcodeTokenizer:
    """A vocabulary. `pieces[i]` is what token i adds to a program: "" for special tokens, "\\n" for `<newline>`."""

    tokenizer: Tokenizer
    pieces: tuple[str, ...]
    newline: int | None  # None: line ends are not written, a line ends where the next code begins
    pad: int | None
    bos: int | None
    eos: int | None

    @classmethod
    def load(cls, folder: Path) -> GcodeTokenizer:
        """From a model's folder. Raises GenerationError when there is none or it cannot be read."""
        file = next((folder / name for name in FILES if (folder / name).is_file()), None)
        if file is None:
            raise GenerationError(
                f"{folder}: no G-code tokenizer; expected {' or '.join(FILES)}.", file=str(folder), expected=FILES[0]
            )
        try:
            return cls.of(Tokenizer.from_file(str(file)))
        except Exception as error:  # the library raises bare Exception for whatever is in the file
            raise GenerationError(
                f"{file}: cannot be read as a tokenizer ({error}); expected what the tokenizers library saves.",
                file=str(file),
                expected="tokenizers JSON",
            ) from error

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> GcodeTokenizer:
        """From a tokenizer of the library; its padding and truncation are switched off."""
        tokenizer.no_padding()
        tokenizer.no_truncation()
        special = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
        newline = tokenizer.token_to_id(NEWLINE)
        by_number = {number: token for token, number in tokenizer.get_vocab(with_added_tokens=True).items()}
        pieces = ["" if n in special else by_number.get(n, "").translate(_WRITTEN) for n in range(max(by_number) + 1)]
        if newline is not None:
            pieces[newline] = "\n"
        pad, bos, eos = (tokenizer.token_to_id(name) for name in ("<pad>", "<s>", "</s>"))
        return cls(tokenizer, tuple(pieces), newline, pad, bos, eos)

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, gcode: str) -> list[int]:
        """Token numbers of a program, as in training: line ends as `<newline>` where there is one, nothing added."""
        text = gcode if self.newline is None else gcode.replace("\n", f" {NEWLINE} ")
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def opening(self) -> list[int]:
        """What a model is given first: the header's tokens, after `<s>` where the vocabulary's template has it."""
        begun = self.tokenizer.encode("").ids[:1]
        return [*(begun if begun == [self.bos] else []), *self.encode(HEADER)]

    def decode(self, ids: list[int]) -> str:
        """The program that tokens stand for, spaced and in lines again; numbers outside the vocabulary are nothing."""
        return respaced("".join(self.pieces[i] for i in ids if 0 <= i < len(self.pieces)))


def respaced(text: str) -> str:
    """G-code without blanks or line ends, as people write it: one code a line, a blank between words."""
    lines = _BEGINS_LINE.sub("\n", text).split("\n")
    return "\n".join(_respaced_line(line) for line in lines).lstrip("\n")


def _respaced_line(line: str) -> str:
    code, mark, comment = line.partition(";")
    code = _WORD.sub(r" \1\2", code).strip()
    comment = comment.strip()
    comment = _COMMENTS.get(comment.replace(" ", ""), comment)
    return f"{code} ; {comment}".strip() if mark else code
