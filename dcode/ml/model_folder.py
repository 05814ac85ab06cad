"""Where a model's files are: a local folder as it is, or a hub id, fetched into the hub's own cache.

A local folder is never looked up on the network, and nothing is written to it.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from safetensors import SafetensorError

from dcode.errors import GenerationError

Loaded = TypeVar("Loaded")

# What the libraries raise for files that are torn or are something else.
_DAMAGE: Final = (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, EOFError, SafetensorError)
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def model_folder(source: str, patterns: Sequence[str], revision: str | None = None) -> Path:
    """The folder of a model; of one on the hub those files that match `patterns`, fetched where they are not there.

    Raises GenerationError, reason "unavailable", where there is no such folder or the hub does not give it.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.fullmatch(source):
        told = f"{source}: no such folder; expected a model's folder or a hub id such as stabilityai/sd-turbo."
        raise unavailable(told, source, "a folder or a hub id")
    import huggingface_hub

    try:
        return Path(huggingface_hub.snapshot_download(source, revision=revision, allow_patterns=list(patterns)))
    except (OSError, ValueError, huggingface_hub.errors.HfHubHTTPError) as error:
        told = f"{source} is not on this computer and could not be fetched from the hub ({short(error)})."
        raise unavailable(told, source, "a model on the hub") from error


def must_have(folder: Path, names: Sequence[str], what: str) -> Path:
    """The first of `names` that is in the folder. Raises GenerationError, reason "unavailable", where none is."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    expected = " or ".join(names)
    raise unavailable(f"{folder}: {what} is missing; expected {expected}.", str(folder), expected)


def unavailable(told: str, file: str, expected: str) -> GenerationError:
    """The error of a weight that is not there, so that another engine may be used."""
    return GenerationError(told, file=file, expected=expected, reason="unavailable")


def short(error: Exception) -> str:
    """The first line of what a library says."""
    return str(error).strip().split("\n")[0][:200].rstrip(".") or type(error).__name__


def read_or_tell(file: Path, expected: str, load: Callable[[], Loaded]) -> Loaded:
    """What `load` gives. Raises GenerationError naming the file and what was expected of it."""
    try:
        return load()
    except pickle.UnpicklingError as error:  # torch's own words recommend to load it all the same
        told = f"{file}: cannot be read (it holds more than weights, or is torn); expected {expected}."
        raise GenerationError(told, file=str(file), expected=expected) from error
    except _DAMAGE as error:
        told = f"{file}: cannot be read ({short(error)}); expected {expected}."
        raise GenerationError(told, file=str(file), expected=expected) from error


def quiet(*libraries: Any) -> None:
    """No bars, and no words of long prompts or new names: the worker's stderr is what is shown when it dies."""
    for library in libraries:
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
