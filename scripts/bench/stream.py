"""Streaming through a pseudo-terminal: lines per second and the time from ack to next line.

python scripts/bench/stream.py            dcode's sender and connection, with grbl's character counting, against a bare
                                          asyncio loop that does the same over the same kind of pseudo-terminal
python scripts/bench/stream.py --load     the time from ack to next line of a whole daemon, alone and while 50 clients
                                          are subscribed, a million lines are submitted and a preview is drawn

The other end acknowledges each line as soon as it is complete, from a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir, socket_path
from dcode.errors import DaemonUnreachable, JobError
from dcode.firmware.command import Command
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.firmware.translate import Translator
from dcode.gcode.interpret import interpret
from dcode.link.connection import Connection
from dcode.link.serial import open_port
from dcode.streaming.events import Acked
from dcode.streaming.sender import Sender

RX = 127


# A receive buffer of 24 bytes takes one line at a time, so that every acknowledgement is waited for.
ANSWERS = {b"$I": b"[VER:1.1h.20190830:]\r\n[OPT:V,15,24]\r\nok\r\n", b"$G": b"[GC:G0 G54]\r\nok\r\n"}


def acknowledger(master: int, slave: int, gaps: multiprocessing.connection.Connection, delay: float) -> None:
    """Answer every line with ok; in the end tell how long each answer waited for what came next."""
    os.close(slave)  # inherited: with it open the end would never be seen
    rest, waits, said = b"", [], 0.0
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if said:
            waits.append(time.perf_counter() - said)
            said = 0.0
        *lines, rest = (rest + data.replace(b"?", b"")).split(b"\n")
        if not lines:
            continue
        if delay:
            time.sleep(delay * len(lines))
        said = time.perf_counter()  # before the write: the daemon may be at work before it returns
        os.write(master, b"".join(ANSWERS.get(line, b"ok\r\n") for line in lines))
    gaps.send(waits)


def with_peer(delay: float = 0.0) -> tuple[str, multiprocessing.Process, multiprocessing.connection.Connection, int]:
    """A pseudo-terminal with an acknowledger at its other end."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    near, far = multiprocessing.Pipe()
    process = multiprocessing.Process(target=acknowledger, args=(master, slave, far, delay), daemon=True)
    process.start()
    os.close(master)
    return os.ttyname(slave), process, near, slave


async def bare(port: str, lines: list[bytes]) -> float:
    """The least that character counting needs: a deque of lengths, a reader, a write for each window."""
    transport = open_port(port, 115200)
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    waiting, flight, used, acked, rest = deque(lines), deque[int](), 0, 0, b""

    def fill() -> None:
        nonlocal used
        out = []
        while waiting and used + len(waiting[0]) <= RX:
            line = waiting.popleft()
            used += len(line)
            flight.append(len(line))
            out.append(line)
        if out:
            transport.write(b"".join(out))

    def readable() -> None:
        nonlocal used, acked, rest
        *answers, rest = (rest + transport.read()).split(b"\n")
        for answer in answers:
            if answer.startswith(b"ok"):
                used -= flight.popleft()
                acked += 1
        fill()
        if acked == len(lines):
            done.set_result(None)

    loop.add_reader(transport.fileno(), readable)
    began = time.perf_counter()
    fill()
    await done
    spent = time.perf_counter() - began
    loop.remove_reader(transport.fileno())
    transport.close()
    return spent


async def ours(port: str, profile: FirmwareProfile, commands: list[Command], guard: Guard) -> float:
    """The same lines through Sender and Connection, each passing the guard as in the daemon."""
    loop, done, acked = asyncio.get_running_loop(), asyncio.get_running_loop().create_future(), 0
    waiting = iter(commands)

    def source() -> Command | None:
        command = next(waiting, None)
        if command is not None:
            guard.admit(command.text)
        return command

    def heard(event: object) -> None:
        nonlocal acked
        acked += type(event) is Acked
        if acked == len(commands):
            done.set_result(None)

    sender = Sender(profile, loop.time())
    began = time.perf_counter()
    connection = Connection(open_port(port, 115200), sender, source, heard, done.set_exception)
    await done
    spent = time.perf_counter() - began
    connection.close()
    return spent


def throughput(count: int, rounds: int) -> None:
    """Lines a second of both, in turn, and their ratio."""
    machine = load_machine(data_dir("configs") / "machine.json")
    profile = load_profile("grbl", data_dir("firmware_profiles"))
    translator, guard = Translator(profile, machine), Guard(machine, profile)
    text = "\n".join(["G21", "G90", "M3 S40", *(f"G1 X{k % 400} Y{k % 7}.{k % 10} F500" for k in range(count))])
    motion = interpret(text.encode(), profile.reading(machine)).motion
    commands = []
    for row in range(len(motion)):
        if motion.kind[row] <= 1:
            commands.append(Command(f"G1X{motion.x[row]:.2f}Y{motion.y[row]:.2f}", row=row))
    lines = [command.text.encode() + b"\n" for command in commands]
    ratios = []
    for _ in range(rounds):
        guard.set_position(0.0, 0.0)
        for text_line in (command.text for command in translator.preamble()):
            guard.admit(text_line)
        rates = []
        for run in (lambda port: bare(port, lines), lambda port: ours(port, profile, commands, guard)):
            port, process, _, slave = with_peer()
            rates.append(len(lines) / asyncio.run(run(port)))
            os.close(slave)
            process.terminate()
        ratios.append(rates[1] / rates[0])
        print(f"bare {rates[0]:8.0f} lines/s   dcode {rates[1]:8.0f} lines/s   ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (goal: at least 0.33)")


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of them lie."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def latencies(load: bool, count: int) -> list[float]:
    """Seconds from the acknowledgement to the next line, of a daemon that plots; with 50 clients and more, if asked."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        port, process, gaps, slave = with_peer(delay=0.002)
        daemon = subprocess.Popen(
            [sys.executable, "-m", "dcode.daemon", "--state-dir", folder, "--port", port, "--profile", "grbl"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        client = connected(socket_path(state))
        client.call("plotter.home", here=True)
        text = "M3\n" + "\n".join(f"G1 X{k % 300}.125 Y{k % 7}.25" for k in range(count))
        job = upload(client, "run.gcode", text.encode(), require_ready=True)["job"]["id"]
        stop = threading.Event()
        work = [threading.Thread(target=disturb, args=(state, stop)) for _ in range(1)] if load else []
        for thread in work:
            thread.start()
        while client.call("job.show", job=job)["state"] in ("ready", "plotting"):
            time.sleep(0.2)
        stop.set()
        for thread in work:
            thread.join()
        client.call("daemon.stop", when="now")
        daemon.wait(30)
        os.close(slave)
        if gaps.poll(10):
            return gaps.recv()
        process.terminate()
        raise SystemExit("the other end of the pseudo-terminal said nothing")


def disturb(state: Path, stop: threading.Event) -> None:
    """50 subscribed clients, a million lines again and again, and a preview."""
    watchers = [Client(socket_path(state)) for _ in range(50)]
    for watcher in watchers:
        watcher.call("subscribe")
        threading.Thread(target=lambda w=watcher: [None for _ in drained(w)], daemon=True).start()
    million = ("G1 X1 Y1\n" + "G1 X1.5 Y2.5\nG1 X3 Y4\n" * 500_000).encode()
    drawing = state / "preview.gcode"
    drawing.write_bytes(million[:2_000_000])
    with Client(socket_path(state)) as client:
        while not stop.is_set():
            job = upload(client, "million.gcode", million)["job"]["id"]
            with contextlib.suppress(JobError):  # it has come to the machine meanwhile
                client.call("job.cancel", job=job)
                client.call("job.forget", job=job)
            subprocess.run(
                [sys.executable, "-m", "dcode.cli.main", "preview", str(drawing), "-o", str(state / "x.svg")],
                check=False,
                capture_output=True,
            )
    for watcher in watchers:
        watcher.close()


def drained(watcher: Client) -> Iterator[None]:
    """Events until the client is closed."""
    try:
        for _ in watcher.events():
            yield
    except DaemonUnreachable:
        return


def connected(path: Path) -> Client:
    """A client of a daemon that is still starting."""
    for _ in range(200):
        try:
            return Client(path)
        except DaemonUnreachable:
            time.sleep(0.05)
    raise SystemExit("the daemon did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if not given.load:
        throughput(given.lines, given.rounds)
        return
    figures = {}
    for name, load in (("alone", False), ("loaded", True)):
        waits = latencies(load, given.lines)
        figures[name] = {f"p{p}": round(percentile(waits, p / 100) * 1000, 3) for p in (50, 90, 99)} | {"n": len(waits)}
    print(json.dumps(figures, indent=1), "milliseconds; goals: alone p99 < 1, loaded p99 < 5")


if __name__ == "__main__":
    main()
