"""Run by scripts/test-wheel in an environment that has the built wheel and nothing else, outside the checkout.

Plain asserts, no pytest: it is not installed there.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DCODE = Path(sys.executable).with_name("dcode")


def dcode(*arguments: str, state: Path) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, "DCODE_STATE_DIR": str(state), "DCODE_CONFIG_DIR": str(state / "config")}
    done = subprocess.run(
        [str(DCODE), *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"dcode {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def main() -> None:
    """Every part of the bare install works, and torch is not there."""
    assert importlib.util.find_spec("torch") is None
    package = Path(importlib.util.find_spec("dcode").origin).parent  # type: ignore[union-attr, arg-type]
    assert "site-packages" in package.parts, f"{package} is not the installed wheel"
    horse = package / "_data" / "examples" / "horse.gcode"
    with tempfile.TemporaryDirectory() as folder:
        state, ink = Path(folder) / "state", Path(folder) / "horse.svg"
        assert dcode("--version", state=state).strip()
        names = {"makelangelo", "marlin", "grbl", "grblhal", "fluidnc"}
        listed = dcode("profiles", state=state)
        assert all(name in listed for name in names), listed
        assert json.loads(dcode("check", str(horse), "--json", state=state))["ok"] is True
        try:
            port = ("--port", "sim:grbl?speed=100")
            end = dcode("plot", str(horse), *port, "--yes", "--json", "--ink", str(ink), state=state)
            assert json.loads(end.splitlines()[-1])["state"] == "done", end
            assert json.loads(dcode("status", "--json", state=state))["state"] == "idle"
            wish = ("draw", "a horse", "--no-plot", "--json", "-o", str(Path(folder) / "horse.gcode"))
            assert json.loads(dcode(*wish, state=state))["ok"] is True
        finally:
            dcode("daemon", "stop", state=state)
        assert ink.read_text().count("<path") >= 20, "the simulated pen laid no horse"
    print("The wheel works without torch, outside the checkout.")


if __name__ == "__main__":
    main()
