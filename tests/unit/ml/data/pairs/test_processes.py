"""A function over many things by several processes: one that dies stops nobody else."""

from __future__ import annotations

import os

from dcode.ml.data.pairs.processes import by_processes


def squared_unless_deadly(number: int) -> int:
    if number == 13:
        os._exit(1)  # as a crash inside a library, or the system when memory runs out
    return number * number


def test_only_the_thing_that_kills_its_process_has_no_result() -> None:
    found = dict(by_processes(squared_unless_deadly, range(20), 1))
    assert found == {number: None if number == 13 else number * number for number in range(20)}


def test_nothing_to_do_is_done() -> None:
    assert list(by_processes(squared_unless_deadly, [], 2)) == []
