"""The captures of grbl 1.1h and grblHAL, and how they are replayed.

Every line of all four is compared, in order; none is left out. Numbers and times may be off by what is said here.
"""

from __future__ import annotations

from replay import Action, Bench, Case, Tolerance

from dcode.simulator.faults import Fault, FaultKind
from dcode.simulator.firmware import Firmware, build
from dcode.simulator.grblhal import GrblHal
from dcode.simulator.setup import Setup


def _grbl() -> Firmware:
    return build("grbl", Setup(captured=True))


def _grblhal() -> Firmware:
    # What it printed in one go ($ES) came at about this speed.
    return GrblHal(Setup(captured=True), baud=170_000)


def _fault(kind: FaultKind, count: int = 1, data: bytes = b"") -> Action:
    def act(bench: Bench) -> None:
        bench.line.add(Fault(kind, at=bench.line.now, count=count, data=data))

    return act


def _press(button: str) -> Action:
    return _fault(FaultKind.PRESS, data=button.encode())


def _plug_in(bench: Bench) -> None:
    """The host opens the port again: DTR resets the chip."""
    bench.line.add(Fault(FaultKind.PLUG, at=bench.line.now))
    bench.line.reset(bench.line.now)


# Positions in motion: up to 25 mm/s were driven, so 0.15 mm are 6 ms, less than one segment of the step generator.
_GRBL_STATUS = Tolerance("<", {"MPos": 0.15, "WPos": 0.15})

# The capture does not tell when the buttons were pressed; these moments follow from where the gondola stopped.
_BUTTONS = ((153.035, _press("hold")), (153.845, _press("start")), (154.343, _press("reset")))

# The grblHAL that was captured ran on Linux in slices of 20 ms, in each of which it first took one byte, later more.
# So its replies may come 0.4 s later than here; and what was sent around a line of 302 characters arrived as follows.
# Afterwards it takes input at once, so that the motion can be compared: 0.15 mm, and 20 mm/min at 10 mm/s2 (which is
# 0.03 s). Its receive buffer still held a byte when it was asked at 19.578 s.
_GRBLHAL_LATE = {12.016: 18.20, 12.517: 19.55, 13.017: 19.555, 13.418: 19.56, 13.618: 19.57, 18.235: 19.605}
_GRBLHAL_STATUS = Tolerance("<", {"MPos": 0.15, "FS": 20.0, "Bf": 1.0})

CASES = [
    Case("grbl11h_simavr_basic.txt", _grbl, begin=1.0),
    Case("grbl11h_simavr_realtime_alarms.txt", _grbl, timed=_BUTTONS, tolerances=(_GRBL_STATUS,)),
    Case(
        "grbl11h_faults.txt",
        _grbl,
        actions={
            "drop 4 bytes": _fault(FaultKind.DROP, 4),
            "corrupt 2": _fault(FaultKind.CORRUPT, 2),
            "mute": _fault(FaultKind.DROP, 4),
            "unplug": _fault(FaultKind.UNPLUG),
            "replugged": _plug_in,
        },
        timed=((2.806, _fault(FaultKind.INJECT, data=b"ok\n")),),
    ),
    Case(
        "grblhal_sim_wallplotter.txt",
        _grblhal,
        begin=1.0,
        late=_GRBLHAL_LATE,
        seconds=0.4,
        tolerances=(_GRBLHAL_STATUS,),
    ),
]
