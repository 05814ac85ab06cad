from __future__ import annotations

from pathlib import Path

from tests.cli.fake_daemon import SQUARE, a_job, a_status, job_event

HOME = {"name": "home", "x": 0.0, "y": 0.0, "about": "the home position, where a job begins"}
WENT = {"mark": HOME, "status": a_status()}
FOUND = {"sentence": "The gondola has drifted by 0.45 mm.", "mm": 0.447, "corrected": True, "status": a_status()}


def test_the_gondola_goes_to_a_mark_and_says_how_to_answer(dcode, daemon):
    fake = daemon(answers={"plotter.audit": WENT})
    ended = dcode("audit")
    assert (ended.code, "--by DX DY" in ended.out, "over home" in ended.err) == (0, True, True)
    assert dcode("audit", "top", "left", "--json").json["mark"] == HOME
    assert fake.asked("plotter.audit") == [{"mark": None}, {"mark": "top left"}]


def test_what_was_seen_is_said_without_another_move(dcode, daemon):
    fake = daemon(answers={"plotter.drift": FOUND})
    ended = dcode("audit", "--by", "0.4", "-0.2", "--correct")
    assert (ended.code, ended.out) == (0, FOUND["sentence"] + "\n")
    assert fake.asked("plotter.drift") == [{"dx": 0.4, "dy": -0.2, "correct": True}]
    assert fake.asked("plotter.audit") == []


def test_by_is_said_where_the_pen_is(dcode):
    assert dcode("audit", "home", "--by", "1", "1").code == 2


def test_what_is_no_length_is_said_before_the_daemon_is_asked(dcode):
    ended = dcode("audit", "--by", "nan", "0")
    assert (ended.code, "two lengths" in ended.err) == (2, True)


def test_a_plot_is_told_that_an_audit_is_wanted(dcode, daemon, horse: Path):
    done = job_event(a_job(state="done"))
    fake = daemon(events=[done])
    assert dcode("plot", horse, "--audit", "mark").code == 0
    assert dcode("plot", horse).code == 0
    assert [begin.get("audit") for begin in fake.asked("job.begin")] == ["mark", None]
    assert fake.uploaded.decode() == 2 * SQUARE


def test_a_status_tells_the_drift_of_the_job(dcode, daemon):
    daemon(answers={"status": a_status(drift=[0.4, -0.2])})
    (line,) = [line for line in dcode("status").out.splitlines() if line.lstrip().startswith("drift")]
    assert "+0.40 mm right, -0.20 mm up" in line


RIGHT, DOWN = b"\x1b[C", b"\x1b[B"
QUESTION = "[DX DY in mm, k keys, q] "


def test_a_person_says_how_far_it_is_off_and_has_it_corrected(daemon, talk):
    fake = daemon(answers={"plotter.audit": WENT, "plotter.drift": FOUND})
    person = talk("audit")
    person.answer(QUESTION, b"far\n")
    person.answer(QUESTION, b"0.4, -0.2\n")
    person.answer("Correct it? [Y/n] ", b"\n")
    assert person.end() == (0, FOUND["sentence"] + "\n")
    assert fake.asked("plotter.drift") == [{"dx": 0.4, "dy": -0.2, "correct": True}]


def test_a_person_brings_the_pen_over_the_mark_with_the_arrow_keys(daemon, talk):
    """Two steps to the right and one down: so it had been that much too far left and up."""
    at = a_status(position=[2.0, -1.0])
    fake = daemon(answers={"plotter.audit": WENT, "plotter.drift": FOUND, "plotter.nudge": at, "status": at})
    person = talk("audit")
    person.answer(QUESTION, b"k\n")
    for key in (RIGHT, RIGHT, DOWN, b"\r"):
        person.answer("mm   moved ", key)
    person.answer("Correct it? [Y/n] ", b"n\n")
    assert person.end()[0] == 0
    assert fake.asked("plotter.nudge") == [{"dx": 1, "dy": 0}, {"dx": 1, "dy": 0}, {"dx": 0, "dy": -1}]
    assert fake.asked("plotter.drift") == [{"dx": -2.0, "dy": 1.0, "correct": False}]


def test_who_sees_no_drift_presses_enter_and_is_not_asked_to_correct_it(daemon, talk):
    fake = daemon(answers={"plotter.audit": WENT, "plotter.drift": FOUND})
    person = talk("audit")
    person.answer(QUESTION, b"\n")
    assert person.end()[0] == 0
    assert fake.asked("plotter.drift") == [{"dx": 0.0, "dy": 0.0, "correct": False}]


def test_who_leaves_says_nothing(daemon, talk):
    fake = daemon(answers={"plotter.audit": WENT})
    person = talk("audit")
    person.answer(QUESTION, b"q\n")
    assert person.end() == (130, "")
    assert fake.asked("plotter.drift") == []
