"""A drawing that came of a prompt, as the command line shows, saves and tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from dcode.api.codec import Message
from dcode.cli.destination import must_be_writable
from dcode.cli.program import Examined, examine, time_of
from dcode.cli.session import Session
from dcode.cli.sketch import sketch
from dcode.cli.source import Source
from dcode.cli.wishes import Wishes
from dcode.client.words import duration, length, plural

SKETCH: Final = (56, 18)  # columns and lines
_ENDINGS: Final = (".gcode", ".gc", ".g", ".nc", ".ngc", ".tap", ".svg")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawing: who made it (the API's Drawing), and its program, checked."""

    prompt: str
    about: Message
    examined: Examined
    seconds: float  # from the wish to the drawing

    @classmethod
    def of(cls, session: Session, prompt: str, about: Message, program: str, seconds: float) -> Drawn:
        """A program examined for the machine of the session."""
        source = Source(prompt, prompt, program.encode())
        return cls(prompt, about, examine(source, session.machine, session.profile, Wishes()), seconds)

    def as_json(self, file: Path | None) -> dict[str, Any]:
        """What scripts are told."""
        report = self.examined.report
        wanted = ("engine", "model", "seed", "score", "source", "strokes", "points")
        return {
            "prompt": self.prompt,
            **{key: self.about[key] for key in wanted},
            "seconds": round(self.seconds, 3),
            "file": str(file.absolute()) if file else None,
            "ok": report["ok"],
            **{key: report[key] for key in ("draw_mm", "travel_mm", "pen_lifts")},
            "estimate_seconds": round(time_of(self.examined).seconds, 1),
        }

    def lines(self) -> list[str]:
        """What it looks like, who drew it, and what it takes to plot."""
        report, about = self.examined.report, self.about
        picture, _ = sketch(self._strokes(), *SKETCH, ends=False)
        by = f"{about['engine']} ({about['model']}), seed {about['seed']}"
        score = "" if about["score"] is None else f", score {about['score']:.2f}"
        after = [about["source"]] if about["source"] else []
        takes = duration(time_of(self.examined).seconds)
        ink = f"{plural(report['pen_lifts'], 'stroke')}, {length(report['draw_mm'])} of ink, about {takes}"
        return [*picture, f"{self.prompt}: by {by}{score}", *after, ink]

    def _strokes(self) -> list[list[tuple[float, float]]]:
        from dcode.machine.drawing_motion import drawing_of

        drawing = drawing_of(self.examined.motion, self.examined.machine).drawing
        return [stroke.tolist() for layer in drawing.layers for stroke in layer.lines]

    def save(self, path: Path) -> None:
        """Write the program, or the strokes as an SVG, as the name ends. Raises OSError."""
        if path.suffix.lower() == ".svg":
            from dcode.cli.artwork import on_a_page
            from dcode.geometry.svg import drawing_svg
            from dcode.machine.drawing_motion import drawing_of

            machine = self.examined.machine
            drawing = drawing_of(self.examined.motion, machine).drawing
            path.write_text(drawing_svg(on_a_page(drawing, machine), self.prompt), encoding="utf-8")
        else:
            path.write_bytes(self.examined.source.data)

    def save_preview(self, path: Path) -> None:
        """Write a picture of it. Raises OSError, DrawingError."""
        from dcode.cli.pictures import save_preview

        save_preview(path, self.examined.motion, self.examined.machine, self.prompt)


def must_have_places(to: Path | None, preview: Path | None) -> None:
    """Raises UsageError for a file that could not be written, before anything is drawn: it may take minutes.

    A name has to say what is to be written, and there has to be a folder for it.
    """
    if to and to.suffix.lower() not in _ENDINGS:
        raise click.UsageError(f"{to}: end its name in .gcode or .svg.", click.get_current_context())
    if preview:
        from dcode.cli.pictures import PictureFormat

        PictureFormat.of(str(preview))
    for path in (to, preview):
        if path:
            must_be_writable(path)
