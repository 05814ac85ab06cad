"""The captures of Marlin 2.1 and of the legacy Makelangelo-firmware, and how they are replayed."""

from __future__ import annotations

from ast import literal_eval
from functools import partial

from replay import Action, Bench, Case, Remark, Tolerance, entries

from dcode.simulator.firmware import Firmware, build
from dcode.simulator.setup import Setup

_EPARSER = "marlin21_eparser_advok.txt"
_MAKELANGELO = "makelangelo_legacy_fw.txt"


def _marlin(**options: str | bool) -> Firmware:
    return build("marlin", Setup(captured=True, options=options))


def _reset(bench: Bench) -> None:
    bench.line.reset(bench.line.now)


def _check_unrecorded(begin: float) -> Action:
    """The capture keeps the beginning of what was said since `begin` in a remark only: compare that, and forget it."""

    def act(bench: Bench) -> None:
        remarks = [entry.text for entry in entries(_MAKELANGELO) if isinstance(entry, Remark)]
        (quoted,) = (text for text in remarks if text.startswith("replies: "))
        wanted = literal_eval(quoted.removeprefix("replies: "))
        said = b"".join(line.text for line in bench.heard if line.at >= begin).replace(b"\n", b"|")
        assert said.startswith(wanted)
        bench.heard[:] = [line for line in bench.heard if line.at < begin]

    return act


# While the motors turn, a millisecond is 0.01 mm and a step of the belt.
_LIVE = Tolerance("X:6", {"X": 3.0, "Y": 3.0, "Z": 0.0})

CASES = [
    Case("marlin21_polargraph_basic.txt", partial(_marlin, waits_for_user=False)),
    Case(
        "marlin21_polargraph_sync.txt",
        _marlin,
        timed=((54.52, _reset),),
        seconds=0.15,  # the capture's own clock: its keepalives, 2 s apart on the chip, are up to 0.15 s off
        # Both come right after the ok of 45.03 (whose M410 took 1.02 s): the move behind them began there as well.
        held_up=(47.007,),
    ),
    Case(
        _EPARSER,
        partial(
            _marlin,
            emergency_parser=True,
            advanced_ok=True,
            host_actions=True,
            position_reports=True,
            build_time="23:58:01",
        ),
        timed=((43.41, _reset),),
        tolerances=(_LIVE,),
    ),
    Case(
        _MAKELANGELO,
        lambda: build("makelangelo", Setup(captured=True)),
        timed=((35.7, _check_unrecorded(32.79)),),
        seconds=0.07,  # M503 was read in one piece, 0.07 s after it began
    ),
]
