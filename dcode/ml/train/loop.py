"""The loop that trains every model: fp32 on a CPU, bf16 autocast on a GPU; one process or many.

A task gives the model and the batches, each a plain function of its number, so that a run that was killed goes on from
its last checkpoint to the very weights that it would have had. A step takes `accumulate` batches. Every process sums up
its part of their gradients; the sum over all processes, divided once by the points of all of them, is the gradient of
the joined batches in one process, however unequal the parts are. Between two lines of the log nothing waits for the
device.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from dcode.errors import GenerationError
from dcode.ml.train import checkpoints
from dcode.ml.train.checkpoints import State, Tensors
from dcode.ml.train.config import LoopConfig
from dcode.ml.train.distributed import World
from dcode.ml.train.sharding import held_back, local, shard, whole

BETAS: Final = (0.9, 0.95)
_AHEAD: Final = 4  # batches made before they are needed, on a GPU
_SPREAD: Final = 1_000_003  # apart lie the seeds of two runs whose seeds differ by one

Batch = Mapping[str, Tensor]


class Task(Protocol):
    """What is trained. `model` takes a batch and gives how unlikely it was, in nats, and how many points it has.

    `unit` is what a point is: what the log counts, and what figures are told for.
    """

    @property
    def unit(self) -> str: ...
    @property
    def model(self) -> nn.Module: ...

    def batch(self, number: int, rank: int, size: int) -> Batch:
        """This process's part of a batch: the same for the same number, whoever asks, whenever."""
        ...

    def validation(self, rank: int, size: int) -> Iterable[Batch]:
        """This process's part of what is never trained on."""
        ...

    def beside(self, folder: Path) -> None:
        """Write what has to lie beside a checkpoint's weights: how large the model is, its vocabulary."""
        ...

    def export(self, folder: Path, weights: Tensors, figures: Mapping[str, float]) -> None:
        """Write a model with these weights as it is used for drawing."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends before its last step: after so many minutes of this process, or at a step. None: at neither."""

    minutes: float | None = None
    step: int | None = None


class Trainer:
    """One run in its folder: checkpoints, `best/` with the exported model, `log.jsonl`."""

    def __init__(
        self,
        task: Task,
        config: LoopConfig,
        folder: Path,
        world: World,
        tell: Callable[[str], None],
        note: Callable[[Mapping[str, float]], None] = lambda row: None,
    ) -> None:
        """`tell` is given each line of the log for a person, `note` its numbers; both on the first process only."""
        self._task, self._config, self._folder, self._world = task, config, folder, world
        self._tell, self._noted = tell, note
        model = task.model.to(world.device)
        self._sharded = config.sharded and world.size > 1
        if self._sharded:
            shard(model, world)
        self._plain = model
        # Before the wrapper: names of parameters stay those of the model.
        self.optimiser = optimiser_of(model, config, world.device)
        if config.compiled:
            model = torch.compile(model, dynamic=True)  # type: ignore[assignment]  # a callable of the same manner
        self._model = DistributedDataParallel(model) if world.size > 1 and not self._sharded else model
        self.state = State()

    def resume(self) -> None:
        """Go on from the newest checkpoint. Raises GenerationError."""
        self.state = checkpoints.load(self._folder, self._plain, self.optimiser)

    def run(self, limits: Limits = Limits()) -> State:  # frozen
        """Train until the end, or until a limit, or until validation has not got better for long. Saves at the end."""
        begun = saved = time.monotonic()
        last = self.state.step if self._given_up else min(self._config.steps, limits.step or self._config.steps)
        lost, seen, at = self._zero(), self._zero(), time.monotonic()
        self._model.train()
        with self._batches(self.state.step, last) as batches:
            while parts := list(islice(batches, self._config.accumulate)):
                nll, points = self.step(parts)
                lost, seen = lost + nll, seen + points
                step = self.state.step + 1
                self.state = replace(self.state, step=step)
                if logged := step % self._config.log_every == 0 or step == last:
                    self._log(lost, seen, time.monotonic() - at)
                    lost, seen = self._zero(), self._zero()
                if step % self._config.check_every == 0 or step == self._config.steps:
                    self._check()
                    if self._given_up:
                        break
                if logged:
                    now = time.monotonic()
                    if self._world.agreed(limits.minutes is not None and now - begun > 60 * limits.minutes):
                        break
                    if self._world.agreed(now - saved > self._config.save_seconds) and step < last:
                        self.save()
                        saved = now
                    at = time.monotonic()
        self.save()
        return self.state

    def step(self, parts: Sequence[Batch]) -> tuple[Tensor, Tensor]:
        """One step of the optimiser; how unlikely the batches were, in nats, and their points, on this process."""
        config, step = self._config, self.state.step
        for group in self.optimiser.param_groups:
            group["lr"] = rate(config, step)
        torch.manual_seed((config.seed * _SPREAD + step) * self._world.size + self._world.rank)
        nll, points = self.gradient(parts)
        torch.nn.utils.clip_grad_norm_(self._plain.parameters(), config.clip)
        self.optimiser.step()
        return nll, points

    def gradient(self, parts: Sequence[Batch]) -> tuple[Tensor, Tensor]:
        """Put the gradient of the joined batches into the parameters."""
        self.optimiser.zero_grad(set_to_none=True)
        lost, seen = self._zero(), self._zero()
        for number, part in enumerate(parts):
            with self._shared(number + 1 == len(parts)):
                with self._cast():
                    nll, points = self._model(self._there(part))
                nll.backward()
            lost, seen = lost + nll.detach(), seen + points
        by = self._world.size / self._world.summed(seen).clamp(min=1)  # the wrappers have divided by the processes
        for parameter in self._plain.parameters():
            if parameter.grad is not None:
                local(parameter.grad).mul_(by)
        return lost, seen

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
        """Write a checkpoint. Every process has to take part."""
        if self._sharded or self._world.first:
            weights, moments = self.weights(), whole(checkpoints.moments(self.optimiser))
            if self._world.first:
                checkpoints.save(self._folder, self.state, weights, moments, self._task.beside)

    def weights(self) -> Tensors:
        """The weights as they are. Where they are sharded, every process has to ask."""
        return whole(self._plain.state_dict())

    def export(self, figures: Mapping[str, float]) -> None:
        """Write the model into `best/` as it is used for drawing. Every process has to take part."""
        weights = self.weights() if self._sharded or self._world.first else {}
        if self._world.first:
            self._task.export(self._folder / "best", weights, {"step": self.state.step, **figures})

    @property
    def _given_up(self) -> bool:
        """Whether validation has not got better for as long as one waits for it."""
        return 0 < self._config.patience <= self.state.since

    def _check(self) -> None:
        bits = self.bits()
        better = bits < self.state.best
        self.state = replace(self.state, best=min(bits, self.state.best), since=0 if better else self.state.since + 1)
        self._note({"step": self.state.step, "validation": round(bits, 4), "best": round(self.state.best, 4)})
        if better:
            self.export({f"bits_per_{self._task.unit}": bits})

    def _log(self, lost: Tensor, seen: Tensor, seconds: float) -> None:
        total, points = float(self._world.summed(lost)), float(self._world.summed(seen))
        if not math.isfinite(total):
            raise GenerationError(f"Training went wrong at step {self.state.step}: the loss is {total}.")
        bits = total / max(points, 1) / math.log(2)
        row = {
            "step": self.state.step,
            "bits": round(bits, 4),
            f"{self._task.unit}s_s": round(points / max(seconds, 1e-9)),
        }
        self._note({**row, "lr": rate(self._config, self.state.step)})

    def _note(self, row: Mapping[str, float]) -> None:
        if self._world.first:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            self._tell("  ".join(f"{key} {value:g}" for key, value in row.items()))
            self._noted(row)

    def _shared(self, last: bool) -> AbstractContextManager[None]:
        """While a part's gradient is found: only that of a step's last part is shared with the other processes."""
        if self._sharded:
            return held_back(self._plain, not last)
        return nullcontext() if last or self._world.size == 1 else self._model.no_sync()  # type: ignore[operator]

    @contextmanager
    def _batches(self, first: int, last: int) -> Iterator[Iterator[Batch]]:
        """The batches of these steps; made ahead in a thread where a device computes meanwhile."""
        numbers = range(first * self._config.accumulate, last * self._config.accumulate)
        if self._world.device.type == "cpu":
            yield (self._task.batch(number, self._world.rank, self._world.size) for number in numbers)
            return
        with ThreadPoolExecutor(1) as pool:
            yield self._ahead(pool, numbers)
            pool.shutdown(cancel_futures=True)

    def _ahead(self, pool: ThreadPoolExecutor, numbers: range) -> Iterator[Batch]:
        def made(number: int) -> Batch:
            batch = self._task.batch(number, self._world.rank, self._world.size)
            return {name: value.pin_memory() for name, value in batch.items()}

        waiting, wanted = list[Future[Batch]](), iter(numbers)
        waiting += [pool.submit(made, number) for number in islice(wanted, _AHEAD)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(made, number) for number in islice(wanted, 1)]

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
