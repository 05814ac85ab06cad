from __future__ import annotations

from collections.abc import Callable

import pytest

from dcode.gcode.interpret import Program, Reading, interpret

Row = tuple[str, float, float, float, int]


def _rows(program: Program) -> list[Row]:
    return [
        (step.kind.name, round(step.x, 9) + 0.0, round(step.y, 9) + 0.0, round(step.value, 4), step.line)
        for step in program.motion
    ]


@pytest.fixture
def read() -> Callable[..., Program]:
    """Read a program given as text, carefully; keywords go to its Reading."""

    def read(text: str, **reading: object) -> Program:
        return interpret(text.encode(), Reading(**reading), "python")  # type: ignore[arg-type]

    return read


@pytest.fixture
def rows(read: Callable[..., Program]) -> Callable[..., list[Row]]:
    """The rows of a program that must be without fatal notes."""

    def rows(text: str, **reading: object) -> list[Row]:
        program = read(text, **reading)
        assert program.fatal == 0, program.notes
        return _rows(program)

    return rows


@pytest.fixture
def refusals(read: Callable[..., Program]) -> Callable[..., list[tuple[int, int, str, str]]]:
    """(line, column, kind, message) of the fatal notes."""

    def refusals(text: str, **reading: object) -> list[tuple[int, int, str, str]]:
        notes = read(text, **reading).notes
        return [(note.line, note.column, note.kind, note.message) for note in notes if note.fatal]

    return refusals


@pytest.fixture
def remarks(read: Callable[..., Program]) -> Callable[..., list[tuple[int, str, str]]]:
    """(line, kind, message) of the notes that are not fatal."""

    def remarks(text: str, **reading: object) -> list[tuple[int, str, str]]:
        return [(note.line, note.kind, note.message) for note in read(text, **reading).notes if not note.fatal]

    return remarks
