"""The folder of a language model that writes G-code as text, and how such a model is asked: for drawing and training.

Sequence-to-sequence models (Flan-T5, BART) read the prompt and write the program; causal ones (GPT-2, CodeGen) go on
after the prompt and a separator. Weights are read from safetensors, or else by weights_only; no code from a model's
folder is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch
import transformers

from dcode.errors import GenerationError
from dcode.ml.model_folder import must_have, quiet, read_or_tell
from dcode.ml.saved_model import saved_model, weights
from dcode.ml.tokenizer import GcodeTokenizer

SEPARATOR: Final = "\n###\n"  # between prompt and program, in the training text of causal models
LENGTH: Final = 1024  # tokens of a program, where the model knows no limit of its own
_MOST_PROMPT: Final = 512  # tokens; what Flan-T5 was trained on


@dataclass(frozen=True, slots=True, eq=False)
class TextFolder:
    """What is in it. `two`: it has an encoder for the prompt. The objects are transformers' own."""

    config: Any
    model: Any
    tokenizer: Any
    pieces: GcodeTokenizer
    two: bool

    @property
    def places(self) -> int | None:
        """How many tokens its decoder has room for; None: as many as one likes."""
        if getattr(self.config, "model_type", "") in ("t5", "mt5"):
            return None  # it counts distances, not places
        most = getattr(self.config, "n_positions", None) or getattr(self.config, "max_position_embeddings", None)
        return None if most is None else int(most)

    def asked(self, prompt: str) -> list[int]:
        """The tokens of a prompt, as this kind of model is asked."""
        text = prompt if self.two else prompt + SEPARATOR
        # Sequence-to-sequence models expect the token that ends their input; causal ones go on.
        return list(self.tokenizer(text, add_special_tokens=self.two).input_ids)[-_MOST_PROMPT:]


def open_text(source: str, dtype: torch.dtype) -> TextFolder:
    """A model from a folder or a hub id, on the CPU. Raises GenerationError, "unavailable" where it is not there."""
    quiet(transformers)
    folder, file = saved_model(source)
    must_have(folder, ["tokenizer.json", "vocab.json", "spiece.model"], "the tokenizer")
    settings = must_have(folder, ["config.json"], "the model's configuration")
    here: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    load = transformers.AutoConfig.from_pretrained
    config = read_or_tell(settings, "what transformers saves", lambda: load(folder, **here))
    two = bool(config.is_encoder_decoder)
    kind: Any = transformers.AutoModelForSeq2SeqLM if two else transformers.AutoModelForCausalLM
    model = read_or_tell(
        file, "the whole weights that config.json describes", lambda: weights(kind, folder, file, dtype)
    )
    words = transformers.AutoTokenizer.from_pretrained
    tokenizer: Any = read_or_tell(folder, "a fast tokenizer", lambda: words(folder, **here))
    pieces = read_or_tell(folder, "a fast tokenizer", lambda: GcodeTokenizer.of(tokenizer.backend_tokenizer))
    if len(pieces) > (most := int(config.vocab_size)):
        told = f"{folder}: its tokenizer has {len(pieces)} tokens; expected at most vocab_size, {most}."
        raise GenerationError(told, file=str(folder), expected=f"at most {most} tokens")
    return TextFolder(config, model, tokenizer, pieces, two)
