"""How fast the decoder writes, against the original's loop on the same weights; and whether all of it is valid.

    D1  tokens a second: at least 5 times the original's at 512 tokens, at least 15 times at 2,048
    D2  programs by random weights that the machine check refuses: none (--validity 10000)

The original computes the whole text anew for every token. Its time for a text is the integral over its time for one
token, measured at eight lengths: on a CPU the real 2,048 take over an hour. Ours are written for real, grammar,
sampling and lines included; the model is kept from ending early. Weights are random, in the published layout.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from dcode.ml.automaton import DEAD  # noqa: E402
from dcode.ml.checkpoint import LoadedDecoder, load_decoder  # noqa: E402
from dcode.ml.grammar import Grammar, Ranges  # noqa: E402
from dcode.ml.sampling import Candidates, Sampling, Step, compiled_step  # noqa: E402
from dcode.ml.writing import Enough  # noqa: E402
from tests.ml import builders  # noqa: E402
from tests.ml.programs import MACHINES, faults, prolific, random_programs  # noqa: E402

SIZES = {
    "small": builders.Sizes(256, 4, 8, 2048, vocab=2048),
    "medium": builders.Sizes(512, 6, 8, 2048, vocab=8192),
    "published": builders.Sizes(1024, 12, 16, 2048, vocab=8192),  # v3 as it is on the hub
}
GOALS = {512: 5.0, 2048: 15.0}
MACHINE = MACHINES[0]
UNENDING = Enough(points=10**9, strokes=10**9, ink_mm=1e18, repeats=10**9)

Figures = Iterator[dict[str, Any]]


def originals_token(model: nn.Module, latent: Tensor, ids: Tensor, temperature: float, top_p: float) -> Tensor:
    """One turn of the original's loop: the whole text through the model, top-p by sorting, the text one longer."""
    logits = model(latent, ids)[:, -1] / temperature
    ordered, order = logits.sort(descending=True)
    beyond = ordered.softmax(dim=-1).cumsum(dim=-1) > top_p
    beyond = torch.cat([torch.zeros_like(beyond[:, :1]), beyond[:, :-1]], dim=1)
    for row in range(len(logits)):
        logits[row, order[row, beyond[row]]] = -torch.inf
    token = torch.multinomial(logits.softmax(dim=-1), 1)
    return torch.cat([ids, token], dim=1)


def seconds(work: Callable[[], object], device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize()
    begin = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def originals_seconds(model: nn.Module, latent: Tensor, vocab: int, lengths: list[int]) -> dict[int, float]:
    """For whole texts of these lengths, from its time for one token at eight; the best of three each."""
    places = np.unique(np.geomspace(16, max(lengths), 8).round().astype(int))
    each = []
    with torch.no_grad():
        for place in places.tolist():
            ids = torch.randint(vocab, (1, place), device=latent.device)

            def one(ids: Tensor = ids) -> Tensor:
                return originals_token(model, latent, ids, 0.8, 0.9)

            one()
            each.append(min(seconds(one, latent.device) for _ in range(3)))
    whole = {}
    for length in lengths:
        at = np.arange(1, length + 1)
        whole[length] = float(np.interp(at, places, each).sum())
    return whole


def unending(grammar: Grammar) -> Grammar:
    """The grammar without the ways that lead to the end alone."""
    table = grammar.table.copy()
    dead = np.zeros(len(table) + 1, dtype=bool)
    dead[[grammar.end, -1]] = True
    while True:
        more = dead.copy()
        more[:-1] |= dead[table].all(axis=1)
        if (more == dead).all():
            return replace(grammar, table=np.where(dead[table], np.int16(DEAD), table))
        dead = more


def ours(loaded: LoadedDecoder, latent: Tensor, length: int, count: int, compiled: bool) -> tuple[float, float]:
    """Seconds for `count` programs of so many tokens, and until a stroke has begun; best of three, as for theirs."""
    step = compiled_step(loaded) if compiled else None
    runs = [_once(loaded, latent, Sampling(1, count, max_len=length, enough=UNENDING), step) for _ in range(4)][1:]
    return min(whole for whole, _ in runs), min(first for _, first in runs)


def _once(loaded: LoadedDecoder, latent: Tensor, sampling: Sampling, step: Step | None) -> tuple[float, float]:
    first = 0.0
    begin = time.perf_counter()
    for fresh in Candidates(loaded, latent, MACHINE, sampling, step=step).stream():
        if not first and any(line.startswith("G1") for line in fresh.lines):
            first = time.perf_counter() - begin
    return time.perf_counter() - begin, first


def speed(options: argparse.Namespace) -> Figures:
    sizes, device = SIZES[options.size], torch.device(options.device)
    dtype = getattr(torch, options.dtype)
    with tempfile.TemporaryDirectory() as folder:
        model = builders.save(Path(folder), "v3", sizes).to(device=device, dtype=dtype)
        begin = time.perf_counter()
        loaded = load_decoder(folder, device=device, dtype=dtype)
        yield figure("   load", time.perf_counter() - begin, "s")
    latent = builders.latent().to(device=device, dtype=dtype)
    begin = time.perf_counter()
    grammar = loaded.grammar(MACHINE)
    yield figure("   grammar", time.perf_counter() - begin, "s")
    yield figure("   grammar", grammar.bytes / 1e6, "MB")
    loaded._grammars[Ranges.of(MACHINE)] = unending(grammar)
    yield figure("   parameters", sum(p.numel() for p in loaded.decoder.parameters()) / 1e6, "M")
    yield figure("   weights", loaded.bytes / 1e6, "MB")
    theirs = originals_seconds(model, latent, loaded.config.vocab_size, options.lengths)
    for length in options.lengths:
        whole, first = ours(loaded, latent, length, 1, options.compile)
        yield figure(f"   {length}: original", length / theirs[length], "tokens/s")
        yield figure(f"   {length}: dcode", length / whole, "tokens/s")
        yield figure(f"   {length}: first stroke after", first, "s")
        yield figure(f"D1 {length}: dcode", theirs[length] / whole, "of original", GOALS.get(length))
        if options.count > 1:
            whole, _ = ours(loaded, latent, length, options.count, options.compile)
            yield figure(f"   {length}: dcode, {options.count} at once", options.count * length / whole, "tokens/s")
        caches = loaded.decoder.begin(latent, options.count, length)
        kept = sum(cache.keys.nbytes + cache.values.nbytes for cache in caches)
        yield figure(f"   {length}: cache of {options.count}", kept / 1e6, "MB")
    yield figure("   peak of the process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    if device.type == "cuda":
        yield figure("   peak of the device", torch.cuda.max_memory_allocated() / 1e6, "MB")


def validity(options: argparse.Namespace) -> Figures:
    """D2, by decoders of every layout, small ones: what is proved does not depend on the size."""
    for layout in options.layouts:
        with tempfile.TemporaryDirectory() as folder:
            builders.save(Path(folder), layout, builders.Sizes(16, 1, 2))
            loaded = prolific(load_decoder(folder))
        refused = drawing = 0
        begin = time.perf_counter()
        for written, machine in random_programs(loaded, options.validity, 250, options.length):
            found = faults(written.text, machine)
            drawing += written.strokes > 0
            refused += bool(found)
            if found:
                print(f"{layout}: {found[0]}\n{written.text}", file=sys.stderr)
        yield figure(f"   {layout}: programs with strokes", drawing, f"of {options.validity}")
        yield figure(f"   {layout}", time.perf_counter() - begin, "s")
        yield {"figure": f"D2 {layout}: refused", "value": refused, "unit": f"of {options.validity}", "at_most": 0}


def figure(what: str, value: float, unit: str, at_least: float | None = None) -> dict[str, Any]:
    return {"figure": what, "value": value, "unit": unit} | ({} if at_least is None else {"at_least": at_least})


def verdict(result: dict[str, Any]) -> str:
    for goal, holds in (("at_least", result["value"].__ge__), ("at_most", result["value"].__le__)):
        if goal in result:
            return f"{'ok  ' if holds(result[goal]) else 'MISS'} {goal.replace('_', ' ')} {result[goal]:g}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="small", help="of the model; published: v3's, 223 M")
    parser.add_argument("--lengths", type=int, nargs="+", default=[512, 2048], help="tokens, header included")
    parser.add_argument("--count", type=int, default=4, help="candidates at once, beside one")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="float32")
    parser.add_argument("--compile", action="store_true", help="by torch.compile; takes a minute to begin")
    parser.add_argument("--validity", type=int, default=0, help="instead: check so many programs of every layout")
    parser.add_argument("--layouts", nargs="+", choices=builders.LAYOUTS, default=builders.LAYOUTS)
    parser.add_argument("--length", type=int, default=160, help="tokens of those programs")
    parser.add_argument("--json", action="store_true", help="one object a line")
    options = parser.parse_args(arguments)
    missed = False
    for result in validity(options) if options.validity else speed(options):
        missed |= verdict(result).startswith("MISS")
        if options.json:
            print(json.dumps(result), flush=True)
        else:
            print(f"{result['figure']:<34} {result['value']:>10.4g} {result['unit']:<14} {verdict(result)}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
