"""The plotter as something at the end of a port: what it is doing, and how it comes to be connected."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, Final

from dcode.daemon.blackbox import BlackBox
from dcode.daemon.channel import Channel
from dcode.daemon.greet import greet
from dcode.daemon.plotter_state import PlotterState, may_become
from dcode.daemon.run import Run
from dcode.daemon.status_reports import StatusReports
from dcode.errors import Alarm, DcodeError, FirmwareError, LimitError, LinkError, MachineNotReady, Refused
from dcode.firmware.command import Command
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.questions import ask_limits, read_limits
from dcode.firmware.translate import Translator
from dcode.geometry.bounds import Bounds
from dcode.link.serial import open_port
from dcode.link.transport import Transport
from dcode.machine.machine import Machine
from dcode.streaming import events
from dcode.streaming.quality import Quality

_POLL_SECONDS: Final = 0.2  # between status queries, where the firmware answers them outside the window
_ADOPTED_SECONDS: Final = 0.5  # a port that was never closed: a board that was reset meanwhile has greeted already

_S = PlotterState

Point = tuple[float, float]
Report = Callable[[dict[str, Any]], None]  # tells the daemon; JSON values only
Opener = Callable[..., Transport]  # as dcode.link.serial.open_port


class PlotterPort(ABC):
    """State and port of one machine. What comes over the port is heard by the layers above."""

    def __init__(self, machine: Machine, report: Report, ports: Opener = open_port) -> None:
        self.machine = machine
        self.blackbox = BlackBox()
        self.state = _S.DISCONNECTED
        self.message: str | None = None
        self.port: str | None = None
        self.profile: FirmwareProfile | None = None
        self._said = ""  # of itself by the firmware, as far as it changes the profile
        self.registered = False
        self.pen = "unknown"
        self._report, self._ports = report, ports
        self._channel: Channel | None = None
        self._translator: Translator | None = None
        self._run: Run | None = None
        self._making_safe = False  # after a fault: braking, lifting
        self._area: Bounds | None = None  # the firmware's own limits
        self._feed: float | None = None
        self._shown: Point | None = None  # where the acknowledged moves end
        self._believed: Point | None = None  # the same, kept when the position is lost: the best guess there is
        self._entered = asyncio.Event()  # a state was entered
        self._firmware_state: str | None = None
        self._reports = StatusReports()
        self._base = (0, 0, 0)  # sent, acked, resends when the run began
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    def _next_of_run(self) -> Command | None: ...

    @abstractmethod
    async def _register(self, at: Point) -> None: ...

    @abstractmethod
    async def _is_still_at(self, place: Point, *, kept_open: bool) -> bool: ...

    @abstractmethod
    def _position_unknown(self) -> None: ...

    @abstractmethod
    async def _watch_pen(self, channel: Channel) -> None: ...

    @abstractmethod
    def _sending(self, command: Command) -> None: ...

    @abstractmethod
    def _withdrawn(self, command: Command) -> None: ...

    @abstractmethod
    def _not_carried_out(self, command: Command | None) -> None: ...

    @abstractmethod
    def _acked(self, command: Command) -> None: ...

    @abstractmethod
    def _heard(self, event: events.Event) -> None: ...

    @abstractmethod
    def _fault(self, error: DcodeError, *, position_lost: bool) -> None: ...

    @abstractmethod
    def _lost(self, error: LinkError) -> None: ...

    # -- what others see ---------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The fields of the API's Status that the machine itself knows, and some for the daemon alone."""
        sender = self._channel.sender if self._channel else None
        return {
            "state": str(self.state),
            "port": self.port,
            "profile": self.profile.name if self.profile else None,
            "said": self._said,
            "registered": self.registered,
            "position": self._shown if self.registered else None,
            "pen": self.pen,
            "feed": self._feed,
            "in_flight": len(sender.in_flight) if sender else 0,
            "window": sender.window if sender else 0,
            **(_link(sender.quality) if sender else {}),
            "message": self.message,
            "report": self._firmware_state,
            "area": self._area and [self._area.left, self._area.right, self._area.top, self._area.bottom],
            **self.counts(),
        }

    def counts(self) -> dict[str, int]:
        """Lines and rows of the run so far."""
        sent, acked, resends = self._base
        sender, run = (self._channel.sender if self._channel else None), self._run
        return {
            "lines_sent": sender.sent - sent if sender else 0,
            "lines_acked": sender.acked - acked if sender else 0,
            "resends": sender.resends - resends if sender else 0,
            "row": run.marks.acked.row if run else 0,
            "sent_row": run.marks.sent.row if run else 0,
            "executed_row": run.marks.executed.row if run else 0,
        }

    def _to(self, state: PlotterState, message: str | None = None) -> None:
        assert state is self.state or may_become(self.state, state), f"{self.state} cannot become {state}"
        self.state, self.message = state, message
        self.blackbox.note(f"{state}: {message}" if message else str(state))
        self._entered.set()
        self._entered = asyncio.Event()
        self._report({"event": "status"})

    async def _until(self, *states: PlotterState) -> None:
        """Wait for one of these states."""
        while self.state not in states:
            await self._entered.wait()

    # -- the port ----------------------------------------------------------------------------------------------------

    async def connect(
        self,
        port: str,
        profile: FirmwareProfile,
        *,
        at: Point | None,
        shown_as: str,
        left_at: Point | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Open a port, wait for its firmware, set its modes. Raises LinkError, FirmwareError.

        The position is unknown after it, unless `at` says where the gondola is (a simulated machine), or the firmware
        has not started anew and still stands where the daemon before this one left it, at `left_at`. `transport`: a
        port that was kept open since then.
        """
        self._not_at_work()
        self.disconnect()
        self._to(_S.CONNECTING)
        self.port, self.profile, self._said = shown_as, profile, ""
        channel: Channel | None = None
        try:
            channel = self._open(transport or self._ports(port, profile.baud, dtr=profile.dtr_on_open), profile)
            seconds = _ADOPTED_SECONDS if transport else profile.greeting_seconds
            identity = await greet(channel, profile, Translator(profile, self.machine), seconds)
            self._said = profile.heard(identity)
            self._adopt(channel, profile.adapted(identity))
            locked = await self._set_modes(channel)
            self._area = await self._ask_limits(channel) if not locked else None
            if left_at and not locked and not channel.greeting.done():
                at = left_at if await self._is_still_at(left_at, kept_open=transport is not None) else None
            if at is not None and not locked:
                await self._register(at)
        except DcodeError as error:
            if self._channel is channel:  # else another connect has taken its place meanwhile
                self._drop_channel(error)
                self._to(_S.DISCONNECTED, error.message)
            raise
        if locked:
            self._to(_S.ALARM, f"{locked.message} It is locked: dcode home, or dcode home --here, unlocks it.")
        else:
            self._to(_S.IDLE)
        self._start(self._watch_pen(channel))
        if self.profile.realtime_status:
            self._start(self._poll(channel, self.profile.realtime_status))

    async def _set_modes(self, channel: Channel) -> FirmwareError | None:
        """Why the firmware takes no G-code: grbl starts locked where it wants to be homed ($22). None: it does."""
        try:
            await channel.execute(self._tools.preamble())
        except (Alarm, Refused) as error:
            return error
        return None

    async def _ask_limits(self, channel: Channel) -> Bounds | None:
        """The area outside which the firmware bends or drops moves by itself; None where it keeps to none."""
        assert self.profile
        try:
            replies = await channel.ask(self._tools.heard_out(ask_limits(self.profile)))
            return read_limits(self.profile, replies)
        except Refused:  # a build without the command
            return None

    def _open(self, transport: Transport, profile: FirmwareProfile) -> Channel:
        self._channel = Channel(
            transport,
            profile,
            source=self._next_of_run,
            on_sending=self._sending,
            on_withdrawn=self._withdrawn,
            on_dropped=self._not_carried_out,
            on_ack=self._acked,
            on_event=self._heard,
            on_refused=lambda error: self._fault(error, position_lost=False),
            on_lost=self._lost,
            tap=self.blackbox,
        )
        return self._channel

    def _adopt(self, channel: Channel, profile: FirmwareProfile) -> None:
        """Take up what the firmware says of itself: buffer sizes, axes."""
        self.profile = profile
        channel.restart(profile)
        channel.guard = Guard(self.machine, profile)
        self._translator = Translator(profile, self.machine)

    def disconnect(self) -> None:
        """Close the port. Raises MachineNotReady while a job is at the machine."""
        self._not_at_work()
        self._drop_channel(LinkError("The port was closed.", port=self.port))
        if self.state is not _S.DISCONNECTED:
            self._to(_S.DISCONNECTED)

    @property
    def descriptor(self) -> int | None:
        """The open port, where a duplicate of it can be taken up by another process."""
        transport = self._channel.transport if self._channel else None
        return transport.fileno() if transport and transport.adoptable else None

    def _drop_channel(self, error: DcodeError) -> None:
        if self._channel:
            self._channel.close(error)
        self._channel = self._translator = None
        self._position_unknown()
        self._shown = self._feed = self._firmware_state = None

    async def _poll(self, channel: Channel, query: bytes) -> None:
        """Ask for the firmware's own state while there is something to see."""
        while channel.is_open and self._channel is channel:
            if self.state is not _S.IDLE:
                await self._reports.ask(channel, query)
            await asyncio.sleep(_POLL_SECONDS)

    # -- small things ------------------------------------------------------------------------------------------------

    @property
    def _tools(self) -> Translator:
        return self._wire()[1]

    def _wire(self) -> tuple[Channel, Translator]:
        if self._channel is None or self._translator is None:
            raise MachineNotReady(
                f"The plotter is not connected. {self.message or 'Name its port: --port.'}",
                reason="disconnected",
            )
        return self._channel, self._translator

    def _must_be(self, *allowed: PlotterState) -> None:
        if self._making_safe:
            raise MachineNotReady("Something went wrong, and the pen is being lifted; try again.", reason="busy")
        if self.state not in allowed:
            self._wire()
            raise MachineNotReady(f"The machine is {self.state}. {self.message or ''}".strip(), reason=str(self.state))

    def _not_at_work(self) -> None:
        if self._run is not None:
            raise MachineNotReady(f"Job {self._run.job} is at the machine.", reason="busy", job=self._run.job)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A fault in the middle of winding up has been dealt with where it was seen; it only ends this task."""
        try:
            await work
        except (FirmwareError, LinkError, LimitError, MachineNotReady) as error:
            self._notice(error.kind, error.message)

    def _notice(self, kind: str, message: str) -> None:
        self.blackbox.note(f"{kind}: {message}")
        self._report({"event": "notice", "kind": kind, "message": message})


def _link(quality: Quality) -> dict[str, Any]:
    """The link in the fields of the API's Status."""
    rtt, rtt_max = (seconds and round(seconds * 1000, 2) for seconds in (quality.rtt, quality.rtt_max))
    ratio = round(quality.resend_ratio, 3)
    return {
        "ack_ms": rtt,
        "ack_max_ms": rtt_max,
        "resend_ratio": ratio,
        "starved": quality.starved,
        "poor": quality.poor,
    }


def unregistered() -> MachineNotReady:
    return MachineNotReady(
        "The plotter's position is not known. Bring the gondola to the home position, then run: dcode home --here "
        "(with end-stops: dcode home; at another mark: dcode register).",
        reason="unregistered",
    )
