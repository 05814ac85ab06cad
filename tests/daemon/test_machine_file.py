"""machine.json in a daemon that runs: shown, changed, and read again when it may be."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dcode.config.kept_file import kept_files
from dcode.config.paths import data_dir
from dcode.errors import ConfigError, MachineNotReady

Starter = Callable[..., Any]

MACHINE = json.loads((data_dir("configs") / "machine.json").read_text())
PROGRAM = "G21 G90\nM280 P0 S90\nG0 X-50 Y0\nM280 P0 S40\nG1 X50 Y0 F500\nM280 P0 S90\n"
SLOW = PROGRAM + "M0 look\nG0 X0 Y10\nM280 P0 S40\nG1 X50 Y10\nM280 P0 S90\n"


@pytest.fixture
def file(short_dir: Path) -> Path:
    path = short_dir / "machine.json"
    path.write_text(json.dumps(MACHINE))
    return path


def edited(file: Path, **pen: object) -> None:
    file.write_text(json.dumps(MACHINE | {"pen": MACHINE["pen"] | pen}))


def machine_events(rig: Any) -> Iterator[dict[str, Any]]:
    return (event for event in rig.events if event["event"] == "machine")


def lowered(rig: Any) -> set[str]:
    lines = rig.client.call("wire.follow")["lines"]
    return {line["text"] for line in lines if line["way"] == "out" and "M280" in line["text"]}


def test_the_first_change_makes_the_users_own_file(rig: Starter, short_dir: Path) -> None:
    machine = rig("sim")
    shown = machine.client.call("machine.show")
    assert shown["path"] == str(data_dir("configs") / "machine.json")
    assert shown["values"]["pen.down_angle"] == {"value": 40, "source": "file"}
    shown = machine.client.call("machine.change", changes={"pen.down_angle": 31})
    assert shown["path"] == str(short_dir / "config" / "machine.json")
    assert machine.client.call("daemon.info")["machine"] == shown["path"]
    assert next(machine_events(machine))["machine"] == shown
    assert json.loads(Path(shown["path"]).read_text())["pen"]["down_angle"] == 31


def test_a_change_counts_from_the_next_line_on(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    machine.client.call("plotter.pen", to="down")
    machine.client.call("machine.change", changes={"pen.down_angle": 31})
    machine.client.call("plotter.pen", to="up")
    machine.client.call("plotter.pen", to="down")
    assert any("S31" in text for text in lowered(machine))
    assert machine.status()["registered"]


def test_a_job_that_waited_while_the_machine_was_changed_is_plotted_by_the_new_one(rig: Starter, file: Path) -> None:
    machine = rig("sim:marlin", machine=file)
    first = machine.queue(SLOW)["id"]
    second = machine.queue(PROGRAM)["id"]
    machine.wait_for_job(first, "paused")
    edited(file, down_angle=31)
    machine.client.call("plotter.resume")
    assert machine.wait_for_job(second, "done", "failed")["state"] == "done"
    texts = lowered(machine)
    assert any("S40" in text for text in texts) and any("S31" in text for text in texts)


def test_nonsense_is_refused_and_nothing_is_written(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    before = file.read_text()
    with pytest.raises(ConfigError) as refused:
        machine.client.call("machine.change", changes={"pen.down_angle": 90})
    assert refused.value.key == "pen.down_angle"
    assert (file.read_text(), kept_files(file)) == (before, [])


def test_a_job_at_the_machine_keeps_it_from_being_changed(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    job = machine.queue(SLOW)["id"]
    machine.wait_for_job(job, "paused")
    with pytest.raises(MachineNotReady, match=f"Job {job}"):
        machine.client.call("machine.change", changes={"pen.down_angle": 31})
    assert kept_files(file) == []


def test_a_hangup_reads_it_again(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    edited(file, travel_speed=1234)
    os.kill(machine.pid, signal.SIGHUP)
    assert next(machine_events(machine))["machine"]["values"]["pen.travel_speed"]["value"] == 1234


def test_a_hangup_in_a_job_counts_at_its_end_and_the_log_says_so(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    job = machine.queue(SLOW)["id"]
    machine.wait_for_job(job, "paused")
    edited(file, travel_speed=1234)
    os.kill(machine.pid, signal.SIGHUP)
    shown = machine.client.call("machine.show")
    assert shown["values"]["pen.travel_speed"]["value"] == MACHINE["pen"]["travel_speed"]
    machine.client.call("plotter.resume")
    event = next(machine_events(machine))
    assert event["machine"]["values"]["pen.travel_speed"]["value"] == 1234
    assert machine.job(job)["state"] == "done"
    assert f"is read again when job {job} has ended" in (machine.state / "daemon.log").read_text()


def test_a_broken_file_is_told_once_and_the_old_machine_stays(rig: Starter, file: Path) -> None:
    machine = rig("sim", machine=file)
    file.write_text("{")
    os.kill(machine.pid, signal.SIGHUP)
    notice = next(event for event in machine.events if event["event"] == "notice")
    assert (notice["kind"], "as it was" in notice["message"]) == ("machine", True)
    machine.client.call("plotter.jog", dx=5)
    assert machine.client.call("machine.show")["values"]["pen.down_angle"]["value"] == 40
    with pytest.raises(ConfigError, match="line 1"):
        machine.queue(PROGRAM)
    assert (machine.state / "daemon.log").read_text().count("WARNING") == 1
    edited(file)
    assert machine.wait_for_job(machine.queue(PROGRAM)["id"], "done", "failed")["state"] == "done"


def test_keys_that_mean_nothing_are_told_at_the_start_and_kept(rig: Starter, file: Path) -> None:
    file.write_text(json.dumps(MACHINE | {"zzz": 1}))
    machine = rig("sim", machine=file)
    assert machine.client.call("machine.show")["others"] == ["zzz"]
    assert "key zzz" in (machine.state / "daemon.log").read_text()
    machine.client.call("machine.change", changes={"pen.down_angle": 31})
    assert json.loads(file.read_text())["zzz"] == 1
