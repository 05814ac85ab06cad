"""What can be set about how a picture is drawn: the algorithm, its options, the inks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from dcode.api.codec import Message
from dcode.client.picture_options import value_words
from dcode.tui.algorithms import Algorithms, about, asked, value_read, value_stepped
from dcode.tui.how import How
from dcode.tui.widgets.settings import Setting, Typed

OPTION: Final = "option:"  # and its name: the id of its setting
ONE_PEN: Final = "one"
INKS: Final[Mapping[str, str]] = {
    ONE_PEN: "pen draws all of it",
    "cmyk": "a pen each for cyan, magenta, yellow and black",
    "cmy": "a pen each for cyan, magenta and yellow",
    "rgb": "a pen each for red, green and blue",
}
COLOURS: Final = "a pen each for these colours"
INKS_ASKED: Final = (
    "The pens' colours, with commas between them, such as #d00,#00d,black; or cmyk, cmy or rgb; or one, for one pen."
)
MIXING: Final = {"mixed": "pens draw over each other", "nearest": "everywhere only the pen that comes nearest"}
TRUTH: Final = {"no": "", "yes": ""}
ANGLE: Final = "angle"
OWN_ANGLES: Final = "each ink its own"


def picture_settings(how: How, algorithms: Algorithms) -> Iterator[Setting]:
    """The algorithm, indented below it its options, then the inks."""
    names = {name: str(one["about"]) for name, one in algorithms.items()}
    yield Setting("algorithm", "w", "drawn as", names, how.algorithm)
    yield from (_option(option, how) for option in algorithms[how.algorithm]["options"])
    inks = how.inks or ONE_PEN
    values = INKS if inks in INKS else {**INKS, inks: COLOURS}
    yield Setting("inks", "i", "inks", values, inks, typed=Typed(INKS_ASKED, _inks_read))
    if how.inks:
        yield Setting("nearest", "n", "mixing", MIXING, list(MIXING)[how.nearest])


def picture_changed(how: How, name: str, value: str) -> How:
    """With another value of one of these; empty is that of an option by itself. Other layers, other pens."""
    match name:
        case "algorithm":
            return replace(how, algorithm=value, pens=how.pens if how.inks else ())
        case "inks":
            return replace(how, inks="" if value == ONE_PEN else value, pens=())
        case "nearest":
            return replace(how, nearest=value != next(iter(MIXING)))
    given = {(one, option): said for one, option, said in how.given}
    given[how.algorithm, name.removeprefix(OPTION)] = value
    return replace(how, given=tuple((*key, said) for key, said in given.items() if said))


def _option(option: Message, how: How) -> Setting:
    """One option: words are gone through, numbers and texts are typed as well."""
    name, said = str(option["name"]), how.said(str(option["name"]))
    value = value_words(option["default"]) if said is None else said
    values = TRUTH if option["kind"] == "bool" else dict.fromkeys(option["choices"], "")
    typed = None
    if not values:
        step = partial(value_stepped, option) if option["kind"] != "str" else None
        typed = Typed(asked(option), partial(value_read, option), step)
    own = OWN_ANGLES if name == ANGLE and how.inks and said is None else ""
    shown = own or f"{value} {option['unit']}".rstrip()
    return Setting(f"{OPTION}{name}", "", f"  {name.replace('_', ' ')}", values, value, shown, about(option), typed)


def _inks_read(text: str) -> str:
    """Raises ConfigError for what is no colour."""
    from dcode.geometry.strokes.inks import inks_of

    inks = ",".join(part for one in text.lower().split(",") if (part := one.strip()))
    if inks in ("", ONE_PEN):
        return ONE_PEN
    inks_of(inks)
    return inks
