"""What grbl prints of itself: parser state, parameters, status. Texts and cadence as in grbl 1.1h report.c."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.machine.motion_model import Three
from dcode.simulator.grbl_gcode import Interpreter
from dcode.simulator.grbl_realtime import GrblRealtime
from dcode.simulator.grbl_state import State

HELP: Final = "[HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]\r\n"
BUSY: Final = (State.HOME, State.RUN, State.HOLD, State.JOG, State.DOOR)
WCO_EVERY, WCO_EVERY_BUSY = 10, 30
OVERRIDES_EVERY, OVERRIDES_EVERY_BUSY = 10, 20
_INCH: Final = 25.4
_NAMES: Final = {591: "59.1", 592: "59.2", 593: "59.3"}


def position(at: Three, inches: bool = False) -> str:
    """Three coordinates as grbl prints them."""
    if inches:
        return ",".join(f"{unsigned(value / _INCH, 4)}" for value in at)
    return ",".join(f"{unsigned(value, 3)}" for value in at)


def unsigned(value: float, decimals: int) -> str:
    """A number without the sign of a rounded-away remainder."""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def parser_state(gcode: Interpreter, more: str = "", speed_point: str = "") -> str:
    """The answer to `$G`; `more` are modal words that only some firmwares have."""
    modes = gcode.modes
    feed = modes.feed / _INCH if modes.units == 20 else modes.feed
    flow = "" if modes.flow < 0 else f" M{modes.flow}"
    return (
        f"[GC:G{modes.motion} G{modes.coordinates} G{modes.plane} G{modes.units} G{modes.distance} "
        f"G{modes.feed_mode}{more}{flow} M{modes.spindle} M{modes.coolant} T{modes.tool} F{feed:.0f} "
        f"S{modes.speed:.0f}{speed_point}]\r\n"
    )


def parameters(gcode: Interpreter, inches: bool) -> Iterator[str]:
    """The answer to `$#`."""
    yield from places(gcode, inches)
    yield f"[TLO:{unsigned(gcode.tool_length / (_INCH if inches else 1), 4 if inches else 3)}]\r\n"
    yield f"[PRB:{position((0.0, 0.0, 0.0), inches)}:0]\r\n"


def places(gcode: Interpreter, inches: bool) -> Iterator[str]:
    """The coordinate systems and places, as far as grbl and its kin agree on them."""
    for place, at in gcode.places.items():
        yield f"[G{_NAMES.get(place, place)}:{position(at, inches)}]\r\n"
    yield f"[G92:{position(gcode.g92, inches)}]\r\n"


def state_word(firmware: GrblRealtime) -> str:
    """The first field of a status report."""
    word = firmware.state.value
    if firmware.state is State.HOLD:
        return f"{word}:{0 if firmware.stands else 1}"
    if firmware.state is State.DOOR:
        return f"{word}:{3 if firmware.door == 'restoring' else 0 if firmware.stands else 2}"
    return word


def status(firmware: GrblRealtime) -> str:
    """The answer to `?`. WCO and Ov come by turns, every so many reports."""
    fields = first_fields(firmware, int(firmware.settings[10]))
    busy = firmware.state in BUSY
    if firmware.wco_in > 0:
        firmware.wco_in -= 1
    else:
        firmware.wco_in = (WCO_EVERY_BUSY if busy else WCO_EVERY) - 1
        firmware.overrides_in = firmware.overrides_in or 1  # not both in one report
        fields.append(work_offset(firmware))
    if firmware.overrides_in > 0:
        firmware.overrides_in -= 1
    else:
        firmware.overrides_in = (OVERRIDES_EVERY_BUSY if busy else OVERRIDES_EVERY) - 1
        fields.append(overrides(firmware))
        if accessories := accessory_letters(firmware):
            fields.append(f"A:{accessories}")
    return f"<{'|'.join(fields)}>\r\n"


def first_fields(firmware: GrblRealtime, mask: int) -> list[str]:
    """State, position, buffers and feed. mask: 1 machine position, 2 buffers."""
    plotter, inches = firmware.plotter, bool(firmware.settings[13])
    offset, at = firmware.gcode.work_offset(), firmware.here()
    if mask & 1:
        fields = [state_word(firmware), f"MPos:{position(at, inches)}"]
    else:
        work = (at[0] - offset[0], at[1] - offset[1], at[2] - offset[2])
        fields = [state_word(firmware), f"WPos:{position(work, inches)}"]
    if mask & 2:
        fields.append(f"Bf:{plotter.room()},{max(0, firmware.rx_bytes - len(firmware.rx))}")
    feed = plotter.speed * 60 / (_INCH if inches else 1)
    fields.append(f"FS:{feed:.0f},{spindle_speed(firmware):.0f}")
    return fields


def work_offset(firmware: GrblRealtime) -> str:
    return f"WCO:{position(firmware.gcode.work_offset(), bool(firmware.settings[13]))}"


def overrides(firmware: GrblRealtime) -> str:
    now = firmware.overrides
    return f"Ov:{now.feed},{now.rapid},{now.spindle}"


def spindle_speed(firmware: GrblRealtime) -> float:
    """S as it is put out, with its override and within $31 to $30; 0 with the spindle off."""
    spindle, settings = firmware.spindle, firmware.settings
    if spindle.mode == 5 or spindle.speed <= 0:
        return 0.0
    return min(settings[30], max(settings[31], spindle.speed * firmware.overrides.spindle / 100))


def accessory_letters(firmware: GrblRealtime) -> str:
    """Spindle and coolant, where they are on."""
    spindle = {3: "S", 4: "C", 5: ""}[firmware.spindle.mode]
    return spindle + ("F" if firmware.gcode.modes.coolant == 8 else "")
