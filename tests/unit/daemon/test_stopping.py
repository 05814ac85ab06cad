"""A stop by the user, and what the firmware says of it."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from dcode.config.paths import data_dir
from dcode.daemon.channel import Channel
from dcode.daemon.plotter import Plotter
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import DcodeError
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.firmware.translate import Translator
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine
from dcode.streaming.events import Fault

MARLIN = load_profile("marlin", data_dir("firmware_profiles")).adapted("Cap:EMERGENCY_PARSER:1")


class Halted:
    """A channel whose firmware says, before the stop has ended, that it was halted."""

    is_open, guard = True, None

    def __init__(self, plotter: Plotter) -> None:
        self._plotter = plotter
        self.sent: list[Any] = []
        self.transport = cast(Any, self)

    def halt(self, error: DcodeError) -> None:
        pass

    def realtime(self, data: bytes) -> None:
        self._plotter._heard(Fault("Error:Printer halted. kill() called!"))

    def pulse_dtr(self) -> bool:
        return False

    async def execute(self, commands: list[Any]) -> None:
        self.sent += commands


def test_what_a_firmware_says_of_being_halted_by_a_stop_is_no_fault() -> None:
    async def stopped(profile: FirmwareProfile) -> tuple[Plotter, Halted]:
        machine = Machine(800.0, 600.0, Bounds(-300.0, 300.0, 200.0, -200.0))
        plotter = Plotter(machine, lambda told: None)
        channel = Halted(plotter)
        plotter.profile, plotter.state = profile, PlotterState.PLOTTING
        plotter._channel, plotter._translator = cast(Channel, channel), Translator(profile, machine)
        await plotter.stop(other_reset=False)
        await asyncio.sleep(0)
        return plotter, channel

    plotter, channel = asyncio.run(stopped(MARLIN))
    assert (plotter.state, channel.sent) == (PlotterState.ALARM, [])
    assert plotter.message and plotter.message.startswith("Stopped. M112 halted the firmware at once")
    plotter._must_be(PlotterState.ALARM)  # and it is not busy: the user may go home
