"""What a firmware says, told apart line by line. Nothing that comes in can make this raise."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final, NamedTuple

from dcode.firmware.dialect import Pattern
from dcode.firmware.profile import FirmwareProfile

# Longer is noise: the longest honest line is Marlin's answer to M115, about 250 characters.
_LONGEST: Final = 4096
# NUL is noise; XON and XOFF are the link's, and no profile negotiates them.
_STRIPPED: Final = b"\x00\x11\x13"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class ReplyKind(Enum):
    """What a line from the firmware is."""

    ACK = auto()
    PROMPT = auto()
    ERROR = auto()  # in place of an ack
    REFUSED = auto()  # an ack follows all the same
    RESEND = auto()
    LINE = auto()  # the last line number that was accepted
    BUSY = auto()
    GREETING = auto()
    ALARM = auto()
    STATUS = auto()
    FAULT = auto()
    ACTION = auto()
    INFO = auto()


class Reply(NamedTuple):
    """One line, or one prompt. `code` is its number: of an error, an alarm, a line; `fields` are the groups found."""

    kind: ReplyKind
    text: str
    code: int | None = None
    fields: Mapping[str, str] = _NOTHING


_OK: Final = Reply(ReplyKind.ACK, "ok")


class ReplyReader:
    """Bytes in, replies out. Bytes may come in any pieces; CR, LF and both end a line."""

    __slots__ = ("_patterns", "_plain_ok", "_prompt", "_rest", "_steers", "_unended")

    def __init__(self, profile: FirmwareProfile) -> None:
        replies, real = profile.replies, profile.realtime
        in_order: tuple[tuple[ReplyKind, Pattern | None], ...] = (
            (ReplyKind.ACK, replies.ack),
            (ReplyKind.ERROR, replies.error),
            (ReplyKind.STATUS, replies.status),
            (ReplyKind.BUSY, replies.busy),
            (ReplyKind.RESEND, replies.resend),
            (ReplyKind.LINE, replies.line),
            (ReplyKind.GREETING, replies.greeting),
            (ReplyKind.ALARM, replies.alarm),
            (ReplyKind.REFUSED, replies.refused),
            (ReplyKind.FAULT, replies.fault),
            (ReplyKind.STATUS, replies.position),
            (ReplyKind.ACTION, replies.action),
        )
        self._patterns = tuple((kind, pattern) for kind, pattern in in_order if pattern is not None)
        self._plain_ok = replies.ack is not None and replies.ack.search("ok") is not None
        self._prompt = replies.prompt
        self._unended = replies.unended_fault
        # An adapter that sends back what it gets puts these, which have no line end, before what the firmware says.
        self._steers = real.status + real.hold + real.resume + real.reset
        self._rest = b""

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that these bytes complete."""
        clean = data.translate(None, _STRIPPED).replace(b"\r", b"\n")
        *lines, rest = (self._rest + clean).split(b"\n")
        replies: list[Reply] = []
        for line in lines:
            if line == b"ok" and self._plain_ok:
                replies.append(_OK)
            elif line:
                self._line(line, replies)
        if rest and (self._prompt or self._unended):
            rest = self._unfinished(rest, replies)
        self._rest = rest[-_LONGEST:]
        return replies

    def _line(self, line: bytes, replies: list[Reply]) -> None:
        prompt = self._prompt
        while prompt and line.startswith(prompt):
            replies.append(Reply(ReplyKind.PROMPT, prompt.decode("latin-1")))
            line = line[len(prompt) :]
        text = line.lstrip(self._steers).decode("latin-1").strip()
        if prompt and text == prompt.decode("latin-1").strip():
            replies.append(Reply(ReplyKind.PROMPT, text))
        elif text:
            self._text(text, replies)

    def _text(self, text: str, replies: list[Reply]) -> None:
        if self._unended:
            while found := self._unended.search(text):
                before, text = text[: found.start()].strip(), text[found.end() :].strip()
                if before:
                    replies.append(self.classify(before))
                replies.append(Reply(ReplyKind.FAULT, found[0]))
        if text:
            replies.append(self.classify(text))

    def _unfinished(self, rest: bytes, replies: list[Reply]) -> bytes:
        """What can be told from a line that has no end yet: prompts and faults come without one."""
        while self._prompt and rest.startswith(self._prompt):
            replies.append(Reply(ReplyKind.PROMPT, self._prompt.decode("latin-1")))
            rest = rest[len(self._prompt) :]
        if self._unended and rest:
            while found := self._unended.match(rest.decode("latin-1")):
                replies.append(Reply(ReplyKind.FAULT, found[0]))
                rest = rest[found.end() :]
        return rest

    def classify(self, text: str) -> Reply:
        """One line without its end."""
        for kind, pattern in self._patterns:
            if found := pattern.search(text):
                fields = {name: value for name, value in found.groupdict().items() if value is not None}
                return Reply(kind, text, _code(fields), fields)
        return Reply(ReplyKind.INFO, text)


def _code(fields: Mapping[str, str]) -> int | None:
    last = number(fields.get("last"))
    return last + 1 if last is not None else number(fields.get("code") or fields.get("line"))


def number(digits: str | None) -> int | None:
    """A number as the firmwares write it; None for anything else, however a line was garbled."""
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) <= 10 else None
