"""What is measured on: drawings, the anchor, how often."""

from __future__ import annotations

import bz2
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from dcode.cli.program import FALLBACK_PROFILE
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.firmware.pacing import pace_of
from dcode.firmware.profile import load_profile
from dcode.geometry.lines import Lines
from dcode.geometry.svg_import.read import read_svg
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from scripts.bench import drawings
from scripts.bench.geometry_anchor import Vpype

KINDS = ("scribble", "icons", "stipple", "hatch")


@dataclass(frozen=True)
class Setting:
    """`folder` is None for seeded drawings. `svgs` are by kind.

    `photo` is a PNG, `program` G-code of a million moves, bz2 or plain; None for seeded ones.
    """

    folder: Path | None
    seed: int
    svgs: dict[str, Path]
    photo: Path | None
    program: Path | None
    vpype: Vpype | None
    rounds: int
    _read: dict[str, Lines] = field(default_factory=dict)

    def lines(self, kind: str) -> Lines:
        """The polylines that everybody is given: as vpype reads them where it is at hand."""
        if kind not in self._read:
            path = self.svgs[kind]
            self._read[kind] = self.vpype.read(path).result if self.vpype else _own(path)
        return self._read[kind]

    @cached_property
    def machine(self) -> Machine:
        return load_machine(data_dir("configs") / "machine.json")

    @cached_property
    def pace(self) -> Pace:
        """Of the firmware that machine.json means."""
        profile = load_profile(self.machine.profile or FALLBACK_PROFILE, data_dir("firmware_profiles"))
        return pace_of(profile, self.machine)

    def picture(self) -> bytes:
        """The picture's PNG."""
        return drawings.KINDS["photo"](self.seed) if self.photo is None else self.photo.read_bytes()

    def million(self) -> bytes:
        """The program's text."""
        if self.program is None:
            return drawings.million(self.seed)
        data = self.program.read_bytes()
        return bz2.decompress(data) if self.program.suffix == ".bz2" else data


def _own(path: Path) -> Lines:
    return Lines.joined(layer.lines for layer in read_svg(path.read_bytes()).drawing.layers)


@contextmanager
def chosen(folder: Path | None, seed: int, kinds: list[str], vpype: Vpype | None, rounds: int) -> Iterator[Setting]:
    """The drawings of a folder, or without one those of a seed. Raises FileNotFoundError."""
    if folder is not None:
        svgs = {kind: _only(folder, f"{kind}*.svg") for kind in kinds}
        program = next(folder.glob("million.gcode*"), None)
        yield Setting(folder, seed, svgs, next(folder.glob("photo*.png"), None), program, vpype, rounds)
        return
    with TemporaryDirectory() as made:
        paths = {kind: Path(made, f"{kind}.svg") for kind in kinds}
        for kind, path in paths.items():
            path.write_bytes(drawings.KINDS[kind](seed))
        yield Setting(None, seed, paths, None, None, vpype, rounds)


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{folder} has no {pattern}")
    return found[0]
