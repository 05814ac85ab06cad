"""Checkpoints that are there whole or not at all, from which a run goes on as if it had never stopped.

    step-00001200/    model.safetensors (fp32), optimiser.safetensors, state.json, and what the task puts beside
    last.json         names the newest complete one: written last, renamed into place

Nothing random is kept: a step draws its numbers from the seed and its own number, so that the step is all there is to
the state of sampler, augmentation and dropout.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from dcode.errors import GenerationError
from dcode.jobs.durable import sync_file
from dcode.ml.train.sharding import laid_out, take

Tensors = Mapping[str, Tensor]

_LAST: Final = "last.json"


@dataclass(frozen=True, slots=True)
class State:
    """Where a run is: steps done, the best validation so far (bits a point), and validations since that one."""

    step: int = 0
    best: float = float("inf")
    since: int = 0


def save(
    folder: Path,
    state: State,
    weights: Tensors,
    optimiser: Tensors,
    beside: Callable[[Path], None] = lambda folder: None,
) -> None:
    """Write a checkpoint of whole tensors and take away the ones before it. `optimiser` is what `moments` gives."""
    name = f"step-{state.step:08d}"
    half = folder / f"{name}.half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    save_file(dict(weights), half / "model.safetensors", {"format": "pt"})
    save_file(dict(optimiser), half / "optimiser.safetensors")
    (half / "state.json").write_text(json.dumps(asdict(state)), encoding="utf-8")
    beside(half)
    for file in half.rglob("*"):
        if file.is_file():
            sync_file(file)
    shutil.rmtree(folder / name, ignore_errors=True)
    half.rename(folder / name)
    written(folder / _LAST, json.dumps({"checkpoint": name}).encode())
    for old in folder.glob("step-*"):
        if old.name != name:
            shutil.rmtree(old)


def load(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> State:
    """Put model and optimiser back to the newest checkpoint. Raises GenerationError."""
    try:
        there = folder / str(json.loads((folder / _LAST).read_text(encoding="utf-8"))["checkpoint"])
        state = State(**json.loads((there / "state.json").read_text(encoding="utf-8")))
        weights, state_of = load_file(there / "model.safetensors"), load_file(there / "optimiser.safetensors")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationError(f"{folder} has no checkpoint to go on from: {error}.", file=str(folder)) from error
    try:
        take(model, weights)
        groups = optimiser.state_dict()["param_groups"]
        parameters = [one for group in optimiser.param_groups for one in group["params"]]
        optimiser.load_state_dict({"state": _nested(state_of, parameters), "param_groups": groups})
    except (RuntimeError, ValueError, IndexError) as error:
        told = f"The checkpoint in {there} is of another model than the configuration's: {error}"
        raise GenerationError(told, file=str(there)) from error
    return state


def has_checkpoint(folder: Path) -> bool:
    return (folder / _LAST).is_file()


def written(path: Path, data: bytes) -> None:
    """Put a file in place whole."""
    half = path.with_name(f"{path.name}.half")
    half.write_bytes(data)
    sync_file(half)
    half.replace(path)


def moments(optimiser: torch.optim.Optimizer) -> Tensors:
    """What an optimiser remembers of each parameter, by the parameter's number and a name."""
    state: Mapping[int, Tensors] = optimiser.state_dict()["state"]
    return {f"{at}.{name}": value for at, row in state.items() for name, value in row.items()}


def _nested(flat: Tensors, parameters: Sequence[Tensor]) -> dict[int, dict[str, Any]]:
    found = dict[int, dict[str, Any]]()
    for key, value in flat.items():
        at, _, name = key.partition(".")
        found.setdefault(int(at), {})[name] = laid_out(value, parameters[int(at)])
    return found
