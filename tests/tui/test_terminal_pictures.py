"""What a terminal is asked about pictures, before the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from time import monotonic

import pytest

CODE = """
from dcode.tui.terminal_pictures import ask_terminal, picture_widget
ask_terminal()
print(getattr(picture_widget(), "__name__", None))
"""
KITTY = re.compile(rb"\x1b_Gi=(\d+)")
PATIENCE = 60.0


def said(name: str, *, answers: bool) -> bytes:
    """What a program says in a terminal of this name that knows kitty's protocol, or is silent about it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 960, 640))
    inside = {key: value for key, value in os.environ.items() if key not in ("TMUX", "NO_COLOR", "TERM_PROGRAM")}
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    asking = subprocess.Popen([sys.executable, "-c", CODE], **streams, env=inside | {"TERM": name})  # type: ignore[call-overload]
    os.close(theirs)
    seen, deadline = b"", monotonic() + PATIENCE
    while select.select([ours], [], [], max(0.0, deadline - monotonic()))[0]:
        try:
            data = os.read(ours, 1 << 12)
        except OSError:  # it has ended
            break
        seen += data
        if b"\x1b[c" in data:
            os.write(ours, b"\x1b[?62c")
        if answers and (asked := KITTY.search(data)):
            os.write(ours, b"\x1b_Gi=" + asked[1] + b";OK\x1b\\")
    asking.wait(PATIENCE)
    os.close(ours)
    return seen


@pytest.mark.parametrize(
    ("name", "answers", "widget"),
    [("xterm-kitty", True, b"TGPImage"), ("xterm-kitty", False, b"None"), ("xterm-256color", True, b"None")],
)
def test_the_terminal_is_taken_at_its_word(name: str, answers: bool, widget: bytes) -> None:
    seen = said(name, answers=answers)
    assert seen.splitlines()[-1].endswith(widget), seen
    assert (KITTY.search(seen) is not None) == (name == "xterm-kitty")  # others are not asked
