"""Replays a capture of a real firmware's wire: the bytes that went in, at their times, into a simulated firmware.

A capture is a text file with lines of three kinds:
    `   1.225 >> b'G1 X50\\n'`   the host sent this, at this second
    `   1.228 << b'ok\\r\\n'`     the firmware said this; one line of text each, when the host had read it whole
    `# a remark`               what the person at the other end did; a case's `actions` say what that means here
Times may start again from 0 where a remark says that the port was opened anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dcode.simulator.faults import Line
from dcode.simulator.firmware import Firmware

TRANSCRIPTS = Path(__file__).parent.parent / "data" / "transcripts"
_ENTRY = re.compile(r"\s*(\d+\.\d+) (<<|>>) (b['\"].*['\"])$")
_PAUSE = 0.2  # s; how long after the last entry the remarks behind it are heeded
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Sent:
    """Bytes from the host."""

    at: float
    data: bytes


@dataclass(frozen=True)
class Said:
    """One line of text from the firmware."""

    at: float
    text: bytes


@dataclass(frozen=True)
class Remark:
    text: str


Entry = Sent | Said | Remark


@dataclass
class Bench:
    """A firmware on its line under replay. `clock`: virtual time where the capture's clock shows 0."""

    line: Line
    clock: float
    heard: list[Said] = field(default_factory=list)
    _part: bytearray = field(default_factory=bytearray)

    @property
    def firmware(self) -> Firmware:
        return self.line.firmware

    def run_to(self, at: float) -> None:
        """Advance to a moment of the capture, taking down what is said and when."""
        until = at + self.clock
        while (when := self.line.next_event()) is not None and when <= until:
            self.line.advance(when)
            self._listen(when)
        self.line.advance(until)
        self._listen(until)

    def _listen(self, now: float) -> None:
        self._part += self.line.output()
        while (end := self._part.find(b"\n")) >= 0:
            self.heard.append(Said(now - self.clock, bytes(self._part[: end + 1])))
            del self._part[: end + 1]


Action = Callable[[Bench], None]


@dataclass(frozen=True)
class Tolerance:
    """How far the numbers of a line may be off: for texts that match `text`, by field name or for all numbers."""

    text: str
    by: float | Mapping[str, float]


@dataclass(frozen=True)
class Case:
    """One capture and how it is to be replayed.

    build: the firmware, switched on at this moment.
    begin: how long before the capture's first second the power came on.
    actions: what is done when the capture's remark of that text (its beginning) comes by.
    timed: what is done at a second of the capture that no remark tells.
    late: inputs that reached the firmware later than the capture says: by their time there, when that was.
    seconds: by how much a reply may be early or late.
    held_up: moments of replies that whoever took the capture got to read late: here they may come earlier.
    tolerances: numbers that depend on the chip.
    after: how long to listen on after the last entry.
    """

    file: str
    build: Callable[[], Firmware]
    begin: float = 0.0
    actions: Mapping[str, Action] = field(default_factory=dict)
    timed: tuple[tuple[float, Action], ...] = ()
    late: Mapping[float, float] = field(default_factory=dict)
    seconds: float = 0.03
    held_up: tuple[float, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()
    after: float = 1.0


def entries(file: str) -> Iterator[Entry]:
    """What a capture consists of."""
    for line in (TRANSCRIPTS / file).read_text("utf-8").splitlines():
        if found := _ENTRY.match(line):
            at, way, data = float(found[1]), found[2], ast.literal_eval(found[3])
            yield Said(at, data) if way == "<<" else Sent(at, data)
        elif line.startswith("#"):
            yield Remark(line[1:].strip())
        else:
            raise ValueError(f"{file}: cannot read {line!r}")


def sections(case: Case) -> Iterator[list[Entry]]:
    """A capture in pieces between which its clock starts again."""
    piece: list[Entry] = []
    last = 0.0
    for entry in entries(case.file):
        if not isinstance(entry, Remark):
            if entry.at < last:
                # The remarks right before the restart belong to what follows.
                cut = len(piece)
                while cut and isinstance(piece[cut - 1], Remark):
                    cut -= 1
                yield piece[:cut]
                piece = piece[cut:]
            last = entry.at
        piece.append(entry)
    yield piece


def replay(case: Case) -> tuple[list[Said], list[Said]]:
    """What the capture has and what the simulated firmware said."""
    bench = Bench(Line(case.build()), 0.0)
    bench.run_to(case.begin)
    bench.clock = case.begin
    bench.line.output()
    bench.heard.clear()
    wanted: list[Said] = []
    for number, piece in enumerate(sections(case)):
        if number:
            bench.clock = bench.line.now
        _replay_section(case, bench, piece, case.timed if number == 0 else ())
        wanted += [entry for entry in piece if isinstance(entry, Said)]
    return wanted, bench.heard


def _replay_section(case: Case, bench: Bench, piece: list[Entry], timed: tuple[tuple[float, Action], ...]) -> None:
    """Inputs at their times; what a remark says is done half way between the entries around it, or at the start."""
    doings: list[tuple[float, Action]] = list(timed)
    last = 0.0
    for number, entry in enumerate(piece):
        if not isinstance(entry, Remark):
            last = entry.at
            if isinstance(entry, Sent):
                doings.append((case.late.get(last, last), _send(entry.data)))
            continue
        following = (later.at for later in piece[number:] if not isinstance(later, Remark))
        between = (last + next(following, last + 2 * _PAUSE)) / 2 if last else 0.0
        doings += [(between, action) for text, action in case.actions.items() if entry.text.startswith(text)]
    for at, action in sorted(doings, key=lambda doing: doing[0]):
        bench.run_to(at)
        action(bench)
    bench.run_to(max(last, bench.line.now - bench.clock) + case.after)


def _send(data: bytes) -> Action:
    return lambda bench: bench.line.receive(data, bench.line.now)


def differences(case: Case, wanted: list[Said], heard: list[Said]) -> list[str]:
    """What is not as captured; empty when all is well."""
    found = []
    for number, (want, have) in enumerate(zip(wanted, heard, strict=False)):
        if not alike(case, want.text, have.text):
            found.append(f"reply {number}: at {want.at:.3f} {want.text!r}, simulated at {have.at:.3f} {have.text!r}")
        elif abs(want.at - have.at) > case.seconds and not (want.at in case.held_up and have.at < want.at):
            found.append(f"reply {number}: {want.text!r} at {want.at:.3f}, simulated at {have.at:.3f}")
    for want in wanted[len(heard) :]:
        found.append(f"missing: at {want.at:.3f} {want.text!r}")
    for have in heard[len(wanted) :]:
        found.append(f"too much: at {have.at:.3f} {have.text!r}")
    return found


def alike(case: Case, want: bytes, have: bytes) -> bool:
    """Whether two lines say the same, numbers within the case's tolerances."""
    if want == have:
        return True
    a, b = want.decode("latin-1"), have.decode("latin-1")
    if _NUMBER.sub("#", a) != _NUMBER.sub("#", b):
        return False
    for tolerance in case.tolerances:
        if re.match(tolerance.text, a):
            return all(
                abs(float(x[1]) - float(y[1])) <= _allowed(tolerance, x[0])
                for x, y in zip(_fields(a), _fields(b), strict=True)
            )
    return False


def _fields(text: str) -> list[tuple[str, str]]:
    """Numbers with the name of the field they stand in: `MPos:1.0,2.0|FS:3` is MPos 1.0, MPos 2.0, FS 3."""
    out = []
    name = ""
    for found in re.finditer(r"([A-Za-z]+):|-?\d+(?:\.\d+)?", text):
        if found[1]:
            name = found[1]
        else:
            out.append((name, found[0]))
    return out


def _allowed(tolerance: Tolerance, name: str) -> float:
    by = tolerance.by
    return by if isinstance(by, float) else by.get(name, 0.0)
