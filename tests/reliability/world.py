"""The plotter, the cable and the computer's clock: one world, in which time passes only while nobody is at work."""

from __future__ import annotations

import heapq
import selectors
from collections import deque
from collections.abc import Callable
from hashlib import blake2b
from itertools import count
from math import inf
from typing import Final

from dcode.errors import PortGone, PortNotFound
from dcode.simulator.faults import Fault, FaultKind, Line
from dcode.simulator.grbl_realtime import GrblRealtime
from dcode.simulator.grbl_state import State

PORT: Final = "/dev/simulated"
_FIRST: Final = 1 << 20  # descriptors that no real file has
_STANDSTILL: Final = 10_000  # steps of the simulator at one moment: more are a circle

Edit = Callable[[bytes], bytes]  # what becomes of one line


class EagerLine(Line):
    """A line that is always advanced from event to event, and so need not look for events in between.

    `edits`: what happens to the next whole answers, one each.
    """

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]  # passed on as they are
        self.edits: deque[Edit] = deque()
        self.renames: list[bytes] = []  # what an answer says, and what is heard instead
        self.edit_answer: Edit | None = None  # what happens to every answer

    def _run_to(self, now: float) -> None:
        self.firmware.advance(now)
        self._collect()

    def _send(self, data: bytes, later: float = 0.0) -> None:
        if self.renames and self.renames[0] and self.renames[0] in data:
            data = data.replace(*self.renames)
            self.renames = []
        if self.edits and b"\n" in data:
            data = self.edits.popleft()(data)
        if self.edit_answer is not None and b"\n" in data:
            data = self.edit_answer(data)
        super()._send(data, later)


class SimPort:
    """One opening of the port: a Transport, as dcode.link.transport has it."""

    def __init__(self, world: SimWorld, descriptor: int) -> None:
        self.name = PORT
        self._world, self._descriptor = world, descriptor
        self.waiting = bytearray()
        self.gone = False
        self.dead = False  # closed, or its process is no more

    def fileno(self) -> int:
        return self._descriptor

    def read(self) -> bytes:
        if self.waiting:
            data = bytes(self.waiting)
            self.waiting.clear()
            return data
        if self.gone:
            raise PortGone(f"{self.name} was unplugged.", port=self.name)
        return b""

    def write(self, data: bytes) -> int:
        if self.dead:
            return len(data)
        if self.gone or not self._world.line.plugged:
            self.gone = True
            raise PortGone(f"{self.name} went away (no such device).", port=self.name)
        return self._world.hear(data)

    def pulse_dtr(self) -> bool:
        if self.gone or self.dead or not self._world.has_dtr:
            return False
        self._world.line.reset(self._world.now)
        return True

    def close(self) -> None:
        self.dead = True
        self._world.forget(self)


class SimWorld:
    """A line with its firmware, and what the host has opened of it.

    `edit_line(line)` is asked what arrives of each line that the host writes; `latency` is how long the driver holds
    answers back. `digest()` tells two runs apart: all bytes both ways, with their moments. `tape` keeps them.
    """

    def __init__(self, line: EagerLine, *, latency: float = 0.0, tape: bool = False) -> None:
        self.line = line
        self.now = 0.0
        self.lines = 0
        self.has_dtr = self.resets_on_open = False
        self.edit_line: Callable[[bytes], bytes] | None = None
        self.late_until = 0.0  # what is written arrives then
        self._late = bytearray()
        self._latency = latency
        self._descriptors = count(_FIRST)
        self._port: SimPort | None = None
        self._held = bytearray()  # in the driver
        self._deliver_at = inf
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._woken = False
        self._digest = blake2b(digest_size=16)
        self.tape: list[tuple[float, str, bytes]] | None = [] if tape else None

    # -- for the host ------------------------------------------------------------------------------------------------

    def open(self, name: str, baud: int, *, dtr: bool | None = None) -> SimPort:
        """What open_port is for real ports. Raises PortNotFound while it is unplugged."""
        if not self.line.plugged:
            raise PortNotFound(f"There is no port {name}.", port=name)
        if self._port:
            self._port.dead = True
        self._held.clear()
        self._deliver_at = inf
        self._port = SimPort(self, next(self._descriptors))
        if self.resets_on_open:
            self.line.reset(self.now)
        return self._port

    def forget(self, port: SimPort) -> None:
        """It was closed: what is said from now on, nobody hears."""
        if self._port is port:
            self._port = None

    def hear(self, data: bytes) -> int:
        """Bytes from the host; how many the driver took."""
        self.note("out", data)
        begin = 0
        while (end := data.find(b"\n", begin) + 1) > 0:
            self.lines += 1
            line = data[begin:end]
            self._pass_on(self.edit_line(line) if self.edit_line is not None else line)
            begin = end
        if begin < len(data):
            self._pass_on(data[begin:])
        return len(data)

    # -- for the loop ------------------------------------------------------------------------------------------------

    def run(self, until: float) -> None:
        stood, self._woken = 0, False
        while not self._has_news():
            when = self._run_firmware(until)
            if when > until or when == inf:
                if until < inf:
                    self._go_to(until)
                return
            if until == inf and self._port is None and not self._calls:
                return  # nobody listens: the plotter alone could go on for ever
            stood = stood + 1 if when <= self.now else 0
            if stood > _STANDSTILL:
                raise RuntimeError("the simulated plotter does not get on")
            self._go_to(when)

    def _run_firmware(self, until: float) -> float:
        """Let the firmware run until it says something, or something else is due; when that is.

        The same as going from event to event, which is what takes most of the time of a schedule: so without asking
        everybody at each step whether it is their turn.
        """
        line, firmware = self.line, self.line.firmware
        others = min(
            self._deliver_at,
            self._calls[0][0] if self._calls else inf,
            line._waiting[0].at if line._waiting else inf,
            line._out[0][0] if line._out else inf,
        )
        limit = min(until, others)
        for _ in range(_STANDSTILL):
            when = firmware._next_step()
            said = firmware._out[0][0] if firmware._out else inf
            if when > limit or when >= said:
                return max(self.now, min(when, said, others))
            firmware._step_to(when)
            self.now = max(self.now, when)
        return self.now

    def ready(self) -> tuple[int, int]:
        port = self._port
        if port is None:
            return -1, 0
        return port.fileno(), (selectors.EVENT_READ if port.waiting or port.gone else 0) | selectors.EVENT_WRITE

    # -- for whoever plays fate --------------------------------------------------------------------------------------

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call at a moment of the world's time, whatever the host is doing."""
        heapq.heappush(self._calls, (self.now + seconds, next(self._numbers), call))

    def interrupt(self, error: BaseException) -> None:
        """Raise this out of the loop, past all that it runs."""

        def throw() -> None:
            raise error

        self.after(0.0, throw)
        self.wake()

    def wake(self) -> None:
        """There is something for the loop to do that it has not waited for."""
        self._woken = True

    def drop_host(self) -> None:
        """The host's process is no more: its port is closed, and nothing that is left of it is heard."""
        if self._port:
            self._port.close()

    @property
    def gondola(self) -> tuple[float, float]:
        """Where it truly hangs, mm on paper."""
        return self.line.firmware.plotter.paper

    @property
    def held(self) -> bool:
        """Whether the machine stands in a hold, as its owner can see."""
        return isinstance(self.line.firmware, GrblRealtime) and self.line.firmware.state in (State.HOLD, State.DOOR)

    def end_faults(self) -> None:
        """Somebody has seen to the cable: it is plugged in, and carries what it is given."""
        line = self.line
        line.add(Fault(FaultKind.UNMUTE))
        line.add(Fault(FaultKind.UNMUTE, way="in"))
        line.add(Fault(FaultKind.NOISE, seconds=1e-9))
        line.add(Fault(FaultKind.NOISE, seconds=1e-9, way="in"))
        line.add(Fault(FaultKind.DELAY))
        line.edits.clear()
        if not line.plugged:
            line.add(Fault(FaultKind.PLUG))

    def hang_where_it_believes(self) -> None:
        """Somebody lifts the pen and pulls the gondola along until the belts are as long as the firmware has them."""
        plotter = self.line.firmware.plotter
        believed = plotter.axes
        if max(abs(real - label) for real, label in zip(plotter._axes(), believed, strict=True)) < 1e-6:
            return
        plotter.set_pen(False)
        plotter._here = plotter._end = believed
        plotter._origin = (0.0, 0.0, 0.0)
        plotter._paper.lay(believed)

    def live_alone(self, seconds: float) -> None:
        """Let time pass without a host."""
        end = self.now + seconds
        while self.now < end:
            self.run(end)

    def digest(self) -> str:
        return self._digest.hexdigest()

    def note(self, way: str, data: bytes) -> None:
        self._digest.update(b"%s %.6f " % (way.encode(), self.now))
        self._digest.update(data)
        if self.tape is not None:
            self.tape.append((self.now, way, data))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _go_to(self, when: float) -> None:
        self.now = max(self.now, when)
        self.line.advance(self.now)
        self._collect()
        if self._deliver_at <= self.now:
            self._deliver()
        while self._calls and self._calls[0][0] <= self.now:
            heapq.heappop(self._calls)[2]()
            self._collect()

    def _collect(self) -> None:
        """Take what has come through to the driver."""
        said = self.line.output()
        if self._port is None:
            return
        if not self.line.plugged:
            self._port.gone = True
        elif said:
            self._held += said
            if not self._latency:
                self._deliver()
            elif self._deliver_at == inf:
                self._deliver_at = self.now + self._latency

    def _deliver(self) -> None:
        self._deliver_at = inf
        if self._port is not None and not self._port.gone:
            self.note("in", bytes(self._held))
            self._port.waiting += self._held
        self._held.clear()

    def _has_news(self) -> bool:
        port = self._port
        return self._woken or (port is not None and (bool(port.waiting) or port.gone))

    def _pass_on(self, data: bytes) -> None:
        if self._late or self.now < self.late_until:
            if not self._late:
                self.after(self.late_until - self.now, self._catch_up)
            self._late += data
        elif data:
            self.line.receive(data, self.now)

    def _catch_up(self) -> None:
        data = bytes(self._late)
        self._late.clear()
        if data:
            self.line.receive(data, self.now)
