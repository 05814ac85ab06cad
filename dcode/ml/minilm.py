"""MiniLM, the sentence encoder that the word table is distilled from: all-MiniLM-L6-v2 in its published layout.

A folder with config.json, model.safetensors and tokenizer.json. Used when the table is built, and for whoever wants the
full encoder for long prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from dcode.errors import GenerationError

_FILES: Final = ("config.json", "model.safetensors", "tokenizer.json")
_MOST_TOKENS: Final = 128  # what it was trained on

Vectors = npt.NDArray[np.float32]  # shape (n, 384), each of length 1


class MiniLM:
    """The encoder, loaded from its folder. Raises GenerationError naming the file that is missing."""

    def __init__(self, folder: Path) -> None:
        for name in _FILES:
            if not (folder / name).is_file():
                raise GenerationError(
                    f"{folder} has no {name}: a folder of all-MiniLM-L6-v2 is needed.", reason="unavailable"
                )
        self._model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Vectors:
        """The mean of the last layer over the tokens of each text, scaled to length 1."""
        tokens = self._tokenizer.encode_batch(list(texts))
        ids = torch.tensor([one.ids for one in tokens])
        mask = torch.tensor([one.attention_mask for one in tokens])
        states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        mean = (states * weights).sum(1) / weights.sum(1)
        return np.asarray(torch.nn.functional.normalize(mean, dim=1).numpy(), dtype=np.float32)
