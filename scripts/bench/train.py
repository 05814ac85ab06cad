"""How fast the decoder of latents learns, against the original's loop on the same model, data and batch.

    T1  tokens a second: at least 2 times the original's, in one run on one GPU
    T2  share of the chip's peak in bf16: 40 % would be good

The original's loop is written here plainly, from what is known of it: torch's own nn.TransformerDecoderLayer with a
dense causal mask, every program padded to the full length, autocast, AdamW as it comes, the loss read back from the
device at every step, gradients accumulated and clipped. Both count the tokens that are learnt from, and no padding.
Programs are random, with lengths as a dataset's that was fitted to the budget has them (--shortest to 1 of --length).
Without a GPU both run in fp32 on the CPU: then the figures are about the CPU, and T1 and T2 remain to be measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from dcode.ml.decoder import DecoderConfig, GcodeDecoder  # noqa: E402
from dcode.ml.train.config import LoopConfig  # noqa: E402
from dcode.ml.train.distributed import World  # noqa: E402
from dcode.ml.train.gcode_task import GcodeModel  # noqa: E402
from dcode.ml.train.loop import Batch, Trainer  # noqa: E402
from tests.ml import builders  # noqa: E402

SIZES = {
    "small": builders.Sizes(128, 2, 4, 512, vocab=1024),
    "medium": builders.Sizes(512, 6, 8, 2048, vocab=8192),
    "published": builders.Sizes(1024, 12, 16, 2048, vocab=8192),  # v3 as it is on the hub
}
# Dense bf16 FLOP a second, by the makers' data sheets; the first name that is in the device's.
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "4090": 165e12, "A10": 125e12}
GOAL = 2.0

Figures = Iterator[dict[str, Any]]
Rows = list[tuple[np.ndarray[Any, Any], torch.Tensor]]


def batches(sizes: builders.Sizes, options: argparse.Namespace) -> list[Rows]:
    """Programs of random tokens with a latent each, as many batches as a step has."""
    random = np.random.default_rng(1)
    made = []
    for number in range(options.accumulate):
        lengths = random.integers(int(options.shortest * sizes.length), sizes.length + 1, options.batch)
        latents = builders.latent(number, options.batch, sizes.latent)
        made.append([(random.integers(5, sizes.vocab, one), latents[at]) for at, one in enumerate(lengths.tolist())])
    return made


def packed(rows: Rows) -> Batch:
    """As GcodeTask packs them."""
    lengths = np.array([len(ids) - 1 for ids, _ in rows])
    ids = np.zeros((len(rows), lengths.max()), dtype=np.int64)
    real = np.arange(ids.shape[1]) < lengths[:, None]
    ids[real] = np.concatenate([one[:-1] for one, _ in rows])
    return {
        "latents": torch.stack([latent for _, latent in rows]),
        "ids": torch.from_numpy(ids),
        "there": torch.from_numpy(np.flatnonzero(real)),
        "targets": torch.from_numpy(np.concatenate([one[1:] for one, _ in rows])),
    }


class Task:
    """The same step over and over."""

    unit = "token"

    def __init__(self, sizes: builders.Sizes, made: list[Rows], device: torch.device) -> None:
        config = DecoderConfig("v3", sizes.vocab, sizes.hidden, sizes.layers, sizes.heads, sizes.length)
        torch.manual_seed(1)
        decoder = GcodeDecoder(config)
        decoder.randomise()
        self.model = GcodeModel(decoder)
        self._batches = [packed(rows) for rows in made]

    def batch(self, number: int, rank: int, size: int) -> Batch:
        return self._batches[number % len(self._batches)]

    def validation(self, rank: int, size: int) -> Iterator[Batch]:
        return iter(())

    def beside(self, folder: Path) -> None: ...

    def export(self, folder: Path, weights: Any, figures: Any) -> None: ...


class Original:
    """The original's step."""

    def __init__(self, sizes: builders.Sizes, made: list[Rows], device: torch.device) -> None:
        self._model = builders.Reference("v3", sizes, sizes.vocab).to(device).train()
        for layer in self._model.layers:  # its weights; random ones as ours begin
            for one in layer.parameters():
                if one.dim() > 1:
                    nn.init.normal_(one, std=one.shape[1] ** -0.5)
        self._optimiser = torch.optim.AdamW(self._model.parameters(), lr=1e-4, weight_decay=0.01)
        self._device = device
        self._scaler = torch.amp.GradScaler(device.type, enabled=device.type == "cuda")
        self._batches = [self._padded(rows, sizes.length) for rows in made]

    def step(self) -> float:
        """The loss, as it went to the bar."""
        self._optimiser.zero_grad()
        told = 0.0
        for latents, ids, targets in self._batches:
            latents, ids, targets = (one.to(self._device) for one in (latents, ids, targets))
            kind = self._device.type
            with torch.autocast(kind, dtype=torch.float16, enabled=kind == "cuda"):
                logits = self._model(latents, ids)
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)
            self._scaler.scale(loss / len(self._batches)).backward()
            told += loss.item()
        self._scaler.unscale_(self._optimiser)
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        return told

    def _padded(self, rows: Rows, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ids = np.zeros((len(rows), length), dtype=np.int64)
        for at, (one, _) in enumerate(rows):
            ids[at, : len(one)] = one
        whole = torch.from_numpy(ids)
        return torch.stack([latent for _, latent in rows]), whole[:, :-1], whole[:, 1:]


def measured(step: Callable[[], object], device: torch.device, steps: int) -> tuple[float, float]:
    """Seconds of a step, after two to begin with, and the peak of memory in bytes."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    for _ in range(2):
        step()
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    _settle(device)
    begin = clock()
    for _ in range(steps):
        step()
    _settle(device)
    peak = torch.cuda.max_memory_allocated() if device.type == "cuda" else 0
    return (clock() - begin) / steps, float(peak)


def _settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def flop(sizes: builders.Sizes, made: list[Rows]) -> float:
    """Of a step's forward and backward, for the real tokens: two for each weight and token forward, four backward.

    Attention counts what a causal one needs: half of all pairs. The projector and the memory's keys are left out.
    """
    width, found = sizes.hidden, 0.0
    for rows in made:
        for ids, _ in rows:
            count = len(ids) - 1
            layer = 4 * width**2 + 2 * width**2 + 8 * width**2  # own attention, queries of the other, feed-forward
            attention = 2 * width * count / 2 + 2 * width * (sizes.latent // 16) ** 2
            found += 6.0 * count * (sizes.layers * (layer + attention) + width * sizes.vocab)
    return found


def figures(options: argparse.Namespace) -> Figures:
    sizes, device = SIZES[options.size], torch.device(options.device)
    if options.length:
        sizes = builders.Sizes(sizes.hidden, sizes.layers, sizes.heads, options.length, vocab=sizes.vocab)
    made = batches(sizes, options)
    tokens = sum(len(ids) - 1 for rows in made for ids, _ in rows)
    slots = options.batch * options.accumulate * (sizes.length - 1)
    yield figure("   tokens of a step", tokens, f"of {slots} places")
    theirs = Original(sizes, made, device)
    original, their_peak = measured(theirs.step, device, options.steps)
    del theirs
    loop = LoopConfig(batch=options.batch, accumulate=options.accumulate, dropout=0.0, compiled=options.compile)
    with tempfile.TemporaryDirectory() as folder:
        world = World(0, 1, device)
        trainer = Trainer(Task(sizes, made, device), loop, Path(folder), world, lambda line: None)
        parts = [packed(rows) for rows in made]
        if device.type == "cuda":  # as the loop's own thread does
            parts = [{name: value.pin_memory() for name, value in part.items()} for part in parts]
        ours, our_peak = measured(lambda: trainer.step(parts), device, options.steps)
    yield figure("   parameters", sum(one.numel() for one in trainer._plain.parameters()) / 1e6, "M")
    yield figure("   original", tokens / original, "tokens/s")
    yield figure("   dcode", tokens / ours, "tokens/s")
    yield figure("T1 dcode", original / ours, "of original", GOAL if device.type == "cuda" else None)
    if device.type == "cuda":
        yield figure("   peak of memory, original", their_peak / 1e9, "GB")
        yield figure("   peak of memory, dcode", our_peak / 1e9, "GB")
        name = torch.cuda.get_device_name()
        peak = next((value for key, value in PEAKS.items() if key in name), None)
        if peak:
            yield figure(f"T2 share of the bf16 peak of {name}", 100 * flop(sizes, made) / ours / peak, "%")


def figure(what: str, value: float, unit: str, at_least: float | None = None) -> dict[str, Any]:
    return {"figure": what, "value": value, "unit": unit} | ({} if at_least is None else {"at_least": at_least})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    gpu = torch.cuda.is_available()
    parser.add_argument("--size", choices=SIZES, default="published" if gpu else "small", help="of the model")
    parser.add_argument("--length", type=int, default=0, help="tokens; as the size has them without it")
    parser.add_argument("--shortest", type=float, default=0.3, help="the shortest program, as a share of the length")
    parser.add_argument("--batch", type=int, default=16 if gpu else 4)
    parser.add_argument("--accumulate", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20 if gpu else 2)
    parser.add_argument("--compile", action="store_true", help="ours by torch.compile")
    parser.add_argument("--device", default="cuda" if gpu else "cpu")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not options.device.startswith("cuda"):
        told = (
            "There is no GPU here, so T1 and T2 cannot be measured; what follows is the CPU, in fp32 and CPU seconds."
        )
        print(told, file=sys.stderr)
    missed = False
    for one in figures(options):
        missed |= one["value"] < one.get("at_least", 0)
        goal = (
            f"  {'MISS' if one['value'] < one['at_least'] else 'ok'} at least {one['at_least']:g}"
            if "at_least" in one
            else ""
        )
        print(json.dumps(one) if options.json else f"{one['figure']:44} {one['value']:14.4g} {one['unit']}{goal}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
