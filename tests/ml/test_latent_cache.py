"""Latents are made once: by content, by model, in shards that are there whole, by several processes together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from dcode.errors import GenerationError
from dcode.ml.train import latent_cache
from dcode.ml.train.distributed import World
from dcode.ml.train.latent_cache import LatentCache, fingerprint

HERE = World(0, 1, torch.device("cpu"))


class Maker:
    """Makes a latent of each key that is its number all over; none of those in `bad`."""

    def __init__(self, bad: Sequence[str] = (), dies_at: int = 0) -> None:
        self.asked, self.bad, self.dies_at = list[str](), bad, dies_at

    def __call__(self, keys: Sequence[str]) -> Iterator[tuple[str, torch.Tensor]]:
        for key in keys:
            self.asked.append(key)
            if len(self.asked) == self.dies_at:
                raise KeyboardInterrupt
            if key not in self.bad:
                yield key, torch.full((4, 2, 2), float(key))


def fill(folder: Path, keys: Sequence[str], make: Maker, here: World = HERE) -> LatentCache:
    cache = LatentCache(folder)
    cache.fill(keys, make, here, lambda line: None)
    return cache


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    fill(tmp_path, ["1", "2"], Maker())
    make = Maker()
    cache = fill(tmp_path, ["2", "3", "3", "1"], make)
    assert make.asked == ["3"]
    assert cache.rows(["3", "1", "2"])[:, 0, 0, 0].tolist() == [3, 1, 2]
    assert cache.rows(["1"]).dtype == torch.float16


def test_who_is_killed_goes_on_with_the_next_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latent_cache, "ROWS", 2)
    keys = [str(number) for number in range(6)]
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, keys, Maker(dies_at=5))
    (tmp_path / "0123.safetensors.half").write_bytes(b"half of a shard")
    make = Maker()
    cache = fill(tmp_path, keys, make)
    assert make.asked == ["4", "5"]
    assert cache.rows(keys)[:, 0, 0, 0].tolist() == list(range(6))
    assert len(list(tmp_path.glob("*.safetensors"))) == 3


def test_processes_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latent_cache, "ROWS", 2)
    monkeypatch.setattr(World, "wait", lambda self: None)
    keys, makers = [str(number) for number in range(7)], [Maker(), Maker()]
    caches = [LatentCache(tmp_path) for _ in makers]
    for rank, (cache, make) in enumerate(zip(caches, makers, strict=True)):
        cache.fill(keys, make, World(rank, 2, torch.device("cpu")), lambda line: None)
    assert [make.asked for make in makers] == [["0", "1", "4", "5"], ["2", "3", "6"]]
    caches[0].refresh()
    assert all(key in cache for cache in caches for key in keys)


def test_what_cannot_be_made_is_left_out(tmp_path: Path) -> None:
    cache = fill(tmp_path, ["1", "2", "3"], Maker(bad=["2"]))
    assert "2" not in cache and "1" in cache
    fill(tmp_path / "none", ["2"], Maker(bad=["2"]))
    assert not (tmp_path / "none").exists()


def test_a_torn_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(GenerationError, match=r"torn.safetensors: no shard of latents .*take it away"):
        LatentCache(tmp_path)


def test_another_model_is_another_cache(tmp_path: Path) -> None:
    for name in ("one", "same", "other"):
        (tmp_path / name / "vae").mkdir(parents=True)
        (tmp_path / name / "vae" / "config.json").write_text("{}")
        (tmp_path / name / "vae" / "weights.safetensors").write_bytes(b"1" * 99 + (b"2" if name == "other" else b"1"))
    one, same, other = (fingerprint(str(tmp_path / name), ["vae"]) for name in ("one", "same", "other"))
    assert one == same != other


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_shards_are_mapped_and_not_read(tmp_path: Path) -> None:
    cache = fill(tmp_path, ["1", "2"], Maker())
    (shard,) = tmp_path.glob("*.safetensors")
    assert str(shard) in Path("/proc/self/maps").read_text()
    assert "1" in cache
