"""`dcode resume`: which job it means, what it says of an interrupted one, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.fake_daemon import (
    DONE_JOB,
    INTERRUPTED_JOB,
    RECOVERY,
    FakeDaemon,
    Refusal,
    a_job,
    a_status,
    job_event,
    plotting,
)

CERTAIN = RECOVERY | {"stretch": [], "stretch_mm": 0.0, "sent": RECOVERY["executed"]}
QUESTION = "Redraw the stretch (Enter), skip it (s), go back by N mm of ink first (N), or leave it (q)? "


@pytest.fixture
def machine(daemon) -> Callable[..., FakeDaemon]:
    """A daemon with an interrupted job 12, which is done once it goes on."""

    def start(recovery: dict[str, Any] = RECOVERY, **answers: Any) -> FakeDaemon:
        known = {
            "job.list": {"jobs": [INTERRUPTED_JOB, DONE_JOB | {"id": 11}]},
            "job.show": INTERRUPTED_JOB,
            "job.recovery": recovery,
            "plotter.resume": a_status(state="plotting"),
            "subscribe": {"status": a_status(), "jobs": [plotting(27)]},
        }
        names = {name.replace("_", "."): answer for name, answer in answers.items()}
        return daemon(answers=known | names, events=[job_event(DONE_JOB)])

    return start


@pytest.mark.parametrize(
    "jobs",
    [
        [plotting(5, state="paused"), INTERRUPTED_JOB | {"id": 9}],
        [plotting(5), INTERRUPTED_JOB | {"id": 9}],
        [a_job(), DONE_JOB | {"id": 11}],
        [],
    ],
)
def test_without_a_number_the_daemon_knows_what_is_paused_or_held(dcode, machine, jobs: list):
    fake = machine(job_list={"jobs": jobs})
    assert dcode("resume", "--json").json == a_status(state="plotting")
    assert fake.asked("plotter.resume") == [{}]
    assert not fake.asked("job.recovery") and not fake.asked("subscribe")


def test_without_a_number_it_is_the_job_that_was_interrupted_last(dcode, machine):
    jobs = [
        a_job(id=20),
        *(INTERRUPTED_JOB | {"id": number, "ended": at} for number, at in ((8, 5.0), (12, 7.0), (4, 6.0))),
    ]
    fake = machine(job_list={"jobs": jobs})
    assert dcode("resume", "--yes").code == 0
    assert fake.asked("job.recovery") == [{"job": 12}]
    assert fake.asked("plotter.resume") == [{"job": 12, "how": "redraw"}]


def test_a_paused_job_may_be_named(dcode, machine):
    fake = machine(job_show=plotting(5, state="paused"))
    assert dcode("resume", 12).out.splitlines()[0] == "PLOTTING"
    assert fake.asked("plotter.resume") == [{"job": 12}]


@pytest.mark.parametrize(
    ("words", "params", "recovery"),
    [
        ("--yes", {"how": "redraw"}, {}),
        ("-y", {"how": "redraw"}, {}),
        ("--redraw", {"how": "redraw"}, {}),
        ("--skip", {"how": "skip"}, {}),
        ("--skip --yes", {"how": "skip"}, {}),
        ("--back 2.5", {"how": "back", "back_mm": 2.5}, {"back_mm": 2.5}),
        ("--back 0 -y", {"how": "back", "back_mm": 0.0}, {"back_mm": 0.0}),
    ],
)
def test_a_flag_is_the_answer_and_the_job_is_followed_to_its_end(dcode, machine, words: str, params: dict, recovery):
    fake = machine()
    ended = dcode("resume", 12, *words.split())
    assert (ended.code, ended.out) == (0, "horse.gcode is plotted: 7 lines in 0:01:01.\n")
    assert fake.asked("plotter.resume") == [{"job": 12} | params]
    assert fake.asked("job.recovery") == [{"job": 12} | recovery]


def test_the_end_of_the_job_is_the_exit_code_and_the_json(dcode, machine):
    fake = machine()
    assert dcode("resume", "--yes", "--json").json["state"] == "done"
    fake.events = [job_event(plotting(40, state="interrupted", reason="It fell off the wall"))]
    ended = dcode("resume", "--yes")
    assert ended.code == 1
    assert ended.err.splitlines()[-4:] == [
        "dcode: horse.gcode was interrupted at 40 %, after 0:00:40.",
        "       It fell off the wall.",
        "       dcode resume 12   goes on where it was interrupted.",
        "       dcode jobs retry 12   plots it again from the start.",
    ]


def test_detached_the_status_is_the_answer(dcode, machine):
    fake = machine()
    assert dcode("resume", "--yes", "--detach", "--json").json == a_status(state="plotting")
    assert not fake.asked("subscribe")


def test_what_is_known_is_said_in_a_few_lines(dcode, machine):
    machine()
    assert dcode("resume", "--yes").err.splitlines()[:4] == [
        "Job 12, horse.gcode, was interrupted: The port went away.",
        "drawn      120 mm of 200 mm of ink, to line 5 at X 10.00 Y 20.00",
        "uncertain  38.2 mm of ink, from line 5 at X 10.00 Y 20.00 to line 6 at X 48.20 Y 20.00",
        "position   known",
    ]


def test_where_nothing_is_uncertain_that_is_said(dcode, machine):
    machine(CERTAIN)
    ended = dcode("resume")
    assert "uncertain  nothing\n" in ended.err
    assert "--skip" not in ended.err and "dcode resume 12 --yes" in ended.err


def test_without_a_terminal_and_an_answer_nothing_is_assumed(dcode, machine):
    fake = machine()
    ended = dcode("resume")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines()[4:] == [
        "dcode: Without a terminal to ask on, say how it should go on.",
        "       dcode resume 12 --redraw     draws the uncertain stretch again; so does --yes.",
        "       dcode resume 12 --skip       leaves it out.",
        "       dcode resume 12 --back 10    begins 10 mm of ink earlier.",
    ]
    assert not fake.asked("plotter.resume")


@pytest.mark.parametrize(("registered", "kind"), [(True, "JobError"), (False, "MachineNotReady")])
def test_under_json_a_script_learns_all_that_is_known(dcode, machine, registered: bool, kind: str):
    machine(RECOVERY | {"registered": registered})
    answer = dcode("resume", "--json").json
    assert answer.pop("error")["kind"] == kind
    assert answer == RECOVERY | {"registered": registered}


@pytest.mark.parametrize("words", ["", "--yes", "--skip"])
def test_a_position_that_is_not_known_comes_first(dcode, machine, words: str):
    fake = machine(RECOVERY | {"registered": False})
    ended = dcode("resume", *words.split())
    assert (ended.code, ended.out) == (4, "")
    assert "position   not known\n" in ended.err
    for what_to_do in ("dcode home ", "dcode home --here", "dcode register", "dcode resume 12"):
        assert what_to_do in ended.err
    assert not fake.asked("plotter.resume")


def test_a_refusal_of_the_daemon_is_told(dcode, machine):
    machine(job_recovery=Refusal("JobError", "Job 12 has no journal."))
    ended = dcode("resume", 12)
    assert ended.code == 2
    assert ended.err.startswith("dcode: Job 12 has no journal.\n")


@pytest.mark.parametrize("words", ["--redraw --skip", "--skip --back 3", "--redraw --back 0"])
def test_only_one_answer_can_be_given(dcode, machine, words: str):
    fake = machine()
    ended = dcode("resume", *words.split())
    assert (ended.code, fake.calls) == (2, [])
    assert "exclude each other" in ended.err


@pytest.mark.parametrize("words", ["--skip", "12 --skip", "--redraw --yes"])
def test_a_paused_job_has_nothing_to_skip(dcode, machine, words: str):
    paused = plotting(5, state="paused")
    fake = machine(job_list={"jobs": [paused]}, job_show=paused)
    ended = dcode("resume", *words.split())
    assert (ended.code, ended.out, fake.asked("plotter.resume")) == (2, "", [])
    assert "are for an interrupted job" in ended.err


@pytest.mark.parametrize(
    ("typed", "params"),
    [
        (b"\n", {"how": "redraw"}),
        (b"redraw\n", {"how": "redraw"}),
        (b" S \n", {"how": "skip"}),
        (b"25\n", {"how": "back", "back_mm": 25.0}),
        (b"back 2.5 mm\n", {"how": "back", "back_mm": 2.5}),
        (b"7mm\n", {"how": "back", "back_mm": 7.0}),
    ],
)
def test_a_person_is_asked(machine, plain_talk, typed: bytes, params: dict):
    fake, person = machine(), plain_talk("resume")
    person.hear("position   known")
    person.answer(QUESTION, typed)
    assert person.end() == (0, "horse.gcode is plotted: 7 lines in 0:01:01.\n")
    assert fake.asked("plotter.resume") == [{"job": 12} | params]


@pytest.mark.parametrize("typed", [b"q\n", b"leave\n", b"\x04"])
def test_a_person_may_leave_it(machine, plain_talk, typed: bytes):
    fake, person = machine(), plain_talk("resume", 12)
    for nonsense in (b"-3\n", b"nan\n", b"what?\n"):
        person.answer(QUESTION, nonsense)
        person.hear("Enter, s, a number of mm, or q.")
    person.answer(QUESTION, typed)
    assert person.end() == (130, "")
    assert b"Job 12 is left as it is." in person.seen
    assert not fake.asked("plotter.resume")


def test_a_person_is_not_asked_what_makes_no_difference(machine, plain_talk):
    fake, person = machine(CERTAIN), plain_talk("resume")
    person.answer("Go on there (Enter), go back by N mm of ink first (N), or leave it (q)? ", b"\n")
    assert person.end()[0] == 0
    assert fake.asked("plotter.resume") == [{"job": 12, "how": "redraw"}]


@pytest.mark.parametrize(
    ("recovery", "encoding", "drawn"),
    [(RECOVERY, "utf-8", True), (RECOVERY, "ascii", False), (RECOVERY | {"stretch_mm": 4.9}, "utf-8", False)],
)
def test_a_stretch_is_shown_where_that_can_be_seen(machine, talk, monkeypatch, recovery, encoding: str, drawn: bool):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    machine(recovery)
    person = talk("resume")
    person.answer(QUESTION, b"q\n")
    assert person.end()[0] == 130
    assert ("  from A to B; a dot is 0.5 mm\r\n" in person.seen.decode(encoding)) == drawn
    assert person.seen.isascii() != drawn


def test_a_person_who_gave_a_flag_is_not_asked(machine, plain_talk):
    machine()
    person = plain_talk("resume", "--skip")
    assert person.end()[0] == 0
    assert b"(Enter)" not in person.seen


def test_ctrl_c_while_it_is_followed_leaves_the_job_alone(process, machine):
    fake = machine()
    fake.events = [job_event(plotting(50))]
    with process("resume", "--yes") as running:
        for line in running.stderr:
            if "50 %" in line:
                running.send_signal(2)
                break
        _, told = running.communicate()
    assert running.returncode == 130
    assert "Detached: job 12 goes on.\n" in told
    assert not fake.asked("job.cancel")


def test_jobs_show_tells_rows_and_what_is_next(dcode, machine):
    machine()
    told = dcode("jobs", "show", 12).out.splitlines()
    assert "rows      24 surely done, 31 sent, of 100" in told
    assert told[-1] == "next      dcode resume 12   goes on where it was interrupted"
