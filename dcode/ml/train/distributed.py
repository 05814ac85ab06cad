"""One process or several: torchrun sets RANK, WORLD_SIZE and LOCAL_RANK, nothing is set for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import torch
from torch import Tensor, distributed

from dcode.errors import GenerationError

_LONGEST: Final = timedelta(hours=12)  # that a process waits for another: one reads the data, the others wait


@dataclass(frozen=True, slots=True)
class World:
    """This process among all of them, and the device that it computes on."""

    rank: int
    size: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes the files and tells how it goes."""
        return self.rank == 0

    def summed(self, value: Tensor) -> Tensor:
        """The sum over all processes; no process waits for its device."""
        total = value.detach().clone()
        if self.size > 1:
            distributed.all_reduce(total)
        return total

    def agreed(self, yes: bool) -> bool:
        """What the first process says, on all of them."""
        if self.size == 1:
            return yes
        said = torch.tensor(int(yes), device=self.device)
        distributed.broadcast(said, 0)
        return bool(said.item())

    def wait(self) -> None:
        """Go on when all processes have come here."""
        self.summed(torch.zeros(1, device=self.device)).cpu()


@contextmanager
def world(device: str = "") -> Iterator[World]:
    """The world, left again at the end. `device` "" is a GPU where there is one."""
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    place = torch.device(kind, int(os.environ.get("LOCAL_RANK", "0"))) if kind == "cuda" else torch.device(kind)
    if kind == "cuda":
        if place.index >= torch.cuda.device_count():
            told = f"There are {torch.cuda.device_count()} GPUs, and a process was started for GPU {place.index}."
            raise GenerationError(f"{told} Start as many processes as there are, or use --device cpu.")
        torch.cuda.set_device(place)
    if size == 1:
        yield World(rank, size, place)
        return
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo", timeout=_LONGEST)
    try:
        yield World(rank, size, place)
    finally:
        distributed.destroy_process_group()


def one_thread_of_many(processes: int) -> None:
    """Processes that share a CPU compute with one thread each, unless the environment says otherwise."""
    if processes > 1 and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1)
