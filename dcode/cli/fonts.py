"""Which font of this computer a text is drawn in. The outlines themselves are read in dcode.cli.typeface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

from dcode.cli.font_files import FontFile, folders, font_files
from dcode.errors import ConfigError
from dcode.geometry.svg_import.faces import Look

if TYPE_CHECKING:
    from dcode.cli.typeface import Typeface

# What stands in for a family, the nearest first: the generic ones of CSS, and those that many files name and few
# computers have, by fonts that were made with the same widths.
_SANS: Final = ("dejavu sans", "liberation sans", "noto sans", "arial", "helvetica neue", "segoe ui", "roboto", "arimo")
_SERIF: Final = ("dejavu serif", "liberation serif", "noto serif", "times new roman", "times", "nimbus roman")
_MONO: Final = ("dejavu sans mono", "liberation mono", "noto sans mono", "courier new", "menlo", "consolas")
_CURSIVE: Final = ("comic neue", "comic sans ms", "apple chancery", "segoe script", "z003")
_ARIAL: Final = ("liberation sans", "arimo", "arial", "helvetica", "nimbus sans")
_TIMES: Final = ("liberation serif", "tinos", "times new roman", "times", "nimbus roman")
_COURIER: Final = ("liberation mono", "cousine", "courier new", "courier", "nimbus mono ps")
_GENERIC: Final = {
    **dict.fromkeys(("sans-serif", "sans", "system-ui", "ui-sans-serif", "ui-rounded"), _SANS),
    **dict.fromkeys(("serif", "ui-serif"), _SERIF),
    **dict.fromkeys(("monospace", "mono", "ui-monospace"), _MONO),
    **dict.fromkeys(("cursive", "fantasy"), _CURSIVE),
}
_ALIKE: Final = {
    **dict.fromkeys(("arial", "helvetica"), _ARIAL),
    **dict.fromkeys(("times new roman", "times"), _TIMES),
    **dict.fromkeys(("courier new", "courier"), _COURIER),
    "verdana": ("dejavu sans",),
    "georgia": ("gelasio",),
    "calibri": ("carlito",),
    "cambria": ("caladea",),
    **dict.fromkeys(("palatino", "palatino linotype", "book antiqua"), ("p052",)),
}
_SHOWN: Final = 10  # letters that are named where no font has them
_WIDELY: Final = "noto sans"  # the families that together have nearly every letter begin with this


class Fonts:
    """The fonts of this computer, as svg_import.faces.Faces asks for them.

    Raises ConfigError where fontTools, which reads them, is not installed.
    """

    def __init__(self, files: Sequence[FontFile] | None = None) -> None:
        try:
            import dcode.cli.typeface  # noqa: F401
        except ImportError as error:
            hint = "pip install 'dcode[fonts]'   installs it; --letters single-line   does without."
            raise ConfigError(f"letters are outlined by fontTools, which is not here ({error}). {hint}") from error
        self._notes = list[str]()
        self._missing = dict[str, None]()  # letters that no font has, in their order
        self._files = font_files(folders()) if files is None else files
        self._open = dict[tuple[FontFile, float], "Typeface | None"]()
        self._wanted = dict[Look, list[FontFile]]()
        self._found = dict[tuple[Look, str], "Typeface | None"]()

    @property
    def notes(self) -> list[str]:
        """What was drawn otherwise than asked for, in sentences."""
        if not self._missing:
            return self._notes
        more = len(self._missing) - _SHOWN
        shown = " ".join([*self._missing][:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return [*self._notes, f"no font on this computer has {shown}: drawn by single lines"]

    def face(self, look: Look, char: str) -> Typeface | None:
        """The nearest font that has the letter; None where no font at all is found, or none has the letter."""
        key = look, char
        if key not in self._found:
            if look not in self._wanted:
                self._wanted[look] = self._choose(look)
            self._found[key] = self._with_letter(look, char)
        return self._found[key]

    def _with_letter(self, look: Look, char: str) -> Typeface | None:
        wanted = self._wanted[look]
        if not wanted:
            return None
        others = (self._nearest(name, look) for name in self._families_with(_WIDELY))
        for file in chain(wanted, (file for file in others if file is not None)):
            face = self._typeface(file, look.weight)
            if face is not None and face.has(char):
                return face
        self._missing[char] = None
        return None

    def _choose(self, look: Look) -> list[FontFile]:
        """The fonts to look for letters in, and a note where the first is not what was asked for."""
        named = [name for name in look.families if name not in _GENERIC]
        wanted = list(dict.fromkeys(file for name in _names(look) if (file := self._nearest(name, look)) is not None))
        wanted = [file for file in wanted if self._typeface(file, look.weight) is not None]
        asked = f"the font {named[0]!r}" if named else "a font"
        if not wanted:
            self._notes.append(f"{asked} is not on this computer: single lines are drawn instead")
        elif named and look.families[0] == named[0] and named[0] not in wanted[0].families:
            note = f"{asked} is not on this computer: {wanted[0].name} stands in for it"
            self._notes += [note] if note not in self._notes else []
        return wanted

    def _nearest(self, family: str, look: Look) -> FontFile | None:
        """The font of a family that comes nearest: first in slant, then in width, then in weight."""
        members = [file for file in self._files if family in file.families]
        return min(
            members,
            key=lambda file: (file.italic != look.italic, abs(file.width - 5), _far(file.weight, look.weight)),
            default=None,
        )

    def _families_with(self, beginning: str) -> list[str]:
        return sorted({name for file in self._files for name in file.families if name.startswith(beginning)})

    def _typeface(self, file: FontFile, weight: float) -> Typeface | None:
        """The font, read; None, with a note, for one that cannot be."""
        from dcode.cli.typeface import BrokenFont, Typeface

        key = file, weight
        if key not in self._open:
            try:
                self._open[key] = Typeface(file, weight)
            except BrokenFont as error:
                self._open[key] = None
                note = f"{error.message}: it is passed over"
                self._notes += [note] if note not in self._notes else []
        return self._open[key]


def _names(look: Look) -> Iterator[str]:
    """The families to look for, the dearest first: those that are asked for, what is like them, and sans-serif."""
    for name in look.families:
        yield from (name, *_ALIKE.get(name, ()), *_GENERIC.get(name, ()))
    yield from _SANS


def _far(weight: float, wanted: float) -> tuple[bool, float]:
    """How far a weight is from the one that is wanted, in the order of CSS Fonts 4, 5.2."""
    if 400 <= wanted <= 500:
        wrong = not wanted <= weight <= 500
        return (wrong, abs(weight - wanted) if weight <= 500 else weight)
    wrong = weight < wanted if wanted > 500 else weight > wanted
    return (wrong, abs(weight - wanted))
