"""A pseudo-terminal between a daemon and a plotter that keeps all that the daemon says."""

from __future__ import annotations

import os
import select
import threading
import tty


class Wiretap:
    """Passes bytes both ways. `port` is for the daemon to open; `heard` is what it wrote."""

    def __init__(self, plotter: str) -> None:
        self._near, self._far = os.openpty()
        self._plotter = os.open(plotter, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        tty.setraw(self._plotter)
        self.port = os.ttyname(self._far)
        self.heard = bytearray()
        self._end, self._ended = os.pipe()
        self._thread = threading.Thread(target=self._pass_on, name="wiretap")
        self._thread.start()

    def close(self) -> None:
        os.close(self._ended)
        self._thread.join()
        for fd in (self._near, self._far, self._plotter, self._end):
            os.close(fd)

    def _pass_on(self) -> None:
        while self._end not in (ready := select.select([self._near, self._plotter, self._end], [], [])[0]):
            if self._near in ready:
                data = os.read(self._near, 4096)
                self.heard += data
                os.write(self._plotter, data)
            if self._plotter in ready:
                os.write(self._near, os.read(self._plotter, 4096))
