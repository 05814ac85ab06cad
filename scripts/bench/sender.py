"""What a line costs on its way from a row of motion to its acknowledgement, without any I/O.

    S1  queue, to_send and receive together: at most 25 microseconds a line (grbl, character counting)
    S2  translate, guard and S1 together: at most 60 microseconds a line

Each beside a loop that only counts characters over a plain list of lines, in the same run; its figures are ratios to
that. Times are microseconds of this process on a core, medians of interleaved rounds.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from math import cos, sin
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from dcode.config.machine_file import load_machine  # noqa: E402
from dcode.firmware.command import Command, CommandKind  # noqa: E402
from dcode.firmware.guard import Guard  # noqa: E402
from dcode.firmware.profile import FirmwareProfile, builtin_profiles  # noqa: E402
from dcode.firmware.translate import Translator  # noqa: E402
from dcode.gcode.motion import Kind, Step  # noqa: E402
from dcode.streaming.sender import Sender  # noqa: E402

LINES = 20_000
ROUNDS = 7
PROFILES = builtin_profiles(ROOT / "firmware_profiles")
MACHINE = load_machine(ROOT / "configs" / "machine.json")
HELLO = {
    "grbl": [b"[GC:G0]\r\nok\r\n"],
    "marlin": [b"ok\nLine: 0\nok\n"],
    "makelangelo": [b"\n> \n", b"\n> \nD50 S1\r\n", b"\n> \nM114 X0.00 Y0.00\n"],
}
ACK = {"grbl": b"ok\r\n", "marlin": b"ok\n", "makelangelo": b"\n> \n"}

STEPS = [Step(Kind.DRAW, round(200 * cos(n / 400), 3), round(200 * sin(n / 400), 3), 3000.0, n) for n in range(LINES)]
COMMANDS = [
    Command(f"G1 X{step.x} Y{step.y}", n, 0.01, CommandKind.DRAW, (step.x, step.y)) for n, step in enumerate(STEPS)
]
TEXTS = [command.text for command in COMMANDS]


def trivial() -> None:
    """Character counting and nothing else."""
    waiting, flight, used = deque(TEXTS), deque[int](), 0
    while waiting or flight:
        while waiting and used + len(waiting[0]) + 1 <= 127:
            data = waiting.popleft().encode() + b"\n"
            flight.append(len(data))
            used += len(data)
        for line in b"ok\r\n".split(b"\n"):
            if line.strip() == b"ok":
                used -= flight.popleft()


def ready(profile: FirmwareProfile) -> Sender:
    """A sender whose handshake is over."""
    sender = Sender(profile, 0.0)
    sender.queue(Command("G4 P0"))
    for said in HELLO[profile.name]:
        sender.to_send(0.0)
        sender.receive(said, 0.0)
    sender.to_send(0.0)
    sender.receive(ACK[profile.name], 0.0)
    return sender


def send(profile: FirmwareProfile, source: Callable[[], Command | None]) -> None:
    """The loop of a connection; one ack is read at a time, the dearest way there is."""
    sender, ack, now, more = ready(profile), ACK[profile.name], 0.0, True
    while more or sender.in_flight or sender.queued:
        while more and sender.room:
            command = source()
            if command is None:
                more = False
                break
            sender.queue(command)
        sender.to_send(now)
        sender.receive(ack, now)
        sender.deadline()
        now += 0.001


def sender_alone(profile: FirmwareProfile) -> None:
    commands = iter(COMMANDS)
    send(profile, lambda: next(commands, None))


def from_rows(profile: FirmwareProfile) -> None:
    """With translation and guard, as the daemon does it."""
    translator, guard = Translator(profile, MACHINE), Guard(MACHINE, profile)
    for line in profile.commands.preamble:
        guard.admit(line)
    guard.set_position(STEPS[0].x, STEPS[0].y)
    rows, pending = enumerate(STEPS[1:]), deque[Command]()

    def source() -> Command | None:
        while not pending:
            row, step = next(rows, (0, None))
            if step is None:
                return None
            assert guard.position
            pending.extend(translator.row(step, guard.position, row))
        command = pending.popleft()
        guard.admit(command.text)
        return command

    send(profile, source)


def seconds(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    works: dict[str, Callable[[], None]] = {"trivial": trivial}
    for name in ACK:
        profile = PROFILES[name]
        works[f"sender, {name}"] = lambda profile=profile: sender_alone(profile)  # type: ignore[misc]
        works[f"rows to acks, {name}"] = lambda profile=profile: from_rows(profile)  # type: ignore[misc]
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name].append(seconds(work))
    micros = {name: median(times) / LINES * 1e6 for name, times in taken.items()}
    base = micros["trivial"]
    figures = {name: {"us": round(us, 2), "ratio": round(us / base, 1)} for name, us in micros.items()}
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:28} {figure['us']:7.2f} us a line   {figure['ratio']:5.1f} times the trivial loop")


if __name__ == "__main__":
    main()
