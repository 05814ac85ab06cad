"""The anchor: vpype, in whatever Python has it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dcode.geometry.lines import Lines
from scripts.bench.geometry_rows import Done

HERE = Path(__file__).parent
WANTED = "1.15"
INSTALL = "it needs vpype (--vpype PYTHON, a Python with vpype==1.15.0 installed)"


class Vpype:
    """A process with vpype loaded, which is given strokes and answers with strokes. Raises LookupError without it."""

    def __init__(self, python: str) -> None:
        self.python = python
        self._folder = tempfile.TemporaryDirectory()
        self._given = dict[int, tuple[Lines, Path]]()  # holds on to the lines: an id is theirs as long as they live
        self._process = subprocess.Popen(
            [python, str(HERE / "geometry_vpype.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        greeting = self._answer()
        if greeting is None:
            self.close()
            raise LookupError(f"{python} has no vpype")
        self.version = str(greeting["version"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def read(self, path: Path, *, uncut: bool = False) -> Done[Lines]:
        """vpype's polylines of an SVG, in mm around its page's centre, y up; curves cut into 0.1 mm."""
        return self._lines({"read": str(path), "uncut": uncut})

    def ordering(self, commands: str, lines: Lines) -> Callable[[], Done[Lines]]:
        """vpype's commands on these polylines."""
        if id(lines) not in self._given:
            path = Path(self._folder.name, f"given{len(self._given)}.npz")
            np.savez(path, points=lines.points, starts=lines.starts)
            self._given[id(lines)] = lines, path
        _, given = self._given[id(lines)]
        return lambda: self._lines({"run": commands, "on": str(given)})

    def _lines(self, question: dict[str, Any]) -> Done[Lines]:
        to = Path(self._folder.name, "answer.npz")
        answer = self._ask(question | {"to": str(to)})
        with np.load(to) as file:
            return Done(Lines(file["points"], file["starts"]), answer["seconds"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer is None:
            raise ChildProcessError(f"vpype failed at {question}")
        return answer

    def _answer(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None
