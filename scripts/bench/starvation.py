"""Does the planner ever run dry because of us? grbl at 115200 baud, 0.5 mm pieces at 3000 mm/min, in virtual time.

dcode's own sender, translator and guard against the simulated firmware, which is held to captures of a real one. Every
line of ours goes out `--turnaround` ms after what made room for it came in (1 ms by default: the 99th percentile that
scripts/bench/stream.py allows). Told are the time against that of an endless planner, and the fewest blocks that were
planned while the circle was drawn.
"""

from __future__ import annotations

import argparse
import math
from collections import deque

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.firmware.guard import Guard
from dcode.firmware.profile import load_profile
from dcode.firmware.translate import Translator
from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind
from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup
from dcode.streaming.events import Acked
from dcode.streaming.sender import Sender

ACCELERATION = 1000.0  # mm/s2, as in the captured benchmark
BLOCKS = 15  # that grbl's planner holds


def circle(pieces: int, piece: float) -> str:
    """G-code of a circle of so many straight pieces, mm."""
    radius = pieces * piece / (2 * math.pi)
    turns = [number * 2 * math.pi / pieces for number in range(1, pieces + 1)]
    moves = [f"G1 X{radius * math.sin(t):.3f} Y{radius - radius * math.cos(t):.3f} F3000" for t in turns]
    return "\n".join(["G21 G90", "M3", *moves, "M5"])


def stream(pieces: int, piece: float, turnaround: float) -> tuple[float, int, int]:
    """Seconds from the first line to the last ack, the fewest planned blocks, and how often there were none."""
    machine = load_machine(data_dir("configs") / "machine.json")
    profile = load_profile("grbl", data_dir("firmware_profiles"))
    motion = interpret(circle(pieces, piece).encode(), profile.reading(machine)).motion
    settings = {"$110": 5000.0, "$111": 5000.0, "$120": ACCELERATION, "$121": ACCELERATION}
    firmware = build("grbl", Setup(machine=machine, settings=settings))
    firmware.advance(1.0)
    firmware.output()
    translator, guard, sender = Translator(profile, machine), Guard(machine, profile), Sender(profile, 1.0)
    waiting = deque(translator.preamble())
    at = machine.home
    guard.set_position(*at)
    for row in range(len(motion)):
        if motion.kind[row] == Kind.DRAW:
            commands = translator.row(motion[row], at, row)
            at = (motion.x[row], motion.y[row])
            waiting.extend(commands)
    total, acked, began, now, fewest, dry = len(waiting), 0, None, 1.0, BLOCKS, 0
    while acked < total:
        while waiting and sender.room > 0:
            guard.admit(waiting[0].text)
            sender.queue(waiting.popleft())
        if data := sender.to_send(now):
            began = now if began is None and acked else began
            firmware.receive(data, now)
        event = firmware.next_event()
        now = now + 0.001 if event is None else event
        firmware.advance(now)
        if heard := firmware.output():
            now += turnaround
            acked += sum(type(one) is Acked for one in sender.receive(heard, now))
            firmware.advance(now)
        if 3 * BLOCKS < acked < total - 3 * BLOCKS:  # on the way, neither starting nor ending
            planned = BLOCKS - firmware.plotter.room()
            fewest, dry = min(fewest, planned), dry + (planned == 0)
    return now - (began or 0.0), fewest, dry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=2000)
    parser.add_argument("--piece", type=float, default=0.5, help="mm")
    parser.add_argument("--turnaround", type=float, default=1.0, help="ms")
    told = parser.parse_args()
    seconds, fewest, dry = stream(told.pieces, told.piece, told.turnaround / 1000)
    ideal = told.pieces * told.piece / 50.0
    print(f"{seconds:.2f} s for what takes {ideal:.2f} s at a steady 3000 mm/min (ratio {seconds / ideal:.3f})")
    print(f"fewest blocks planned: {fewest} of {BLOCKS}; moments without any: {dry} (goal: none)")


if __name__ == "__main__":
    main()
