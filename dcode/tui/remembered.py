"""What the screen remembers from one time to the next, beside the daemon's files. Nothing that anything depends on."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

from dcode.config.paths import make_state_dir
from dcode.errors import ConfigError

NAME: Final = "tui.json"


def recalled(state_dir: Path) -> dict[str, Any]:
    """All that was remembered; nothing where the file is not there, or not ours."""
    with contextlib.suppress(OSError, ValueError):
        told = json.loads((state_dir / NAME).read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return told
    return {}


def remember(state_dir: Path, **values: Any) -> None:
    """Keep these beside what is kept already. Raises ConfigError or OSError where there is no place to keep them."""
    new = make_state_dir(state_dir) / f"{NAME}.{os.getpid()}"
    new.write_text(json.dumps(recalled(state_dir) | values), encoding="utf-8")
    new.replace(state_dir / NAME)


def last_folder(state_dir: Path) -> Path:
    """The folder of the file that was chosen last, if it is still there; else the one that this was begun in."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        folder = Path(recalled(state_dir).get("folder") or Path.cwd())
        if folder.is_dir():
            return folder
    return Path.cwd()


def remember_folder(state_dir: Path, folder: Path) -> None:
    """Keep it for the next time, where there is a place to keep it."""
    with contextlib.suppress(OSError, ConfigError):
        remember(state_dir, folder=str(folder))
