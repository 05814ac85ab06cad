"""Engines for tests: small, and each with one way of going right or wrong. Workers import them by name."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from dcode.errors import GenerationError
from dcode.generation.request import Drawn, DrawRequest, Progress
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines

Report = Callable[[Progress], None]
Asked = Callable[[], bool]

PNG = b"\x89PNG\r\n\x1a\n and the rest"


def square(side: float) -> Lines:
    return Lines.of([[(0.0, 0.0), (side, 0.0), (side, side), (0.0, side), (0.0, 0.0)]])


class Fake:
    """Draws squares, `count` of them, with the seed as their side; names its process as their source.

    Tells two steps. The others go wrong between them.
    """

    name = "fake"

    def draw(self, request: DrawRequest, report: Report, cancelled: Asked) -> Sequence[Drawn]:
        report(Progress("thinking", 1, 2))
        self.meanwhile(report, cancelled)
        report(Progress("drawing", 2, 2, PNG, square(1.0)))
        return [
            Drawn(square(request.seed + number), 0.5, f"pid {os.getpid()}", self.name, "none", request.seed, 0.25, None)
            for number in range(request.count)
        ]

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        """What happens between the steps."""


class SaysWho(Fake):
    """Tells the pid of its worker as a stage."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        report(Progress(f"pid {os.getpid()}", 1))


class Endless(Fake):
    """Goes on until it is cancelled."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        report(Progress(f"pid {os.getpid()}", 1))
        while not cancelled():
            report(Progress("endless", 1))


class Hung(Fake):
    """Does nothing any more, hears no cancel, and does not mind SIGTERM."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        report(Progress(f"pid {os.getpid()}", 1))
        threading.Event().wait()


class Killed(Fake):
    """Is killed in the middle of a drawing."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        sys.stderr.write("first words\nlast words\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)


class Greedy(Fake):
    """Wants a gigabyte."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        report(Progress(f"pid {os.getpid()}", 1))
        bytearray(1 << 30)


class Noisy(Fake):
    """Prints, as libraries do, and has what it starts print."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        print('{"say":"done","id":1}', flush=True)  # noqa: T201
        os.write(1, b"straight to the descriptor\n")
        os.system("echo from a child")


class Chatty(Fake):
    """Has more to tell than a slow reader reads: 400 pictures of 100 kB."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        for number in range(400):
            report(Progress("chatting", number, 400, PNG + bytes(100_000)))


class Defective(Fake):
    """Has a defect."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        raise ZeroDivisionError("by nothing")


class Weightless(Fake):
    """Has no weights."""

    def meanwhile(self, report: Report, cancelled: Asked) -> None:
        raise GenerationError("fake has no weights: fetch them.", reason="unavailable")


class Live(Fake):
    """Draws `seed` squares in a frame of 100 by 100, one a step, each within the last; says how many are done.

    With the prompt "lost" the worker dies after the third, the first time that it is asked.
    """

    def draw(self, request: DrawRequest, report: Report, cancelled: Asked) -> Sequence[Drawn]:
        lines, marker = Lines.of([]), Path(request.style or "")
        for number in range(1, request.seed + 1):
            lines = Lines.of([square(100.0 - 2 * inner).points + inner for inner in range(number)])
            frame = Bounds(0.0, 100.0, 100.0, 0.0)
            report(Progress("squares", number, request.seed, None, lines, number, frame if request.live else None))
            if request.prompt == "lost" and number == 3 and not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if request.prompt == "for ever" and number == 3:
                threading.Event().wait()
        return [Drawn(lines, None, None, self.name, "none", request.seed, 0.1)]
