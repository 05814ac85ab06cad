"""What is written to a terminal, byte by byte: the live line, the question, colours."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
from pathlib import Path

import pytest

from tests.cli.fake_daemon import DONE_JOB, job_event, plotting, status_event

CLEAR = b"\r\x1b[K"


class Terminal:
    """A pseudo-terminal, and a command line that has it for stderr, or for stdin as well."""

    def __init__(self, columns: int) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, text: bytes) -> None:
        os.write(self._ours, text)

    def written(self) -> bytes:
        """All that comes until the command line ends."""
        os.close(self.theirs)
        data = b""
        try:
            while piece := os.read(self._ours, 1 << 16):
                data += piece
        except OSError:  # EIO: nobody has the other end any more
            pass
        os.close(self._ours)
        return data


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    return Terminal


def followed(process, terminal: Terminal, *arguments: object) -> bytes:
    with process(*arguments, stderr=terminal.theirs):
        return terminal.written()


def a_short_job():
    at_machine = {"state": "plotting", "job": {"id": 12, "name": "horse.gcode", "state": "plotting"}}
    return [
        status_event(**at_machine, eta_seconds=50.0),
        job_event(plotting(50)),
        job_event(plotting(50)),
        job_event(DONE_JOB),
    ]


def test_progress_is_one_line_that_is_gone_at_the_end(daemon, process, terminal, horse: Path):
    daemon(events=a_short_job())
    written = followed(process, terminal(100), "plot", horse)
    lines = written.split(CLEAR)
    assert b"\n" not in written
    assert lines[-1] == b""
    assert any(line.endswith(b" 50 %  line 3 of 7  0:00:50  about 50 s left  plotting") for line in lines)


def test_what_has_not_changed_is_not_drawn_again(daemon, process, terminal, horse: Path):
    daemon(events=a_short_job())
    written = followed(process, terminal(100), "plot", horse)
    assert written.count(b"50 %") == 1


def test_a_narrow_terminal_gets_a_short_line(daemon, process, terminal, horse: Path):
    daemon(events=a_short_job())
    lines = followed(process, terminal(20), "plot", horse).split(CLEAR)
    assert max(len(line.decode()) for line in lines) < 20


def test_a_terminal_that_knows_ascii_gets_ascii(daemon, process, terminal, monkeypatch, horse: Path):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    daemon(events=a_short_job())
    written = followed(process, terminal(100), "plot", horse)
    assert b"############............" in written
    assert written.isascii()


def test_a_dumb_terminal_gets_lines(daemon, process, terminal, monkeypatch, horse: Path):
    monkeypatch.setenv("TERM", "dumb")
    daemon(events=a_short_job())
    written = followed(process, terminal(100), "plot", horse)
    assert b"\x1b" not in written
    assert b"horse.gcode: 50 %, line 3 of 7" in written


@pytest.mark.parametrize(("no_color", "first"), [("", b"\x1b[31mdcode:\x1b[0m "), ("1", b"dcode: ")])
def test_colour_is_only_for_those_who_want_it(process, terminal, monkeypatch, no_color: str, first: bytes):
    monkeypatch.setenv("NO_COLOR", no_color)
    assert followed(process, terminal(100), "status").startswith(first + b"No daemon")


def test_no_colour_where_there_is_no_terminal(dcode):
    assert dcode("status").err.startswith("dcode: No daemon")


@pytest.mark.parametrize(
    ("typed", "code", "queued"), [(b"\n", 0, 1), (b"y\n", 0, 1), (b"n\n", 130, 0), (b"\x04", 130, 0)]
)
def test_a_person_is_asked_first(daemon, process, terminal, horse: Path, typed: bytes, code: int, queued: int):
    fake = daemon(events=a_short_job())
    terminal = terminal(100)
    terminal.type(typed)
    with process("plot", horse, stdin=terminal.theirs, stderr=terminal.theirs) as running:
        written = terminal.written()
    assert re.search(rb"Plot horse.gcode \(200 mm of ink, about \d\d s\) now\? \[Y/n\] ", written)
    assert (running.returncode, len(fake.asked("job.commit"))) == (code, queued)


def test_yes_is_an_answer_given_before(daemon, process, terminal, horse: Path):
    daemon(events=a_short_job())
    terminal = terminal(100)
    with process("plot", horse, "--yes", stdin=terminal.theirs, stderr=terminal.theirs) as running:
        written = terminal.written()
    assert b"now?" not in written
    assert running.returncode == 0
