"""The worker process: `python -m dcode.generation.worker`, or dcode.ml.worker, which is the same.

Requests come on stdin, answers go out on stdout; see wire.py. Started by a supervisor, not by a person. It ends when
its stdin does, in the middle of a drawing too: nobody is left to want it, and a GPU's memory is dear.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from dcode.generation.engines import ENGINES, Engines, Entry
from dcode.generation.wire import MAX_REQUEST
from dcode.generation.workbench import Workbench, read_requests

NICE: Final = 10  # a drawing may wait; the next line to the plotter may not
OUT_OF_STEP: Final = 2  # exit code: something was asked that is no request


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until there is nothing more to do."""
    told = _parser().parse_args(arguments)
    own = {name: Entry(name, "", target) for name, _, target in (one.partition("=") for one in told.engine)}
    answers = _private_stdout()
    faulthandler.enable()  # a crash in a library says where, on stderr
    give_way()
    limit_memory(told.memory_mb)
    bench = Workbench(Engines({**ENGINES, **own}), lambda line: _write(answers, line))
    threading.Thread(target=_listen, args=(bench,), daemon=True).start()
    bench.serve()
    sys.stderr.flush()
    os._exit(0)  # the other thread waits in stdin, which the interpreter's own end would stumble over


def limit_memory(megabytes: int) -> None:
    """At most so much memory for this process's data; 0 is no limit. Past it an allocation fails with MemoryError.

    By RLIMIT_DATA, which on Linux counts private writable memory (mm/mmap.c, is_data_mapping), at the moment when it is
    asked for. Not RLIMIT_AS: that counts addresses as well, of which CUDA reserves many times the GPU's memory and
    mapped weights take gigabytes without using any. Not a look at the resident size now and then: between two looks
    the machine may already be swapping, with a plotter on it. Where a system does not count so (macOS) it does nothing.
    """
    if megabytes <= 0:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes << 20
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def give_way() -> None:
    """Run after others, and be the first to go when the computer has no memory left: never the plotter's process."""
    with contextlib.suppress(OSError):
        os.nice(NICE)
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m dcode.generation.worker", description=__doc__)
    parser.add_argument("--memory-mb", type=int, default=0, help="what it may use; 0: as much as there is")
    parser.add_argument("--engine", action="append", default=[], metavar="NAME=MODULE:CALLABLE", help="one more engine")
    return parser


def _private_stdout() -> int:
    """The descriptor for answers. What anything else prints to stdout goes to stderr, and cannot garble them."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _write(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BrokenPipeError:
            os._exit(0)  # nobody reads; see _listen


def _listen(bench: Workbench) -> None:
    """Read stdin to its end, then end the process, whatever the drawing thread is at (it may hang in C code)."""
    code = OUT_OF_STEP
    try:
        problem = read_requests(sys.stdin.buffer.readline, bench, MAX_REQUEST)
        if problem:
            os.write(2, f"The worker does not understand: {problem}\n".encode(errors="replace"))
        else:
            code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
