"""What a training process is asked for by its command line, and that a run is gone on with as it was begun."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from dcode.errors import ConfigError, DcodeError
from dcode.generation.run_options import option_of, options_of
from dcode.ml.answer import INTERRUPTED, run, tell

Asked = TypeVar("Asked")


def carried_out(words: Sequence[str], work: Callable[[], Mapping[str, Any]]) -> int:
    """0 when it is done, 1 for what is wrong with what was given, 130 for Ctrl-C.

    With --json what came of it is one object at the end of stdout, as dcode's own commands read it.
    """
    if "--json" in words:
        return run(work)
    try:
        work()
    except DcodeError as error:
        tell(f"dcode: {error.message}")
        return 1
    except KeyboardInterrupt:
        tell("dcode: Interrupted; --resume goes on from the last checkpoint.")
        return INTERRUPTED
    return 0


def read_words(kind: type[Asked], module: str, about: str, words: Sequence[str]) -> Asked:
    """The table that MANIFEST and options make; --json is the caller's. Raises ConfigError."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("manifest", help="captioned.json, or a manifest.json without captions")
    parser.add_argument("--json", action="store_true", help="Answer by one JSON object.")
    for one in options_of(kind):
        names = [name for name in (one.metadata["short"], option_of(one.name)) if name]
        more: dict[str, Any] = {"dest": one.name, "default": one.default, "help": one.metadata["about"]}
        if isinstance(one.default, bool):
            parser.add_argument(*names, action=argparse.BooleanOptionalAction, **more)
        else:
            parser.add_argument(*names, type=type(one.default), choices=one.metadata["choices"] or None, **more)
    values = vars(parser.parse_args(list(words)))
    return kind(**{name: value for name, value in values.items() if name != "json"})


def told_options(asked: object) -> dict[str, Any]:
    """The options of a run as they go out with its model: of a place on this computer the last name alone."""
    return {name: _without_place(value) for name, value in asdict(asked).items()}  # type: ignore[call-overload]


def _without_place(value: object) -> object:
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def refuse_another(
    kind: type, before: Mapping[str, Any], now: Mapping[str, Any], may_change: Collection[str], file: Path, way: str
) -> None:
    """Raises ConfigError where a run was begun with something else; `way` is the option that begins another one."""
    for name in (*(one.name for one in fields(kind)), "processes"):
        if name not in may_change and before.get(name) != now[name]:
            told = f"the run was begun with {before.get(name)!r}, not {now[name]!r}; {way} begins another."
            raise ConfigError(told, file=str(file), key=name, value=now[name])
