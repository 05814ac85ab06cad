"""The loop that trains every model: fp32 on a CPU, bf16 autocast on a GPU; one process or many.

A task gives the model and, for each step, the batch: a plain function of the step, so that a run that was killed goes
on from its last checkpoint to the very weights that it would have had. Every process averages its gradient with the
others', each having divided by the points of the joined batch: the sum is the gradient of that batch in one process.
Between two lines of the log nothing waits for the device.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from dcode.errors import GenerationError
from dcode.ml.train import checkpoints
from dcode.ml.train.checkpoints import State
from dcode.ml.train.config import LoopConfig
from dcode.ml.train.distributed import World

BETAS: Final = (0.9, 0.95)
_AHEAD: Final = 4  # batches made before they are needed, on a GPU
_SPREAD: Final = 1_000_003  # apart lie the seeds of two runs whose seeds differ by one

Batch = Mapping[str, Tensor]


class Task(Protocol):
    """What is trained. `model` takes a batch and gives how unlikely it was, in nats, and how many points it has."""

    @property
    def model(self) -> nn.Module: ...

    def batch(self, step: int, rank: int, size: int) -> Batch:
        """This process's part of the batch of a step: the same for the same step, whoever asks, whenever."""
        ...

    def validation(self, rank: int, size: int) -> Iterable[Batch]:
        """This process's part of what is never trained on."""
        ...

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the model as it is used for drawing."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends before its last step: after so many minutes of this process, or at a step. None: at neither."""

    minutes: float | None = None
    step: int | None = None


class Trainer:
    """One run in its folder: checkpoints, `best/` with the exported model, `log.jsonl`."""

    def __init__(self, task: Task, config: LoopConfig, folder: Path, world: World, tell: Callable[[str], None]) -> None:
        self._task, self._config, self._folder, self._world, self._tell = task, config, folder, world, tell
        model = task.model.to(world.device)
        self._plain = model
        # Before the wrapper: names of parameters stay those of the model.
        self.optimiser = optimiser_of(model, config, world.device)
        if config.compiled:
            model = torch.compile(model, dynamic=True)  # type: ignore[assignment]  # a callable of the same manner
        self._model = DistributedDataParallel(model) if world.size > 1 else model
        self.state = State()

    def resume(self) -> None:
        """Go on from the newest checkpoint. Raises GenerationError."""
        self.state = checkpoints.load(self._folder, self._plain, self.optimiser)

    def run(self, limits: Limits = Limits()) -> State:  # frozen
        """Train until the end, or until a limit, or until validation has not got better for long. Saves at the end."""
        begun = saved = time.monotonic()
        last = min(self._config.steps, limits.step or self._config.steps)
        lost, seen, at = self._zero(), self._zero(), time.monotonic()
        self._model.train()
        with self._batches(self.state.step, last) as batches:
            for batch in batches:
                nll, points = self.step(batch)
                lost, seen = lost + nll, seen + points
                step = self.state.step + 1
                self.state = replace(self.state, step=step)
                if step % self._config.log_every == 0 or step == last:
                    self._log(lost, seen, time.monotonic() - at)
                    lost, seen, at = self._zero(), self._zero(), time.monotonic()
                    late = limits.minutes is not None and time.monotonic() - begun > 60 * limits.minutes
                    if self._world.agreed(late):
                        break
                if step % self._config.check_every == 0 or step == self._config.steps:
                    self._check()
                    if 0 < self._config.patience <= self.state.since:
                        break
                if self._world.first and time.monotonic() - saved > self._config.save_seconds:
                    self.save()
                    saved = time.monotonic()
        if self._world.first:
            self.save()
        return self.state

    def step(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """One step of the optimiser; how unlikely the batch was, in nats, and its points, on this process."""
        config, step = self._config, self.state.step
        for group in self.optimiser.param_groups:
            group["lr"] = rate(config, step)
        torch.manual_seed((config.seed * _SPREAD + step) * self._world.size + self._world.rank)
        nll, points = self.gradient(batch)
        torch.nn.utils.clip_grad_norm_(self._plain.parameters(), config.clip)
        self.optimiser.step()
        return nll.detach(), points

    def gradient(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Put the gradient of the joined batch into the parameters."""
        self.optimiser.zero_grad(set_to_none=True)
        with self._cast():
            nll, points = self._model(self._there(batch))
        (nll * (self._world.size / self._world.summed(points).clamp(min=1))).backward()
        return nll, points

    def bits(self) -> float:
        """Bits a point of the validation drawings, as they are; infinite where there is none."""
        self._plain.eval()
        lost, seen = self._zero(), self._zero()
        with torch.no_grad(), self._cast():
            for batch in self._task.validation(self._world.rank, self._world.size):
                nll, points = self._plain(self._there(batch))
                lost, seen = lost + nll.detach(), seen + points
        self._plain.train()
        total, count = (float(self._world.summed(value)) for value in (lost, seen))
        return total / count / math.log(2) if count else math.inf

    def save(self) -> None:
        """Write a checkpoint."""
        checkpoints.save(self._folder, self.state, self._plain, self.optimiser)

    def _check(self) -> None:
        bits = self.bits()
        better = bits < self.state.best
        self.state = replace(self.state, best=min(bits, self.state.best), since=0 if better else self.state.since + 1)
        if not self._world.first:
            return
        self._note({"step": self.state.step, "validation": round(bits, 4), "best": round(self.state.best, 4)})
        if better:
            self._task.export(self._folder / "best", {"step": self.state.step, "bits_per_point": bits})

    def _log(self, lost: Tensor, seen: Tensor, seconds: float) -> None:
        total, points = float(self._world.summed(lost)), float(self._world.summed(seen))
        if not math.isfinite(total):
            raise GenerationError(f"Training went wrong at step {self.state.step}: the loss is {total}.")
        bits = total / max(points, 1) / math.log(2)
        row = {"step": self.state.step, "bits": round(bits, 4), "points_s": round(points / max(seconds, 1e-9))}
        self._note({**row, "lr": rate(self._config, self.state.step)})

    def _note(self, row: Mapping[str, float]) -> None:
        if self._world.first:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            self._tell("  ".join(f"{key} {value:g}" for key, value in row.items()))

    @contextmanager
    def _batches(self, first: int, last: int) -> Iterator[Iterator[Batch]]:
        """The batches of these steps; made ahead in a thread where a device computes meanwhile."""
        if self._world.device.type == "cpu":
            yield (self._task.batch(step, self._world.rank, self._world.size) for step in range(first, last))
            return
        with ThreadPoolExecutor(1) as pool:
            yield self._ahead(pool, first, last)
            pool.shutdown(cancel_futures=True)

    def _ahead(self, pool: ThreadPoolExecutor, first: int, last: int) -> Iterator[Batch]:
        def made(step: int) -> Batch:
            batch = self._task.batch(step, self._world.rank, self._world.size)
            return {name: value.pin_memory() for name, value in batch.items()}

        waiting = list[Future[Batch]]()
        for step in range(first, last):
            while len(waiting) < min(_AHEAD, last - step):
                waiting.append(pool.submit(made, step + len(waiting)))
            yield waiting.pop(0).result()

    def _there(self, batch: Batch) -> Batch:
        return {name: value.to(self._world.device, non_blocking=True) for name, value in batch.items()}

    def _cast(self) -> torch.autocast:
        kind = self._world.device.type
        return torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda")

    def _zero(self) -> Tensor:
        return torch.zeros((), dtype=torch.float64, device=self._world.device)


def optimiser_of(model: nn.Module, config: LoopConfig, device: torch.device) -> torch.optim.AdamW:
    """AdamW in one kernel; only matrices decay."""
    matrices = [one for one in model.parameters() if one.ndim >= 2]
    others = [one for one in model.parameters() if one.ndim < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.lr, betas=BETAS, fused=device.type in ("cpu", "cuda"))


def rate(config: LoopConfig, step: int) -> float:
    """The learning rate of a step: up in a line, down in half a cosine."""
    if step < config.warmup:
        return config.lr * (step + 1) / config.warmup
    way = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.lr * (config.lowest + (1 - config.lowest) * 0.5 * (1 + math.cos(math.pi * min(way, 1.0))))
