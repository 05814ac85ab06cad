"""transformers' Trainer as the text models are trained by it: one loss, checkpoints that are whole, an end in time.

The loss counts tokens of programs and nothing else, over all batches of a step and all processes alike. On validation
it is the nats of a program, so that its mean over programs is exact whatever the batches are.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from torch import Tensor
from torch.nn import functional
from transformers.trainer_callback import EarlyStoppingCallback, PrinterCallback, TrainerCallback

from dcode.errors import GenerationError
from dcode.generation.text_training import TextTraining
from dcode.ml.text_folder import TextFolder
from dcode.ml.train.distributed import World
from dcode.ml.train.text_data import IGNORED, Batches, Rows

Say = Callable[[str], None]
Note = Callable[[Mapping[str, float]], None]

_LOG_EVERY: Final = 50  # steps
_KEPT: Final = 2  # checkpoints: the newest and the best


class ProgramTrainer(transformers.Trainer):
    """Trains one model. `figures` is how good it is on what it is validated on."""

    loss_is_scaled_for_ga = True  # it is divided by the tokens of the whole step

    def __init__(self, folder: TextFolder, training: Rows, validation: Rows, **more: Any) -> None:
        self._validation = validation
        super().__init__(
            folder.model,
            data_collator=Batches(folder),
            train_dataset=training,
            eval_dataset=validation if len(validation) else None,
            **more,
        )
        self.model_accepts_loss_kwargs = True  # so that those tokens are counted
        self.remove_callback(PrinterCallback)

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Nats of a token, each process its share of the step; without gradients nats of a program."""
        inputs = dict(inputs)
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        smoothing = self.args.label_smoothing_factor if model.training else 0.0
        logits = outputs.logits.flatten(0, 1).float()
        nats = functional.cross_entropy(
            logits, labels.flatten(), ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing
        )
        # Gradients of processes are averaged: each has to weigh its sum by their number.
        loss = nats * self.args.world_size / num_items_in_batch if model.training else nats / len(labels)
        return (loss, outputs) if return_outputs else loss

    def figures(self) -> dict[str, float]:
        """Bits of a token and of a character of the programs, of the best epoch. Nothing without a validation."""
        best = self.state.best_metric
        return {} if best is None else bits(float(best), self._validation)


def bits(nats: float, rows: Rows) -> dict[str, float]:
    """What the mean nats of a program are in bits. Characters make models with other tokenizers comparable."""
    whole = nats * len(rows) / math.log(2)
    return {"bits_per_token": whole / rows.tokens, "bits_per_character": whole / rows.characters}


class Told(TrainerCallback):
    """Tells of the log and of each validation, ends what has gone wrong, and saves every some minutes."""

    def __init__(self, validation: Rows, save_seconds: float, say: Say, note: Note) -> None:
        self._validation, self._seconds, self._say, self._note = validation, save_seconds, say, note
        self._saved = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        logs: Mapping[str, float] = more["logs"]
        if "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise GenerationError(f"Training went wrong at step {state.global_step}: the loss is {logs['loss']}.")
        row = {"step": state.global_step, "epoch": state.epoch, "bits": logs["loss"] / math.log(2)}
        self._tell({**row, "lr": logs["learning_rate"]})

    def on_evaluate(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        found = bits(more["metrics"]["eval_loss"], self._validation)
        row = {"step": state.global_step, "epoch": state.epoch or 0.0, **found}
        self._tell(row)
        self._note(row)

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if time.monotonic() - self._saved >= self._seconds:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._saved = time.monotonic()

    def _tell(self, row: Mapping[str, float]) -> None:
        self._say("  ".join(f"{key} {value:.4g}" for key, value in row.items()))


def trainer_of(
    asked: TextTraining, folder: TextFolder, rows: tuple[Rows, Rows], here: World, say: Say, note: Note
) -> ProgramTrainer:
    """A trainer whose checkpoints come into the run's folder."""
    training, validation = rows
    batches = math.ceil(len(training) / (asked.batch_size * here.size))
    steps = math.ceil(asked.epochs * math.ceil(batches / asked.grad_accum))
    validated, gpu = len(validation) > 0, here.device.type == "cuda"
    # T5 was trained in bfloat16 and overflows in fp16.
    bf16 = gpu and torch.cuda.is_bf16_supported()
    arguments = transformers.TrainingArguments(
        output_dir=str(asked.folder),
        per_device_train_batch_size=asked.batch_size,
        per_device_eval_batch_size=asked.batch_size,
        gradient_accumulation_steps=asked.grad_accum,
        num_train_epochs=asked.epochs,
        learning_rate=asked.lr,
        warmup_steps=round(asked.warmup_ratio * steps),
        weight_decay=asked.weight_decay,
        label_smoothing_factor=asked.label_smoothing,
        seed=asked.seed,
        data_seed=asked.seed,
        bf16=bf16,
        use_cpu=not gpu,
        dataloader_pin_memory=gpu,
        ddp_backend=("nccl" if gpu else "gloo") if here.size > 1 else None,
        ddp_find_unused_parameters=False,
        eval_strategy="epoch" if validated else "no",
        save_strategy="epoch",
        save_total_limit=_KEPT,
        load_best_model_at_end=validated,
        metric_for_best_model="eval_loss" if validated else None,
        greater_is_better=False if validated else None,
        prediction_loss_only=True,
        restore_callback_states_from_checkpoint=True,
        logging_steps=max(1, min(_LOG_EVERY, steps // 4)),
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # DataParallel would take all GPUs for one process: torchrun has one for each
    callbacks: list[Any] = [Told(validation, 60 * asked.save_minutes, say, note)]
    if validated and asked.patience:
        callbacks.append(EarlyStoppingCallback(asked.patience))
    return ProgramTrainer(folder, training, validation, args=arguments, callbacks=callbacks)


def last_checkpoint(folder: Path, processes: int) -> Path | None:
    """The newest checkpoint that is whole."""
    whole = [
        (int(place.name.rpartition("-")[2]), place) for place in _checkpoints(folder) if _is_whole(place, processes)
    ]
    return max(whole)[1] if whole else None


def remove_halves(folder: Path, processes: int) -> None:
    """Take away what was half written when a run was killed."""
    for place in _checkpoints(folder):
        if not _is_whole(place, processes):
            shutil.rmtree(place)


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("checkpoint-*"))


def _is_whole(place: Path, processes: int) -> bool:
    """Its state is written last, but for the random numbers of other processes."""
    names = ["rng_state.pth"] if processes == 1 else [f"rng_state_{rank}.pth" for rank in range(processes)]
    try:
        json.loads((place / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return all((place / name).is_file() for name in names)
