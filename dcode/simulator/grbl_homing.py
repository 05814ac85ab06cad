"""The homing cycle of grbl 1.1h limits.c: z alone, then x and y together, to their switches and off them again."""

from __future__ import annotations

from math import sqrt
from typing import Final

from dcode.machine.motion_model import Three
from dcode.simulator.firmware import Program, Wait
from dcode.simulator.grbl_realtime import Aborted, GrblRealtime
from dcode.simulator.grbl_state import Alarm, Request, State

_SEARCH: Final = 1.5  # HOMING_AXIS_SEARCH_SCALAR: how far to look, in maximum travels
_CYCLES: Final = ((2,), (0, 1))


def home(firmware: GrblRealtime, switches: tuple[float | None, ...], stuck: bool = False) -> Program:
    """Carry out `$H`. `switches`: how far each axis is from its switch, in mm, signed; None: it has none.

    No switch in reach is alarm 9, a switch that stays pressed (`stuck`) alarm 8; either ends in a reset: Aborted.
    """
    for axes in _CYCLES:
        yield from _home_axes(firmware, axes, switches, stuck)
    firmware.gcode.position = firmware.here()


def _home_axes(
    firmware: GrblRealtime, axes: tuple[int, ...], switches: tuple[float | None, ...], stuck: bool
) -> Program:
    settings = firmware.settings
    fast, slow = (settings[number] / 60 * sqrt(len(axes)) for number in (25, 24))
    backwards = int(settings[23])
    search = _SEARCH * max(settings[130 + axis] for axis in axes)
    off = settings[27]
    for axis in axes:
        way = -1.0 if backwards >> axis & 1 else 1.0
        switch = switches[axis]
        if switch is None or switch * way > search or switch * way < 0:
            here = list(firmware.plotter.position)
            for moved in axes:
                here[moved] += -search if backwards >> moved & 1 else search
            yield from _go(firmware, here, fast)
            yield from _fail(firmware, Alarm.HOMING_APPROACH)
    for speed, share in ((fast, 1.0), (fast, 0.0), (slow, 1.0), (slow, 0.0)):
        here = list(firmware.plotter.position)
        for axis in axes:
            way = -1.0 if backwards >> axis & 1 else 1.0
            if (speed, share) == (fast, 1.0):
                here[axis] += switches[axis] or 0.0
            else:
                here[axis] += off * way * (1 if share else -1)
        yield from _go(firmware, here, speed)
        if stuck and not share:
            yield from _fail(firmware, Alarm.HOMING_PULL_OFF)
        yield firmware.now + settings[26] / 1000  # debounce
    label = list(firmware.plotter.position)
    for axis in axes:
        label[axis] = off - settings[130 + axis] if backwards >> axis & 1 else -off
    firmware.plotter.set_position((label[0], label[1], label[2]))


def _go(firmware: GrblRealtime, target: list[float], speed: float) -> Program:
    """One straight homing move; only a reset ends it early."""
    where: Three = (target[0], target[1], target[2])
    if firmware.plotter.add_line(where, speed):
        firmware.plotter.start()
    while not firmware.plotter.idle:
        if Request.RESET in firmware.requests:
            yield from firmware.realtime()
        yield Wait()


def _fail(firmware: GrblRealtime, alarm: Alarm) -> Program:
    """Raise the alarm; a homing cycle that failed ends in a reset. Raises Aborted."""
    assert firmware.state is State.HOME
    firmware.fail(alarm)
    yield from firmware.realtime()
    raise Aborted
