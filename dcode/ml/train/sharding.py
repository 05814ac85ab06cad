"""A model whose weights lie in parts on several processes (FSDP): put there, made whole again, and filled.

Where nothing is sharded these functions do what is plain, so that who saves and loads need not ask. What torch has for
it takes a second to import, and is imported where something is sharded only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn

from dcode.ml.train.distributed import World


def shard(model: nn.Module, world: World) -> None:
    """Keep a part of each weight on each process, layer by layer. All must have begun with the same weights.

    On a GPU layers are gathered in bf16, as they are computed with; gradients are summed in fp32.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    half = world.device.type == "cuda"
    policy = MixedPrecisionPolicy(torch.bfloat16, torch.float32) if half else MixedPrecisionPolicy()
    more: dict[str, Any] = {"mesh": init_device_mesh(world.device.type, (world.size,)), "mp_policy": policy}
    for part in list(model.modules()):
        if isinstance(part, nn.ModuleList):
            for layer in part:
                fully_shard(layer, **more)
    fully_shard(model, **more)


@contextmanager
def held_back(model: nn.Module, held: bool) -> Iterator[None]:
    """Keep gradients on their process for now."""
    from torch.distributed.fsdp import FSDPModule

    assert isinstance(model, FSDPModule)
    model.set_requires_gradient_sync(not held)
    yield


def whole(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Every tensor as one, on the CPU. Where they are sharded, every process has to ask."""
    joined = ((name, one.full_tensor() if _in_parts(one) else one) for name, one in tensors.items())
    return {name: one.detach().cpu().contiguous() for name, one in joined}


def local(tensor: Tensor) -> Tensor:
    """This process's part of a tensor."""
    part: Tensor = tensor.to_local() if _in_parts(tensor) else tensor
    return part


def laid_out(value: Tensor, like: Tensor) -> Tensor:
    """A whole tensor, in parts where another of its shape is; scalars as they are."""
    if not _in_parts(like) or value.ndim == 0:
        return value
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)


def _in_parts(tensor: Any) -> TypeGuard[Any]:
    """Whether it is a DTensor, without importing that."""
    return hasattr(tensor, "full_tensor")


def take(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Put whole weights into a model. Raises RuntimeError where they are another model's."""
    there = model.state_dict()
    model.load_state_dict({name: laid_out(one, there[name]) if name in there else one for name, one in weights.items()})
