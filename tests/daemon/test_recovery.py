"""What was interrupted goes on: nothing is left out, nothing is drawn twice without need, nothing moves by itself."""

from __future__ import annotations

import cmath
import json
import math
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dcode.errors import DcodeError, JobError, LimitError, MachineNotReady, UnsafeProgram
from tests.daemon.ink_file import polylines

Message = dict[str, Any]
Point = tuple[float, float]
Line = list[Point]

MACHINE: Message = {
    "machine": {"width_mm": 1219.2, "height_mm": 1524.0, "park": False},
    "work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
    "pen": {"up_angle": 90, "down_angle": 40, "travel_speed": 4000, "draw_speed": 1500},
}

_SLOWLY = 1.0  # times real speed


def row(y: float, length: int = 120) -> str:
    """A line to the right from X0, of 2 mm a block."""
    return f"G0 X0 Y{y}\nM3\n" + "".join(f"G1 X{x}\n" for x in range(2, length + 1, 2)) + "M5\n"


def length(polylines: list[Line]) -> float:
    return sum(math.dist(a, b) for line in polylines for a, b in pairwise(line))


def bare(ink: list[Line], wanted: Line, step: float = 0.5) -> list[Point]:
    """The points of a polyline that no ink is near."""
    pieces = [pair for line in ink for pair in pairwise(line)]
    points = []
    for (ax, ay), (bx, by) in pairwise(wanted):
        count = max(1, round(math.dist((ax, ay), (bx, by)) / step))
        points += [(ax + (bx - ax) * n / count, ay + (by - ay) * n / count) for n in range(count + 1)]
    return [point for point in points if all(distance(point, *piece) > 0.1 for piece in pieces)]


def distance(at: Point, start: Point, end: Point) -> float:
    """From a point to a straight piece, mm."""
    way, to = complex(*end) - complex(*start), complex(*at) - complex(*start)
    part = min(1.0, max(0.0, (to * way.conjugate()).real / abs(way) ** 2)) if way else 0.0
    return abs(to - part * way)


def turned(point: Point, degrees: float) -> Point:
    """About the origin, counter-clockwise."""
    there = complex(*point) * cmath.rect(1.0, math.radians(degrees))
    return there.real, there.imag


class Bench:
    """A daemon, and a plotter that it does not know to be a simulated one."""

    def __init__(self, rig: Any, process: subprocess.Popen[str], folder: Path, speed: float) -> None:
        self.rig, self.process, self.folder, self.speed = rig, process, folder, speed
        self.call: Callable[..., Message] = rig.client.call

    def order(self, **order: object) -> Message:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: Message = json.loads(self.process.stdout.readline())
        assert answer["ok"], answer
        return answer

    @property
    def at(self) -> Point:
        """Where the gondola is on the paper."""
        told = self.order(do="status")
        return told["x"], told["y"]

    @property
    def pen(self) -> str:
        return str(self.order(do="status")["pen"])

    def ink(self) -> list[Line]:
        path = self.folder / "ink.svg"
        self.order(do="ink", path=str(path))
        return polylines(path.read_text())

    def events(self, kind: str) -> Iterator[Message]:
        return (event for event in self.rig.events if event["event"] == kind)

    def begin(self, program: str, rows: int = 0) -> int:
        """A job, once its pen is on the paper and so many rows are proved to be there.

        Slowly: whatever is to happen to it then happens in time, however busy this computer is.
        """
        self.order(do="speed", speed=min(self.speed, _SLOWLY))
        number: int = self.rig.queue(program)["id"]
        self.until_drawn(number, rows)
        return number

    def until(self, condition: Callable[[], bool]) -> None:
        """Events tell when to look, and not what was: the older ones were told before something was asked for."""
        while not condition():
            next(self.rig.events)

    def until_drawn(self, number: int, rows: int) -> None:
        self.until(lambda: self.call("status")["pen"] == "down" and self.rig.job(number)["executed_row"] >= rows)

    def until_in(self, number: int, *states: str) -> Message:
        """The job, once it is in one of these states."""
        self.until(lambda: self.rig.job(number)["state"] in states)
        job: Message = self.rig.job(number)
        return job

    def stop(self, number: int) -> None:
        self.call("plotter.stop")
        self.order(do="speed", speed=self.speed)
        assert self.rig.job(number)["state"] == "interrupted"

    def register_truly(self) -> None:
        """As somebody does who sees exactly where the gondola hangs."""
        x, y = self.at
        self.call("plotter.register", x=x, y=y)

    def interrupt(self, program: str, rows: int = 0) -> int:
        """A job that was begun and stopped, and a position that is known."""
        number = self.begin(program, rows)
        self.stop(number)
        self.register_truly()
        return number

    def finish(self, number: int) -> None:
        self.order(do="speed", speed=self.speed)
        job = self.until_in(number, "done", "interrupted", "failed", "cancelled")
        assert (job["state"], job["reason"]) == ("done", None)


@pytest.fixture
def bench(rig: Any, serve_plotter: Any, short_dir: Path) -> Callable[..., Bench]:
    """Sets up a plotter and a daemon: bench("marlin", speed=5, pen={...}), the last for other keys of machine.json."""

    def make(profile: str = "grbl", speed: float = 5.0, registered: bool = True, **changes: Message) -> Bench:
        port, process = serve_plotter(profile, speed)
        quick = short_dir / "quick.toml"  # nobody has to wait for a greeting that a board without a bootloader owes
        quick.write_text(f'extends = "{profile}"\n[port]\ngreeting_seconds = 0.1\n')
        made = Bench(rig(port, str(quick), written(short_dir, **changes)), process, short_dir, speed)
        if registered:
            made.call("plotter.home", here=True)
        return made

    return make


def written(folder: Path, **changes: Message) -> Path:
    """A machine.json in which some keys differ."""
    file = folder / "machine.json"
    file.write_text(json.dumps({name: keys | changes.get(name, {}) for name, keys in MACHINE.items()}))
    return file


# -- stopped, and on -------------------------------------------------------------------------------------------------


def test_a_stopped_job_is_redrawn_skipped_or_taken_up_further_back(bench: Callable[..., Bench]) -> None:
    """The length of the ink proves each: 120 mm, and what is drawn twice, less what is left out."""
    desk = bench()
    before = 0.0
    for y, how in ((0, "redraw"), (10, "skip"), (20, "back")):
        job = desk.begin(row(y), rows=20)
        desk.stop(job)
        stopped = length(desk.ink()) - before
        desk.register_truly()
        found = desk.call("job.recovery", job=job, back_mm=20.0)
        executed, sent = found["executed"]["x"], found["sent"]["x"]
        assert 0 < executed <= stopped <= sent
        assert found["stretch_mm"] == pytest.approx(sent - executed)
        assert found["done_mm"] == pytest.approx(executed)
        assert found["registered"] is True
        desk.call("plotter.resume", job=job, how=how, back_mm=20.0)
        desk.finish(job)
        ink = desk.ink()
        laid = length(ink) - before
        before += laid
        gap = bare(ink, [(0.0, y), (120.0, y)])
        match how:
            case "redraw":
                assert laid == pytest.approx(120.0 + stopped - executed, abs=0.2)
                assert not gap
            case "skip":
                assert laid == pytest.approx(120.0 - (sent - stopped), abs=0.2)
                assert all(stopped - 0.5 <= x <= sent + 0.5 for x, _ in gap)
            case _:
                assert laid == pytest.approx(120.0 + stopped - executed + 20.0, abs=0.2)
                assert not gap


@pytest.mark.parametrize("profile", ["makelangelo", "marlin"])
def test_a_stopped_job_is_whole_after_it_was_resumed(bench: Callable[..., Bench], profile: str) -> None:
    desk = bench(profile, speed=20.0)
    square = "G0 X-20 Y-20\nM280 P0 S40\nG1 X20\nG1 Y20\nG1 X-20\nG1 Y-20\nM280 P0 S90\n"
    job = desk.begin(square + "G0 X30 Y0\nM280 P0 S40\nG1 X60\nM280 P0 S90\n")
    desk.stop(job)
    if profile == "marlin":  # M112 has halted it, and nothing but its reset button helps
        desk.order(do="reset")
    desk.register_truly()
    desk.call("plotter.resume")
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(-20, -20), (20, -20), (20, 20), (-20, 20), (-20, -20)])
    assert not bare(ink, [(30, 0), (60, 0)])


def test_a_pause_at_once_stops_within_millimetres_and_nothing_is_drawn_twice(bench: Callable[..., Bench]) -> None:
    desk = bench(speed=1.0, pen={"draw_speed": 800})
    job = desk.begin(row(0, 40))
    while desk.at[0] < 3.0:
        pass
    before = length(desk.ink())
    desk.call("plotter.pause", now=True)
    desk.until_in(job, "paused")
    assert desk.pen == "up"
    assert length(desk.ink()) - before < 5.0
    desk.call("plotter.jog", dx=3.0, dy=-4.0)
    desk.call("plotter.resume")
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(0, 0), (40, 0)])
    assert 40.0 - 0.1 <= length(ink) <= 40.0 + 0.5


def test_a_stop_while_paused_in_a_stroke_leaves_nothing_out(bench: Callable[..., Bench]) -> None:
    """Over the same line there and back: where it stood may be on any of its ways, so the first of them counts."""
    desk = bench(speed=2.0)
    job = desk.begin("M3\nG1 X8\nG1 X0\nG1 X8\nG1 X0 Y8\nG1 Y40\nM5\n")
    desk.call("plotter.pause", now=True)
    desk.until_in(job, "paused")
    desk.stop(job)
    found = desk.call("job.recovery", job=job)
    at = desk.at
    laid = length(desk.ink())
    assert found["done_mm"] <= laid + 0.1, (found, at)
    desk.register_truly()
    desk.call("plotter.resume")
    desk.finish(job)
    assert length(desk.ink()) >= 8 * 3 + math.hypot(8, 8) + 32 - 0.1


# -- where is it? ----------------------------------------------------------------------------------------------------


def test_a_gondola_is_nudged_to_a_mark_and_registered_there(bench: Callable[..., Bench]) -> None:
    desk = bench(registered=False)
    desk.call("plotter.connect")
    assert desk.call("status")["registered"] is False
    with pytest.raises(MachineNotReady):
        desk.call("plotter.jog", dx=1.0)
    desk.call("plotter.nudge", dx=5.0, dy=-3.0)
    assert desk.at == pytest.approx((5.0, -3.0), abs=0.05)
    desk.call("plotter.nudge", dx=-1.0)
    assert desk.at == pytest.approx((4.0, -3.0), abs=0.05)
    assert (desk.pen, desk.call("status")["registered"]) == ("up", False)
    for step in ({"dx": 51.0}, {"dy": math.nan}):
        with pytest.raises(DcodeError, match=r"d[xy]: "):
            desk.call("plotter.nudge", **step)
    assert desk.at == pytest.approx((4.0, -3.0), abs=0.05)

    names = {mark["name"] for mark in desk.call("plotter.marks")["marks"]}
    assert names == {"home", "top left", "top right", "bottom right", "bottom left"}
    for params in (
        {"mark": "nowhere"},
        {},
        {"x": 1.0},
        {"mark": "nowhere", "x": 1.0, "y": 1.0},
        {"x": math.nan, "y": 0.0},
        {"x": 0.0, "y": math.inf},
    ):
        with pytest.raises(DcodeError, match=r"no mark|finite"):
            desk.call("plotter.register", **params)
        assert desk.call("status")["registered"] is False
    with pytest.raises(MachineNotReady, match="first one"):
        desk.call("plotter.register", mark="home", second=True)

    found = desk.call("plotter.register", mark="home")
    assert (found["status"]["registered"], found["status"]["position"]) == (True, [0.0, 0.0])
    assert found["offset"] == pytest.approx([-4.0, 3.0])
    found = desk.call("plotter.register", x=10.0, y=20.0)
    assert (found["status"]["position"], found["offset"]) == ([10.0, 20.0], pytest.approx([10.0, 20.0]))
    assert (found["rotation_degrees"], found["scale"]) == (0.0, 1.0)
    assert desk.call("plotter.jog", x=11.0, y=20.0)["position"] == [11.0, 20.0]
    assert desk.at == pytest.approx((5.0, -3.0), abs=0.05)


def test_a_gondola_is_not_believed_to_be_where_it_cannot_be(bench: Callable[..., Bench]) -> None:
    desk = bench()
    for x, y in ((1e6, 0.0), (0.0, -600.0)):
        with pytest.raises((JobError, LimitError)):
            desk.call("plotter.register", x=x, y=y)
        assert desk.call("status")["position"] == [0.0, 0.0]


# -- a sheet that hangs differently ----------------------------------------------------------------------------------


def test_the_rest_is_drawn_on_a_sheet_as_it_hangs_now(bench: Callable[..., Bench]) -> None:
    desk = bench()
    job = desk.interrupt(row(0) + row(10) + row(20), rows=100)  # in the second line
    done = desk.call("job.recovery", job=job)
    assert done["executed"]["y"] == 10.0
    old = length(desk.ink())

    # The sheet was taken down and hangs turned by two degrees about home.
    desk.call("plotter.jog", x=0.0, y=0.0)
    desk.call("plotter.register", x=0.0, y=0.0)
    mark = next(mark for mark in desk.call("plotter.marks")["marks"] if mark["name"] == "last end")
    assert (mark["x"], mark["y"]) == (120.0, 0.0)
    x, y = turned((mark["x"], mark["y"]), 2.0)
    desk.call("plotter.jog", x=x, y=y)
    found = desk.call("plotter.register", mark="last end", second=True)
    assert found["rotation_degrees"] == pytest.approx(2.0, abs=0.01)
    assert found["scale"] == pytest.approx(1.0, abs=1e-4)
    assert found["offset"] == pytest.approx([x - 120.0, y], abs=0.01)

    desk.call("plotter.resume", job=job)
    desk.finish(job)
    ink = desk.ink()
    executed = (done["executed"]["x"], done["executed"]["y"])
    assert not bare(ink, [turned(executed, 2.0), turned((120.0, 10.0), 2.0)])
    assert not bare(ink, [turned((0.0, 20.0), 2.0), turned((120.0, 20.0), 2.0)])
    assert length(ink) - old == pytest.approx(120.0 - executed[0] + 120.0, abs=0.3)
    after = desk.begin(row(40, 20))
    desk.finish(after)
    assert not bare(desk.ink(), [(0.0, 40.0), (20.0, 40.0)])  # the next job is read as it was written


def test_a_sheet_that_hangs_so_that_the_rest_would_leave_the_limits_is_refused(bench: Callable[..., Bench]) -> None:
    desk = bench(speed=30.0)
    job = desk.interrupt(row(0) + "G0 X418 Y-580\nM3\nG1 X408\nM5\n", rows=20)
    files = desk.rig.state / "jobs" / str(job)
    motion, journal = (files / "motion").read_bytes(), (files / "journal").read_bytes()
    known = desk.call("job.recovery", job=job)
    desk.call("plotter.jog", x=0.0, y=0.0)
    desk.call("plotter.register", x=0.0, y=0.0)
    x, y = turned((200.0, 0.0), 2.0)
    desk.call("plotter.jog", x=200.0, y=0.0)
    with pytest.raises(JobError):
        desk.call("plotter.register", mark="nowhere", second=True)
    found = desk.call("plotter.register", x=x, y=-y, second=True)
    assert found["rotation_degrees"] == pytest.approx(2.0, abs=0.01)

    with pytest.raises(UnsafeProgram):
        desk.call("plotter.resume", job=job)
    assert desk.rig.job(job)["state"] == "interrupted"
    assert (files / "motion").read_bytes() == motion
    assert (files / "journal").read_bytes() == journal
    assert desk.call("job.recovery", job=job) == known

    desk.call("plotter.register", x=200.0, y=0.0)  # it was a mistake: the sheet hangs as it did
    desk.call("plotter.resume", job=job)
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(0, 0), (120, 0)]) and not bare(ink, [(418, -580), (408, -580)])


def test_a_job_begins_where_its_program_does_wherever_the_gondola_hangs(bench: Callable[..., Bench]) -> None:
    desk = bench()
    desk.call("plotter.jog", x=20.0, y=-10.0)
    desk.finish(desk.rig.queue(row(0, 20))["id"])
    ink = desk.ink()
    assert {round(y, 1) for line in ink for _, y in line} == {0.0}
    assert length(ink) == pytest.approx(20.0, abs=0.1)


def test_marks_that_no_sheet_can_have_are_refused(bench: Callable[..., Bench]) -> None:
    desk = bench()
    desk.call("plotter.register", mark="home")
    desk.call("plotter.jog", x=100.0, y=0.0)
    for x, y in ((99.0, 30.0), (80.0, 0.0), (5.0, 0.0)):
        with pytest.raises(LimitError):
            desk.call("plotter.register", x=x, y=y, second=True)
    assert desk.call("status")["position"] == [100.0, 0.0]


# -- a machine.json that changed -------------------------------------------------------------------------------------


def test_a_pen_that_was_adjusted_meanwhile_is_taken_as_it_is_now(bench: Callable[..., Bench]) -> None:
    desk = bench()
    job = desk.interrupt(row(0), rows=10)
    written(desk.folder, pen={"down_angle": 30})
    desk.call("plotter.resume", job=job)
    desk.finish(job)
    assert not bare(desk.ink(), [(0, 0), (120, 0)])
    lowered = [line["text"] for line in desk.call("wire.follow")["lines"] if line["text"].startswith("M3 S")]
    assert "M3 S167" in lowered  # 30 degrees of 180, of S1000


def test_a_work_area_that_has_become_too_small_is_told_and_the_job_stays(bench: Callable[..., Bench]) -> None:
    desk = bench()
    job = desk.interrupt(row(0), rows=10)
    written(desk.folder, work_area={"right": 100.0})
    with pytest.raises(UnsafeProgram, match="X 102") as caught:
        desk.call("plotter.resume", job=job)
    assert caught.value.report["ok"] is False
    assert (desk.rig.job(job)["state"], desk.call("status")["state"]) == ("interrupted", "idle")
    written(desk.folder)
    desk.call("plotter.resume", job=job)
    desk.finish(job)
    assert not bare(desk.ink(), [(0, 0), (120, 0)])


# -- a pen that rests ------------------------------------------------------------------------------------------------


def test_a_pen_that_was_left_down_is_lifted(bench: Callable[..., Bench]) -> None:
    desk = bench(pen={"max_rest_seconds": 1.0})
    assert desk.call("plotter.pen", to="down")["pen"] == "down"
    assert desk.pen == "down"
    assert "rested on the paper" in next(event for event in desk.events("notice") if event["kind"] == "rest")["message"]
    desk.until(lambda: desk.call("status")["pen"] == "up")
    assert (desk.pen, desk.call("status")["state"]) == ("up", "idle")


def test_a_machine_that_is_held_by_its_button_is_paused_with_the_pen_up(bench: Callable[..., Bench]) -> None:
    desk = bench(speed=2.0, pen={"max_rest_seconds": 1.0})
    job = desk.begin(row(0, 40))
    desk.order(do="fault", kind="press", data="hold")
    assert "held by its own button" in desk.until_in(job, "paused", "interrupted", "done")["reason"]
    assert (desk.rig.job(job)["state"], desk.pen) == ("paused", "up")
    desk.call("plotter.resume")
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(0, 0), (40, 0)])
    assert length(ink) == pytest.approx(40.0, abs=0.6)


def test_resume_lets_a_machine_go_that_was_held_by_its_button(bench: Callable[..., Bench]) -> None:
    desk = bench(speed=5.0, pen={"max_rest_seconds": 60.0})
    job = desk.begin(row(0, 40))
    desk.order(do="fault", kind="press", data="hold")
    assert "own button" in next(event for event in desk.events("notice") if event["kind"] == "hold")["message"]
    desk.call("plotter.resume")
    desk.finish(job)
    assert length(desk.ink()) == pytest.approx(40.0, abs=0.1)


# -- unplugged -------------------------------------------------------------------------------------------------------


def test_a_port_that_comes_back_is_opened_and_nothing_moves(bench: Callable[..., Bench]) -> None:
    desk = bench(speed=20.0)
    job = desk.begin(row(0), rows=10)
    desk.order(do="fault", kind="unplug")
    desk.until_in(job, "interrupted")
    desk.until(lambda: desk.call("status")["state"] == "disconnected")
    while desk.order(do="status")["moving"]:  # what its buffers hold
        pass
    stood = desk.at
    desk.order(do="fault", kind="plug")
    desk.until(lambda: desk.call("status")["state"] in ("idle", "alarm"))
    status = desk.call("status")
    assert (status["state"], status["registered"], desk.at) == ("idle", False, stood)
    assert desk.rig.job(job)["state"] == "interrupted"
    with pytest.raises(MachineNotReady, match="position is not known"):
        desk.call("plotter.resume", job=job)
    assert desk.rig.job(job)["state"] == "interrupted"

    desk.register_truly()
    assert desk.rig.job(job)["state"] == "interrupted"  # a position alone lets nothing go on
    desk.call("plotter.resume", job=job)
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(0, 0), (120, 0)])
    assert {round(y, 1) for line in ink for _, y in line} == {0.0}


def test_a_daemon_that_is_killed_with_news_unread_leaves_the_pen_up(bench: Callable[..., Bench]) -> None:
    """A socket that is closed with bytes unread in it is reset, which is another end than the usual one."""
    desk = bench(speed=1.0)
    desk.begin(row(0))
    os.kill(desk.rig.pid, signal.SIGSTOP)
    begun = desk.at[0]
    while desk.at[0] < begun + 15.0:  # 0.6 s, in which the plotter process has told its status
        pass
    os.kill(desk.rig.pid, signal.SIGKILL)
    while desk.order(do="status")["moving"] or desk.order(do="status")["connected"]:
        pass
    assert desk.pen == "up"


# -- which job? ------------------------------------------------------------------------------------------------------


def test_of_two_interrupted_jobs_the_last_one_is_meant_unless_one_is_named(bench: Callable[..., Bench]) -> None:
    desk = bench()
    with pytest.raises(JobError, match="nothing to recover"):
        desk.call("job.recovery")
    with pytest.raises(JobError, match="no job 99"):
        desk.call("job.recovery", job=99)
    done = desk.rig.queue(row(-10, 20))["id"]
    desk.finish(done)
    with pytest.raises(JobError, match=f"Job {done} is done"):
        desk.call("job.recovery", job=done)
    with pytest.raises(JobError, match=f"Job {done} is done"):
        desk.call("plotter.resume", job=done)

    first = desk.interrupt(row(5), rows=10)
    second = desk.interrupt(row(10), rows=10)
    assert desk.call("job.recovery")["job"]["id"] == second
    assert desk.call("job.recovery", job=first)["job"]["id"] == first
    desk.call("plotter.resume", job=first)
    with pytest.raises(MachineNotReady, match=r"is at the machine|state plotting"):
        desk.call("plotter.resume", job=second)
    desk.finish(first)
    assert desk.rig.job(second)["state"] == "interrupted"
    desk.call("plotter.resume")
    desk.finish(second)
    ink = desk.ink()
    assert not bare(ink, [(0, 5), (120, 5)]) and not bare(ink, [(0, 10), (120, 10)])


def test_an_interrupted_job_that_is_cancelled_lets_the_queue_go_on(bench: Callable[..., Bench]) -> None:
    desk = bench()
    first = desk.begin(row(0), rows=10)
    second = desk.rig.queue(row(10))["id"]
    desk.stop(first)
    desk.register_truly()
    assert desk.rig.job(second)["state"] == "ready"
    assert desk.call("job.cancel", job=first)["state"] == "cancelled"
    desk.finish(second)
    assert desk.rig.job(first)["executed_row"] >= 10  # what it has drawn stays in the history
    with pytest.raises(JobError):
        desk.call("plotter.resume", job=first)


def test_a_job_that_was_resumed_and_stopped_again_goes_on_from_the_second_place(bench: Callable[..., Bench]) -> None:
    desk = bench()
    job = desk.interrupt(row(0) + row(10), rows=10)
    first = desk.call("job.recovery")["executed"]
    desk.call("plotter.resume")
    desk.until_drawn(job, rows=40)
    desk.stop(job)
    desk.register_truly()
    second = desk.call("job.recovery")["executed"]
    assert second["row"] > first["row"]
    laid = length(desk.ink())
    desk.call("plotter.resume")
    desk.finish(job)
    ink = desk.ink()
    assert not bare(ink, [(0, 0), (120, 0)]) and not bare(ink, [(0, 10), (120, 10)])
    assert length(ink) - laid < 240.0 - laid + 60.0


# -- the wire --------------------------------------------------------------------------------------------------------


def test_who_follows_the_wire_gets_its_last_lines_and_then_the_new_ones(bench: Callable[..., Bench]) -> None:
    desk = bench()
    desk.call("plotter.jog", dx=7.0)
    lines = desk.rig.listener.call("wire.follow")["lines"]
    assert {line["way"] for line in lines} == {"out", "in", "note"}
    assert any("X7" in line["text"] for line in lines if line["way"] == "out")
    desk.call("plotter.jog", dx=-3.0)
    seen = ""
    while "G1 X4" not in seen:
        event = next(desk.events("wire"))
        assert event["missed"] == 0
        seen += "".join(line["text"] + "\n" for line in event["lines"])
    assert desk.rig.listener.call("wire.follow", on=False)["lines"] == []


def test_a_snapshot_of_the_wire_is_a_file_and_an_interruption_leaves_one(bench: Callable[..., Bench]) -> None:
    desk = bench()
    path = Path(desk.call("wire.snapshot")["path"])
    assert path.is_relative_to(desk.rig.state)
    assert "G92 X0 Y0" in path.read_text()
    job = desk.interrupt(row(0), rows=5)
    boxes = [box for box in path.parent.iterdir() if box != path]
    assert any("Stopped by the user" in box.read_text() for box in boxes)
    assert desk.rig.job(job)["state"] == "interrupted"
