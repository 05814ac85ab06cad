"""Which pen draws which layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from dcode.errors import ConfigError
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.svg_import.colours import colour
from dcode.machine.machine import Machine

HIGHEST: Final = 9_999  # that G-code's T may name (gcode/analyse.py)


def numbered(drawing: Drawing, machine: Machine) -> Drawing:
    """The drawing with a pen's number for every layer, where it has several or the machine names that pen.

    A layer that asks for none gets the pen of machine.json that has its colour, or else a number that no other pen has;
    layers of the same colour get the same. What is drawn with one pen alone, whichever it is, needs no number.
    """
    owners = {_plain(named.colour): number for number, named in reversed(list(enumerate(machine.pens, start=1)))}
    asked = {layer.pen for layer in drawing.layers if layer.pen is not None and 0 < layer.pen <= HIGHEST}
    free = (number for number in count(1) if number not in asked and number > len(machine.pens))
    layers = list[Layer]()
    for layer in drawing.layers:
        pen = layer.pen
        if pen not in asked:
            key = _plain(layer.colour)
            if key not in owners:
                owners[key] = next(free)
            pen = owners[key]
        layers.append(replace(layer, pen=pen))
    pens = {layer.pen for layer in layers}
    if len(pens) == 1 and not 1 <= (layers[0].pen or 0) <= len(machine.pens):
        layers = [replace(layer, pen=None) for layer in layers]
    return replace(drawing, layers=tuple(layers))


def assigned(drawing: Drawing, pens: Mapping[str, int]) -> Drawing:
    """The drawing with the pens that are asked for by the names or colours of layers.

    Raises ConfigError for what no layer is called, and for a number that no pen can have.
    """
    wanted = {_plain(name): pen for name, pen in pens.items()}
    called = {_plain(name) for layer in drawing.layers for name in (layer.name, layer.colour) if name}
    for name, pen in pens.items():
        if _plain(name) not in called:
            has = ", ".join(dict.fromkeys(layer.name or layer.colour for layer in drawing.layers))
            raise ConfigError(f"no layer has this name or colour; there are {has or 'none'}", key="pen", value=name)
        if not 0 < pen <= HIGHEST:
            raise ConfigError(f"pens are numbered from 1 to {HIGHEST}", key="pen", value=pen)
    layers = (
        replace(layer, pen=wanted.get(_plain(layer.name), wanted.get(_plain(layer.colour), layer.pen)))
        for layer in drawing.layers
    )
    return replace(drawing, layers=tuple(layers))


def width_of(colour: str | None, machine: Machine) -> float:
    """How wide the pen of a colour draws, in mm; with None for a colour, the pen that is put in first."""
    if colour is None:
        return machine.named_pen(1).width_mm
    wanted = _plain(colour)
    same = (named.width_mm for named in machine.pens if _plain(named.colour) == wanted)
    return next(same, machine.pen.width_mm)


def described(layer: Layer) -> str:
    """What to call a layer's pen, for whoever has to put it in."""
    unnamed = layer.name == "" or (layer.name.startswith("#") and _plain(layer.name) == layer.colour)
    return layer.colour if unnamed else f"{layer.name}, {layer.colour}"


def _plain(text: str) -> str:
    """A colour as #rrggbb; what is none as it is."""
    known = colour(text)
    return text if known is None else known[0]
