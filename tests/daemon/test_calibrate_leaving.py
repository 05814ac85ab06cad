"""However a guide ends before its last step: the pen is up, and machine.json is as it was."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from dcode.api import codec
from dcode.client.address import Address
from dcode.client.sync import Client
from dcode.config.paths import data_dir
from dcode.errors import CalibrationError, DcodeError, MachineNotReady
from dcode.firmware.profile import BUILTIN
from dcode.machine.calibration.pen_table import TABLE, Stage

# From the file's 90 degrees; the simulated pen touches at 65, midway to its 40.
DOWN = ["clear", "coarser", *["lower"] * 4, "finer", *["lower"] * 6]
PRESSURE = [*DOWN, "touches"]
TEST = [*PRESSURE, "accept", "keep", "keep"]
MAP = [*TEST, "map"]
WAYS = {
    Stage.UP: [["nearer", "nearer"]],
    Stage.STEPS: [["clear", "small", "small"]],
    Stage.TOUCH: [["clear"], DOWN, [*DOWN, "try"]],
    Stage.PRESSURE: [[*PRESSURE, "try"]],
    Stage.LOWER: [[*PRESSURE, "accept"]],
    Stage.LOWERED: [[*PRESSURE, "accept", "draw"]],
    Stage.RAISE: [[*PRESSURE, "accept", "keep"]],
    Stage.RAISED: [[*PRESSURE, "accept", "keep", "draw"]],
    Stage.TEST: [[*TEST, "draw"]],
    Stage.MAP: [[*MAP, *["lower"] * 8]],
    Stage.SAVE: [[*TEST, "good"]],
}
PLACES = [(stage, answers) for stage, ways in WAYS.items() for answers in ways]
NAMES = [f"{stage}-{len(answers)}" for stage, answers in PLACES]


class Wall:
    """A daemon with a plotter that lives longer than it, and its machine.json."""

    def __init__(self, rig, process: subprocess.Popen[str], file: Path) -> None:
        self.rig, self.process, self.file = rig, process, file
        self.before = file.read_bytes()
        self.clients: list[Client] = []

    def led_to(self, client: Client, stage: Stage, answers: list[str]) -> None:
        shown = client.call("calibrate.begin", guide="pen")
        for choice in answers:
            shown = client.call("calibrate.answer", choice=choice)
        assert shown["view"]["step"] == stage

    def simulated(self) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write('{"do": "status"}\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def is_as_it_was(self) -> bool:
        kept = [one.name for one in self.file.parent.iterdir() if one.name.startswith("machine")]
        return self.file.read_bytes() == self.before and kept == ["machine.json"]

    def new_client(self) -> Client:
        self.clients.append(Client(Address.find(self.rig.state).socket))
        return self.clients[-1]


@pytest.fixture
def wall(rig, serve_plotter, short_dir: Path) -> Iterator[Callable[..., Wall]]:
    clients: list[Client] = []

    def make(profile: str = "makelangelo", speed: float = 0.0) -> Wall:
        port, process = serve_plotter(profile, speed)
        (short_dir / "mine").mkdir()
        file = short_dir / "mine" / "machine.json"
        shutil.copy(data_dir("configs") / "machine.json", file)
        quick = short_dir / "quick.toml"
        quick.write_text(f'extends = "{profile}"\n[port]\ngreeting_seconds = 0.1\n')
        made = Wall(rig(port, str(quick), file), process, file)
        made.rig.client.call("plotter.home", here=True)
        made.clients = clients
        return made

    yield make
    for client in clients:
        client.close()


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask another process until it holds; a test that waits in vain is ended by its bound."""
    while not holds():
        pass


def test_every_stage_is_left_in_these_tests() -> None:
    assert WAYS.keys() | {Stage.OVER} == TABLE.keys()


def of(wall, stage: Stage, **options) -> Wall:
    """Only a pen on a spindle has steps that have to be seen."""
    return wall("grbl" if stage is Stage.STEPS else "makelangelo", **options)


def at_each(profile: str) -> list[tuple[Stage, list[str]]]:
    """The places that one daemon is led to, one after another."""
    return [(stage, answers) for stage, answers in PLACES if (stage is Stage.STEPS) == (profile == "grbl")]


@pytest.mark.parametrize("profile", ["makelangelo", "grbl"])
def test_leaving_lifts_the_pen_and_changes_nothing_at_every_stage(wall, profile):
    led = wall(profile)
    for stage, answers in at_each(profile):
        led.led_to(led.rig.client, stage, answers)
        assert led.rig.client.call("calibrate.leave")["over"]
        assert (stage, led.simulated()["pen"], led.rig.status()["pen"]) == (stage, "up", "up")
        assert led.is_as_it_was(), stage
        with pytest.raises(CalibrationError):
            led.rig.client.call("calibrate.show")
        led.rig.client.call("plotter.jog", x=0.0, y=0.0)


@pytest.mark.parametrize("profile", ["makelangelo", "grbl"])
def test_a_client_that_goes_away_leaves_at_every_stage(wall, profile):
    led = wall(profile)
    for stage, answers in at_each(profile):
        other = led.new_client()
        led.led_to(other, stage, answers)
        other.close()
        wait_until(lambda: led.rig.status()["message"] is None)
        assert (stage, led.simulated()["pen"], led.rig.status()["pen"]) == (stage, "up", "up")
        assert led.is_as_it_was(), stage


@pytest.mark.parametrize(("stage", "answers"), PLACES, ids=NAMES)
def test_the_end_of_the_daemon_lifts_the_pen_at_every_stage(wall, stage, answers):
    led = of(wall, stage)
    led.led_to(led.rig.client, stage, answers)
    os.kill(led.rig.pid, signal.SIGTERM)
    wait_until(lambda: not led.simulated()["connected"])
    assert led.simulated()["pen"] == "up"
    assert led.is_as_it_was()


@pytest.mark.parametrize("stage", [Stage.TOUCH, Stage.MAP])
def test_the_death_of_the_daemon_lifts_a_pen_that_stands_on_the_paper(wall, stage):
    led = wall()
    led.led_to(led.rig.client, stage, DOWN if stage is Stage.TOUCH else WAYS[stage][0])
    assert led.simulated()["pen"] == "down"
    os.kill(led.rig.pid, signal.SIGKILL)
    wait_until(lambda: not led.simulated()["connected"])
    assert led.simulated()["pen"] == "up"
    assert led.is_as_it_was()


@pytest.mark.parametrize("profile", BUILTIN)
@pytest.mark.parametrize("number", [signal.SIGTERM, None])
def test_in_the_middle_of_a_stroke_with_every_firmware(wall, profile, number):
    """A row takes a minute: the client, or the daemon, is gone long before its end."""
    led = wall(profile, 20.0)
    other = led.new_client()
    answers = [*PRESSURE, "accept"]
    if profile in ("grbl", "grblhal"):
        answers.insert(1, "each")
    led.led_to(other, Stage.LOWER, answers)
    other._send(codec.request("calibrate.answer", {"choice": "draw"}, 99))
    wait_until(lambda: led.simulated()["pen"] == "down")
    if number:
        os.kill(led.rig.pid, number)
        wait_until(lambda: not led.simulated()["connected"])
    else:
        other.close()
        wait_until(lambda: led.rig.status()["message"] is None)
        assert led.rig.status()["pen"] == "up"
    assert led.simulated()["pen"] == "up"
    strokes = led.simulated()["strokes"]
    assert strokes < 12 and led.is_as_it_was()


@pytest.mark.parametrize(("stage", "answers"), [PLACES[0], PLACES[3], PLACES[-1]], ids=["up", "touch", "save"])
def test_a_port_that_goes_away_ends_the_guide(wall, stage, answers):
    led = of(wall, stage)
    led.led_to(led.rig.client, stage, answers)
    led.process.kill()
    led.rig.wait_for_state("disconnected")
    with pytest.raises(MachineNotReady, match="was ended, and nothing is saved"):
        led.rig.client.call("calibrate.answer", choice="save" if stage is Stage.SAVE else "finer")
    assert led.is_as_it_was()


def test_while_a_guide_is_open_nothing_else_moves_the_machine(wall):
    led = wall("grbl")
    job = led.rig.queue("G21\nM3\nG1 X10\nM5\n")["id"]
    led.rig.wait_for_job(job, "done")
    led.led_to(led.rig.client, Stage.UP, [])
    other = led.new_client()
    for method, params in (
        ("plotter.jog", {"dx": 1}),
        ("plotter.pen", {"to": "down"}),
        ("plotter.home", {"here": True}),
        ("plotter.console", {"line": "$$"}),
        ("plotter.disconnect", {}),
        ("plotter.register", {"mark": "home"}),
        ("calibrate.begin", {"guide": "pen"}),
        ("calibrate.answer", {"choice": "clear"}),
    ):
        with pytest.raises(MachineNotReady):
            other.call(method, **params)
    waiting = led.rig.queue("G21\nM3\nG1 X10\nM5\n")["id"]
    assert led.rig.job(waiting)["state"] == "ready"
    led.rig.client.call("calibrate.leave")
    assert led.rig.status()["message"] == "The queue waits: dcode resume goes on."
    led.rig.client.call("plotter.resume")
    led.rig.wait_for_job(waiting, "done")


def test_a_guide_waits_for_no_job(wall):
    led = wall("makelangelo", 5.0)
    job = led.rig.queue("G21\nM3\nG1 X100\nM5\n")["id"]
    led.rig.wait_for_job(job, "plotting")
    with pytest.raises(MachineNotReady):
        led.rig.client.call("calibrate.begin", guide="pen")
    led.rig.client.call("job.cancel", job=job)
    led.rig.wait_for_job(job, "cancelled")


def test_an_answer_that_cannot_be_changes_nothing(wall):
    led = wall()
    led.led_to(led.rig.client, Stage.UP, [])
    before = led.rig.client.call("calibrate.show")
    for choice, values in (("save", {}), ("touches", {}), ("nonsense", {"number": 3})):
        with pytest.raises(CalibrationError):
            led.rig.client.call("calibrate.answer", choice=choice, values=values)
    assert led.rig.client.call("calibrate.show") == before
    with pytest.raises(DcodeError):
        led.rig.client.call("calibrate.begin", guide="pan")


def test_a_long_way_down_is_gone_in_small_steps(wall):
    """Whatever is typed: the pen comes towards the paper slowly enough to be stopped."""
    led = wall()
    led.led_to(led.rig.client, Stage.MAP, MAP)
    led.rig.client.call("wire.follow")
    led.rig.client.call("calibrate.answer", choice="lower")
    lines = [line["text"] for line in led.rig.client.call("wire.follow")["lines"] if line["way"] == "out"]
    angles = [float(found[1]) for line in lines if (found := re.search(r"M280 P0 S([\d.]+)", line))]
    way = angles[len(angles) - angles[::-1].index(90.0) :]  # since it was up
    assert way[-1] == 71.0  # 8 degrees above the touch that is known, and one step
    assert len(way) >= 19 and max(abs(a - b) for a, b in pairwise([90.0, *way])) <= 2.0


def test_what_was_found_is_told_where_it_cannot_be_written(wall):
    led = wall()
    led.led_to(led.rig.client, Stage.SAVE, [*TEST, "good"])
    led.file.write_text("{")
    with pytest.raises(DcodeError, match=r"Nothing was saved. What was found: pen.up_angle = 90.0, pen.down_angle = 6"):
        led.rig.client.call("calibrate.answer", choice="save")
    assert led.file.read_text() == "{" and led.simulated()["pen"] == "up"
    with pytest.raises(CalibrationError):
        led.rig.client.call("calibrate.show")
