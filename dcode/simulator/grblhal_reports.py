"""What grblHAL prints of itself where it differs from grbl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.simulator import grbl_reports as reports
from dcode.simulator.grbl_gcode import Interpreter
from dcode.simulator.grbl_realtime import GrblRealtime

_EVERY_FIELD: Final = {"WCO", "WCS", "Ov", "A", "Sc", "MPG", "H", "T", "P", "TLR", "FW"}


def status(firmware: GrblRealtime, due: set[str], complete: bool) -> str:
    """The answer to `?`. A field comes when what it shows has changed (`due`), WCO and Ov every so often as well, and
    all of them when the report is to be `complete` (0x87)."""
    busy = firmware.state in reports.BUSY
    if complete:
        due = due | _EVERY_FIELD
    if "WCO" in due:
        firmware.wco_in = (reports.WCO_EVERY_BUSY if busy else reports.WCO_EVERY) - 1
    elif firmware.wco_in > 0:
        firmware.wco_in -= 1
    if firmware.overrides_in > 0 and "Ov" not in due:
        firmware.overrides_in -= 1
    elif "Ov" in due or "WCO" not in due:
        firmware.overrides_in = (reports.OVERRIDES_EVERY_BUSY if busy else reports.OVERRIDES_EVERY) - 1
        due = due | ({"Ov", "A"} if firmware.spindle.mode != 5 else {"Ov"})
    fields = {
        "WCO": reports.work_offset(firmware),
        "WCS": f"WCS:G{firmware.gcode.modes.coordinates}",
        "Ov": reports.overrides(firmware),
        "A": f"A:{reports.accessory_letters(firmware)}",
        "Sc": "Sc:",
        "MPG": "MPG:0",
        "H": "H:0",
        "T": "T:0",
        "P": "P:0",
        "TLR": "TLR:0",
        "FW": "FW:grblHAL",
    }
    first = reports.first_fields(firmware, int(firmware.settings[10]))
    return f"<{'|'.join([*first, *(text for name, text in fields.items() if name in due)])}>\r\n"


def parser_state(gcode: Interpreter) -> str:
    """The answer to `$G` and 0x83."""
    return reports.parser_state(gcode, more=" G40 G49 G98 G50", speed_point=".")


def parameters(firmware: GrblRealtime) -> Iterator[str]:
    """The answer to `$#`. Where the probe touched is told as if 0 were belt lengths."""
    zero = (0.0, 0.0, 0.0)
    belts = firmware.plotter.motion.belts
    probe = (*belts.position(0.0, 0.0), 0.0) if belts else zero
    yield from reports.places(firmware.gcode, False)
    yield f"[TLO:{reports.position(zero)}]\r\n"
    yield f"[PRB:{reports.position(probe)}:0]\r\n"
