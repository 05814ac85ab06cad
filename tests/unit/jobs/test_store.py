"""Jobs outlive the daemon that took them."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dcode.errors import ConfigError, JobError
from dcode.jobs.job import Job, JobState
from dcode.jobs.store import JobStore

Open = Callable[[], JobStore]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """Opens the same store again and again; all are closed in the end."""
    opened: list[JobStore] = []

    def opens() -> JobStore:
        opened.append(JobStore(tmp_path))
        return opened[-1]

    yield opens
    for store in opened:
        store.close()


def waiting(store: JobStore, name: str) -> Job:
    job = store.add(Job(name=name))
    job.to(JobState.READY)
    store.save(job)
    return job


def test_a_job_is_the_same_after_the_store_was_opened_again(open_store: Open) -> None:
    store = open_store()
    job = store.add(Job(name="../../etc/passwd", created=12.5, bounds=(-1.0, 2.0, 3.0, -4.0), rows=7, draw_mm=1.25))
    store.save(job)
    store.close()
    assert open_store().jobs == {job.id: job}


def test_files_of_a_job_are_in_a_folder_named_by_its_number(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    job = store.add(Job(name="../../etc/passwd"))
    assert store.files(job.id) == tmp_path / "jobs" / str(job.id)
    assert store.files(job.id).is_dir()


def test_numbers_are_never_given_twice(open_store: Open) -> None:
    store = open_store()
    first = store.add(Job(name="a"))
    store.forget(first)
    assert store.add(Job(name="b")).id > first.id
    assert not store.files(first.id).exists()


def test_the_queue_can_be_reordered_and_stays_so(open_store: Open) -> None:
    store = open_store()
    for name in "abc":
        waiting(store, name)
    last = store.waiting()[2]
    store.move(last, 1)
    store.close()
    assert [job.name for job in open_store().waiting()] == ["c", "a", "b"]


def test_only_a_job_that_waits_can_be_moved(open_store: Open) -> None:
    store = open_store()
    job = waiting(store, "a")
    job.to(JobState.CANCELLED)
    with pytest.raises(JobError, match="does not wait"):
        store.move(job, 1)


def test_a_daemon_that_starts_finds_the_job_at_the_machine_interrupted(open_store: Open) -> None:
    store = open_store()
    at_machine, unchecked, ready = waiting(store, "a"), store.add(Job(name="b")), waiting(store, "c")
    at_machine.to(JobState.PLOTTING)
    store.save(at_machine)
    store.close()

    found = open_store()
    found.recover("The daemon ended.")
    assert [found.get(job.id).state for job in (at_machine, unchecked, ready)] == [
        JobState.INTERRUPTED,
        JobState.FAILED,
        JobState.READY,
    ]
    assert found.get(at_machine.id).reason == "The daemon ended."


def test_zero_means_the_job_at_the_machine(open_store: Open) -> None:
    store = open_store()
    with pytest.raises(JobError, match="No job is at the machine"):
        store.get(0)
    job = waiting(store, "a")
    job.to(JobState.PLOTTING)
    assert store.get(0) is job


def test_the_list_has_the_current_job_first_then_the_queue_then_history(open_store: Open) -> None:
    store = open_store()
    done, current, later, older = (waiting(store, name) for name in ("done", "current", "later", "older"))
    for job in (older, done):
        job.to(JobState.PLOTTING)
        job.to(JobState.DONE)
    current.to(JobState.PLOTTING)
    assert [job.name for job in store.listed()] == ["current", "later", "older", "done"]
    assert later.state is JobState.READY


def test_a_change_that_cannot_be_written_is_refused_and_not_made(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    jobs = [waiting(store, name) for name in "ab"]
    jobs[0].rows = 7
    sizes = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, sizes[1]))
    try:
        for change in (
            lambda: store.add(Job(name="c")),
            lambda: store.move(jobs[1], 1),
            lambda: store.forget(jobs[0]),
            lambda: store.save(jobs[0]),
        ):
            with pytest.raises(JobError, match=r"^The queue could not be written: [^\n]*\.$"):
                change()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, sizes)
    assert [job.name for job in store.waiting()] == ["a", "b"]
    store.close()
    assert [job.name for job in open_store().waiting()] == ["a", "b"]


def test_a_folder_that_no_database_knows_is_kept_and_in_nobody_s_way(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "jobs" / "1").mkdir(parents=True)
    (tmp_path / "jobs" / "1" / "journal").write_text("of a database that was removed")
    store = open_store()
    job = store.add(Job(name="a"))
    assert list(store.files(job.id).iterdir()) == []
    assert len(list((tmp_path / "jobs").glob("1-*/journal"))) == 1


def test_a_database_of_an_earlier_version_is_read(open_store: Open, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "jobs.sqlite") as earlier:
        earlier.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, state TEXT, place REAL)")
        earlier.execute("INSERT INTO jobs (name, state, place) VALUES ('a', 'ready', 1.0)")
    earlier.close()
    store = open_store()
    assert store.jobs[1] == Job(name="a", state=JobState.READY, id=1, place=1.0)
    store.save(store.jobs[1])


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_broken_database_is_a_bad_configuration(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(content)
    with pytest.raises(ConfigError, match=r"jobs\.sqlite"):
        JobStore(tmp_path)
