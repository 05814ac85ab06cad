"""The shipped profiles, and the machine of today's machine.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcode.firmware.profile import FirmwareProfile, builtin_profiles
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine

FOLDER = Path(__file__).parents[3] / "firmware_profiles"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def profiles() -> dict[str, FirmwareProfile]:
    return builtin_profiles(FOLDER)


@pytest.fixture(scope="session")
def machine() -> Machine:
    return Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
