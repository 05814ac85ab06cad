"""Every error that dcode raises on purpose.

DcodeError
├── ConfigError            a setting, a key of machine.json, a profile
├── GcodeError             a line that cannot be read
├── DrawingError           an SVG that cannot be read: broken, hostile or beyond a limit
├── LimitError             a point that the machine must not be sent to
├── UnsafeProgram          a whole program that the check refused; carries the report
├── LinkError              the bytes do not get through
│   ├── PortNotFound
│   ├── PortBusy           another process holds the port
│   ├── PortGone           unplugged, reset by the system, peer closed
│   └── Stalled            no answer within the time that one may take
├── FirmwareError          the bytes get through and say no
│   ├── Alarm
│   ├── Refused            a line that the firmware did not carry out, whether or not it said ok
│   └── UnexpectedReset    the greeting of a firmware that has just started, in the middle of work
├── MachineNotReady        unplugged, unregistered, in alarm, busy
├── CalibrationError       an answer that a guide cannot take; nothing has changed
├── JobError               no such job, or not in a state for this
├── JournalError           a job's journal cannot be read or written
├── DaemonUnreachable      no daemon answers on the socket
└── GenerationError        no drawing came of a prompt

Errors carry fields; whoever shows them writes the sentence, or takes the one from str().
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class DcodeError(Exception):
    """Base of the tree. `fields` are what a client may show or act on; all JSON values."""

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    @property
    def kind(self) -> str:
        """The class name: how the error is told apart on the wire."""
        return type(self).__name__


class ConfigError(DcodeError):
    """A file, a key in it, the value found there, and the key that was probably meant."""

    def __init__(self, problem: str, *, file: str = "", key: str = "", value: object = None, nearest: str = "") -> None:
        where = ", ".join(part for part in (file, f"key {key}" if key else "") if part)
        hint = f" Did you mean {nearest}?" if nearest else ""
        message = f"{where}: {problem}{hint}" if where else f"{problem}{hint}"
        super().__init__(message, file=file, key=key, value=value, nearest=nearest)
        self.file, self.key, self.value, self.nearest = file, key, value, nearest


class GcodeError(DcodeError):
    """One line of G-code that cannot be read; `line` and `column` count from 1."""

    def __init__(self, problem: str, *, line: int = 0, column: int = 0, text: str = "") -> None:
        where = f"line {line}" + (f", column {column}" if column else "")
        super().__init__(f"{where}: {problem}" if line else problem, line=line, column=column, text=text)
        self.problem, self.line, self.column, self.text = problem, line, column, text


class DrawingError(DcodeError):
    """A drawing that cannot be read or worked on. `line` and `column` count from 1 and are 0 where there is none.

    `element` is what it happened in, such as `path#roof`. `limit` is the bound that was passed, None for other faults.
    """

    def __init__(
        self, problem: str, *, element: str = "", line: int = 0, column: int = 0, limit: float | None = None
    ) -> None:
        place = f"line {line}" + (f", column {column}" if column else "") if line else ""
        where = ", ".join(part for part in (place, f"<{element}>" if element else "") if part)
        message = f"{where}: {problem}" if where else problem
        super().__init__(message, problem=problem, element=element, line=line, column=column, limit=limit)
        self.problem, self.element, self.line, self.column, self.limit = problem, element, line, column, limit


class LimitError(DcodeError):
    """A point outside what the machine may reach. `value` and `limit` in the unit of `axis`."""

    def __init__(self, message: str, *, axis: str, value: float, limit: float, line: int = 0) -> None:
        super().__init__(message, axis=axis, value=value, limit=limit, line=line)
        self.axis, self.value, self.limit, self.line = axis, value, limit, line


class UnsafeProgram(DcodeError):
    """The check refused a program; `report` is the check's report as JSON values."""

    def __init__(self, message: str, report: Mapping[str, object]) -> None:
        super().__init__(message, report=dict(report))
        self.report = report


class LinkError(DcodeError):
    """The bytes do not get through."""


class PortNotFound(LinkError):
    """No such port."""


class PortBusy(LinkError):
    """Another process holds the port."""


class PortGone(LinkError):
    """The port went away while it was in use."""


class Stalled(LinkError):
    """The firmware has not answered within the time that an answer may take."""


class FirmwareError(DcodeError):
    """The bytes get through and the firmware says no."""


class Alarm(FirmwareError):
    """The firmware locked itself."""


class Refused(FirmwareError):
    """A line that the firmware did not carry out, whether or not it acknowledged it."""


class UnexpectedReset(FirmwareError):
    """The firmware greeted in the middle of work: it has lost its position."""


class MachineNotReady(DcodeError):
    """The plotter cannot do this now: unplugged, unregistered, in alarm, or busy."""


class CalibrationError(DcodeError):
    """An answer that a guide cannot take, or a guide that is not there. Nothing has changed, nothing moves."""


class JobError(DcodeError):
    """No such job, or not in a state for what was asked."""


class JournalError(DcodeError):
    """The journal of a job cannot be read or written. `errno` is the system's, 0 where it gave none."""

    def __init__(self, message: str, *, path: str = "", errno: int = 0) -> None:
        super().__init__(message, path=path, errno=errno)
        self.path, self.errno = path, errno


class DaemonUnreachable(DcodeError):
    """No daemon answers on the socket."""


class GenerationError(DcodeError):
    """No drawing came of a prompt."""


def revived(kind: object, message: str, fields: object) -> DcodeError:
    """An error that crossed a wire as its kind, sentence and fields; DcodeError where the kind is unknown.

    Made without its constructor, which would write the sentence anew from parts that are not on the wire.
    """
    cls = next((known for known in _tree(DcodeError) if known.__name__ == kind), DcodeError)
    error = cls.__new__(cls)
    values: dict[str, Any] = dict(fields) if isinstance(fields, dict) else {}
    DcodeError.__init__(error, message, **{str(name): value for name, value in values.items() if name != "message"})
    for name, value in error.fields.items():
        if name.isidentifier() and not hasattr(cls, name):
            setattr(error, name, value)
    return error


def _tree(root: type[DcodeError]) -> Iterator[type[DcodeError]]:
    yield root
    for branch in root.__subclasses__():
        yield from _tree(branch)
