"""What a firmware is asked, and what it says then: its name, where the gondola is, the area that it keeps to.

Some acknowledge before they speak: `Translator.heard_out` sees to it that the answer is there.
"""

from __future__ import annotations

from collections.abc import Iterable

from dcode.firmware.command import Command, CommandKind
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.replies import Reply, ReplyKind
from dcode.firmware.status import Reports
from dcode.geometry.bounds import Bounds

Point = tuple[float, float]


def identify(profile: FirmwareProfile) -> list[Command]:
    """Ask the firmware what it is; its answer is for `FirmwareProfile.adapted` and `detect.recognise`."""
    return [_query(profile.commands.identify)]


def ask_position(profile: FirmwareProfile) -> list[Command]:
    """Ask where the gondola is; nothing where that comes with the status."""
    text = profile.commands.ask_position
    return [_query(text)] if text else []


def read_position(profile: FirmwareProfile, replies: Iterable[str]) -> Point | None:
    """The position in what the firmware said, mm, y up; None if there is none."""
    pattern = profile.replies.position
    if pattern is not None:
        for text in replies:
            if found := pattern.search(text):
                return Reports(profile).read(Reply(ReplyKind.STATUS, text, None, found.groupdict()))[1]
    return None


def ask_limits(profile: FirmwareProfile) -> list[Command]:
    """Ask for the area that the firmware itself keeps moves in; nothing where it has none or does not say."""
    text = profile.commands.limits
    return [_query(text)] if text else []


def read_limits(profile: FirmwareProfile, replies: Iterable[str]) -> Bounds | None:
    """That area, mm, y up; None if there is none."""
    texts, said = list(replies), profile.replies
    if said.limits is None or (said.no_limits and any(map(said.no_limits.search, texts))):
        return None
    found = next((match for text in texts if (match := said.limits.search(text))), None)
    if found is None:
        return None
    down = -1.0 if profile.y_down else 1.0
    xs = sorted((float(found["x0"]), float(found["x1"])))
    ys = sorted((float(found["y0"]) * down, float(found["y1"]) * down))
    return Bounds(xs[0], xs[1], ys[1], ys[0])


def _query(text: str) -> Command:
    return Command(text, kind=CommandKind.QUERY)
