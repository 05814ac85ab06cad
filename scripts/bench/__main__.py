"""python scripts/bench NAME [...]: run one benchmark; without a name, say which there are."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
LIBRARIES = {"drawings"}


def is_benchmark(path: Path) -> bool:
    """Names of two words are parts of one, such as geometry_order."""
    return "_" not in path.stem and path.stem not in LIBRARIES


def main() -> None:
    names = sorted(path.stem for path in HERE.glob("*.py") if is_benchmark(path))
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit(f"usage: python scripts/bench NAME [...], with NAME one of: {', '.join(names)}")
    script = HERE / f"{sys.argv.pop(1)}.py"
    sys.argv[0] = str(script)
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
