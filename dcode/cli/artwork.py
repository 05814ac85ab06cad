"""Artwork read and made into what the machine draws. Loads numpy: only for what is not plain G-code."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dcode.cli.patience import Patience
from dcode.cli.source import Made, Source
from dcode.cli.wishes import Wishes, called
from dcode.client.recognise import Kind
from dcode.errors import ConfigError, DcodeError, DrawingError
from dcode.gcode.interpret import Program
from dcode.gcode.reading import Reading
from dcode.gcode.write import write
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.fit import fit_bounds
from dcode.geometry.order.effort import Mode
from dcode.geometry.svg_import.faces import Faces
from dcode.geometry.transform import Transform
from dcode.machine.drawing_figures import bound_mm
from dcode.machine.drawing_motion import OWN_FEEDS, Feeds, drawing_of, motion_of
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.pens import assigned, described, numbered, width_of
from dcode.machine.place_drawing import Placing
from dcode.machine.prepare_drawing import Plan, Prepared, prepare
from dcode.machine.sheet import drawable

MANY_PENS: Final = 8  # from which one is told of --layers one
_FLATTENED: Final = 0.5  # of the tolerance goes into curves, the rest into leaving out points
_FINEST_MM: Final = 1e-3
_ALLOCATED: Final = 100_000  # objects between two looks for garbage
_FILL: Final = 2.0  # widths of the pen from line to line of a hatching
_NAMED: Final = 20  # letters that are named which no font has
_SCALED: Final = 1.25  # from which a drawing that is fitted is read again, with its curves as fine as they will be seen


@dataclass(frozen=True, slots=True)
class Artwork:
    """What was read, and what is to be said about it."""

    drawing: Drawing
    notes: tuple[str, ...] = ()
    pauses: Mapping[int, str] = field(default_factory=dict)
    feeds: Feeds = OWN_FEEDS


@dataclass(frozen=True, slots=True)
class Work:
    """Artwork as it will be drawn."""

    prepared: Prepared
    artwork: Artwork
    made: Made


def program_of(work: Work, source: Source, machine: Machine, reading: Reading) -> Source:
    """The G-code for a work. It keeps the name of what it was made from."""
    motion = motion_of(work.prepared.drawing, machine, pauses=work.prepared.pauses, feeds=work.artwork.feeds)
    return replace(source, data=write(motion, reading).encode(), kind=Kind.GCODE, made=work.made)


def worked(
    source: Source,
    wishes: Wishes,
    machine: Machine,
    pace: Pace,
    patience: Patience,
    *,
    program: Program | None = None,
    limited: bool = True,
    bound: bool = False,
) -> Work:
    """Artwork read, placed, thinned and ordered. `program` is the source where that is G-code, read.

    Not `limited`, an SVG stays on its page, whatever the machine. With `bound` the lower bound of the travel is found
    as well. Raises DrawingError, LimitError and ConfigError, which name the file.
    """
    with _naming(source), _seldom_collected(), patience:
        artwork = _read(source, wishes, machine, program)
        if source.kind is not Kind.GCODE and limited:
            with called("--pen"):
                asked = assigned(artwork.drawing, _pens(wishes.pens))
            artwork = replace(artwork, drawing=numbered(asked, machine))
        plan = _plan(source, wishes, limited)
        prepared = prepare(
            artwork.drawing,
            machine,
            plan,
            pace,
            limited=limited,
            pauses=artwork.pauses,
            feeds=artwork.feeds,
            search=patience,
        )
        if limited:
            artwork = replace(artwork, notes=(*artwork.notes, *_about_pens(prepared.drawing, source.kind)))
    lowest = bound_mm(prepared.drawing) if bound else None
    return Work(prepared, artwork, _made(source.kind, prepared, artwork.notes, plan, lowest))


@contextmanager
def _naming(source: Source) -> Iterator[None]:
    """Errors say which file they are about, and how to make a drawing fit that does not."""
    try:
        yield
    except DcodeError as error:
        error.message = f"{source.name}: {error.message}"
        error.fields["file"] = source.path
        if error.fields.get("reason") == "size":
            error.fields["hint"] = f"dcode plot --fit {source.quoted}   scales it to the sheet."
        raise


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A drawing is many objects that stay: to look through them for cycles all the time takes a tenth of all of it."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATED, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _pens(given: tuple[str, ...]) -> dict[str, int]:
    """The --pen options: a layer's name or colour, and a pen's number. Raises ConfigError."""
    found = dict[str, int]()
    for text in given:
        name, _, number = text.rpartition("=")
        if not name.strip() or not number.strip().isdecimal():
            raise ConfigError(f"a layer's pen is given as LAYER=N, not as {text}", key="pen", value=text)
        found[name.strip()] = int(number)
    return found


def _about_pens(drawing: Drawing, kind: Kind) -> Iterator[str]:
    """Which pen to put in first, and what else there is to know of several."""
    pens = len({layer.pen for layer in drawing.layers})
    if pens > 1:
        yield f"it takes {pens} pens, and begins with {described(drawing.layers[0])}"
    if pens > MANY_PENS and kind is Kind.SVG:
        yield "--layers one draws all of it with one pen"


def _made(kind: Kind, prepared: Prepared, notes: tuple[str, ...], plan: Plan, lowest: float | None) -> Made:
    before, after = prepared.before, prepared.after
    colours = {layer.colour if layer.pen is None else layer.pen for layer in prepared.drawing.layers}
    return Made(
        input=kind.name.lower(),
        optimize="off" if plan.order is None else plan.order.value,
        seed=plan.seed,
        stopped=prepared.stopped,
        strokes_before=before.strokes,
        strokes=after.strokes,
        points_before=before.points,
        points=after.points,
        pen_up_mm_before=round(before.pen_up_mm, 3),
        pen_up_mm=round(after.pen_up_mm, 3),
        lower_bound_mm=round(lowest, 3) if lowest or (lowest is not None and not after.pen_up_mm) else None,
        draw_mm=round(after.draw_mm, 3),
        lifts_before=before.lifts,
        lifts=after.lifts,
        seconds_before=round(before.seconds, 3),
        seconds=round(after.seconds, 3),
        pens=len(colours),
        layers=tuple({"name": one.name, "colour": one.colour, "pen": one.pen} for one in prepared.drawing.layers),
        notes=notes,
    )


def _plan(source: Source, wishes: Wishes, limited: bool) -> Plan:
    """The wishes as a plan. Flattening an SVG's curves has taken its part of the tolerance."""
    placing = Placing.PAGE
    if wishes.fit:
        placing = Placing.FIT
    elif wishes.centre:
        placing = Placing.CENTRE
    elif source.kind in (Kind.GCODE, Kind.PICTURE) or not limited:
        placing = Placing.KEEP
    is_svg = source.kind is Kind.SVG
    return Plan(
        placing=placing,
        margin=wishes.margin,
        clip=wishes.clip,
        hide=wishes.hide and not is_svg,
        dedupe=wishes.dedupe,
        tolerance=wishes.tolerance * (1 - _FLATTENED) if is_svg else wishes.tolerance,
        merge=wishes.merge,
        shortest=wishes.shortest,
        passes=wishes.passes,
        order=None if wishes.optimize == "off" else Mode(wishes.optimize or "default"),
        seed=wishes.seed,
    )


def _read(source: Source, wishes: Wishes, machine: Machine, program: Program | None) -> Artwork:
    if source.kind is Kind.SVG:
        return _svg(source, wishes, machine)
    if source.kind is Kind.PICTURE:
        from dcode.cli.picture_strokes import drawing_of_picture

        return Artwork(drawing_of_picture(source, wishes, machine))
    if source.kind is Kind.TEXT:
        return _text(source, wishes, machine)
    assert program is not None
    return _program(program, machine)


def _svg(source: Source, wishes: Wishes, machine: Machine) -> Artwork:
    """Curves, and the lines of a hatching, as they will be on paper: after --fit has scaled them."""
    scale, faces = 1.0, None
    if wishes.letters == "outline":
        from dcode.cli.fonts import Fonts

        faces = Fonts()
    if wishes.fit:
        size = _svg_at(source, wishes, machine, 1.0, faces, rough=True).drawing.bounds
        if size is not None:
            scale = fit_bounds(size, drawable(machine), wishes.margin).scale
        if 1 / _SCALED < scale < _SCALED:
            scale = 1.0
    artwork = _svg_at(source, wishes, machine, scale, faces)
    return replace(artwork, notes=(*artwork.notes, *faces.notes)) if faces is not None else artwork


def _svg_at(
    source: Source, wishes: Wishes, machine: Machine, scale: float, faces: Faces | None, *, rough: bool = False
) -> Artwork:
    from dcode.geometry.svg_import.read import LayersFrom, read_svg

    fill: Any = None
    if wishes.fill and not rough:  # shapely, behind it, takes longer to load than most files
        from dcode.geometry.hatch import Hatch, Pattern

        spacing = wishes.fill_spacing or _FILL * width_of(None, machine)
        fill = Hatch(spacing / scale, wishes.fill_angle, Pattern(wishes.fill))
    reading = read_svg(
        source.data,
        tolerance=max(_FLATTENED * wishes.tolerance, _FINEST_MM) / scale,
        layers_from=LayersFrom(wishes.layers),
        fill=fill,
        hide=wishes.hide and not rough,
        font_name=wishes.font if "font" in wishes.said else None,
        faces=faces,
    )
    return Artwork(reading.drawing, reading.notes)


def _text(source: Source, wishes: Wishes, machine: Machine) -> Artwork:
    from dcode.geometry.hershey.font import missing
    from dcode.geometry.lettering import lettered

    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DrawingError(f"this is not UTF-8 text, at byte {error.start}; save it as UTF-8") from error
    room = drawable(machine).inset(wishes.margin)
    lines = lettered(text, wishes.font, wishes.size, room.width)
    layer = Layer(lines, "text", width_mm=width_of(None, machine))
    boxes = missing(text)
    more = f" and {len(boxes) - _NAMED} more" if len(boxes) > _NAMED else ""
    notes = (f"drawn as boxes, for the fonts do not have them: {' '.join(boxes[:_NAMED])}{more}",) if boxes else ()
    return Artwork(Drawing((layer,) if len(lines) else ()), notes)


def _program(program: Program, machine: Machine) -> Artwork:
    traced = drawing_of(program.motion, machine)
    notes = list[str]()
    if traced.feeds_differ:
        notes.append(f"it draws at several feeds; all of it is drawn at {traced.feeds.draw:g} mm/min")
    if traced.dwells:
        notes.append("its dwells are left out: the pen is waited for anyway")
    return Artwork(traced.drawing, tuple(notes), traced.pauses, traced.feeds)


def on_a_page(drawing: Drawing, machine: Machine) -> Drawing:
    """A drawing for a file of its own: one without a page gets the work area for one."""
    if drawing.page is not None:
        return drawing
    area: Bounds = machine.work_area
    x, y = area.centre
    return replace(drawing.mapped(Transform.shift(-x, -y).lines), page=(area.width, area.height))
