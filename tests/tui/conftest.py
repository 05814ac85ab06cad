"""dcode-tui in a pseudo-terminal against a real daemon, or driven by Textual's pilot."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.daemon.conftest import Rig, rig, serve_plotter, short_dir
from tests.patience import bounded
from tests.tui.terminal import Terminal, tui

__all__ = ["Rig", "bounded", "rig", "serve_plotter", "short_dir"]


@pytest.fixture
def screen(short_dir: object) -> Iterator[Callable[..., Terminal]]:
    """Opens screens: screen(rig) shows its daemon; all are closed at the end."""
    opened: list[Terminal] = []

    def open_screen(rig: Rig, *arguments: str, **size: int) -> Terminal:
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        opened.append(tui(environment, "--state-dir", str(rig.state), *arguments, **size))
        return opened[-1]

    yield open_screen
    for one in opened:
        one.close()
