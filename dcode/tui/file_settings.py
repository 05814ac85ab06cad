"""What can be set about a file before it is queued: how a picture is drawn, place, order, layers, audit, pens. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from dcode.api.codec import Message
from dcode.client.recognise import Kind
from dcode.tui.algorithms import Algorithms
from dcode.tui.how import AS_IS, How
from dcode.tui.picture_settings import picture_changed, picture_settings
from dcode.tui.widgets.settings import Setting

PLACES: Final = {
    "keep": "where it lies",
    "fit": "scaled to the work area",
    "clip": "cut at the edge of the work area",
}
ORDERS: Final = {
    "off": "as the file has it",
    "fast": "little travel",
    "default": "less travel",
    "best": "the least travel that is found in time",
}
LAYERS: Final = {
    "auto": "a pen each for the file's layers, else for its colours",
    "groups": "a pen each for groups",
    "colours": "a pen each for colours",
    "one": "one pen for all of it",
}
AUDITS: Final = {"off": "", "mark": "go to a mark at each change of pens, to see whether steps were lost"}
PEN_OF_ITS_OWN: Final = "auto"
PEN: Final = "pen:"  # and its layer: the id of its setting
LAYER_KEYS: Final = "123456789"

# What --pen calls a layer, what it looks like, and which pen it has.
Layers = Mapping[str, tuple[str, int | None]]


def by_itself(kind: Kind, algorithms: Algorithms) -> How:
    """How a file is drawn when nothing is set; `algorithms` are there for a picture."""
    if kind is Kind.PICTURE:
        return How(order="default", algorithm=next(iter(algorithms)))
    return How(order=AS_IS if kind in (Kind.GCODE, Kind.FOREIGN) else "default")


def layers_of(kind: Kind, made: Message) -> Layers:
    """The layers that can be given pens, of what a program was made of."""
    if kind not in (Kind.SVG, Kind.PICTURE):
        return {}
    return {
        str(one["name"] or one["colour"]): (f"{one['name']} {one['colour']}".strip(), one["pen"])
        for one in made["layers"]
    }


def file_settings(
    kind: Kind, how: How, audit: str, layers: Layers, pens: Mapping[int, str], algorithms: Algorithms
) -> Iterator[Setting]:
    """Those that mean something for a file of this kind; `pens` are the machine's, by their numbers."""
    if kind is Kind.PICTURE:
        yield from picture_settings(how, algorithms)
    yield Setting("place", "p", "place", PLACES, how.place)
    yield Setting("order", "o", "order", ORDERS, how.order)
    if kind is Kind.SVG:
        yield Setting("layers", "l", "layers", LAYERS, how.layers)
    yield Setting("audit", "m", "audit", AUDITS, audit)
    named = {str(pen): pens.get(pen, "") for pen in range(1, max(len(layers), len(pens)) + 1)}
    if len(named) < 2:
        return
    chosen = dict(how.pens)
    for key, (name, (label, pen)) in zip(LAYER_KEYS, layers.items(), strict=False):
        values = {PEN_OF_ITS_OWN: f"pen {pen}" if pen and name not in chosen else ""} | named
        now = str(chosen[name]) if name in chosen else PEN_OF_ITS_OWN
        yield Setting(f"{PEN}{name}", key, f"pen of {label}", values, now)


def changed(how: How, name: str, value: str) -> How:
    """With another value of a setting."""
    match name:
        case "place":
            return replace(how, place=value)
        case "order":
            return replace(how, order=value)
        case "layers":
            return replace(how, layers=value, pens=())  # other layers, other pens
    if not name.startswith(PEN):
        return picture_changed(how, name, value)
    pens = {**dict(how.pens), name.removeprefix(PEN): 0 if value == PEN_OF_ITS_OWN else int(value)}
    return replace(how, pens=tuple((layer, pen) for layer, pen in pens.items() if pen))
