"""No test here sees the user's own files or environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty config directory, and no DCODE_ variable but the one that names it."""
    for name in [name for name in os.environ if name.startswith("DCODE_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(config))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    return config
