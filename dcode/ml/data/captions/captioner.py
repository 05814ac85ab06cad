"""Models that say what is in a picture: BLIP, and any other that transformers loads as image to text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
import transformers
from PIL.Image import Image

from dcode.ml.device import Running
from dcode.ml.model_folder import must_have, quiet, read_or_tell
from dcode.ml.saved_model import saved_model, weights

_LONGEST: Final = 50  # tokens of a caption


class Captioner:
    """A loaded model. The same pictures in the same batches give the same captions: it takes what is likeliest."""

    def __init__(self, source: str, running: Running) -> None:
        """From a local folder or a hub id. Raises GenerationError, reason "unavailable" where it is not there."""
        quiet(transformers)
        folder, file = saved_model(source)
        must_have(folder, ("preprocessor_config.json", "processor_config.json"), "how pictures are prepared")
        here: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self._running = running
        kind: Any = transformers.AutoModelForImageTextToText
        model = read_or_tell(
            file,
            "the whole weights of a model that captions pictures",
            lambda: weights(kind, folder, file, running.dtype),
        )
        self._model = model.eval().requires_grad_(False).to(running.device)
        prepare: Any = transformers.AutoImageProcessor.from_pretrained
        words: Any = transformers.AutoTokenizer.from_pretrained
        self._prepare: Any = read_or_tell(folder, "how pictures are prepared", lambda: prepare(folder, **here))
        self._words: Any = read_or_tell(folder, "a tokenizer", lambda: words(folder, **here))

    def captions(self, pictures: Sequence[Image]) -> list[str]:
        """What is in each picture, in a line."""
        seen = self._prepare(images=list(pictures), return_tensors="pt").pixel_values
        seen = seen.to(self._running.device, self._running.dtype)
        with torch.inference_mode():
            ids = self._model.generate(pixel_values=seen, max_new_tokens=_LONGEST, do_sample=False, num_beams=1)
        return [" ".join(text.split()) for text in self._words.batch_decode(ids, skip_special_tokens=True)]
