"""A program as a picture in a file, or as the rows of one: the one place where the command line asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import click

from dcode.cli.output import STANDARD_OUTPUT
from dcode.gcode.motion import Motion
from dcode.machine.machine import Machine


class PictureFormat(Enum):
    """What is written. A GIF moves; an SVG may. JSON has no picture in it but the way of the pen, as job.motion."""

    SVG = "svg"
    PNG = "png"
    GIF = "gif"
    JSON = "json"

    @classmethod
    def of(cls, path: str, said: str | None = None) -> PictureFormat:
        """What is said, or else what the name ends in. Raises UsageError."""
        if said is not None:
            return cls(said)
        if path == STANDARD_OUTPUT:
            return cls.SVG
        try:
            return cls(Path(path).suffix.lower().removeprefix("."))
        except ValueError:
            problem = f"{path}: end its name in .svg, .png or .gif, or say --format svg, png, gif or json."
            raise click.UsageError(problem, click.get_current_context()) from None


@dataclass(frozen=True, slots=True)
class Shown:
    """A program to be seen, and what is written below it where there are several."""

    motion: Motion
    machine: Machine
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How it is to be seen: in which format, moving for so many seconds, with the ways between strokes, and at how

    many pixels a mm.
    """

    format: PictureFormat = PictureFormat.SVG
    seconds: float | None = None
    travels: bool = True
    scale: float | None = None


def save_preview(path: Path, motion: Motion, machine: Machine, title: str) -> None:
    """Draw what a program draws, its travels with it, as the name of the file says. Raises OSError, DrawingError."""
    path.write_bytes(picture([Shown(motion, machine)], Look(PictureFormat.of(str(path))), title))


def picture(shown: list[Shown], look: Look, title: str) -> bytes:
    """The file. Several programs are beside each other; those do not move. Raises DrawingError."""
    if look.format is PictureFormat.JSON:
        from dcode.api.motion import rows_of

        return rows_of(shown[0].motion).model_dump_json().encode()
    from dcode.machine.preview.scene import scene_of_motion

    scenes = [scene_of_motion(one.motion, one.machine, travels=look.travels, title=title) for one in shown]
    if len(scenes) > 1:
        from dcode.machine.preview.panels import Panel, panels_png, panels_svg

        panels = [Panel(scene, one.caption) for scene, one in zip(scenes, shown, strict=True)]
        if look.format is PictureFormat.PNG:
            return panels_png(panels, look.scale, title=title)
        return panels_svg(panels, title).encode()
    if look.format is PictureFormat.PNG:
        from dcode.machine.preview.pixels import png_of

        return png_of(scenes[0], look.scale)
    if look.format is PictureFormat.SVG and look.seconds is None:
        from dcode.machine.preview.vector import svg_of

        return svg_of(scenes[0]).encode()
    from dcode.machine.preview.timeline import Timeline

    timeline, seconds = Timeline(shown[0].motion, shown[0].machine), look.seconds or SECONDS
    if look.format is PictureFormat.GIF:
        from dcode.machine.preview.film import gif_of

        return gif_of(scenes[0], timeline, seconds, look.scale)
    from dcode.machine.preview.moving import moving_svg_of

    return moving_svg_of(scenes[0], timeline, seconds).encode()


SECONDS: Final = 10.0  # that a moving picture takes when nothing is said
