from __future__ import annotations

import errno
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.machine_keeper import MachineKeeper
from dcode.errors import ConfigError
from dcode.jobs.job import Job, JobState
from dcode.jobs.store import JobStore

MACHINE = json.loads((data_dir("configs") / "machine.json").read_text())


class Kept:
    """A keeper, its file, and what it has told."""

    def __init__(self, folder: Path, jobs: JobStore) -> None:
        self.file, self.jobs = folder / "machine.json", jobs
        self.told: list[Any] = []
        self.new = 0
        self.edit(40)
        self.keeper = MachineKeeper(self.file, folder, jobs, lambda key, event: self.told.append(event))
        self.keeper.on_new = self._count

    def _count(self) -> None:
        self.new += 1

    def edit(self, down_angle: object) -> None:
        self.file.write_text(json.dumps(MACHINE | {"pen": MACHINE["pen"] | {"down_angle": down_angle}}))

    @property
    def angles(self) -> tuple[float, float]:
        """Of the machine that is gone by here, and of the one that the other processes read."""
        return self.keeper.machine.pen.down_angle, load_machine(self.keeper.in_use).pen.down_angle


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    jobs = JobStore(tmp_path)
    yield Kept(tmp_path, jobs)
    jobs.close()


def test_what_was_edited_is_taken_when_it_is_looked_at(kept: Kept) -> None:
    kept.edit(31)
    assert kept.angles == (40, 40)
    assert kept.keeper.look().pen.down_angle == 31
    assert (kept.angles, kept.new, [event.event for event in kept.told]) == ((31, 31), 1, ["machine"])
    kept.keeper.look()
    assert kept.new == 1


def test_a_job_at_the_machine_keeps_the_one_that_it_was_begun_with(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    job = kept.jobs.add(Job("a", state=JobState.PLOTTING))
    kept.edit(31)
    kept.keeper.look()
    kept.keeper.reload()
    kept.keeper.must_be_sound()
    assert kept.angles == (40, 40)
    assert f"when job {job.id} has ended" in caplog.text
    job.state = JobState.DONE
    kept.keeper.job_ended()
    assert (kept.angles, kept.new) == ((31, 31), 1)


def test_a_broken_file_is_told_once_and_keeps_nobody_but_who_wants_to_plot(kept: Kept) -> None:
    kept.edit("low")
    for _ in range(3):
        kept.keeper.look()
    assert [event.event for event in kept.told] == ["notice"]
    assert kept.angles == (40, 40)
    with pytest.raises(ConfigError, match="down_angle"):
        kept.keeper.must_be_sound()
    kept.edit(31)
    kept.keeper.must_be_sound()
    assert kept.angles == (31, 31)


def test_a_disk_that_is_full_leaves_the_processes_the_old_machine_until_it_is_not(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **settings: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept.edit(31)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        kept.keeper.look()
        with pytest.raises(ConfigError, match="No space left"):
            kept.keeper.must_be_sound()
    assert load_machine(kept.keeper.in_use).pen.down_angle == 40
    kept.keeper.must_be_sound()
    assert (kept.angles, kept.new) == ((31, 31), 1)


def test_a_change_of_its_own_is_no_edit(kept: Kept) -> None:
    kept.keeper.store.change({"pen.down_angle": 31})
    kept.keeper.look()
    assert (kept.angles, kept.new) == ((31, 31), 1)
    assert kept.told[0].machine.values["pen.down_angle"].value == 31
