"""How each fault of the table strikes. `strike` is called at its moment; lines that go out are edited as they go."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from operator import xor
from random import Random
from typing import TYPE_CHECKING, Final

from fault_table import UNNUMBERED

from dcode.simulator.faults import Fault, FaultKind

if TYPE_CHECKING:
    from session import Session

NOISE: Final = 0.01  # of the bytes
_NUMBERED: Final = re.compile(rb"\s*N(\d+) ")
_BOOT_SECONDS: Final = {"makelangelo": 0.2, "marlin": 0.05, "grbl": 0.04, "grblhal": 0.04, "fluidnc": 0.83}


# -- what becomes of one line ------------------------------------------------------------------------------------------


def drop_byte(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + line[at + 1 :]


def flip_byte(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + bytes([line[at] ^ 1 << random.randrange(8)]) + line[at + 1 :]


def insert_byte(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + bytes([random.randrange(32, 127)]) + line[at:]


def drop_line(line: bytes, random: Random) -> bytes:
    return b""


def duplicate_line(line: bytes, random: Random) -> bytes:
    return line + line


def glue(line: bytes, random: Random) -> bytes:
    return line.rstrip(b"\r\n")


def break_line(line: bytes, random: Random) -> bytes:
    at = random.randrange(len(line))
    return line[:at] + b"\n" + line[at:]


def refuse(line: bytes, profile: str) -> tuple[bytes, bytes, bytes]:
    """A line in the place of another that the firmware does not carry out; what it will say of it, and what is to be
    heard instead."""
    numbered = _NUMBERED.match(line)
    if profile in UNNUMBERED:
        return b"G99\n", b"", b""
    if not numbered:
        return line, b"", b""
    name = b"G999" if profile == "marlin" else b"G0 X9000 Y9000"
    body = b"N%b %b" % (numbered[1], name)
    return b"%b*%d\n" % (body, reduce(xor, body)), name, line[numbered.end() :].partition(b"*")[0]


def noise(line: bytes, random: Random) -> bytes:
    """One byte in a hundred is lost or has a bit turned over."""
    kept = bytearray()
    for byte in line:
        if random.random() >= NOISE:
            kept.append(byte)
        elif random.random() < 0.5:
            kept.append(byte ^ 1 << random.randrange(8))
    return bytes(kept)


def passes(damaged: bytes) -> bool:
    """Whether the checksum of a line is right for what has become of it: two bits of a kind that were turned over, and
    an XOR of all bytes is what it was. No sender can know of that."""
    body, star, number = damaged.strip().rpartition(b"*")
    return bool(star) and number.isdigit() and int(number) == reduce(xor, body, 0)


EDITS: Final = {
    "drop_byte": drop_byte,
    "flip_byte": flip_byte,
    "insert_byte": insert_byte,
    "drop_line": drop_line,
    "duplicate_line": duplicate_line,
    "glue": glue,
    "break": break_line,
}


# -- all the rest ------------------------------------------------------------------------------------------------------


def strike(session: Session, kind: str, random: Random) -> bool:
    """Let a fault happen now. False: it found nothing to strike, and does not count."""
    way, _, what = kind.partition("_")
    line = session.world.line
    if way == "out" and what in EDITS:
        edit = EDITS[what]
        line.edits.append(lambda data: edit(data, random))
        return True
    if kind in _WIRE:
        for fault in _WIRE[kind](random):
            _begin(session, fault)
        return True
    return _OTHERS[kind](session, random)


def _begin(session: Session, fault: Fault) -> None:
    line = session.world.line
    line.add(Fault(fault.kind, line.now + fault.at, fault.count, fault.seconds, fault.chance, fault.data, fault.way))


_WIRE: Final[dict[str, Callable[[Random], list[Fault]]]] = {
    "out_noise": lambda r: [Fault(FaultKind.NOISE, seconds=r.uniform(1, 60), chance=0.01)],
    "out_split": lambda r: [Fault(FaultKind.SPLIT, count=r.randint(1, 5), seconds=r.uniform(0.01, 2))],
    "out_late": lambda r: [Fault(FaultKind.DELAY, seconds=r.choice((r.uniform(0.1, 3), r.uniform(3, 40))))],
    "mute": lambda r: [Fault(FaultKind.MUTE)],
    "unplug": lambda r: [Fault(FaultKind.UNPLUG)],
    "replug": lambda r: [Fault(FaultKind.UNPLUG, seconds=r.uniform(0.5, 20))],
    "reset": lambda r: [Fault(FaultKind.RESET)],
}


def _say(session: Session, text: bytes) -> None:
    _begin(session, Fault(FaultKind.INJECT, data=text))


def _stray_ok(session: Session, random: Random) -> bool:
    texts = {"makelangelo": b"\n> \n", "marlin": b"ok\n"}
    _say(session, texts.get(session.profile.name, b"ok\r\n"))
    return True


def _resend(session: Session, number: int) -> None:
    if session.profile.name == "makelangelo":
        _say(session, b"BADLINENUM %d\n\n> \n" % number)
    else:
        _say(session, b"Error:checksum mismatch, Last Line: %d\nResend: %d\nok\n" % (number - 1, number))


def _resend_old(session: Session, random: Random) -> bool:
    _resend(session, max(1, session.last_number - random.randint(40, 80)))
    return True


def _resend_future(session: Session, random: Random) -> bool:
    _resend(session, session.last_number + random.randint(3, 60))
    return True


def _resend_endless(session: Session, random: Random) -> bool:
    number, seconds = max(1, session.last_number), random.uniform(0.02, 0.5)

    def again(left: int) -> None:
        if left and session.repairs == repairs:
            _resend(session, number)
            session.world.after(seconds, lambda: again(left - 1))

    repairs = session.repairs
    again(200)
    return True


def _in_noise(session: Session, random: Random) -> bool:
    session.noise_until, session.noise = session.world.now + random.uniform(0.5, 10.0), random
    return True


def _in_late(session: Session, random: Random) -> bool:
    session.world.late_until = session.world.now + random.uniform(0.05, 2.0)
    return True


def _silent_reset(session: Session, random: Random) -> bool:
    _begin(session, Fault(FaultKind.MUTE, seconds=_BOOT_SECONDS[session.profile.name]))
    _begin(session, Fault(FaultKind.RESET))
    return True


def _power_cut(session: Session, random: Random) -> bool:
    seconds = random.uniform(0.2, 20)
    for way in ("in", "out"):
        _begin(session, Fault(FaultKind.MUTE, seconds=seconds, way=way))
    _begin(session, Fault(FaultKind.RESET))
    _begin(session, Fault(FaultKind.RESET, at=seconds))
    return True


def _alarm(session: Session, random: Random) -> bool:
    if session.profile.name == "marlin":
        _begin(session, Fault(FaultKind.INJECT, data=b"\nM112\n", way="in"))
    else:
        _begin(session, Fault(FaultKind.PRESS, data=b"limit"))
    return True


def _button(session: Session, random: Random) -> bool:
    marlin = session.profile.name == "marlin"
    seconds = random.uniform(1, 90)
    if marlin:
        _say(session, b"//action:pause\n")
        session.world.after(seconds, lambda: _say(session, b"//action:resume\n"))
    else:
        _begin(session, Fault(FaultKind.PRESS, data=b"hold"))
        session.world.after(seconds, lambda: _begin(session, Fault(FaultKind.PRESS, data=b"start")))
    return True


def _disk_full(session: Session, random: Random) -> bool:
    session.notes.disk.fill(random.choice((0, 8 << 10)))
    return True


def _disk_slow(session: Session, random: Random) -> bool:
    session.notes.disk.sync_seconds = random.choice((2.0, random.uniform(0.5, 8.0)))
    return True


_OTHERS: Final[dict[str, Callable[[Session, Random], bool]]] = {
    "in_noise": _in_noise,
    "in_late": _in_late,
    "stray_ok": _stray_ok,
    "resend_old": _resend_old,
    "resend_future": _resend_future,
    "resend_endless": _resend_endless,
    "silent_reset": _silent_reset,
    "power_cut": _power_cut,
    "alarm": _alarm,
    "button": _button,
    "disk_full": _disk_full,
    "disk_slow": _disk_slow,
    "kill": lambda session, random: session.die(power=True),
    "computer_off": lambda session, random: session.die(power=False),
    "leave": lambda session, random: session.user.ask("leave"),
    "pause": lambda session, random: session.user.ask("pause"),
    "pause_now": lambda session, random: session.user.ask("pause_now"),
    "pause_jog": lambda session, random: session.user.ask("pause_jog"),
    "cancel": lambda session, random: session.user.ask("cancel"),
    "stop": lambda session, random: session.user.ask("stop"),
}
