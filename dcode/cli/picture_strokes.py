"""A picture made into strokes, by the algorithm and with the options and inks that the command line names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from dcode.cli.source import Source
from dcode.cli.wishes import Wishes, called
from dcode.errors import ConfigError
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.strokes.inks import Way, inks_of, separate
from dcode.geometry.strokes.options import Option, options_of, read_options
from dcode.geometry.strokes.picture import read_picture
from dcode.geometry.strokes.registry import Algorithm, algorithm
from dcode.machine.machine import Machine
from dcode.machine.pens import width_of
from dcode.machine.sheet import drawable

_PEN: Final = "pen"  # the option of those algorithms that go by how wide the pen draws
_ANGLE: Final = "angle"


def drawing_of_picture(source: Source, wishes: Wishes, machine: Machine) -> Drawing:
    """A layer, or one for each ink that there is something for. Raises ConfigError and DrawingError.

    An algorithm is told how wide the pen draws by machine.json, and each ink is turned to an angle of its own, where
    nothing else is said.
    """
    assert wishes.algorithm is not None
    with called("--algorithm"):
        chosen = algorithm(wishes.algorithm)
    given = _settings(wishes.settings)
    width = width_of(None, machine)
    options = _options(chosen, given, width)
    if wishes.inks is None:
        picture = read_picture(source.data, drawable(machine), wishes.margin)
        lines = chosen.convert(picture, options)
        return Drawing((Layer(lines, chosen.name, width_mm=_width(options, width)),))
    with called("--inks"):
        inks = inks_of(wishes.inks)
    picture = read_picture(source.data, drawable(machine), wishes.margin)
    layers = list[Layer]()
    for ink, shown in separate(picture, inks, Way.NEAREST if wishes.nearest else Way.MIXED):
        width = width_of(ink.colour, machine)
        options = _options(chosen, given, width)
        if hasattr(options, _ANGLE) and _ANGLE not in given:
            options = replace(options, angle=ink.angle)
        lines = chosen.convert(shown, options)
        layers.append(Layer(lines, ink.name, colour=ink.colour, width_mm=_width(options, width)))
    return Drawing(tuple(layer for layer in layers if len(layer.lines)))


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    """The -O options by name. Raises ConfigError for what is not NAME=VALUE."""
    found = dict[str, str]()
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"-O {text}: an option is given as NAME=VALUE", key=name.strip(), value=text)
        found[name.strip()] = value.strip()
    return found


def default_of(option: Option, pen_width: float | None) -> Any:
    """What an option is when nothing is said: how wide the pen draws is the machine's, mm, where that is known."""
    if option.name == _PEN and pen_width is not None:
        return min(max(pen_width, option.low), option.high)
    return option.default.value if option.choices else option.default


def _options(chosen: Algorithm, given: Mapping[str, str], width: float) -> Any:
    """The options of an algorithm, for a pen that draws `width` mm wide unless told. Raises ConfigError."""
    pen = next((one for one in options_of(chosen.options) if one.name == _PEN), None)
    if pen:
        given = {_PEN: str(default_of(pen, width)), **given}
    try:
        return read_options(chosen.options, given)
    except ConfigError as error:
        error.message = error.message.replace(f"key {error.key}: ", f"-O {error.key}: ", 1)
        error.fields["hint"] = f"dcode convert --list --algorithm {chosen.name}   shows its options."
        raise


def _width(options: Any, width: float) -> float:
    """How wide the pen draws that the options are for: `width` where they do not say."""
    return float(getattr(options, _PEN, width))
