"""What `dcode train` is asked for, and the models that it knows by a short name. Nothing here needs torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcode.errors import ConfigError
from dcode.generation.run_options import option, refuse_outside
from dcode.tables import nearest

MODULE: Final = "dcode.ml.train.text"
FINAL: Final = "final"  # the folder of the finished model, in the run's

# What the names stood for in the original.
BASES: Final[Mapping[str, str]] = {
    "flan-t5-small": "google/flan-t5-small",
    "flan-t5-base": "google/flan-t5-base",
    "flan-t5-large": "google/flan-t5-large",
    "bart-base": "facebook/bart-base",
    "gpt2": "openai-community/gpt2",
    "gpt2-medium": "openai-community/gpt2-medium",
    "codegen-350m": "Salesforce/codegen-350M-mono",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTraining:
    """One run. Each field but the first is an option of the same name; its text is the option's help."""

    manifest: str
    model: str = option("flan-t5-base", f"{', '.join(BASES)}; any other by its hub id or its folder.")
    epochs: float = option(10.0, "Times that every pair is seen.", "-e")
    batch_size: int = option(8, "Pairs of a batch, on each GPU.", "-b")
    grad_accum: int = option(1, "Batches of a step.")
    lr: float = option(1e-4, "The highest learning rate.")
    max_len: int = option(1024, "Tokens of a program; longer drawings are made coarser, none is cut.")
    warmup_ratio: float = option(0.05, "Share of the steps in which the rate goes up.")
    weight_decay: float = option(0.01, "Of the matrices.")
    label_smoothing: float = option(0.0, "Share of each target that is spread over all tokens.")
    seed: int = option(42, "For the same run again.", "-s")
    output_dir: str = option("checkpoints", "Where the run gets a folder of its own, MODEL_seedSEED.", "-o")
    resume: bool = option(False, "Go on from the last checkpoint of the run; begin where there is none.")
    validation: float = option(0.05, "Share of the pictures that are validated on.")
    patience: int = option(3, "Epochs without a better validation that end the run; 0: none do.")
    save_minutes: float = option(10.0, "Between two checkpoints, about; there is one after each epoch too.")
    cache: str = option("", "Where programs are kept as tokens; without it in the run's folder.")
    device: str = option("", "cpu or cuda; a GPU is used where there is one.", choices=("cpu", "cuda"))

    def __post_init__(self) -> None:
        refuse_outside(self, {"max_len": (64, 1_000_000)})
        if not self.manifest or not self.model:
            raise ConfigError("is empty.", key="--model" if self.manifest else "--manifest")

    @property
    def source(self) -> str:
        """The model's folder or hub id. Raises ConfigError for a name that is none and is known by nobody."""
        if Path(self.model).expanduser().is_dir() or "/" in self.model:
            return self.model
        if self.model not in BASES:
            told = f"there is no model {self.model!r}; there are {', '.join(BASES)}, hub ids and folders."
            raise ConfigError(told, key="--model", value=self.model, nearest=nearest(self.model, BASES))
        return BASES[self.model]

    @property
    def folder(self) -> Path:
        """The run's own, as the original named it."""
        return Path(self.output_dir) / f"{Path(self.model.rstrip('/')).name}_seed{self.seed}"
