"""Models and machines that these tests share. Nothing here runs where torch is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine

if TYPE_CHECKING:
    from dcode.ml.checkpoint import LoadedDecoder

Open = Callable[[str], "LoadedDecoder"]


@pytest.fixture(scope="session")
def owners() -> Machine:
    """The owner's machine: today's machine.json."""
    return Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Opens the saved model of a layout; saved once, loaded once."""
    from dcode.ml.checkpoint import load_decoder
    from tests.ml import builders

    loaded: dict[str, LoadedDecoder] = {}

    def get(layout: str) -> LoadedDecoder:
        if layout not in loaded:
            folder: Path = tmp_path_factory.mktemp(layout)
            builders.save(folder, layout)
            loaded[layout] = load_decoder(folder)
        return loaded[layout]

    return get
