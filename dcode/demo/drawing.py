"""A prompt as a preview, a program and an SVG, by the engines that are here; no worker, no daemon, no machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.errors import GenerationError
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.generation.engines import ENGINES, Engines, Entry
from dcode.generation.program import prepared, program_of
from dcode.generation.request import MAX_PROMPT, Drawn, DrawRequest
from dcode.geometry.drawing import Drawing
from dcode.geometry.svg import drawing_svg
from dcode.machine.machine import Machine
from dcode.machine.prepare_drawing import Prepared
from dcode.machine.preview.scene import scene_of_drawing
from dcode.machine.preview.vector import svg_of

BARE: Final = ("strokes", "library")  # the engines that need nothing beside dcode itself
_PROFILE: Final = "makelangelo"
_MOST_SEED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """What the visitor gets. `says` is about the drawing: who drew it, after what, how large it is."""

    preview: str  # SVG
    gcode: str
    svg: str
    says: str
    name: str  # for files, without an ending


class Studio:
    """Draws for visitors. Engines stay warm between drawings."""

    def __init__(self, entries: Mapping[str, Entry] | None = None) -> None:
        """`entries`: other engines than those that need nothing more."""
        self._engines = Engines(entries or {name: ENGINES[name] for name in BARE})

    def page(self, prompt: str, seed: int, engine: str | None = None) -> Page:
        """The drawing of a prompt and a seed. Raises GenerationError, with a sentence for the visitor."""
        words = prompt.strip()
        if not 0 < len(words) <= MAX_PROMPT:
            raise GenerationError(f"Say what is to be drawn, in 1 to {MAX_PROMPT} characters.", reason="prompt")
        if not 0 <= seed <= _MOST_SEED:
            raise GenerationError(f"A seed is a whole number from 0 to {_MOST_SEED}.", reason="seed")
        drawn, note = self._drawn(DrawRequest(words, seed=seed), engine)
        machine, dialect = workshop()
        ready = prepared(drawn, machine, dialect)
        return Page(
            svg_of(scene_of_drawing(ready.drawing, machine, travels=False, title=words)),
            program_of(ready.drawing, machine, dialect),
            drawing_svg(_on_a_page(ready.drawing, machine), words),
            " ".join(part for part in (note, _says(drawn, ready)) if part),
            f"{re.sub('[^a-z0-9]+', '-', words.lower())[:40].strip('-') or 'drawing'}-{seed}",
        )

    def _drawn(self, request: DrawRequest, engine: str | None) -> tuple[Drawn, str]:
        """The best drawing by the engine that is wanted, or by the one that stands in for it; and a word on that."""
        lacks = list[GenerationError]()
        for entry in self._engines.candidates(engine, only=False):
            try:
                made = self._engines.engine(entry).draw(request, lambda told: None, lambda: False)
                return made[0], f"{lacks[0].message} {entry.name} is used instead." if lacks else ""
            except GenerationError as error:
                if error.fields.get("reason") != "unavailable":
                    raise
                lacks.append(error)
        raise lacks[0]


@cache
def workshop() -> tuple[Machine, FirmwareProfile]:
    """The machine and the firmware that files are written for: those that dcode comes with."""
    machine = load_machine(data_dir("configs") / "machine.json")
    return machine, load_profile(_PROFILE, data_dir("firmware_profiles"))


def _says(drawn: Drawn, ready: Prepared) -> str:
    after = f", {drawn.source}" if drawn.source else ""
    figures = ready.after
    minutes = max(1, round(figures.seconds / 60))
    return (
        f"By {drawn.engine}{after}: {figures.strokes} strokes, {figures.draw_mm / 1000:.1f} m of ink, "
        f"about {minutes} min to plot."
    )


def _on_a_page(drawing: Drawing, machine: Machine) -> Drawing:
    area = machine.work_area
    return replace(drawing, page=(area.width, area.height)) if drawing.page is None else drawing
