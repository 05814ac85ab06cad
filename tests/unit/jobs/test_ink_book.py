"""The ink ledger on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcode.errors import JobError
from dcode.jobs.ink_book import read_ledger, write_ledger
from dcode.machine.ledger import Drawn, Ledger

LEDGER = Ledger().drew(1, Drawn(300.5, 30.25, 2)).renewed(2, at=7.0).took(2)


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "pens.json"
    assert read_ledger(file) == Ledger()
    write_ledger(file, Ledger())
    write_ledger(file, LEDGER)
    assert read_ledger(file) == LEDGER
    assert [path.name for path in tmp_path.iterdir()] == ["pens.json"]


def test_what_a_power_cut_left_of_a_new_one_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pens.json"
    write_ledger(file, LEDGER)
    (tmp_path / ".pens.json.new").write_text('{"in_hand":')
    assert read_ledger(file) == LEDGER
    write_ledger(file, Ledger())
    assert read_ledger(file) == Ledger()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pens": {"one": {}}}', '{"pens": {"1": {"now": 3}}}'])
def test_a_file_that_is_no_ledger_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pens.json"
    file.write_text(text)
    with pytest.raises(JobError, match="cannot be read"):
        read_ledger(file)


def test_a_ledger_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="could not be written"):
        write_ledger(tmp_path / "nowhere" / "pens.json", LEDGER)
