"""dcode log: the wire, line by line."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from tests.cli.fake_daemon import Refusal, status_event, wire_event, wire_line

LAST = [wire_line("idle -> plotting", "note"), wire_line("G1 X1"), wire_line("ok", "in", at=1_750_000_001.0)]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch):
    """Times are shown as they are here."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_last_lines_with_time_and_way(dcode, daemon):
    fake = daemon(answers={"wire.follow": {"lines": LAST}})
    ended = dcode("log", "--no-follow")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "15:06:40.250 · idle -> plotting",
        "15:06:40.250 > G1 X1",
        "15:06:41.000 < ok",
    ]
    assert fake.calls == [("wire.follow", {})]


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, 1), (3, 3), (500, 3)])
def test_as_many_of_the_last_lines_as_are_asked_for(dcode, daemon, number: int, shown: int):
    daemon(answers={"wire.follow": {"lines": LAST}})
    out = dcode("log", "--no-follow", "-n", number, "--json").out.splitlines()
    assert [json.loads(line) for line in out] == LAST[3 - shown :]


def test_it_follows_until_the_daemon_is_lost(dcode, daemon):
    fake = daemon(events=[status_event(), wire_event(wire_line("G1 X2")), wire_event(wire_line("ok", "in"), missed=7)])
    fake.after_events = fake.hang_up
    ended = dcode("log")
    assert ended.code == 3
    assert ended.out.splitlines() == ["15:06:40.250 > G1 X2", "... 7 lines left out", "15:06:40.250 < ok"]
    assert ended.err.startswith("dcode: The daemon hung up.\n")


def test_json_is_one_object_a_line(dcode, daemon):
    fake = daemon(events=[wire_event(wire_line("G1 X2"), missed=1)])
    fake.after_events = fake.hang_up
    first, second, *error = map(json.loads, dcode("log", "--json").out.splitlines())
    assert (first, second) == ({"missed": 1}, wire_line("G1 X2"))
    assert error[0]["error"]["kind"] == "DaemonUnreachable"


def test_what_the_firmware_says_does_not_steer_the_terminal(dcode, daemon):
    daemon(answers={"wire.follow": {"lines": [wire_line("\x1b[2J", "in")]}})
    assert dcode("log", "--no-follow").out == "15:06:40.250 < \\x1b[2J\n"


def test_ctrl_c_ends_it(daemon, process):
    daemon(answers={"wire.follow": {"lines": LAST}})
    with process("log") as running:
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate()
    assert (running.returncode, err) == (130, "dcode: Interrupted.\n")
    assert first.endswith("idle -> plotting\n")


def test_a_reader_that_has_enough_is_no_error(daemon, process):
    daemon(events=[wire_event(wire_line("G1 X1"))])
    read, write = os.pipe()
    os.close(read)
    with process("log", stdout=write) as running:
        os.close(write)
        _, err = running.communicate()
    assert (running.returncode, err) == (0, "")


def test_a_reader_that_goes_while_nothing_comes_ends_it(daemon, process):
    daemon(answers={"wire.follow": {"lines": LAST}})
    with process("log") as running:
        running.stdout.readline()
        running.stdout.close()
        assert (running.wait(), running.stderr.read()) == (0, "")


def test_without_a_daemon_there_is_nothing_to_follow(dcode, tmp_path):
    ended = dcode("log")
    assert (ended.code, ended.out) == (3, "")
    assert not (tmp_path / "state").exists()


def test_a_refusal_is_a_sentence(dcode, daemon):
    daemon(answers={"wire.follow": Refusal("MachineNotReady", "There is no plotter process.")})
    assert dcode("log").code == 4
