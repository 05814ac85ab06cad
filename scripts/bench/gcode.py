"""Reading and writing G-code, against the goals.

    P1  a million lines read, interpreted and checked: at least 8 times the lines a second of the fastest public Python
        parser by numpy, 60 times by the compiled scanner
    P2  memory that grows while a million lines are read: at most 150 MB
    P3  a million lines that are all wrong: at most 2 s
    P4  a million moves written: at most 0.5 s, and the same motion when they are read again

The parsers compared with are optional: pip install gcodeparser gcode-lib. Times are seconds of this process on a core,
medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dcode.config.machine_file import load_machine  # noqa: E402
from dcode.gcode.interpret import Reading, interpret  # noqa: E402
from dcode.gcode.measure import measure  # noqa: E402
from dcode.gcode.write import write  # noqa: E402
from dcode.machine.check import check  # noqa: E402
from scripts.bench import drawings  # noqa: E402

MACHINE = load_machine(ROOT / "configs" / "machine.json")
ANCHOR_LINES = 50_000
ERRORS = {"unreadable": b"G1 X%d.5.4 Y1\n", "unsupported": b"G1 X%d A5\n", "impossible arcs": b"G2 X%d I-1\n"}


def ways() -> list[str]:
    try:
        from dcode.gcode import _scan  # noqa: F401
    except ImportError:
        return ["numpy"]
    return ["compiled", "numpy"]


def anchors() -> dict[str, Callable[[str], object]]:
    """The public parsers at hand, by what they are asked to do."""
    found: dict[str, Callable[[str], object]] = {}
    try:
        from gcodeparser import parse_gcode_lines
    except ImportError:
        pass
    else:

        def iterate(text: str) -> None:
            for _ in parse_gcode_lines(text):
                pass

        found["gcodeparser, iterated"] = iterate
    try:
        import gcode_lib
    except ImportError:
        pass
    else:
        found["gcode-lib, with bounds"] = lambda text: gcode_lib.compute_bounds(gcode_lib.from_text(text).lines)
    return found


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def speed(data: bytes, rounds: int) -> list[dict[str, Any]]:
    """P1, with the anchors on the first lines of the same file and between ours."""
    import numpy  # noqa: F401  (its import is no part of reading)

    lines = data.count(b"\n")
    head = b"".join(data.splitlines(keepends=True)[:ANCHOR_LINES]).decode()
    theirs: dict[str, list[float]] = {name: [] for name in anchors()}
    ours: dict[str, list[float]] = {way: [] for way in ways()}
    for _ in range(rounds):
        for name, parser in anchors().items():
            theirs[name].append(seconds(lambda parser=parser: parser(head)) / ANCHOR_LINES)
        for way in ours:
            ours[way].append(seconds(lambda way=way: _read_and_check(data, way)) / lines)
    fastest = min((median(times) for times in theirs.values()), default=None)
    results: list[dict[str, Any]] = [
        {"figure": f"P1 {name}", "value": 1 / median(times) / 1000, "unit": "k lines/s"}
        for name, times in theirs.items()
    ]
    for way, times in ours.items():
        results.append({"figure": f"P1 dcode, {way}", "value": 1 / median(times) / 1000, "unit": "k lines/s"})
        if fastest is not None:
            goal = {"compiled": 60, "numpy": 8}[way]
            ratio = fastest / median(times)
            results.append({"figure": f"P1 {way} to the fastest", "value": ratio, "unit": "times", "at_least": goal})
    return results


def _read_and_check(data: bytes, way: Any) -> None:
    """Read, measure and prove; the proof measures once more, in the fastest way at hand."""
    program = interpret(data, Reading(), way)
    measure(program.motion, way)
    check(program, MACHINE)


def memory(data: bytes) -> list[dict[str, Any]]:
    """P2, each way in a process of its own."""
    results = []
    with tempfile.NamedTemporaryFile(suffix=".gcode") as file:
        file.write(data)
        file.flush()
        for way in ways():
            told = subprocess.run(
                [sys.executable, __file__, "--memory-of", file.name, way], check=True, capture_output=True, text=True
            )
            value = float(told.stdout) / (data.count(b"\n") / 1e6)
            results.append({"figure": f"P2 {way}", "value": value, "unit": "MB/million lines", "at_most": 150})
    return results


def _tell_memory(path: str, way: str) -> None:
    if way == "numpy":
        import numpy  # noqa: F401
    data = Path(path).read_bytes()
    _read_and_check(data[:100_000], way)  # modules are no part of it
    before = _peak()
    _read_and_check(data, way)
    print((_peak() - before) / 1024)


def _peak() -> int:
    """The most memory that this process ever had, in KiB. Linux' ru_maxrss would count the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # bytes on macOS


def errors() -> list[dict[str, Any]]:
    """P3."""
    results = []
    for name, line in ERRORS.items():
        data = b"".join(line % i for i in range(1_000_000))
        for way in ways():
            taken = seconds(lambda data=data, way=way: interpret(data, Reading(), way))  # type: ignore[misc]
            results.append({"figure": f"P3 a million {name}, {way}", "value": taken, "unit": "s", "at_most": 2.0})
    return results


def writing(data: bytes, rounds: int) -> list[dict[str, Any]]:
    """P4."""
    motion = interpret(data, Reading()).motion
    taken = median(seconds(lambda: write(motion)) for _ in range(rounds))
    text = write(motion)
    again = interpret(text.encode(), Reading()).motion
    same = all(getattr(motion, name) == getattr(again, name) for name in ("kind", "x", "y", "value"))
    per_million = taken / len(motion) * 1e6
    return [
        {"figure": "P4 a million moves written", "value": per_million, "unit": "s", "at_most": 0.5},
        {"figure": "P4 read again as the same", "value": float(same), "unit": "of 1", "at_least": 1},
        {"figure": "P4 size to the source's", "value": len(text) / len(data), "unit": "times", "at_most": 1},
    ]


def verdict(result: dict[str, Any]) -> str:
    if "at_least" in result:
        return f"{'ok  ' if result['value'] >= result['at_least'] else 'MISS'} at least {result['at_least']:g}"
    if "at_most" in result:
        return f"{'ok  ' if result['value'] <= result['at_most'] else 'MISS'} at most {result['at_most']:g}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a G-code file to read instead of the made one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--memory-of", nargs=2, metavar=("FILE", "WAY"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.memory_of:
        _tell_memory(*options.memory_of)
        return 0
    data = options.file.read_bytes() if options.file else drawings.million()
    results = [*speed(data, options.rounds), *memory(data), *errors(), *writing(data, options.rounds)]
    for result in results:
        if options.json:
            print(json.dumps(result))
        else:
            print(f"{result['figure']:<38} {result['value']:>10.3g} {result['unit']:<17} {verdict(result)}")
    return 1 if any(verdict(result).startswith("MISS") for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
