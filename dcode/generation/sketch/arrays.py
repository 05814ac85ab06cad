"""The .npz files that come with dcode: plain arrays, and one of them, `about`, JSON that says what they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcode.errors import GenerationError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: `what` it is to a person, and the `form` and `version` of it that this dcode reads."""

    what: str
    form: str
    version: int

    def unreadable(self, path: Path, why: str) -> GenerationError:
        """Why a file is none of this kind."""
        told = f"{path.name} is no {self.what} of format {self.form} {self.version}: {why}."
        return GenerationError(told, reason="unavailable", file=str(path))


def read_arrays(path: Path, kind: Kind, names: Sequence[str]) -> tuple[dict[str, npt.NDArray[Any]], Any]:
    """The arrays of those names, and what `about` says; nothing but its format and version has been looked at.

    Raises GenerationError, reason "unavailable", for a file that is none of this kind.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in names}
            about: Any = json.loads(file["about"].tobytes())
        known = about["format"] == kind.form and about["version"] == kind.version
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise kind.unreadable(path, str(error)) from error
    if not known:
        raise kind.unreadable(path, f"it is {about['format']} {about['version']}")
    return arrays, about
