"""Where the gondola is, by marks that a person finds on the paper; and how the paper lies."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from dcode.api import marks as api
from dcode.api.model import Nothing
from dcode.api.status import Status
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.recovery import Interruption
from dcode.daemon.server import Client
from dcode.errors import JobError, MachineNotReady
from dcode.geometry.similarity import Similarity
from dcode.machine.marks import HOME, Mark, marks


class MarkDesk:
    """Answers plotter.marks and plotter.register. `interruption`: the job that was interrupted last, for its marks.

    `sheet`: how the paper lies now against where it lay when that job was begun; None: as it did.
    """

    def __init__(
        self,
        machine: MachineDesk,
        interruption: Callable[[], Awaitable[Interruption | None]],
        status: Callable[[], Status],
    ) -> None:
        self._machine, self._interruption, self._status = machine, interruption, status
        self._plotter = machine.plotter
        self.sheet: Similarity | None = None
        self._first_mark: tuple[float, float] | None = None
        self.last = HOME  # the name of the mark that was registered last
        machine.on_position_lost = self.forget

    def forget(self) -> None:
        """The machine was homed, or the port was opened anew: marks of before say nothing."""
        self.sheet = self._first_mark = None
        self.last = HOME

    async def marks(self, params: Nothing, client: Client) -> api.Marks:
        return api.Marks(marks=[api.Mark(**mark._asdict()) for mark in await self._marks()])

    async def register(self, params: api.Register, client: Client) -> api.Registered:
        self._machine.must_not_be_led()
        await self._machine.ensure_connected()
        place = await self._place_of(params)
        if params.second:
            return self._register_second(place)
        offset = await self._plotter.call("register", x=place[0], y=place[1])
        self._first_mark, self.sheet, self.last = place, None, params.mark or self.last
        self._machine.on_ready()
        return api.Registered(status=self._status(), offset=offset)

    def _register_second(self, place: tuple[float, float]) -> api.Registered:
        """The gondola is at a second mark and knows where that is: so the sheet is turned, or stretched."""
        at = self._plotter.status.get("position")
        if self._first_mark is None or not at or not self._plotter.status["registered"]:
            raise MachineNotReady(
                "A second mark needs a first one: dcode register MARK, go to the other with dcode jog, then --second.",
                reason="unregistered",
            )
        first = self._first_mark
        self.sheet = Similarity.of([(first, first), (place, (at[0], at[1]))])
        return api.Registered(
            status=self._status(),
            offset=(at[0] - place[0], at[1] - place[1]),
            rotation_degrees=self.sheet.rotation_degrees,
            scale=self.sheet.scale,
        )

    async def _marks(self) -> list[Mark]:
        found = await self._interruption()
        machine = self._machine.keeper.look()
        return marks(machine, found.motion, found.executed) if found else marks(machine)

    async def _place_of(self, params: api.Register) -> tuple[float, float]:
        """Where the gondola is said to be. Raises JobError for a mark that is not there, or for no place at all."""
        if params.mark is None and params.x is not None and params.y is not None:
            if not (math.isfinite(params.x) and math.isfinite(params.y)):
                raise JobError("A place is two numbers, in mm.")
            return params.x, params.y
        named = await self.named(params.mark)
        return named.x, named.y

    async def named(self, name: str | None) -> Mark:
        """The mark of that name. Raises JobError where there is none."""
        known = await self._marks()
        found = next((mark for mark in known if mark.name == name), None)
        if found is None:
            names = ", ".join(mark.name for mark in known)
            raise JobError(
                f"There is no mark {name!r}. There are: {names}.", hint="A mark is named as it is written there."
            )
        return found
