"""vpype at work in a process of its own, under a Python that has it: a JSON object a line is asked, one is answered.

    {"read": "in.svg", "to": "lines.npz"}                              all strokes, in mm around the page's centre, y up
    {"run": "linemerge linesort", "on": "lines.npz", "to": "out.npz"}  vpype's commands on them

`seconds` of the answer are of this process, around vpype's work alone. "to" may be left out. Nothing of dcode is needed
here. `quantization` of reading is 0.1 mm, as vpype has it unless told otherwise; "uncut" leaves out the page's edge.
"""

from __future__ import annotations

import json
import sys
import time
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import vpype
from vpype_cli import execute

MM = vpype.convert_length("1mm")


def read(asked: dict[str, Any]) -> tuple[float, Any]:
    begin = time.process_time()
    layer, width, height = vpype.read_svg(asked["read"], 0.1 * MM, crop=not asked.get("uncut", False))
    seconds = time.process_time() - begin
    return seconds, [(line.real - width / 2 + 1j * (height / 2 - line.imag)) / MM for line in layer]


@lru_cache(maxsize=1)
def document(path: str) -> vpype.Document:
    with np.load(path) as file:
        points, starts = file["points"], file["starts"]
    lines = np.split((points[:, 0] + 1j * points[:, 1]) * MM, starts[1:-1])
    found = vpype.Document()
    found.add(vpype.LineCollection(lines), 1)
    return found


def run(asked: dict[str, Any]) -> tuple[float, Any]:
    given = document(asked["on"])
    begin = time.process_time()
    done = execute(asked["run"], given)
    return time.process_time() - begin, [line / MM for line in done.layers[1]]


def main() -> None:
    print(json.dumps({"version": version("vpype")}), flush=True)
    for asked in map(json.loads, sys.stdin):
        seconds, lines = read(asked) if "read" in asked else run(asked)
        counts = [len(line) for line in lines]
        if "to" in asked:
            joined = np.concatenate(lines)
            points = np.column_stack([joined.real, joined.imag])
            np.savez(asked["to"], points=points, starts=np.cumsum([0, *counts], dtype=np.int64))
        print(json.dumps({"seconds": seconds, "strokes": len(counts), "points": sum(counts)}), flush=True)


if __name__ == "__main__":
    main()
