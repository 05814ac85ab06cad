"""Jobs over links that lose, repeat and garble: the firmware ends up with the job, or the sender says that it failed.

The stand-ins below know of their firmware only what matters for the count of lines (firmware.md 2.2, 2.4); the real
simulator is held to the captures, these are held to be small enough to trust.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.streaming import events
from dcode.streaming.sender import Sender
from dcode.streaming.state import SenderState

PROFILES = Path(__file__).parents[3] / "firmware_profiles"
MAKELANGELO = load_profile("makelangelo", PROFILES)
MARLIN = load_profile("marlin", PROFILES)
GRBL = load_profile("grbl", PROFILES)
STOPPED = (SenderState.FAILED, SenderState.HELD)
STEPS = 4000  # of the loop below: far more than any schedule of faults needs
KNOWN = re.compile(r"(G1|M280|M400|M114)( [A-Z]-?[\d.]+)*")  # anything else is unknown, and not carried out


def leading(text: bytes) -> int:
    """The number that C's strtol finds; 0 for none."""
    found = re.match(rb" *\d+", text)
    return int(found[0]) if found else 0


class Makelangelo:
    """One line at a time; says a prompt after each, also a refused one, and every two seconds."""

    def __init__(self, *, counts_refused: bool = False) -> None:
        self.counts_refused = counts_refused  # older versions: BADCHECKSUM without a number, after counting the line
        self.expected = 17  # whatever was left from before
        self.strict = False
        self.accepted: list[str] = []
        self.output = b""
        self._buffer = b""
        self._last_prompt = 0.0

    def reset(self) -> None:
        """A brown-out; what it says of it is lost."""
        self.expected, self.strict, self._buffer, self.output = 0, False, b"", b""

    def receive(self, data: bytes, now: float) -> bytes:
        said = b""
        self._buffer += data
        while b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            said += self._line(line[:62]) + self._prompt(now) + self.output
            self.output = b""
        return said

    def idle(self, now: float) -> bytes:
        return self._prompt(now) if now - self._last_prompt >= 2.0 else b""

    def _prompt(self, now: float) -> bytes:
        self._last_prompt = now
        return b"\n> \n"

    def _line(self, line: bytes) -> bytes:
        if not line:
            return b""
        number = re.match(rb"N(\d+)", line)
        if number:
            if int(number[1]) != self.expected:
                return b"BADLINENUM %d\n" % self.expected
            if self.counts_refused:
                self.expected += 1
        elif self.strict:
            return self._says(b"NOLINENUM ")
        body, star, checksum = line.rpartition(b"*")
        if not star:
            if self.strict:
                return self._says(b"NOCHECKSUM ")
            body = line
        elif leading(checksum) != reduce(xor, body, 0):
            return self._says(b"BADCHECKSUM calc=1 sent=2" if self.counts_refused else b"BADCHECKSUM")
        if not (number and self.counts_refused):
            self.expected += 1
        return self._carry_out(re.sub(rb"^N\d+ ?", b"", body.split(b"*")[0]).decode("latin-1"))

    def _says(self, what: bytes) -> bytes:
        return what.strip() + b"\n" if self.counts_refused else b"%b%d\n" % (what, self.expected)

    def _carry_out(self, text: str) -> bytes:
        if text.startswith("M110 N"):
            self.expected = int(text[6:]) if text[6:].isdigit() else 0
        elif text.startswith("D50"):
            self.strict = True
            self.output = b"D50 S1\r\n"
        elif KNOWN.fullmatch(text):
            self.accepted.append(text)
            if text == "M114":
                self.output = b"M114 X0.00 Y0.00 Z90.00 F150.00 A1000.00\n"
        return b""


class Marlin:
    """Queues numbered lines; after a refused one throws away what else has come. Twice the same number: silence."""

    def __init__(self) -> None:
        self.last = 41
        self.accepted: list[str] = []
        self._buffer = b""

    def reset(self) -> None:
        """A brown-out; what it says of it is lost."""
        self.last, self._buffer = 0, b""

    def receive(self, data: bytes, now: float) -> bytes:
        said = b""
        self._buffer += data
        while b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            if line:
                said += self._line(line[:95])
        return said

    def idle(self, now: float) -> bytes:
        return b""

    def _line(self, line: bytes) -> bytes:
        if not line.startswith(b"N"):
            return self._carry_out(line.split(b"*")[0].decode("latin-1"))
        number = re.match(rb"N(-?\d*)", line)
        asked = int(number[1] or 0) if number and number[1] != b"-" else 0
        resets = b"M110" in line
        if resets:
            second = re.search(rb"N(\d+)", line[4:])
            asked = int(second[1]) if second else asked
        elif asked in (self.last, self.last - 1):
            return b""
        elif asked != self.last + 1:
            return self._refuse(b"Line Number is not Last Line Number+1")
        body, star, checksum = line.rpartition(b"*")
        if not star:
            return self._refuse(b"No Checksum with line number")
        if leading(checksum) != reduce(xor, body, 0):
            return self._refuse(b"checksum mismatch")
        self.last = asked
        # Lines that were glued together may pass: a checksum of XORs meets its like. The first is carried out.
        return self._carry_out(re.sub(rb"^N-?\d+ ?", b"", body.split(b"*")[0]).decode("latin-1"))

    def _refuse(self, why: bytes) -> bytes:
        self._buffer = b""
        return b"Error:%b, Last Line: %d\nResend: %d\nok\n" % (why, self.last, self.last + 1)

    def _carry_out(self, text: str) -> bytes:
        if text == "M110":
            return b"Line: %d\nok\n" % self.last
        if text.startswith("M110 N"):
            return b"ok\n"
        if KNOWN.fullmatch(text):
            self.accepted.append(text)
            return b"ok\n"
        return b'echo:Unknown command: "%b"\nok\n' % text.encode("latin-1")


class Grbl:
    """Reads its buffer line by line, one each time that it is looked at. What the buffer does not hold is lost."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.x = 0.0
        self.overflowed = False
        self._buffer = b""
        self._asked = 0

    def receive(self, data: bytes, now: float) -> bytes:
        self._asked += data.count(b"?")
        self._buffer += data.replace(b"?", b"")
        self.overflowed |= len(self._buffer) > 127
        self._buffer = self._buffer[:127]
        return b""

    def idle(self, now: float) -> bytes:
        said = b""
        if b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            said = self._line(line.decode("latin-1"))
        asked, self._asked = self._asked, 0
        state = "Run" if b"\n" in self._buffer else "Idle"
        return (
            said
            + b"<%b|WPos:%.3f,0.000,0.000|Bf:15,%d|FS:0,0>\r\n"
            % (state.encode(), self.x, 128 - len(self._buffer))
            * asked
        )

    def _line(self, text: str) -> bytes:
        if text == "$G":
            return b"[GC:G0 G54]\r\nok\r\n"
        if text:
            self.accepted.append(text)
        if text.startswith("G1 X"):
            self.x = float(text[4:].split()[0])
        return b"ok\r\n"


Fault = Callable[[bytes, int], list[bytes]]  # a chunk on the wire, and where in it; what arrives


def _drop(data: bytes, at: int) -> list[bytes]:
    return []


def _twice(data: bytes, at: int) -> list[bytes]:
    return [data, data]


def _flip(data: bytes, at: int) -> list[bytes]:
    at %= len(data)
    return [data[:at] + bytes([data[at] ^ (1 << at % 7)]) + data[at + 1 :]]


def _lose_byte(data: bytes, at: int) -> list[bytes]:
    at %= len(data)
    return [data[:at] + data[at + 1 :]]


def _lose_end(data: bytes, at: int) -> list[bytes]:
    return [data[:-1]]


def _break_line(data: bytes, at: int) -> list[bytes]:
    at %= len(data)
    return [data[:at] + b"\n" + data[at:]]


FAULTS: tuple[Fault, ...] = (_drop, _twice, _flip, _lose_byte, _lose_end, _break_line)
# A fault for every tenth chunk or so; after the schedule the link is clean, so the count of faults is bounded.
SCHEDULES = st.lists(st.one_of(st.none(), st.tuples(st.sampled_from(FAULTS), st.integers(0, 60))), max_size=60)
# The same, but a few lines apart, and no chunk twice.
APART = SCHEDULES.map(
    lambda schedule: [one for fault in schedule if fault and fault[0] is not _twice for one in (*[None] * 5, fault)]
)
# What may happen to the acks of a firmware without line numbers, and be made up for.
LOSING = st.lists(
    st.one_of(st.none(), st.tuples(st.sampled_from((_drop, _flip, _lose_byte, _lose_end)), st.integers(0, 60))),
    max_size=60,
)
STRICT_AFTER: list[None] = [None] * 3  # lines of the handshake; before the firmware is strict, a broken line may pass


class Link:
    """Lets chunks through, or does to them what the schedule says."""

    def __init__(self, schedule: list[tuple[Fault, int] | None]) -> None:
        self._schedule = iter(schedule)

    def carry(self, data: bytes) -> list[bytes]:
        fault = next(self._schedule, None)
        return [data] if fault is None or not data else fault[0](data, fault[1])


def job(profile: FirmwareProfile, lines: int) -> list[Command]:
    """Moves, pen up, and the barrier that every job ends with: only its answer proves that the rest has arrived."""
    moves = [Command(f"G1 X{n} Y{-n / 4}", row=n, kind=CommandKind.DRAW) for n in range(lines)]
    barrier = Command(profile.commands.barrier, kind=CommandKind.BARRIER)
    return [*moves, Command("M280 P0 S90", kind=CommandKind.PEN), barrier]


def run(
    profile: FirmwareProfile,
    firmware: Makelangelo | Marlin | Grbl,
    commands: list[Command],
    there: Link,
    back: Link,
) -> tuple[Sender, list[events.Event]]:
    """The loop that a connection runs, in virtual time. Each line and each burst of replies is one chunk."""
    now, told, waiting = 0.0, [], list(commands)
    sender = Sender(profile, now)
    for _ in range(STEPS):
        while sender.room and waiting:
            sender.queue(waiting.pop(0))
        data = sender.to_send(now)
        said = b""
        for line in re.findall(rb"\n?[^\n]+\n|.", data):  # an empty line goes with the next; "?" is a byte of its own
            for piece in there.carry(line):
                said += firmware.receive(piece, now)
        if not said:
            said = firmware.idle(now)
        for piece in back.carry(said) if said else []:
            told += sender.receive(piece, now)
        if sender.state in STOPPED or (not waiting and sender.state is SenderState.IDLE):
            return sender, told
        if not data and not said:
            now += 0.1
            deadline = sender.deadline()
            if deadline is not None and now >= deadline:
                told += sender.handle_timeout(now)
    pytest.fail(f"no end after {STEPS} steps: {sender.state}, {sender.in_flight}")


def drawn(firmware: Makelangelo | Marlin) -> list[str]:
    """What the firmware was given, with one barrier at the end, where the handshake's M114 does not count."""
    assert firmware.accepted[-1] in ("M114", "M400")
    return [line for line in firmware.accepted if line != "M114"] + ["M114"] * (firmware.accepted[-1] == "M114")


def once(lines: list[str]) -> list[str]:
    """Without immediate repetitions: an absolute move made twice is made once."""
    return [line for n, line in enumerate(lines) if n == 0 or lines[n - 1] != line]


def texts(commands: list[Command]) -> list[str]:
    return [command.text for command in commands]


@settings(max_examples=300, deadline=None)
@given(SCHEDULES, SCHEDULES)
def test_makelangelo_has_exactly_the_job_or_the_sender_failed(
    there: list[tuple[Fault, int] | None], back: list[tuple[Fault, int] | None]
) -> None:
    firmware, commands = Makelangelo(), job(MAKELANGELO, 30)
    sender, told = run(MAKELANGELO, firmware, commands, Link([*STRICT_AFTER, *there]), Link(back))
    assert not any(isinstance(event, events.Refused | events.Fault) for event in told)
    if sender.state is not SenderState.FAILED:
        assert once(drawn(firmware)) == texts(commands)
        assert [e.command for e in told if isinstance(e, events.Acked)] == commands


@settings(max_examples=200, deadline=None)
@given(SCHEDULES, SCHEDULES)
def test_makelangelo_has_the_job_whatever_happened_to_the_handshake(
    there: list[tuple[Fault, int] | None], back: list[tuple[Fault, int] | None]
) -> None:
    firmware, commands = Makelangelo(), job(MAKELANGELO, 10)
    sender, _ = run(MAKELANGELO, firmware, commands, Link(there[:12]), Link(back[:12]))
    if sender.state is not SenderState.FAILED and firmware.strict:
        assert once(drawn(firmware)) == texts(commands)


@settings(max_examples=300, deadline=None)
@given(APART)
def test_a_makelangelo_that_counts_refused_lines_has_the_job_or_the_sender_failed(
    there: list[tuple[Fault, int] | None],
) -> None:
    """These versions' numbers do not show a line that was garbled and whose refusal was lost on the way back, nor every
    combination of faults in neighbouring lines; they show all others.
    """
    firmware, commands = Makelangelo(counts_refused=True), job(MAKELANGELO, 30)
    sender, _ = run(MAKELANGELO, firmware, commands, Link([*STRICT_AFTER, *there]), Link([]))
    if sender.state is not SenderState.FAILED:
        assert list(dict.fromkeys(drawn(firmware))) == texts(commands)  # none left out, none before its turn


@settings(max_examples=300, deadline=None)
@given(SCHEDULES, SCHEDULES)
def test_marlin_has_exactly_the_job_or_the_sender_failed(
    there: list[tuple[Fault, int] | None], back: list[tuple[Fault, int] | None]
) -> None:
    firmware, commands = Marlin(), job(MARLIN, 30)
    sender, told = run(MARLIN, firmware, commands, Link(there), Link(back))
    if sender.state not in STOPPED:  # held: a garbled reply looked like a refusal
        assert once(drawn(firmware)) == texts(commands)
        assert [e.command for e in told if isinstance(e, events.Acked)] == commands


@pytest.mark.parametrize("profile", [MAKELANGELO, MARLIN], ids=lambda p: p.name)
def test_a_clean_link_needs_no_resend(profile: FirmwareProfile) -> None:
    firmware = Makelangelo() if profile is MAKELANGELO else Marlin()
    commands = job(profile, 50)
    sender, told = run(profile, firmware, commands, Link([]), Link([]))
    assert (sender.state, sender.acked, sender.sent) == (SenderState.IDLE, 52, 52)
    assert sender.resends == (0 if profile is MARLIN else sender.resends)
    assert [event.command for event in told if isinstance(event, events.Acked)] == commands


@pytest.mark.parametrize("profile", [MAKELANGELO, MARLIN], ids=lambda p: p.name)
def test_a_link_that_garbles_everything_ends_in_failure(profile: FirmwareProfile) -> None:
    firmware = Makelangelo() if profile is MAKELANGELO else Marlin()
    sender, told = run(profile, firmware, job(profile, 5), Link([(_flip, n) for n in range(3, 3000)]), Link([]))
    assert sender.state is SenderState.FAILED
    assert any(isinstance(event, events.Stalled | events.Failed) for event in told)


@pytest.mark.parametrize("profile", [MAKELANGELO, MARLIN], ids=lambda p: p.name)
def test_a_firmware_that_is_never_heard_ends_in_a_stall(profile: FirmwareProfile) -> None:
    firmware = Makelangelo() if profile is MAKELANGELO else Marlin()
    sender, told = run(profile, firmware, job(profile, 5), Link([]), Link([(_drop, 0)] * 3000))
    assert sender.state is SenderState.FAILED
    assert isinstance(told[-1], events.Stalled)


class Falters:
    """A firmware that is reset, unheard, when it has had so many lines."""

    def __init__(self, firmware: Makelangelo | Marlin, after: int) -> None:
        self.firmware, self._left = firmware, after
        self.before: list[str] | None = None  # what it had accepted by then

    def receive(self, data: bytes, now: float) -> bytes:
        self._left -= 1
        if self._left == 0:
            self.firmware.reset()
            self.before = list(self.firmware.accepted)
        return self.firmware.receive(data, now)

    def idle(self, now: float) -> bytes:
        return self.firmware.idle(now)


# From the first line of the job on, whose number must not be one that a refusal without a text could have cost.
@settings(max_examples=200, deadline=None)
@given(st.sampled_from([MAKELANGELO, MARLIN]), st.integers(8, 60), APART)
def test_a_reset_that_nobody_hears_of_ends_the_job_and_nothing_is_drawn_after_it(
    profile: FirmwareProfile, after: int, back: list[tuple[Fault, int] | None]
) -> None:
    firmware = Falters(Makelangelo() if profile is MAKELANGELO else Marlin(), after)
    sender, _ = run(profile, firmware, job(profile, 80), Link([]), Link([*[None] * 12, *back]))
    assert sender.state in STOPPED
    assert firmware.before is None or firmware.firmware.accepted == firmware.before
    assert not sender.quality.poor or sender.window == 1


@settings(max_examples=300, deadline=None)
@given(LOSING)
def test_grbl_has_exactly_the_job_whatever_becomes_of_its_answers(back: list[tuple[Fault, int] | None]) -> None:
    firmware, commands = Grbl(), job(GRBL, 60)
    sender, told = run(GRBL, firmware, commands, Link([]), Link([None, *back]))
    assert not firmware.overflowed
    if sender.state not in STOPPED:  # held: a garbled answer looked like a refusal
        assert firmware.accepted == texts(commands)
        assert [e.command for e in told if isinstance(e, events.Acked)] == commands


@pytest.mark.parametrize("profile", [MAKELANGELO, MARLIN, GRBL], ids=lambda p: p.name)
def test_a_firmware_that_never_stops_acknowledging_is_no_endless_job(profile: FirmwareProfile) -> None:
    """It takes a thousand lines and says "ok" to twice as many: the count of its acks comes out."""
    ack = b"\n> \n" if profile is MAKELANGELO else b"ok\n"
    firmware = {"grbl": Grbl, "marlin": Marlin, "makelangelo": Makelangelo}[profile.name]()
    commands, now, told, most = deque(job(profile, 1000)), 0.0, list[events.Event](), 0
    sender = Sender(profile, now)
    for _ in range(STEPS):
        while sender.room and commands:
            sender.queue(commands.popleft())
        data = sender.to_send(now)
        said = firmware.receive(data, now) + firmware.idle(now)
        told += sender.receive(said + ack * 10, now)
        now += 0.01
        if sender.deadline() is not None and now >= (sender.deadline() or now):
            told += sender.handle_timeout(now)
        most = max(most, len(sender.in_flight))
        if sender.state in STOPPED:
            break
    assert sender.state in STOPPED
    assert most <= 32
