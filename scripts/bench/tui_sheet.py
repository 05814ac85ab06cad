"""T1 to T4: the sheet of dcode-tui, drawn anew, added to, kept up to date, and opened with a large job."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path as File
from statistics import median
from typing import Any, Final

import numpy as np
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver

from dcode.api import codec
from dcode.daemon.motion_rows import rows_from
from dcode.gcode.interpret import Reading, interpret
from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines
from dcode.tui.path import Path, read_path
from dcode.tui.widgets.sheet import Sheet
from scripts.bench import drawings
from scripts.bench.geometry_rows import Row

SIZE: Final = (120, 45)
AREA: Final = Bounds(0.0, drawings.WIDTH, drawings.HEIGHT, 0.0)
A_SECOND: Final = 10  # changes
CHANGES: Final = 100
LOOK: Final = 0.001  # seconds between two looks whether the screen answers

Work = Callable[["Bench"], Awaitable[Any]]


class Sink(HeadlessDriver):
    """A terminal that is written to, and shown nowhere."""

    written = 0

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        Sink.written += len(data.encode())


class Bench(App[None]):
    """One sheet, as large as the terminal."""

    CSS = "Sheet { border: none; }"

    def __init__(self, work: Work) -> None:
        super().__init__(driver_class=Sink)
        self._work = work
        self.found: Any = None

    def compose(self) -> ComposeResult:
        yield Sheet()

    def on_ready(self) -> None:
        self._measuring = asyncio.get_running_loop().create_task(self._measure())

    async def _measure(self) -> None:
        try:
            self.found = await self._work(self)
        finally:
            self.exit()

    @property
    def sheet(self) -> Sheet:
        return self.query_one(Sheet)

    async def shown(self) -> None:
        """Everything that is to be done is done, and written."""
        done = asyncio.get_running_loop().create_future()
        self.call_after_refresh(done.set_result, None)
        await done


def rows(rounds: int) -> Iterator[Row]:
    lines = drawings.scribble(strokes=5_000, points=20)
    anew, moves, more = _run(lambda bench: _redrawn(bench, lines, rounds))
    yield Row("T1", "5,000 polylines at 120x45", "ms", anew * 1000, at_most=16)
    yield Row("T1", "the same with all travel moves", "ms", moves * 1000)
    yield Row("T2", "20 segments more", "ms", more * 1000, at_most=0.5)
    for name, (busy, written) in _run(lambda bench: _kept_up(bench, lines)).items():
        yield Row("T3", f"ten changes a second, {name}", "% of a core", busy * 100, at_most=5)
        yield Row("T3", f"ten changes a second, {name}", "KiB/s", written / 1024)
    for name, value, goal in _run(_opened):
        yield Row("T4", f"a million segments, {name}", "ms", value * 1000, at_most=goal)


def _run(work: Work) -> Any:
    bench = Bench(work)
    bench.run(size=SIZE)
    return bench.found


async def _redrawn(bench: Bench, lines: Lines, rounds: int) -> tuple[float, float, float]:
    """Seconds to draw all anew with its rows of characters, without and with travel moves, and to add 20 segments."""
    sheet, path = bench.sheet, Path.of(lines)
    sheet.show_area(AREA)
    sheet.show_path(path)
    sheet.show_progress(path.rows // 2, path.rows // 2 + 20, path.place(path.rows // 2), True)
    await bench.shown()
    anew = _times(sheet, rounds)
    sheet.moves = True
    moves = _times(sheet, rounds)
    sheet.moves = False
    more, at = [], np.array(drawings.SHEET) / 2
    chance = np.random.default_rng(7)
    none = np.empty(0, np.int64)
    for _ in range(10 * rounds):
        places = at + np.cumsum(chance.normal(0, 3, (20, 2)), axis=0)
        path.add_strokes(places, none)
        begin = time.process_time()
        sheet.show_path(path)
        _every_line(sheet)
        more.append(time.process_time() - begin)
    return median(anew), median(moves), median(more)


def _times(sheet: Sheet, rounds: int) -> list[float]:
    """Seconds of drawing all anew."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        sheet.watch_moves()  # what every other view, size and set of dots comes to
        _every_line(sheet)
        times.append(time.process_time() - begin)
        assert sheet.painted
    return times


def _every_line(sheet: Sheet) -> None:
    for y in range(sheet.size.height):
        sheet.render_line(y)


async def _kept_up(bench: Bench, lines: Lines) -> dict[str, tuple[float, float]]:
    """Shares of a core and bytes a second, for so many rows from one change to the next."""
    sheet, path = bench.sheet, Path.of(lines)
    sheet.show_area(AREA)
    sheet.show_path(path)
    await bench.shown()
    found = {}
    for step in (1, 50):
        taken, before = [], Sink.written
        for number in range(CHANGES):
            begin = time.process_time()
            row = number * step
            sheet.show_progress(row, row + 4, path.place(row), number % 7 > 0)
            await bench.shown()
            taken.append(time.process_time() - begin)
        found[f"{step} rows each"] = A_SECOND * sum(taken) / CHANGES, A_SECOND * (Sink.written - before) / CHANGES
    return found


async def _opened(bench: Bench) -> list[tuple[str, float, float | None]]:
    """From the daemon's answers to the ink on the screen, and then all of it at another scale."""
    answers = await asyncio.to_thread(_answers)
    gc.collect()  # what the others left is not to be counted here
    sheet, path = bench.sheet, Path()
    sheet.show_area(AREA)
    await bench.shown()

    async def call(method: str, /, **params: Any) -> codec.Message:
        await asyncio.sleep(0)
        answer: codec.Message = codec.decode(answers[params["row"]])["result"]
        return answer

    async def ink() -> None:
        while not sheet.painted:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(LOOK)
        await bench.shown()

    async def opening() -> None:
        async for _ in read_path(call, 1, path):
            sheet.show_path(path)
        await ink()

    async def zooming() -> None:
        sheet.action_zoom_in()
        await ink()

    found = list[tuple[str, float, float | None]]()
    for name, work in (("opened", opening), ("zoomed in", zooming)):
        begin = time.process_time()
        pause, own = await _longest_pause(work)
        found += [
            (f"{name}, process time", time.process_time() - begin, None),
            (f"{name}, longest pause", pause, 100),
            (f"{name}, longest of its own", own, 100),
        ]
    return found


async def _longest_pause(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """For how long the loop was held up at most while something was done: by the clock, by its thread's own time."""
    pauses = [(0.0, 0.0)]

    async def watch() -> None:
        while True:
            before = time.perf_counter(), time.thread_time()
            await asyncio.sleep(LOOK)
            pauses.append((time.perf_counter() - before[0] - LOOK, time.thread_time() - before[1]))

    watching = asyncio.get_running_loop().create_task(watch())
    await work()
    watching.cancel()
    by_the_clock, own = zip(*pauses, strict=True)
    return max(by_the_clock), max(own)


def _answers() -> dict[int, bytes]:
    """What the daemon says to job.motion, by the row that it is asked for."""
    program = interpret(drawings.million(), Reading())
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder) / "motion"
        program.motion.save(file)
        answers, row = dict[int, bytes](), 0
        while row < len(program.motion):
            answer = rows_from(file, row)
            answers[row] = codec.result(1, answer.model_dump())
            row += len(answer.kinds) // 4 * 3 - answer.kinds.count("=")
    return answers
