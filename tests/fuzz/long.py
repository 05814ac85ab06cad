"""Fuzz for as long as there is time: `scripts/fuzz [--minutes N] [TARGET ...]`, by atheris where it is installed.

Atheris is led by the code that an input reaches; hypothesis, which is always there, by chance and the words of the
target. What breaks a target is printed, shrunk by hypothesis or left as crash-* in the current folder by atheris, and
the exit code is 1. Give it a folder for what it learns with --corpus: the next run begins there.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from by_chance import inputs
from hypothesis import HealthCheck, Phase, given, settings
from targets import TARGETS, Target

MEMORY_MB = 1500
LONGEST_INPUT = 4096
LONGEST_SECONDS = 10  # for one input


def main() -> int:
    """Each target in turn; the time is shared by all."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    asked = parser.parse_args()
    if asked.child:
        return _with_atheris(asked.child, asked.targets)
    names = asked.targets or list(TARGETS)
    if unknown := set(names) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    seconds = max(1, round(asked.minutes * 60 / len(names)))
    by_atheris = importlib.util.find_spec("atheris") is not None
    failed = [name for name in names if not (_apart if by_atheris else _by_chance)(name, seconds, asked.corpus)]
    print(f"broken: {', '.join(failed)}" if failed else "nothing broke")
    return bool(failed)


def _by_chance(name: str, seconds: int, corpus: Path | None) -> bool:
    target, end, count = TARGETS[name], time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            _round(target)
        except Exception as error:
            print(f"{name}: {error!r}", *getattr(error, "__notes__", []), sep="\n")
            return False
        count += 1000
    print(f"{name}: {count} inputs by chance", flush=True)
    return True


def _round(target: Target) -> None:
    @settings(
        max_examples=1000,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target))
    def run(data: bytes) -> None:
        target.run(data)

    run()


def _apart(name: str, seconds: int, corpus: Path | None) -> bool:
    """A process for each target: libFuzzer ends the one that it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in TARGETS[name].words))
        learned = (corpus or Path(folder)) / name
        learned.mkdir(parents=True, exist_ok=True)
        limits = [f"-max_total_time={seconds}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={LONGEST_SECONDS}"]
        limits += [f"-max_len={LONGEST_INPUT}", f"-dict={words}", "-print_final_stats=1", "-verbosity=0"]
        command = [sys.executable, __file__, "--child", name, "--", *limits, str(learned)]
        print(f"{name}:", flush=True)
        return subprocess.run(command, check=False).returncode == 0


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _with_atheris(name: str, arguments: list[str]) -> int:
    import atheris

    atheris.instrument_all()
    atheris.Setup([name, *arguments], TARGETS[name].run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
