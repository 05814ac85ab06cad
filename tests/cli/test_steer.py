"""Commands that ask the daemon one thing: what they ask, and what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.fake_daemon import DONE_JOB, READY_JOB, Refusal, a_job, a_status, plotting

AT_MACHINE = {"state": "plotting", "job": {"id": 12, "name": "horse.gcode", "state": "plotting"}}


@pytest.mark.parametrize(
    ("words", "method", "params"),
    [
        ("pause", "plotter.pause", {"now": False}),
        ("pause --now", "plotter.pause", {"now": True}),
        ("resume", "plotter.resume", {}),
        ("stop", "plotter.stop", {}),
        ("home", "plotter.home", {"here": False}),
        ("home --here", "plotter.home", {"here": True}),
        ("jog 10 -2.5", "plotter.jog", {"dx": 10.0, "dy": -2.5}),
        ("jog -10 -.5", "plotter.jog", {"dx": -10.0, "dy": -0.5}),
        ("jog --to -100 200", "plotter.jog", {"x": -100.0, "y": 200.0}),
        ("jog -1 0 --feed 300", "plotter.jog", {"dx": -1.0, "dy": 0.0, "feed": 300.0}),
        ("pen up", "plotter.pen", {"to": "up"}),
        ("pen down", "plotter.pen", {"to": "down"}),
        ("pen 65.5", "plotter.pen", {"to": 65.5}),
    ],
)
def test_the_machine_is_asked_once_and_its_status_is_the_answer(dcode, daemon, words: str, method: str, params: dict):
    fake = daemon(answers={method: a_status(pen="down")})
    assert dcode(*words.split(), "--json").json == a_status(pen="down")
    assert fake.asked(method) == [params]
    assert dcode(*words.split()).out.splitlines()[0] == "IDLE"


def test_status_has_the_fields_of_the_api(dcode, daemon):
    status = a_status(**AT_MACHINE, progress=0.27, eta_seconds=3720.0, position=[-112.4, 208.15])
    daemon(answers={"status": status})
    assert dcode("status", "--json").json == status


def test_status_says_the_state_first(dcode, daemon):
    status = a_status(**AT_MACHINE, progress=0.279, eta_seconds=3720.0, position=[-112.4, 208.15], pen="down", queued=2)
    daemon(answers={"status": status})
    assert dcode("status").out.splitlines() == [
        "PLOTTING  horse.gcode (job 12), 27 %, about 1 h 2 min left",
        "port      sim, profile makelangelo",
        "position  X -112.40 Y 208.15, pen down",
        "lines     0 acknowledged, 0 of 1 in flight, 0 resends",
        "link      nothing acknowledged yet",
        "waiting   2 jobs in the queue",
    ]


def test_status_of_a_machine_that_is_not_there(dcode, daemon):
    nothing = a_status(state="disconnected", port=None, profile=None, registered=False, position=None, pen="unknown")
    daemon(answers={"status": nothing | {"message": "There is no USB port."}})
    assert dcode("status").out.splitlines() == [
        "DISCONNECTED",
        "port          none, profile unknown",
        "position      not known, pen unknown",
        "message       There is no USB port.",
    ]


def test_cancel_without_a_number_is_the_job_at_the_machine(dcode, daemon):
    fake = daemon(answers={"job.cancel": plotting(30)})
    assert dcode("cancel").code == 0
    assert dcode("cancel", 13).code == 0
    assert dcode("jobs", "cancel", 14).code == 0
    assert fake.asked("job.cancel") == [{"job": 0}, {"job": 13}, {"job": 14}]


def test_jobs_in_json_are_a_list(dcode, daemon):
    fake = daemon()
    listed = dcode("jobs", "--json").json
    assert [(job["id"], job["name"], job["state"]) for job in listed] == [
        (12, "horse.gcode", "plotting"),
        (13, "heron.gcode", "ready"),
    ]
    assert dcode("jobs", "list", "--json").json == dcode("jobs", "--json", "list").json == listed
    assert len(fake.asked("job.list")) == 3


def test_jobs_are_a_table(dcode, daemon):
    daemon(answers={"job.list": {"jobs": [plotting(27), a_job(id=9), DONE_JOB | {"id": 8}]}})
    assert dcode("jobs").out.splitlines() == [
        "12  horse.gcode  plotting   27 %      0:00:27",
        " 9  horse.gcode  ready            about 2 min",
        " 8  horse.gcode  done      100 %      0:01:01",
    ]


def test_no_jobs_are_said_to_be_none(dcode, daemon):
    daemon(answers={"job.list": {"jobs": []}})
    assert dcode("jobs").out == "No jobs.\n"
    assert dcode("jobs", "--json").json == []


@pytest.mark.parametrize(
    ("words", "method", "params", "answer"),
    [
        ("show 12", "job.show", {"job": 12}, READY_JOB),
        ("retry 12", "job.retry", {"job": 12}, READY_JOB),
        ("forget 12", "job.forget", {"job": 12}, {}),
        ("move 12 1", "job.move", {"job": 12, "to": 1}, {"jobs": [READY_JOB]}),
    ],
)
def test_a_job_is_looked_at_and_moved(dcode, daemon, words: str, method: str, params: dict, answer: dict):
    fake = daemon(answers={method: answer})
    assert (ended := dcode("jobs", *words.split())).code == 0 and "12" in ended.out
    assert dcode("jobs", *words.split(), "--json").json == answer.get("jobs", answer or {"job": 12})
    assert fake.asked(method) == [params, params]


def test_a_job_that_does_not_exist_is_bad_usage(dcode, daemon):
    daemon(answers={"job.show": Refusal("JobError", "There is no job 99.", job=99)})
    ended = dcode("jobs", "show", 99)
    assert (ended.code, ended.err) == (2, "dcode: There is no job 99.\n       dcode jobs   lists the jobs.\n")


def test_a_console_line_is_sent_as_it_is(dcode, daemon):
    fake = daemon(answers={"plotter.console": {"replies": ["X:0.00 Y:0.00", "second\x1b[2Jline"]}})
    ended = dcode("console", "M114")
    assert ended.out == "X:0.00 Y:0.00\nsecond\\x1b[2Jline\n"
    assert dcode("console", "G1", "X-5", "--json").json["line"] == "G1 X-5"
    assert fake.asked("plotter.console") == [{"line": "M114"}, {"line": "G1 X-5"}]


def test_console_lines_come_through_a_pipe(dcode, daemon):
    fake = daemon(answers={"plotter.console": {"replies": ["yes"]}})
    assert dcode("console", stdin=b"M114\n\n  ?\n").out == "yes\nyes\n"
    assert fake.asked("plotter.console") == [{"line": "M114"}, {"line": "?"}]


def test_a_refused_console_line_does_not_end_the_conversation(dcode, daemon):
    def answer(params):
        if params["line"] == "G0 X9999":
            raise Refusal("LimitError", "Outside.")
        return {"replies": ["yes"]}

    daemon(answers={"plotter.console": answer})
    ended = dcode("console", stdin=b"G0 X9999\nM114\n")
    assert (ended.code, ended.out, ended.err) == (2, "yes\n", "dcode: Outside.\n")


def test_the_daemon_says_who_it_is(dcode, daemon):
    fake = daemon()
    info = dcode("daemon", "status", "--json").json
    assert (info["pid"], info["socket"], info["version"]) == (4711, str(fake.socket), "0.1.0")
    assert "4711" in dcode("daemon", "status").out


@pytest.mark.parametrize(("words", "when"), [("stop", "idle"), ("stop --now", "now")])
def test_the_daemon_is_ended(dcode, daemon, words: str, when: str):
    fake = daemon()
    ended = dcode("daemon", *words.split())
    assert (ended.code, ended.out) == (0, "The daemon (pid 4711) has ended.\n")
    assert fake.asked("daemon.stop") == [{"when": when}]


def test_a_second_daemon_is_refused(dcode, daemon):
    daemon()
    assert dcode("daemon", "run", "--detach").code == 4


def test_a_daemon_that_cannot_start_tells_why(dcode, tmp_path: Path):
    machine = tmp_path / "machine.json"
    machine.write_text('{"machine": {"width_mm": 10, "heigth_mm": 20}}')
    ended = dcode("home", "--machine", machine)
    assert ended.code == 2
    assert ended.err.startswith(f"dcode: {machine}")
    assert "heigth_mm" in ended.err
