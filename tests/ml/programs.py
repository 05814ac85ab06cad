"""Programs of random weights, and whether they may run: by a test in small, by scripts/bench generate in large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import torch

from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind
from dcode.gcode.reading import Reading
from dcode.geometry.bounds import Bounds
from dcode.machine.check import check
from dcode.machine.machine import Machine, Pen
from dcode.ml.checkpoint import LoadedDecoder
from dcode.ml.sampling import Candidates, Sampling, Written
from tests.ml import builders

MACHINES = (
    Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5)),
    Machine(700.0, 900.0, Bounds(-105.0, 105.0, 148.5, -148.5), Pen(85.0, 30.5, 3000.0, 1500.0, servo_index=1)),
    # Belts that do not reach all of the work area; an origin outside it; an edge with many decimals.
    Machine(1000.0, 1000.0, Bounds(-480.0, 480.0, 495.0, -490.0)),
    Machine(800.0, 800.0, Bounds(10.125, 99.99, -3.3333, -250.0), home=(50.0, -100.0)),
)

# What V(a) of the metrics allows a line to be.
_LINE = re.compile(
    r"(G0|G1)( X-?\d+(\.\d+)?)?( Y-?\d+(\.\d+)?)?( F\d+(\.\d+)?)?|G21|G90|G28|M84|M280 P\d+ S\d+(\.\d+)?|G4 P\d+|"
)


def reading_of(machine: Machine) -> Reading:
    pen = machine.pen
    return Reading(
        home=machine.home,
        servo_index=pen.servo_index,
        up_angle=pen.up_angle,
        down_angle=pen.down_angle,
        travel_feed=pen.travel_speed,
        draw_feed=pen.draw_speed,
    )


def faults(text: str, machine: Machine) -> list[str]:
    """Why a program must not run; nothing when it may."""
    found = [f"line {line!r}" for line in text.split("\n") if not _LINE.fullmatch(line.partition(";")[0].strip())]
    program = interpret(text.encode("ascii"), reading_of(machine))
    report = check(program, machine)
    found += [violation.message for violation in report.violations]
    down = False
    for kind in program.motion.kind:
        if kind in (Kind.TRAVEL, Kind.DRAW) and down != (kind == Kind.DRAW):
            found.append("a move with the pen where it must not be")
        down = kind == Kind.PEN_DOWN or (down and kind != Kind.PEN_UP)
    return [*found, *(["it ends with the pen down"] if down else [])]


def random_programs(loaded: LoadedDecoder, number: int, batch: int, length: int) -> Iterator[tuple[Written, Machine]]:
    """Programs by ever new weights, from tame to torn, at ever other temperatures, machine after machine."""
    kinds = [(scale, heat) for scale in (0.02, 0.3, 1.0, 4.0, 1e4) for heat in (0.0, 0.5, 1.0, 5.0)]
    done = 0
    while done < number:
        at = done // batch
        scale, heat = kinds[at % len(kinds)]
        machine = MACHINES[at % len(MACHINES)]
        generator = torch.Generator().manual_seed(at)
        for parameter in loaded.decoder.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
        if at % 7 == 6:
            loaded.decoder.ln_f.weight[::3] = float("nan") if at % 2 else float("inf")
        count = min(batch, number - done)
        sampling = Sampling(at, count, heat, 1.0 if at % 3 else 0.9, length, begin="header" if at % 2 else "pad")
        candidates = Candidates(loaded, builders.latent(at, size=loaded.config.latent_size), machine, sampling)
        for _ in candidates.stream():
            pass
        for written in candidates.written():
            yield written, machine
        done += count


def prolific(loaded: LoadedDecoder) -> LoadedDecoder:
    """The same model with weights of its own, to be overwritten."""
    return replace(loaded, decoder=type(loaded.decoder)(loaded.config).requires_grad_(False).eval())
