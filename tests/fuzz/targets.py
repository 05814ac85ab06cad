"""What is given any bytes, and what must hold of it: no exception but its own, bounded memory, all in its own time.

A target is a function of bytes. `words` are what its input is made of where it makes sense: chance alone does not find
`Resend:`. test_fuzz.py gives each some thousand inputs, scripts/fuzz as many as there is time for.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from dcode.api import codec
from dcode.api.methods import METHODS
from dcode.config.machine_file import parse_machine
from dcode.config.settings import load_settings
from dcode.errors import ConfigError, LimitError, Refused
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.guard import Guard
from dcode.firmware.profile import builtin_profiles, load_profile
from dcode.firmware.replies import ReplyReader
from dcode.gcode.interpret import Reading, Scan, interpret
from dcode.gcode.motion import Kind
from dcode.jobs import records
from dcode.simulator.firmware import build
from dcode.simulator.setup import Setup, owners_machine
from dcode.streaming.sender import Sender

try:
    from dcode.gcode import _scan
except ImportError:
    _scan = None

_ROOT: Final = Path(__file__).parents[2]
_PROFILES: Final = tuple(builtin_profiles(_ROOT / "firmware_profiles").values())
_SCANS: Final[tuple[Scan, ...]] = ("python", "numpy", *(("compiled",) if _scan else ()))
_LINE: Final = 4096  # bytes that a reader keeps of a line without end
_FLIGHT: Final = 1000  # commands that any sender may have on its way, with room to spare
_ROWS_OF_AN_ARC: Final = 100_000
_TEMPORARY: Final = tempfile.TemporaryDirectory(prefix="fuzz-")
_FOLDER: Final = Path(_TEMPORARY.name)
atexit.register(_TEMPORARY.cleanup)


def gcode(data: bytes) -> None:
    """Any file is read alike by all readers, into finite motion and a bounded list of notes."""
    programs = [interpret(data, Reading(), scan) for scan in _SCANS]
    first = programs[0]
    assert len(first.notes) <= 1001
    assert all(math.isfinite(step.x) and math.isfinite(step.y) for step in first.motion)
    assert len(first.motion) <= (data.count(b"G") + data.count(b"g") + data.count(b"\n") + 1) * _ROWS_OF_AN_ARC
    for program in programs[1:]:
        assert list(program.motion) == list(first.motion)
        assert program.notes == first.notes
    for step in first.motion:
        assert isinstance(step.kind, Kind)


def replies(data: bytes) -> None:
    """A reader keeps at most a line, however the bytes are cut, and finds the same in every cut."""
    profile, cut, said = _PROFILES[_first(data) % len(_PROFILES)], data[1:2], data[2:]
    reader, whole = ReplyReader(profile), ReplyReader(profile)
    size = 1 + _first(cut) % 20
    pieces = [reply for piece in _cut(said, size) for reply in reader.feed(piece)]
    assert len(reader._rest) <= _LINE
    if len(said) < _LINE and not profile.replies.unended_fault:
        assert pieces == whole.feed(said)


def sender(data: bytes) -> None:
    """A sender hears anything, at any time: it ends every wait, and what it keeps is bounded."""
    profile, said = _PROFILES[_first(data) % len(_PROFILES)], data[1:]
    now, queued = 100.0, 0
    one = Sender(profile, now)
    for piece in _cut(said, 1 + _first(said) % 40):
        while one.room > 0 and queued < _FLIGHT:
            one.queue(Command(f"G1 X{queued % 90}", kind=CommandKind.DRAW, row=queued, end=(queued % 90, 0.0)))
            queued += 1
        one.to_send(now)
        one.receive(piece, now)
        now += (0.0, 0.001, 0.3, 30.0)[piece[0] % 4]
        due = one.deadline()
        if due is not None and due <= now:
            one.handle_timeout(now)
        traffic = one._traffic
        assert len(one._reader._rest) <= _LINE
        assert len(traffic.flight) + len(traffic.again) + len(traffic.queue) + len(traffic.private) <= _FLIGHT
        assert len(traffic.events) <= _FLIGHT
    for _ in range(_FLIGHT):
        due = one.deadline()
        if due is None:
            break
        now = max(now, due)
        one.handle_timeout(now)
        one.to_send(now)


def guard(data: bytes) -> None:
    """What a user types is refused, or is one printable line without a byte that the firmware acts on at once."""
    profile = _PROFILES[_first(data) % len(_PROFILES)]
    text = data[1:].decode("latin-1")
    watch = Guard(owners_machine(), profile)
    watch.set_position(0.0, 0.0)
    with contextlib.suppress(Refused, LimitError):
        watch.admit_console(text)
        real = profile.realtime
        assert text.isascii() and text.isprintable()
        assert not set(text.encode()) & set(real.hold + real.resume + real.reset + real.jog_cancel + real.reserved)


def journal(data: bytes) -> None:
    """Any bytes are a journal; what follows the first broken record does not count."""
    for text in (data, records.MAGIC + data):
        found = records.replay(text)
        assert found.good <= len(text)
        assert records.replay(text[: found.good]).records == found.records


def rpc(data: bytes) -> None:
    """A line is a message or a BadMessage; params are what their model says, and can be said again."""
    try:
        message = codec.decode(data)
    except codec.BadMessage as error:
        codec.failure(None, error.code, str(error))
        return
    method, params = message.get("method"), message.get("params", {})
    with contextlib.suppress(codec.BadMessage):
        codec.decode(codec.encode(message))
    for name in [method] if isinstance(method, str) and method in METHODS else METHODS:
        with contextlib.suppress(ValidationError):
            METHODS[name].params.model_validate(params)


def machine(data: bytes) -> None:
    with contextlib.suppress(ConfigError):
        parse_machine(data.decode("utf-8", "surrogateescape"))


def settings(data: bytes) -> None:
    (_FOLDER / "dcode.toml").write_bytes(data)
    before = os.environ.get("DCODE_CONFIG_DIR")
    os.environ["DCODE_CONFIG_DIR"] = str(_FOLDER)
    try:
        with contextlib.suppress(ConfigError):
            load_settings()
    finally:
        del os.environ["DCODE_CONFIG_DIR"]
        if before is not None:
            os.environ["DCODE_CONFIG_DIR"] = before


def profile(data: bytes) -> None:
    file = _FOLDER / "profile.toml"
    file.write_bytes(data)
    with contextlib.suppress(ConfigError):
        load_profile(file, _ROOT / "firmware_profiles")


def simulator(data: bytes) -> None:
    """A simulated firmware hears anything."""
    dialect = _PROFILES[_first(data) % len(_PROFILES)].dialect
    firmware, now = build(dialect, Setup()), 1.0
    for piece in _cut(data[1:], 1 + _first(data[1:]) % 40):
        firmware.receive(piece, now)
        now += (0.0, 0.001, 0.3, 30.0)[piece[0] % 4]
        firmware.advance(now)
        firmware.output()


class Target(NamedTuple):
    """A function of bytes, and the words of its language."""

    run: Callable[[bytes], None]
    words: tuple[bytes, ...]


def _words(text: str) -> tuple[bytes, ...]:
    return tuple(word.encode().decode("unicode_escape").encode("latin-1") for word in text.split())


_GCODE: Final = _words(
    r"""G0 G1 G2 G3 G4 G20 G21 G28 G90 G91 G92 M0 M3 M5 M6 M280 M400 M117 T1 X1 Y-2.5 X.5 Y9e9 Z5 I5 J-5 R10 R-3 F500 F0
    S40 P0 N1 *97 \x20 \x20 \n \n \n \r \r\n ; ( ) % / -0 999999999 nan \x0b \x85 \xe2\x80\xa8 \x18 ! ? ~ \x00 $"""
)
_SAID: Final = _words(
    r"""ok ok\n ok\r\n >\x20 \n \r\n error:9\r\n error:33\n ALARM:1\r\n Grbl\x201.1h\x20['$'\x20for\x20help]\r\n start\n
    Resend:\x203\n Resend:\x2099999999999999999999\n rs\x20N2\n Line:\x200\n echo:busy:\x20processing\n
    <Idle|MPos:0,0,0> <Run|MPos:1.000,nan,0.000|FS:0,0>\r\n [GC:G0\x20G54]\r\n D50\x20S1\n M114\x20X0.00
    X:1.00\x20Y:2.00\x20Z:0.00\x20Count\x20A:0\x20B:0\n //action:pause\n
    Error:checksum\x20mismatch,\x20Last\x20Line:\x202\n
    BADCHECKSUM\x20 NOLINENUM BADLINENUM\x203 \x00 \x11 \xff -1 ok\x20N3\x20P15\x20B3\n LIMIT\x20MAX
    echo:Unknown\x20command:\x20\"G1\x20X1\"\n"""
)
_JSON: Final = _words(
    r"""{ } [ ] " : , null true NaN Infinity 1e999 -0 99999999999999999999 \\ud800 \\u0000 "id" "method" "params"
    "jsonrpc" "2.0" "job" "name" "size" "upload" "data" "port" "line" "how" "status" "plotter.jog" "job.begin"
    "job.append" "dx" {"id":1,"method":"status","params":{ {"id":1,"method":"job.show","params":{"job": }} \xff \n"""
)
_MACHINE: Final = (
    (_ROOT / "configs" / "machine.json").read_bytes(),
    *_words(
        r"""{ } [ ] " : , "machine" "width_mm" 1219.2 "work_area" "left" -1e999 "pen" "up_angle" 90 null true "pens"
        "x" NaN \xff \\ud800"""
    ),
)
_TOML: Final = _words(
    r"""= \n \n [ ] " . , true false 1 -1.5 inf nan 1e400 \"\"\" { } extends "grbl" "marlin" port profile state_dir
    socket log_level park machine sim_speed [flow] [replies] [realtime] [commands] [pen] max_line window ack hold "("
    "(?P<code>" "~x" 1979-05-27 title="x"\n dialect="grbl"\n [numbering] [[commands]]"""
)
_TYPED: Final = (*_GCODE, *_words(r"$$ $H $X $J=G91X5 $100=80 $RST=* M114 M400 M503 M92 D7 [ESP]"))
_JOURNAL: Final = tuple(
    record
    for seed in (0, records.SEED)
    for record in [records.encode(records.Sent(records.Place(1, 2.0, 3.0)), seed)[0]]
)

TARGETS: Final[dict[str, Target]] = {
    "gcode": Target(gcode, _GCODE),
    "replies": Target(replies, _SAID),
    "sender": Target(sender, _SAID),
    "guard": Target(guard, _TYPED),
    "journal": Target(journal, _JOURNAL),
    "rpc": Target(rpc, _JSON),
    "machine": Target(machine, _MACHINE),
    "settings": Target(settings, _TOML),
    "profile": Target(profile, _TOML),
    "simulator": Target(simulator, _TYPED),
}


def _first(data: bytes) -> int:
    return data[0] if data else 0


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
