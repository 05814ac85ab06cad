"""O6 and P4: much at a time.

O6  200,000 strokes ordered in at most 20 s and 600 MB, and never longer than given
P4  a million moves written in at most 0.5 s; what was written is read and written again as the same bytes
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dcode.gcode.interpret import Reading, interpret  # noqa: E402
from dcode.gcode.motion import Kind, Motion  # noqa: E402
from dcode.gcode.write import write  # noqa: E402
from scripts.bench.geometry_rows import Row, in_turns, timed  # noqa: E402
from scripts.bench.geometry_setting import Setting  # noqa: E402

STROKES = 200_000


def many(setting: Setting) -> Iterator[Row]:
    """O6, in a process of its own."""
    told = subprocess.run([sys.executable, __file__], check=True, capture_output=True, text=True)
    figures = json.loads(told.stdout)
    yield Row("O6", f"{STROKES:,} strokes: time", "s", figures["seconds"], at_most=20)
    yield Row("O6", f"{STROKES:,} strokes: peak memory", "MB", figures["peak_mb"], at_most=600)
    yield Row("O6", f"{STROKES:,} strokes, as given: length", "mm", figures["after"], figures["before"], at_most=1)


def _tell_many() -> None:
    from dcode.geometry.order.best_order import best_order
    from scripts.bench import drawings

    lines = drawings.stipple(9, STROKES)
    begin = time.process_time()
    done = best_order(lines)
    done.sequence.apply(lines)
    seconds = time.process_time() - begin
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "before": done.before, "after": done.after}))


def written(setting: Setting) -> Iterator[Row]:
    """P4. The anchor is what one would write: a text for each row, joined."""
    motion = interpret(setting.million(), Reading()).motion
    done = in_turns({"theirs": timed(lambda: _joined(motion)), "ours": timed(lambda: write(motion))}, setting.rounds)
    scale = 1e6 / len(motion)
    ours, theirs = (done[who].seconds * scale for who in ("ours", "theirs"))
    yield Row("P4", "a million moves, f-strings: time", "s", ours, theirs, at_most=0.5, itself=True)
    text = done["ours"].result
    again = interpret(text.encode(), Reading()).motion
    same = all(getattr(motion, name) == getattr(again, name) for name in ("kind", "x", "y", "value"))
    yield Row("P4", "read again: the same motion", "of 1", float(same), at_least=1)
    yield Row("P4", "written again: the same bytes", "of 1", float(write(again) == text), at_least=1)


def _joined(motion: Motion) -> str:
    rows = zip(motion.kind, motion.x, motion.y, motion.value, strict=True)
    return "".join(
        f"G1 X{x:.3f} Y{y:.3f} F{value:g}\n" for kind, x, y, value in rows if kind in (Kind.DRAW, Kind.TRAVEL)
    )


if __name__ == "__main__":
    _tell_many()
