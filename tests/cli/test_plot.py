"""dcode plot and dcode watch against a scripted daemon: what is sent, what is said, how it ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.cli.fake_daemon import (
    DONE_JOB,
    SQUARE,
    Refusal,
    a_job,
    a_status,
    job_event,
    plotting,
    status_event,
)

VIOLATION = {
    "line": 212,
    "kind": "work_area",
    "value": 431.0,
    "limit": 420.5,
    "message": "X 431.0 is outside the work area (right edge 420.5 mm)",
}
AT_MACHINE = {"state": "plotting", "job": {"id": 12, "name": "horse.gcode", "state": "plotting"}}


def progress(*rows: int):
    """What a daemon tells of a job on its way."""
    for row in rows:
        yield status_event(**AT_MACHINE, progress=row / 100, eta_seconds=100.0 - row)
        yield job_event(plotting(row))


def unsafe(*violations, total=None):
    total = len(violations) if total is None else total
    report = {"ok": False, "violations": list(violations), "violations_total": total}
    return Refusal("UnsafeProgram", "line 212: X 431.0 is outside", report=report)


def test_a_file_is_sent_whole_and_followed_to_its_end(dcode, daemon, horse: Path):
    fake = daemon(events=[*progress(0, 50), job_event(DONE_JOB)])
    ended = dcode("plot", horse, "--yes")
    assert ended.code == 0
    assert ended.out == "horse.gcode is plotted: 7 lines in 0:01:01.\n"
    assert fake.uploaded == SQUARE.encode()
    assert fake.asked("job.begin") == [{"name": "horse.gcode", "size": len(SQUARE), "fit": False, "clip": False}]
    assert fake.asked("job.commit") == [{"upload": "u1", "require_ready": True}]


def test_standard_input_is_plotted_too(dcode, daemon):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", "-", stdin=SQUARE.encode()).code == 0
    assert fake.uploaded == SQUARE.encode()


@pytest.mark.parametrize("option", ["fit", "clip"])
def test_fit_and_clip_are_the_daemons_to_do(dcode, daemon, horse: Path, option: str):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", horse, f"--{option}").code == 0
    assert fake.asked("job.begin")[0][option] is True


def test_progress_without_a_terminal_is_a_line_each_ten_per_cent(dcode, daemon, horse: Path):
    daemon(events=[*progress(0, 4, 10, 13, 19, 35, 99), job_event(DONE_JOB)])
    ended = dcode("plot", horse)
    assert ended.err.splitlines() == [
        "horse.gcode: waiting",
        "horse.gcode: plotting",
        "horse.gcode: 10 %, line 0 of 7, 0:00:10 elapsed, about 2 min left",
        "horse.gcode: 35 %, line 2 of 7, 0:00:35 elapsed, about 1 min left",
        "horse.gcode: 99 %, line 6 of 7, 0:01:39 elapsed, about 1 s left",
        "horse.gcode: 100 %, line 7 of 7, 0:01:01 elapsed",
    ]


def test_json_ends_with_how_the_job_ended(dcode, daemon, horse: Path):
    daemon(events=[*progress(50), job_event(DONE_JOB)])
    ended = dcode("plot", horse, "--json")
    assert ended.json == {
        "job": 12,
        "name": "horse.gcode",
        "state": "done",
        "lines": 7,
        "sent": 9,
        "acked": 9,
        "resends": 0,
        "seconds": 61.5,
        "reason": None,
        "draw_mm": 200.0,
        "travel_mm": 10.0,
    }


@pytest.mark.parametrize("state", ["failed", "cancelled", "interrupted"])
def test_a_job_that_does_not_come_to_its_end_exits_with_1(dcode, daemon, horse: Path, state: str):
    daemon(events=[job_event(plotting(30, state=state, reason="Somebody pulled the plug"))])
    ended = dcode("plot", horse, "--json")
    assert (ended.code, ended.json["state"], ended.json["reason"]) == (1, state, "Somebody pulled the plug")
    assert ("Somebody pulled the plug.\n" in ended.err) == (state != "cancelled")


def test_a_job_that_ended_before_one_could_follow_it(dcode, daemon, horse: Path):
    daemon(answers={"subscribe": {"status": a_status(), "jobs": [DONE_JOB]}})
    assert dcode("plot", horse).code == 0


def test_a_job_that_is_forgotten_while_it_is_followed(dcode, daemon, horse: Path):
    daemon(events=[{"event": "forgotten", "job": 12}])
    ended = dcode("plot", horse)
    assert (ended.code, ended.err.splitlines()[-2]) == (2, "dcode: There is no job 12.")


def test_other_jobs_do_not_end_it(dcode, daemon, horse: Path):
    daemon(events=[job_event(DONE_JOB | {"id": 11}), {"event": "forgotten", "job": 3}, job_event(DONE_JOB)])
    assert dcode("plot", horse, "--json").json["job"] == 12


def test_a_notice_is_passed_on(dcode, daemon, horse: Path):
    notice = {"event": "notice", "kind": "pen", "message": "Put in pen 2, then run: dcode resume", "job": 12}
    daemon(events=[notice, job_event(DONE_JOB)])
    assert "Put in pen 2, then run: dcode resume.\n" in dcode("plot", horse).err


def test_a_daemon_that_dies_under_a_job_is_not_a_job_that_is_done(dcode, daemon, horse: Path):
    fake = daemon(events=list(progress(50)))
    fake.after_events = fake.hang_up
    ended = dcode("plot", horse, "--json")
    assert ended.code == 3
    assert (ended.json["job"], ended.json["state"], ended.json["error"]["kind"]) == (
        12,
        "interrupted",
        "DaemonUnreachable",
    )


def test_violations_are_listed_with_what_helps(dcode, daemon, horse: Path):
    daemon(answers={"job.commit": unsafe(VIOLATION)})
    ended = dcode("plot", horse)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "dcode: horse.gcode, line 212: X 431.0 is outside the work area (right edge 420.5 mm).\n"
        f"       dcode plot --fit {horse}   scales it to the sheet.\n"
    )


def test_of_many_violations_ten_are_listed(dcode, daemon, horse: Path):
    daemon(answers={"job.commit": unsafe(*[VIOLATION | {"line": line} for line in range(1, 50)], total=2000)})
    lines = dcode("plot", horse).err.splitlines()
    assert lines[9].startswith("       horse.gcode, line 10: ")
    assert lines[10] == "       and 1990 more."
    assert len(lines) == 12


def test_fit_is_no_help_where_it_did_not_help(dcode, daemon, horse: Path):
    daemon(answers={"job.commit": unsafe(VIOLATION)})
    assert "dcode plot --fit" not in dcode("plot", horse, "--clip").err


def test_fit_is_no_help_against_what_cannot_be_read(dcode, daemon, horse: Path):
    syntax = {"line": 3, "kind": "syntax", "value": None, "limit": None, "message": "X has no number"}
    daemon(answers={"job.commit": unsafe(syntax)})
    assert dcode("plot", horse).err == "dcode: horse.gcode, line 3: X has no number.\n"


def test_a_refused_file_under_json_has_all_that_a_plot_has(dcode, daemon, horse: Path):
    daemon(answers={"job.commit": unsafe(VIOLATION)})
    ended = dcode("plot", horse, "--json")
    assert (ended.code, ended.json["job"], ended.json["state"], ended.json["lines"]) == (2, None, "failed", 7)
    assert {"sent", "acked", "resends", "seconds", "reason"} <= ended.json.keys()
    assert ended.json["error"]["fields"]["report"]["violations"] == [VIOLATION]


def test_a_machine_that_is_not_registered_says_what_to_do(dcode, daemon, horse: Path):
    daemon(answers={"job.commit": Refusal("MachineNotReady", "Its position is not known.", reason="unregistered")})
    ended = dcode("plot", horse)
    assert ended.code == 4
    assert ended.err.splitlines() == [
        "dcode: Its position is not known.",
        "       dcode home --here   registers the position once the gondola hangs at home.",
    ]


def test_detached_it_is_queued_and_not_followed(dcode, daemon, horse: Path):
    fake = daemon()
    ended = dcode("plot", horse, "--detach", "--json")
    assert (ended.code, ended.json["job"], ended.json["state"]) == (0, 12, "ready")
    assert not fake.asked("subscribe")


def test_ctrl_c_leaves_the_plot_alone_and_says_how_to_come_back(daemon, process, horse: Path):
    fake = daemon(events=list(progress(50)))
    with process("plot", horse) as plot:
        fake.after_events = lambda: plot.send_signal(signal.SIGINT)
        out, err = plot.communicate()
    assert (plot.returncode, out) == (130, "")
    assert err.splitlines()[-2:] == [
        "Detached: job 12 goes on.",
        "dcode watch   follows it again; dcode cancel 12   ends it.",
    ]
    assert not fake.asked("job.cancel")


def test_ink_is_asked_for_after_the_end(dcode, daemon, horse: Path, monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", horse, "--ink", "ink.svg").code == 0
    assert fake.asked("sim.ink") == [{"path": str(tmp_path / "ink.svg")}]


def test_ink_of_a_real_plotter_is_refused_before_it_starts(dcode, daemon, horse: Path):
    fake = daemon(answers={"status": a_status(port="/dev/ttyUSB0")})
    ended = dcode("plot", horse, "--ink", "ink.svg")
    assert ended.code == 2
    assert "only a simulated plotter's ink" in ended.err
    assert not fake.asked("job.begin")


def test_another_port_is_connected_first(dcode, daemon, horse: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", horse, "--port", "sim:grbl").code == 0
    assert fake.asked("plotter.connect") == [{"port": "sim:grbl", "profile": None}]


def test_the_port_that_it_has_is_left_alone(dcode, daemon, horse: Path):
    fake = daemon(events=[job_event(DONE_JOB)])
    assert dcode("plot", horse, "--port", "sim", "--profile", "makelangelo").code == 0
    assert not fake.asked("plotter.connect")


def test_another_port_under_a_job_is_refused(dcode, daemon, horse: Path):
    daemon(answers={"plotter.connect": Refusal("MachineNotReady", "Job 3 is at the machine.", reason="busy")})
    assert dcode("plot", horse, "--port", "sim:grbl").code == 4


def test_another_machine_than_the_daemons_is_refused(dcode, daemon, horse: Path, tmp_path: Path):
    fake = daemon()
    ended = dcode("plot", horse, "--machine", tmp_path / "other.json")
    assert (ended.code, "dcode daemon stop" in ended.err) == (2, True)
    assert not fake.asked("job.begin")


@pytest.mark.parametrize("name", ["missing.gcode", "."])
def test_a_file_that_cannot_be_read_asks_no_daemon(dcode, daemon, tmp_path: Path, name: str):
    fake = daemon()
    ended = dcode("plot", tmp_path / name)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert not fake.calls


def test_a_rehearsal_needs_no_daemon(dcode, horse: Path, stray: Path, tmp_path: Path):
    good, bad = dcode("plot", horse, "--dry-run"), dcode("plot", stray, "--dry-run")
    assert (good.code, bad.code) == (0, 2)
    assert good.out.splitlines()[-1] == "It is within the limits. Nothing was sent."
    assert bad.err.startswith("dcode: stray.gcode, line 8: X 431")
    assert not (tmp_path / "state").exists()


def test_a_rehearsal_in_json_is_one_object(dcode, horse: Path):
    answer = dcode("plot", horse, "--dry-run", "--json").json
    assert answer["ok"] is True and answer["estimate_seconds"] > 20


def test_watch_follows_the_job_at_the_machine(dcode, daemon):
    subscribed = {"status": a_status(**AT_MACHINE), "jobs": [plotting(27), a_job(id=13)]}
    daemon(answers={"subscribe": subscribed}, events=[job_event(DONE_JOB)])
    ended = dcode("watch")
    assert (ended.code, ended.out) == (0, "horse.gcode is plotted: 7 lines in 0:01:01.\n")


def test_watch_in_json_is_a_line_for_each_change(dcode, daemon):
    events = [*progress(30), job_event(DONE_JOB)]
    daemon(events=events)
    ended = dcode("watch", "12", "--json")
    *lines, last = [json.loads(line) for line in ended.out.splitlines()]
    assert lines == events
    assert (last["job"], last["state"]) == (12, "done")


def test_watch_has_the_jobs_exit_code(dcode, daemon):
    daemon(events=[job_event(plotting(30, state="failed", reason="no"))])
    assert dcode("watch").code == 1


def test_watch_with_nothing_to_watch_is_a_status(dcode, daemon):
    daemon(answers={"job.list": {"jobs": [DONE_JOB]}})
    ended = dcode("watch")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "IDLE")


def test_watch_all_says_in_plain_lines_what_the_screen_shows(dcode, daemon):
    status = a_status(**AT_MACHINE)
    daemon(
        answers={"subscribe": {"status": status, "jobs": []}, "job.list": {"jobs": [plotting(27), a_job(id=13)]}},
        events=[
            {"event": "status", "status": status | {"position": [5.0, 5.0]}},
            {"event": "status", "status": status | {"pen": "down", "progress": 0.5, "position": [6.0, 5.0]}},
            {"event": "notice", "kind": "paused", "message": "Paused by somebody"},
            job_event(DONE_JOB),
        ],
    )
    lines = dcode("watch", "12", "--all").out.splitlines()
    assert lines[0] == "state: plotting"
    assert any(line.startswith("job 13: horse.gcode, ready, about ") for line in lines)
    assert any(line.startswith("horse.gcode: 27 %") for line in lines)
    assert not any("X 5.00" in line for line in lines)  # a pen that moves on is not told at each step
    assert "position: X 6.00 Y 5.00, pen down" in lines
    assert "Paused by somebody." in lines
    assert lines[-1].startswith("horse.gcode is plotted")


def test_watch_all_of_no_job_is_refused(dcode, daemon):
    daemon()
    assert dcode("watch", "99", "--all").code == 2
