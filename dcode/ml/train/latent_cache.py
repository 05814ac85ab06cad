"""Latents that are computed once: shards of safetensors, mapped into memory and never read whole.

    KIND-MODEL/0c7f....safetensors    "latents" (n, 4, size, size) in fp16; the keys of its rows in the file's metadata

A key is the hash of what a latent was made of, and the folder's name has the hash of the model that made it: a picture
that moves keeps its latent, one that changes gets another. A shard is there whole or not at all, and has a few hundred
rows: whoever is killed goes on with the next one. Several processes fill a cache together, each its own shards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from dcode.errors import GenerationError
from dcode.ml.checkpoint import RENAMED
from dcode.ml.model_folder import model_folder
from dcode.ml.train.checkpoints import written
from dcode.ml.train.distributed import World

ROWS: Final = 256  # of a shard: 8 MiB at 64 x 64 cells
_ENDS: Final = 1 << 20  # bytes at each end of a weight file that it is known by
_SUFFIX: Final = ".safetensors"

Make = Callable[[Sequence[str]], Iterator[tuple[str, Tensor]]]


class LatentCache:
    """The shards of a folder. `rows` finds a latent by its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shards = list[Tensor]()
        self._place = dict[str, tuple[int, int]]()
        self._read = set[str]()
        self.refresh()

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def refresh(self) -> None:
        """Take up shards that were written meanwhile. Raises GenerationError for one that cannot be read."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            if path.name in self._read:
                continue
            try:
                with safe_open(path, framework="pt") as opened:
                    keys, latents = opened.metadata()["keys"].split(), opened.get_tensor("latents")
            except (OSError, SafetensorError, KeyError, TypeError) as error:
                told = f"{path}: no shard of latents ({error}); take it away, and it is made again."
                raise GenerationError(told, file=str(path)) from error
            self._read.add(path.name)
            self._shards.append(latents)
            self._place |= {key: (len(self._shards) - 1, row) for row, key in enumerate(keys)}

    def fill(self, keys: Iterable[str], make: Make, world: World, tell: Callable[[str], None]) -> None:
        """Make what is missing of `keys`, this process its share, and wait for the others'.

        `make` is given some keys and yields those of them that it could make, with their latents.
        """
        missing = [key for key in dict.fromkeys(keys) if key not in self]
        parts = [missing[begin : begin + ROWS] for begin in range(0, len(missing), ROWS)]
        mine = parts[world.rank :: world.size]
        for number, part in enumerate(mine):
            made = dict(make(part))
            if made:
                self._write(list(made), torch.stack(list(made.values())))
            if world.first:
                tell(f"{self.folder.name}: shard {number + 1} of {len(mine)}")
        world.wait()
        self.refresh()

    def rows(self, keys: Sequence[str]) -> Tensor:
        """The latents (n, 4, size, size) of keys that are there."""
        places = (self._place[key] for key in keys)
        return torch.stack([self._shards[shard][row] for shard, row in places])

    def _write(self, keys: list[str], latents: Tensor) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(" ".join(keys).encode()).hexdigest()[:24]
        data = save({"latents": latents.to(torch.float16).contiguous()}, {"keys": " ".join(keys)})
        written(self.folder / f"{name}{_SUFFIX}", data)


def fingerprint(source: str, parts: Sequence[str]) -> str:
    """What a model's parts are known by: of one on the hub its revision, of a folder a hash over its files' ends."""
    there = model_folder(RENAMED.get(source, source), [f"{part}/*.json" for part in parts])
    found = hashlib.sha256()
    if there != Path(source).expanduser():
        found.update(there.name.encode())  # the hub's cache names its folders by revision
        return found.hexdigest()[:16]
    for part in parts:
        for path in sorted((there / part).glob("*")):
            found.update(f"{part}/{path.name} {path.stat().st_size}".encode())
            with path.open("rb") as file:
                found.update(file.read(_ENDS))
                file.seek(max(0, path.stat().st_size - _ENDS))
                found.update(file.read(_ENDS))
    return found.hexdigest()[:16]


def seed_of(key: str) -> int:
    """What is left to chance in a latent comes from its key alone."""
    return int(key[:15], 16)
