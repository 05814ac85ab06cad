from __future__ import annotations

from pathlib import Path

import pytest

from dcode.cli.program import workshop
from dcode.gcode.interpret import interpret
from dcode.gcode.place import beginning, end, strokes_between
from dcode.machine.marks import marks
from tests.cli.fake_daemon import ROOT, SQUARE, Refusal, a_job, job_event

REHEARSAL = a_job(kind="rehearsal", name="rehearsal of horse.gcode")
OVER = job_event(REHEARSAL | {"state": "done", "seconds": 61.5, "row": 100})
SUBSCRIBED = {"status": {"state": "idle", "job": None}, "jobs": [REHEARSAL]}
ANSWERS = {"job.commit": {"job": REHEARSAL, "report": {"ok": True}}, "subscribe": SUBSCRIBED}


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ((), {"what": "box", "times": 1}),
        (("--box", "--repeat", "3"), {"what": "box", "times": 3}),
        (("--hull",), {"what": "hull", "times": 1}),
        (("--seconds", "12.5"), {"what": "seconds", "seconds": 12.5, "times": 1}),
    ],
)
def test_the_file_is_sent_as_it_is_to_be_gone_through(
    dcode, daemon, horse: Path, flags: tuple[str, ...], wanted: object
):
    fake = daemon(answers=ANSWERS, events=[OVER])
    ended = dcode("rehearse", horse, *flags)
    assert (ended.code, ended.out) == (0, "The rehearsal of horse.gcode is over, after 0:01:01; the pen was up.\n")
    assert fake.asked("job.begin")[0]["rehearse"] == wanted
    assert fake.uploaded.decode() == SQUARE


def test_artwork_becomes_a_program_as_for_a_plot(dcode, daemon, tmp_path: Path):
    art = tmp_path / "a.svg"
    art.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 50"><path d="M1 1L40 40" stroke="red"/></svg>'
    )
    fake = daemon(answers=ANSWERS, events=[OVER])
    ended = dcode("rehearse", art, "--fit", "--json")
    assert (ended.code, ended.json["state"]) == (0, "done")
    assert fake.uploaded.startswith(b"G21G90")
    assert fake.asked("job.begin")[0]["fit"] is False


def test_what_is_gone_through_is_one_thing(dcode, horse: Path):
    ended = dcode("rehearse", horse, "--box", "--seconds", "3")
    assert (ended.code, "exclude each other" in ended.err) == (2, True)


def test_a_drawing_that_is_refused_is_told_as_for_a_plot(dcode, daemon, stray: Path):
    violation = {"line": 9, "kind": "work_area", "value": 431.0, "limit": 420.5, "message": "X 431 is outside"}
    report = {"ok": False, "violations": [violation], "violations_total": 1}
    daemon(answers={"job.commit": Refusal("UnsafeProgram", "line 9: X 431 is outside", report=report)})
    ended = dcode("rehearse", stray)
    assert (ended.code, "line 9" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("-y",), {"home", "top left", "top right", "bottom left", "bottom right"}),
        (("--cross", "-y"), {"home"}),
        (("--corners", "-y"), {"top left", "top right", "bottom left", "bottom right"}),
    ],
)
def test_marks_are_a_program_that_is_plotted(dcode, daemon, flags: tuple[str, ...], names: set[str]):
    done = a_job(name="marks", state="done")
    fake = daemon(answers={"subscribe": {"status": {"state": "idle", "job": None}, "jobs": [done]}})
    assert dcode("mark", *flags, "--size", "8").code == 0
    machine, dialect = workshop(ROOT / "configs" / "machine.json", "makelangelo")
    motion = interpret(fake.uploaded, dialect.reading(machine)).motion
    corners = [point for stroke in strokes_between(motion, beginning(motion), end(motion)) for point in stroke]
    drawn = {mark.name for mark in marks(machine) if (mark.x, mark.y) in corners}
    if "home" in names:
        assert {(-4, 0), (4, 0), (0, -4), (0, 4)} <= set(corners)
    assert drawn == names - {"home"}
    assert fake.asked("job.begin")[0]["name"] == "marks"
