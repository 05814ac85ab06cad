"""What `dcode train-sd-gcode-v3` is asked for: one table for the command, for torchrun, and for the run's own file.

The torch side reads the same table (dcode.ml.train.sd_gcode); here nothing needs torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.errors import ConfigError
from dcode.generation.known_models import BASE
from dcode.generation.run_options import option, refuse_outside, words_of

MODULE: Final = "dcode.train_sd_gcode_v3"
DECODERS: Final = ("v3", "strokes")
# Between what the options may be that are this training's own.
_RANGES: Final = {
    "max_len": (128, 1_000_000),
    "dropout": (0.0, 0.9),
    "vocab_size": (300, 32_767),
    "hidden_size": (0, 65_536),
    "layers": (0, 512),
    "heads": (0, 512),
    "latent_size": (16, 1024),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SdTraining:
    """One training run. Each field is an option of the same name; its text is the option's help."""

    manifest: str
    epochs: float = option(20.0, "Times that every pair is seen.", "-e")
    batch_size: int = option(16, "Pairs of a batch, on each GPU.", "-b")
    grad_accum: int = option(2, "Batches of a step.")
    lr: float = option(3e-4, "The highest learning rate.")
    max_len: int = option(2048, "Tokens of a program; longer drawings are made coarser, none is cut.")
    text_latents: bool = option(True, "Learn from latents of the captions, beside those of the pictures.")
    warmup_ratio: float = option(0.05, "Share of the steps in which the rate goes up.")
    weight_decay: float = option(0.01, "Of the matrices.")
    label_smoothing: float = option(0.0, "Share of each target that is spread over all tokens.")
    sd_model: str = option(BASE.model, "The frozen Stable Diffusion: a hub id or a folder.")
    output: str = option("runs/sd-gcode-v3", "The run's folder, which the finished model is put into.")
    decoder: str = option("v3", "Which decoder: the original's newest, or dcode's own.", choices=DECODERS)
    export: str = option("", "Write the finished model in the original's layout too, into OUTPUT/v3.", choices=("v3",))
    resume: bool = option(False, "Go on from the last checkpoint in the folder; begin where there is none.")
    wandb: bool = option(False, "Log to Weights & Biases too.")
    fsdp: bool = option(False, "Keep a part of the weights on each GPU only.")
    compile: bool = option(False, "By torch.compile: slow to begin, then faster.")
    cache: str = option("", "Where latents are kept; without it beside the manifest, in latents/.")
    seed: int = option(1, "For the same run again.")
    validation: float = option(0.05, "Share of the pictures that are validated on.")
    patience: int = option(5, "Epochs without a better validation that end the run; 0: none do.")
    dropout: float = option(0.1, "Of the decoder.")
    vocab_size: int = option(8192, "The most tokens that the vocabulary may get.")
    hidden_size: int = option(0, "Width of the decoder; 0: as published.")
    layers: int = option(0, "Layers of the decoder; 0: as published.")
    heads: int = option(0, "Heads of each layer; 0: as published.")
    latent_size: int = option(64, "Cells of a latent, eight pixels each.")
    save_minutes: float = option(10.0, "Between two checkpoints, about.")
    device: str = option("", "cpu or cuda; GPUs are used where there are any.")

    def __post_init__(self) -> None:
        refuse_outside(self, _RANGES)
        if self.latent_size % 16:
            raise ConfigError("a multiple of 16 is needed.", key="--latent-size", value=self.latent_size)
        if self.decoder == "strokes" and (self.export or self.fsdp):
            raise ConfigError("is for --decoder v3 only.", key="--export" if self.export else "--fsdp")

    def arguments(self) -> list[str]:
        """The words of a command line that say the same."""
        return [self.manifest, *words_of(self)]
