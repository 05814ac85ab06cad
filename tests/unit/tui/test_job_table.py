"""What may be done with a job, and what is said of it."""

from __future__ import annotations

import pytest

from dcode.api.jobs import Job
from dcode.tui.job_table import MAY, cells, detail_lines, may
from dcode.tui.store import Store


def job(**values: object) -> dict[str, object]:
    plain = {"id": 3, "name": "horse.gcode", "state": "ready", "created": 0.0, "rows": 100, "lines": 80}
    return Job(**{**plain, **values}).model_dump()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "able"),
    [
        ("drawing", {"earlier", "later", "cancel"}),
        ("ready", {"earlier", "later", "cancel", "rehearse", "read"}),
        ("plotting", {"cancel", "rehearse", "read"}),
        ("interrupted", {"recover", "retry", "cancel", "forget", "rehearse", "read"}),
        ("done", {"retry", "forget", "rehearse", "read"}),
    ],
)
def test_only_what_means_something_for_a_job_may_be_done(state: str, able: set[str]) -> None:
    assert {action for action in MAY if may(action, job(state=state))} == able
    assert not any(may(action, None) for action in MAY)


def test_a_yes_is_for_a_drawing_that_waits_for_it() -> None:
    assert may("confirm", job(held=True)) and not may("confirm", job())


def test_a_program_that_still_grows_is_neither_read_nor_rehearsed() -> None:
    assert not may("read", job(growing=True, state="plotting"))


def test_a_drawing_that_is_made_says_how_far_it_is() -> None:
    drawing = job(state="drawing", prompt="a heron", rows=0)
    store = Store(jobs={3: drawing}, drawn={3: {"done": 3, "total": 4}})
    assert cells(drawing, store)[1:4] == ('"a heron"', "✎ drawing", "75%")


def test_details_name_the_pens_the_audit_and_how_it_was_placed() -> None:
    told = "\n".join(detail_lines(job(audit="mark", placed="fit", reason="why"), [1, 7], {1: "fine"}))
    for text in ("1 fine, 7", "goes to a mark", "scaled to the work area", "ready: why"):
        assert text in told
    assert "began" not in told
