"""On what and in which numbers models run: chosen by the computer, or by the environment of the worker.

DCODE_ML_DEVICE      cpu, cuda, cuda:1, mps
DCODE_ML_DTYPE       fp32, fp16, bf16
DCODE_ML_SCHEDULER   ddim, euler, euler-a, dpm, unipc, pndm, lcm; for all Stable Diffusion models
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

import torch

from dcode.errors import GenerationError

DTYPES: Final = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Running:
    """How models are run. `scheduler` None: the one that a model comes with."""

    device: torch.device
    dtype: torch.dtype
    scheduler: str | None = None

    @classmethod
    def chosen(cls, device: str = "", dtype: str = "", scheduler: str = "") -> Running:
        """What is asked for; else a GPU with half the precision, or the CPU with all. Raises GenerationError."""
        where = _device(device or _best())
        if dtype and dtype not in DTYPES:
            raise GenerationError(f"There is no dtype {dtype!r}; there are {', '.join(DTYPES)}.")
        # On Apple's GPUs pictures in fp16 come out black now and then.
        fallback = torch.float16 if where.type == "cuda" else torch.float32
        return cls(where, DTYPES[dtype] if dtype else fallback, scheduler or None)

    @classmethod
    def from_environment(cls) -> Running:
        """By the variables above. Raises GenerationError."""
        words = (os.environ.get(f"DCODE_ML_{name}", "") for name in ("DEVICE", "DTYPE", "SCHEDULER"))
        return cls.chosen(*words)


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch raises all three
        told = f"The device {name!r} cannot be used here; DCODE_ML_DEVICE may be cpu, cuda or mps."
        raise GenerationError(told, reason="unavailable") from error
    return device
