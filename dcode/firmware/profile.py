"""A firmware profile: a dialect with a name, from firmware_profiles/ or from a user's own file.

A file may say `extends = "marlin"` (or the path of another file) and then only what differs: its tables are laid over
those of the other, key by key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Final, Literal

from dcode.errors import ConfigError
from dcode.firmware.dialect import (
    Calibration,
    Commands,
    Console,
    Flow,
    Identity,
    Moves,
    Numbering,
    Patience,
    PenCommands,
    Planning,
    Port,
    Realtime,
    Replies,
    Source,
    Stop,
)
from dcode.gcode.reading import Reading
from dcode.machine.machine import Machine
from dcode.tables import nearest, read_table

_FASTEST: Final = 4_000_000  # baud
BUILTIN: Final = ("makelangelo", "marlin", "grbl", "grblhal", "fluidnc")


@dataclass(frozen=True, slots=True)
class FirmwareProfile:
    """Everything that is particular to one firmware. Made by `load_profile`; tables are explained in dialect.py."""

    name: str
    title: str
    dialect: Literal["makelangelo", "marlin", "grbl", "grblhal", "fluidnc"]  # the built-in one that it is a kind of
    port: Port
    replies: Replies
    flow: Flow
    patience: Patience
    pen: PenCommands
    moves: Moves
    commands: Commands
    source: Source
    console: Console
    probe: Literal["status", "line", "repeat", "none"]  # what to do when an ack does not come (streaming/recovery.py)
    position_lost_on: tuple[str, ...]
    numbering: Numbering | None = None
    realtime: Realtime = field(default_factory=Realtime)
    stop: Stop = field(default_factory=Stop)
    identity: Identity = field(default_factory=Identity)
    planning: Planning = field(default_factory=Planning)
    calibration: Calibration = field(default_factory=Calibration)
    errors: Mapping[int, str] = field(default_factory=dict)
    alarms: Mapping[int, str] = field(default_factory=dict)
    y_down: bool = False
    wary_settings: bool = False
    belts_from_start: bool = False

    @property
    def baud(self) -> int:
        return self.port.baud

    @property
    def dtr_on_open(self) -> bool | None:
        return self.port.dtr

    @property
    def greeting_seconds(self) -> float:
        return self.port.greeting_seconds

    @property
    def stop_bytes(self) -> bytes:
        return self.stop.realtime

    @property
    def stop_line(self) -> str:
        return self.stop.line

    @property
    def realtime_status(self) -> bytes:
        """The byte that asks for the firmware's state outside the window; empty where there is none."""
        return self.realtime.status

    @property
    def wire_bytes(self) -> int:
        """How many bytes may be unacknowledged; 0: not counted."""
        size = max(0, self.flow.rx_bytes - 1)
        return min(size, self.flow.rx_use) if self.flow.rx_use else size

    def max_feed_of(self, machine: Machine) -> float:
        """mm/min: the slower of what the firmware takes and what the machine may do."""
        return min(self.moves.max_feed, machine.max_feed or self.moves.max_feed)

    def reading(self, machine: Machine) -> Reading:
        """How a program is to be read that was written for this firmware and this machine."""
        pen = machine.pen
        by_angle = self.source.z == "angle"
        return Reading(
            home=machine.home,
            servo_index=pen.servo_index,
            up_angle=pen.up_angle,
            down_angle=pen.down_angle,
            z_up=pen.up_angle if by_angle else self.pen.z_up,
            z_down=pen.down_angle if by_angle else self.pen.z_down,
            dwell_p=self.source.dwell_p,
            travel_feed=pen.travel_speed,
            draw_feed=pen.draw_speed,
        )

    def heard(self, identity: str) -> str:
        """What of all that the firmware said of itself changes this profile: `adapted` makes the same of it."""
        patterns = [getattr(self.identity, one.name) for one in fields(self.identity)]
        found = [pattern.search(identity) for pattern in patterns if pattern is not None]
        return "\n".join(dict.fromkeys(match[0] for match in found if match))

    def adapted(self, identity: str | Iterable[str]) -> FirmwareProfile:
        """This profile, with what the firmware said of itself: buffer size, axes, how it stops."""
        text = identity if isinstance(identity, str) else "\n".join(identity)
        says, profile = self.identity, self
        if says.rx_bytes and (found := says.rx_bytes.search(text)):
            profile = replace(profile, flow=replace(profile.flow, rx_bytes=int(found["bytes"])))
        if says.y_down and says.y_down.search(text):
            profile = replace(profile, y_down=True)
        if says.stops_at_once and says.stops_at_once.search(text):
            profile = replace(profile, stop=replace(profile.stop, line_at_once=True))
        if says.belts_from_start and says.belts_from_start.search(text):
            profile = replace(profile, belts_from_start=True)
        if says.wary_settings and says.wary_settings.search(text):
            profile = replace(profile, wary_settings=True)
        if says.no_feed_override and says.no_feed_override.search(text):
            profile = replace(profile, realtime=profile.realtime.without_override())
        return profile


def load_profile(name: str | Path, folder: Path) -> FirmwareProfile:
    """A built-in profile by name, from `folder`, or a user's own by path. Raises ConfigError.

    Either may be followed by the speed of a board that was built for another one than the profile says: marlin@115200.
    """
    plain, at, speed = str(name).rpartition("@")
    if not at or not speed.isdecimal():
        return _read(_path_of(name, folder), folder, ())[0]
    profile = _read(_path_of(plain, folder), folder, ())[0]
    baud = int(speed)
    if not 300 <= baud <= _FASTEST:
        raise ConfigError(f"{speed} is no speed of a serial port", key="profile", value=str(name))
    return replace(profile, name=f"{profile.name}@{baud}", port=replace(profile.port, baud=baud))


def builtin_profiles(folder: Path) -> dict[str, FirmwareProfile]:
    """The profiles that come with dcode, by name."""
    return {name: load_profile(name, folder) for name in BUILTIN}


def _path_of(name: str | Path, folder: Path) -> Path:
    if str(name) in BUILTIN:
        return folder / f"{name}.toml"
    path = Path(name).expanduser()
    if path.suffix == ".toml" or path.is_file():
        return path
    raise ConfigError(
        f"no firmware profile {str(name)!r}; there are {', '.join(BUILTIN)}, and files that end in .toml",
        key="profile",
        value=str(name),
        nearest=nearest(str(name), BUILTIN),
    )


def _read(path: Path, folder: Path, inside: tuple[Path, ...]) -> tuple[FirmwareProfile, dict[str, object]]:
    """A profile and the merged table that it was read from; `inside` are the files that extend this one."""
    table = _toml(path)
    base: dict[str, object] = {}
    extends = table.pop("extends", None)
    if extends is not None:
        base = _read(_base_of(extends, path, folder, (*inside, path)), folder, (*inside, path))[1]
    merged = _laid_over(base, table)
    profile = read_table(FirmwareProfile, merged, str(path))
    _check(profile, str(path))
    return profile, merged


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not TOML: {error}", file=str(path)) from error


def _base_of(extends: object, path: Path, folder: Path, inside: tuple[Path, ...]) -> Path:
    if not isinstance(extends, str):
        raise ConfigError("must be the name or the file of a profile", file=str(path), key="extends", value=extends)
    base = folder / f"{extends}.toml" if extends in BUILTIN else path.parent / Path(extends).expanduser()
    if not base.is_file():
        raise ConfigError(
            f"no profile {extends!r}", file=str(path), key="extends", value=extends, nearest=nearest(extends, BUILTIN)
        )
    if base.resolve() in {one.resolve() for one in inside}:
        raise ConfigError("these profiles extend each other", file=str(path), key="extends", value=extends)
    return base


def _laid_over(base: Mapping[str, object], top: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in top.items():
        under = merged.get(key)
        merged[key] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _check(profile: FirmwareProfile, file: str) -> None:
    """What the types cannot say."""
    if profile.replies.ack is None and not profile.replies.prompt:
        raise ConfigError("one of ack and prompt must be given", file=file, key="replies.ack")
    if profile.probe == "status" and not (profile.realtime.status and profile.replies.status):
        raise ConfigError("needs realtime.status and replies.status", file=file, key="probe", value=profile.probe)
    if profile.probe == "line" and not (profile.numbering and profile.numbering.query and profile.replies.resend):
        raise ConfigError("needs numbering.query and replies.resend", file=file, key="probe", value=profile.probe)
    if profile.probe == "repeat" and not (profile.numbering and profile.flow.lines == 1):
        raise ConfigError("needs numbering, and flow.lines = 1", file=file, key="probe", value=profile.probe)
    if not (profile.flow.lines or profile.wire_bytes):
        raise ConfigError("one of lines and rx_bytes must be given", file=file, key="flow.lines", value=0)
    for key, pattern, group in (
        ("replies.error", profile.replies.error, "code"),
        ("replies.alarm", profile.replies.alarm, "code"),
        ("replies.resend", profile.replies.resend, "line"),
        ("replies.line", profile.replies.line, "line"),
        ("replies.planned", profile.replies.planned, "free"),
        ("replies.action", profile.replies.action, "action"),
        ("replies.limits", profile.replies.limits, "x0"),
        ("identity.rx_bytes", profile.identity.rx_bytes, "bytes"),
    ):
        if pattern and group not in pattern.groupindex:
            raise ConfigError(f"needs a group named {group}", file=file, key=key, value=pattern.pattern)
