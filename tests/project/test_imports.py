"""What a process imports is part of what it promises: fast clients, a small daemon, a pure core."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "numpy", "pydantic", "asyncio", "serial", "textual", "rich", "fontTools", "vpype"}


def imported_by(code: str) -> set[str]:
    """Top-level modules that are there after running `code` in a fresh interpreter."""
    probe = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("dcode.cli.main", HEAVY),
        ("dcode.client.sync", HEAVY),
        ("dcode.gcode.interpret", HEAVY),
        ("dcode.machine.check", HEAVY),
        ("dcode.firmware.translate", HEAVY),
        ("dcode.streaming.sender", HEAVY),
        ("dcode.config.machine_file", HEAVY),
        ("dcode.config.settings", HEAVY),
        ("dcode.tui.main", HEAVY),
        ("dcode.cli.commands.check", HEAVY),
        ("dcode.daemon.plotter_process", {"torch", "numpy", "textual", "rich", "click", "pydantic"}),
        ("dcode.daemon.prepare", {"torch", "numpy", "textual", "rich", "click", "pydantic"}),
        ("dcode.daemon.plotter", {"torch", "numpy", "textual", "rich", "click"}),
        ("dcode.daemon.service", {"torch", "numpy", "textual", "rich", "click"}),
        ("dcode.simulator", {"torch", "numpy", "textual", "rich", "click", "pydantic"}),
    ],
)
def test_a_module_imports_nothing_that_it_must_not(module: str, forbidden: set[str]) -> None:
    assert not imported_by(f"import {module}") & forbidden
