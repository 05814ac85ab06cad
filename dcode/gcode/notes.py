"""What is wrong or remarkable in a program, by line, without drowning anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dcode.errors import GcodeError

KEPT_FATAL: Final = 800
KEPT_REMARKS: Final = 200
GIVE_UP_AFTER: Final = 20_000  # fatal notes; such a file is no drawing, and the rest is not read


@dataclass(frozen=True, slots=True)
class Note:
    """One finding. `line` and `column` count from 1; column 0 is the whole line. Fatal: the program must not run.

    Kinds: syntax (cannot be read), unsupported (dcode does not carry it out), value (a number that makes no sense),
    arc, conflict (words of one line that contradict each other), ignored (left out, harmless), feed (none given),
    size (too much of it).
    """

    line: int
    kind: str
    message: str
    column: int = 0
    fatal: bool = True


def refusal(kind: str, problem: str, column: int = 0) -> GcodeError:
    """An error of interpretation; whoever knows the line makes a note of it. `kind` as in Note."""
    error = GcodeError(problem, column=column)
    error.fields["kind"] = kind
    return error


class Notes:
    """Collects notes: the first fatal ones are kept and all counted; remarks are folded by what they are about."""

    __slots__ = ("_dropped", "_fatal", "_remarks", "fatal")

    def __init__(self) -> None:
        self.fatal = 0  # how many fatal ones there were
        self._dropped = 0  # remarks
        self._fatal: list[Note] = []
        self._remarks: dict[tuple[str, str], list[int]] = {}  # (kind, message): first line, column, lines

    def refuse(self, line: int, error: GcodeError) -> None:
        self.fatal += 1
        if len(self._fatal) < KEPT_FATAL:
            kind = str(error.fields.get("kind", "syntax"))
            self._fatal.append(Note(line, kind, error.problem, error.column))

    def remark(self, line: int, kind: str, message: str, column: int = 0) -> None:
        seen = self._remarks.get((kind, message))
        if seen is not None:
            seen[2] += 1
        elif len(self._remarks) < KEPT_REMARKS:
            self._remarks[kind, message] = [line, column, 1]
        else:
            self._dropped += 1

    def collected(self) -> tuple[list[Note], int]:
        """The kept notes in order of lines, and how many were not kept."""
        remarks = [
            Note(line, kind, message if count == 1 else f"{message} ({count} lines)", column, fatal=False)
            for (kind, message), (line, column, count) in self._remarks.items()
        ]
        kept = sorted([*self._fatal, *remarks], key=lambda note: (note.line, note.column))
        return kept, self.fatal - len(self._fatal) + self._dropped
