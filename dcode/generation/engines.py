"""The engines by name: where each one is, what it needs, and which one is used where it cannot draw.

Only names stand here. A module is imported in the worker process and nowhere else, so that torch stays there; a target
is "module:callable", and the callable makes an Engine without arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import Final

from dcode.errors import GenerationError
from dcode.generation.request import Engine
from dcode.generation.wire import EngineState
from dcode.tables import nearest

EXTRA: Final = "pip install 'dcode[ml]'"
DEFAULT: Final = "strokes"


@dataclass(frozen=True, slots=True)
class Entry:
    """One engine. `needs` are names of modules; `instead` is who draws where one of them is missing.

    `model` is the file of the model that it draws by unless another is named, as package and name; None: it has none,
    or fetches it.
    """

    name: str
    about: str
    target: str
    needs: tuple[str, ...] = ()
    instead: str | None = None
    model: tuple[str, str] | None = None

    @property
    def missing(self) -> list[str]:
        """The modules that are not installed here. Looks for them without importing them."""
        return [name for name in self.needs if not _is_there(name)]

    @property
    def lack(self) -> str:
        """What is missing and how to get it, as a sentence; empty when all is there."""
        missing = self.missing
        return f"{self.name} needs {_listed(missing)}: {EXTRA} installs {_it(missing)}." if missing else ""

    @property
    def unready(self) -> str:
        """Why it cannot draw here without more being said, as a sentence; empty when it can."""
        if lack := self.lack:
            return lack
        if self.model and not (files(self.model[0]) / self.model[1]).is_file():
            return f"{self.name} comes without a model in this version: --model names the folder of one."
        return ""

    def made(self) -> Engine:
        """The engine. Raises GenerationError, reason "unavailable", where something is missing or does not load."""
        if lack := self.lack:
            raise GenerationError(lack, reason="unavailable")
        module, _, name = self.target.partition(":")
        try:
            make: Callable[[], Engine] = getattr(import_module(module), name)
        except (ImportError, AttributeError, OSError) as error:  # OSError: a library of torch's that does not load
            told = f"{self.name} cannot be loaded: {error}."
            raise GenerationError(told, reason="unavailable") from error
        return make()


_TORCH: Final = ("torch", "diffusers", "transformers", "safetensors")
_ALL: Final = (
    Entry(
        "strokes",
        "Draws stroke by stroke, by a model of its own.",
        "dcode.generation.sketch.strokes:StrokesEngine",
        ("numpy",),
        "library",
        ("dcode.generation.sketch", "data/strokes.safetensors"),
    ),
    Entry(
        "library",
        "The nearest drawing of the line-art library, with its source.",
        "dcode.generation.sketch.library:LibraryEngine",
        ("numpy",),
    ),
    Entry(
        "trace",
        "A Stable Diffusion picture, traced along its centrelines.",
        "dcode.ml.engines.trace:engine",
        _TORCH,
        "strokes",
    ),
    Entry(
        "sd-gcode",
        "Stable Diffusion's latent, decoded to G-code: the original.",
        "dcode.ml.engines.sd_gcode:engine",
        _TORCH,
        "trace",
    ),
    Entry(
        "text",
        "The older models that write G-code as text.",
        "dcode.ml.engines.text:engine",
        ("torch", "transformers", "safetensors"),
        "strokes",
    ),
)
ENGINES: Final[Mapping[str, Entry]] = {entry.name: entry for entry in _ALL}


class Engines:
    """The engines of one worker, made when they are first needed and kept."""

    def __init__(self, entries: Mapping[str, Entry] = ENGINES) -> None:
        self._entries = entries
        self._made: dict[str, Engine] = {}

    def states(self) -> tuple[EngineState, ...]:
        """Each engine, and whether it can draw here."""
        return tuple(EngineState(one.name, not (why := one.unready), why) for one in self._entries.values())

    def candidates(self, name: str | None, *, only: bool) -> Iterator[Entry]:
        """The engine that was asked for (None: the default one), then those that stand in for it, unless `only`.

        Raises GenerationError for a name that does not exist.
        """
        at: str | None = name or DEFAULT
        if at not in self._entries:
            meant = nearest(str(at), self._entries)
            hint = f" Did you mean {meant}?" if meant else f" There are {', '.join(self._entries)}."
            raise GenerationError(f"There is no engine {at!r}.{hint}", reason="unknown")
        tried = set[str]()
        while at is not None and at in self._entries and at not in tried:
            tried.add(at)
            yield self._entries[at]
            at = None if only else self._entries[at].instead

    def engine(self, entry: Entry) -> Engine:
        """The engine, warm if it has been used before. Raises GenerationError."""
        if entry.name not in self._made:
            self._made[entry.name] = entry.made()
        return self._made[entry.name]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # a package above it is missing, or was put into sys.modules by hand
        return False


def _it(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
