"""A job's life follows the table."""

import pytest

from dcode.errors import JobError
from dcode.jobs.job import TRANSITIONS, Job, JobState


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(JobState)


@pytest.mark.parametrize("before", JobState)
@pytest.mark.parametrize("after", JobState)
def test_a_move_is_made_only_when_the_table_has_it(before: JobState, after: JobState) -> None:
    job = Job(name="horse.gcode", state=before, id=3)
    if after in TRANSITIONS[before]:
        job.to(after, "because")
        assert (job.state, job.reason) == (after, "because")
    else:
        with pytest.raises(JobError) as caught:
            job.to(after)
        assert caught.value.fields == {"job": 3, "state": before}
        assert job.state is before


def test_every_state_can_be_left_or_plotted_again() -> None:
    assert all(TRANSITIONS.values())
