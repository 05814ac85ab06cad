"""How artwork is to be drawn, as the command line says it. No numpy: this is loaded for plain G-code as well."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial, wraps
from typing import Any, Final, NoReturn

import click

from dcode.cli.command import Option, all_of, fitting_options
from dcode.client.recognise import Kind
from dcode.errors import ConfigError

ORDERS: Final = ("fast", "default", "best", "off")
LAYERS: Final = ("auto", "groups", "colours", "one")
FILLS: Final = ("lines", "cross", "contour")
LETTERS: Final = ("single-line", "outline")
FONTS: Final = ("futural", "timesr", "timesi", "scripts")  # hershey.font.FONTS


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of it. Lengths in mm. `optimize` is None where nothing is said: G-code then stays as it is."""

    fit: bool = False
    clip: bool = False
    centre: bool = False
    margin: float = 0.0
    optimize: str | None = None
    seed: int = 1
    time_limit: float | None = None
    tolerance: float = 0.05
    merge: float | None = None
    shortest: float = 0.0
    dedupe: bool = False
    hide: bool = False
    passes: int = 1
    layers: str = "auto"
    pens: tuple[str, ...] = ()
    fill: str | None = None
    fill_spacing: float | None = None
    fill_angle: float = 45.0
    letters: str = "single-line"
    algorithm: str | None = None
    settings: tuple[str, ...] = ()
    inks: str | None = None
    nearest: bool = False
    text: bool = False
    font: str = "futural"
    size: float = 8.0

    @property
    def reorders(self) -> bool:
        """Whether even G-code is to be put into another order."""
        return self.optimize not in (None, "off")

    @property
    def said(self) -> set[str]:
        """The names of those that are not as they are by themselves."""
        return {field.name for field in fields(self) if getattr(self, field.name) != field.default}


def must_suit(wishes: Wishes, kind: Kind, name: str, *, reworked: bool = False) -> None:
    """Refuse wishes that mean nothing for this kind of drawing. Raises click.UsageError.

    `reworked` G-code goes the way of artwork, and takes its wishes.
    """
    reworked = reworked or wishes.reorders
    for wish in sorted(wishes.said):
        kinds = _ONLY_FOR.get(wish, ())
        if kinds and kind not in kinds:
            _refuse(f"{name} is {_article(kind)}: {_called(wish)} is for {_article(kinds[0])}.")
        if kind is Kind.GCODE and not reworked and wish not in _FOR_ANY:
            _refuse(f"{name} is G-code, which is left as it is: {_called(wish)} needs --optimize as well.")
    if kind is Kind.PICTURE and wishes.algorithm is None:
        _refuse(f"{name} is a picture: say by --algorithm how to draw it; dcode convert --list   shows all.")


def _must_agree(wishes: Wishes) -> None:
    """Refuse wishes that contradict each other, whatever the drawing. Raises click.UsageError."""
    for one, other in (("fit", "clip"), ("fit", "centre")):
        if getattr(wishes, one) and getattr(wishes, other):
            _refuse(f"{_called(one)} and {_called(other)} exclude each other.")
    if wishes.nearest and wishes.inks is None:
        _refuse("--nearest is for pictures in --inks.")


def _refuse(problem: str) -> NoReturn:
    raise click.UsageError(problem, click.get_current_context())


def _called(wish: str) -> str:
    return {"settings": "-O", "pens": "--pen"}.get(wish, f"--{wish.replace('_', '-')}")


def _article(kind: Kind) -> str:
    return f"a {kind.value}" if kind in (Kind.PICTURE, Kind.TEXT) else kind.value


@contextmanager
def called(option: str) -> Iterator[None]:
    """Errors name the option of the command line, not a key of a file."""
    try:
        yield
    except ConfigError as error:
        error.message = error.message.replace(f"key {error.key}: ", f"{option}: ", 1)
        raise


_ONLY_FOR: Final[Mapping[str, tuple[Kind, ...]]] = {
    **dict.fromkeys(("algorithm", "settings", "inks", "nearest"), (Kind.PICTURE,)),
    **dict.fromkeys(("layers", "fill", "fill_spacing", "fill_angle", "letters"), (Kind.SVG,)),
    "hide": (Kind.SVG, Kind.PICTURE, Kind.TEXT),
    "pens": (Kind.SVG, Kind.PICTURE),
    "font": (Kind.TEXT, Kind.SVG),
    "size": (Kind.TEXT,),
}
_FOR_ANY: Final = frozenset({"fit", "clip", "optimize", "seed", "time_limit"})


def artwork_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """All options that say how artwork is drawn; the command gets them as one, `wishes`."""
    names = [field.name for field in fields(Wishes)]

    @wraps(function)
    def packed(*arguments: Any, **values: Any) -> Any:
        wishes = Wishes(**{name: values.pop(name) for name in names})
        _must_agree(wishes)
        return function(*arguments, wishes=wishes, **values)

    return all_of(fitting_options, *_ORDER, *_ARTWORK, *_SVG, *_PICTURE, *_TEXT)(packed)


def _under(heading: str, *names: str, **settings: Any) -> Callable[[Any], Any]:
    return click.option(*names, cls=Option, heading=heading, **settings)


_order, _artwork, _svg = (partial(_under, heading) for heading in ("The order of strokes", "Artwork", "SVG"))
_picture, _text = (partial(_under, heading) for heading in ("Pictures", "Text"))


def _complete_algorithm(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from dcode.geometry.strokes.registry import ALGORITHMS

    return [name for name in ALGORITHMS if name.startswith(incomplete)]


class _Number(click.FloatRange):
    """A number, and no NaN nor infinity."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value} is not a number to go by.", param, ctx)


_DEGREES, _MM, _ABOVE_0_MM = _Number(-360, 360), _Number(0), _Number(0, min_open=True)

_ORDER = (
    _order(
        "--optimize",
        type=click.Choice(ORDERS),
        metavar="|".join(ORDERS),
        help="How long to look for the least travel; off keeps the order as it is. G-code keeps it unless asked.",
    ),
    _order("--seed", type=click.IntRange(0), default=1, metavar="N", help="Another number, another order. [1]"),
    _order(
        "--time-limit",
        type=_MM,
        metavar="S",
        help="Take the best order after so many seconds; it may then differ from run to run.",
    ),
)
_ARTWORK = (
    _artwork("--centre", is_flag=True, help="Put the middle of what is drawn, not of its page, in the middle."),
    _artwork("--margin", type=_MM, default=0.0, metavar="MM", help="Keep so much free at the edges of the work area."),
    _artwork("--tolerance", type=_MM, default=0.05, metavar="MM", help="How far lines may be off. [0.05]"),
    _artwork("--merge", type=_MM, metavar="MM", help="Join ends that are so near. [half the pen's width]"),
    _artwork("--shortest", type=_MM, default=0.0, metavar="MM", help="Leave out shorter strokes; dots stay."),
    _artwork("--dedupe", is_flag=True, help="Draw lines that lie on each other once."),
    _artwork("--hide", is_flag=True, help="Leave out what is behind filled shapes."),
    _artwork(
        "--pen",
        "pens",
        multiple=True,
        metavar="LAYER=N",
        help="Draw a layer, by its name or colour, with pen N; can be repeated.",
    ),
    _artwork("--passes", type=click.IntRange(1, 100), default=1, metavar="N", help="Draw every stroke N times."),
)
_SVG = (
    _svg(
        "--layers",
        type=click.Choice(LAYERS),
        default="auto",
        metavar="|".join(LAYERS),
        help="What gets a pen of its own; auto is Inkscape's layers where there are any, and else colours.",
    ),
    _svg("--fill", type=click.Choice(FILLS), metavar="|".join(FILLS), help="Hatch what is filled."),
    _svg(
        "--fill-spacing", type=_ABOVE_0_MM, metavar="MM", help="Between lines of the hatching. [twice the pen's width]"
    ),
    _svg("--fill-angle", type=_DEGREES, default=45.0, metavar="DEG", help="Of the hatching. [45]"),
    _svg(
        "--letters",
        type=click.Choice(LETTERS),
        default="single-line",
        metavar="|".join(LETTERS),
        help="Draw text by a single-line font, or by the outlines of its own. [single-line]",
    ),
)
_PICTURE = (
    _picture(
        "--algorithm",
        metavar="NAME",
        shell_complete=_complete_algorithm,
        help="How to draw it: dcode convert --list   shows all.",
    ),
    _picture(
        "-O", "settings", multiple=True, metavar="NAME=VALUE", help="An option of the algorithm; can be repeated."
    ),
    _picture(
        "--inks",
        metavar="cmyk|cmy|rgb|COLOURS",
        help="A pen each for cyan, magenta, yellow and black, or for colours such as '#d00,#00d,black'.",
    ),
    _picture(
        "--nearest", is_flag=True, help="With --inks: everywhere only the one that comes nearest, and no mixtures."
    ),
)
_TEXT = (
    _text("--text", is_flag=True, help="The file is a text to be written; a .txt file is one anyway."),
    _text("--font", type=click.Choice(FONTS), default="futural", metavar="|".join(FONTS), help="A single-line font."),
    _text("--size", type=_ABOVE_0_MM, default=8.0, metavar="MM", help="How high capitals are. [8]"),
)
