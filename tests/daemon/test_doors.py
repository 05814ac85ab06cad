"""The daemon under attack, with a drawing on the machine: the drawing, the wire and the memory stay as they are."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dcode.client.address import Address
from dcode.client.launch import Target, start
from dcode.client.sync import Client
from dcode.client.upload import upload
from dcode.errors import ConfigError, DaemonUnreachable, DcodeError, MachineNotReady, PortBusy, UnsafeProgram
from tests.daemon.wiretap import Wiretap

MORE_MEMORY_KB = 64 << 10  # for the daemon, at any moment of an attack
MORE_FOR_THE_STREAM_KB = 8 << 10  # for the process that owns the port
LOG_BYTES = 50_000
# What the translator writes for grbl, and what the daemon asks: nothing else may reach the wire.
LINE = re.compile(rb"([GMXYZFSP]-?\d+(\.\d+)?( |(?=[A-Z]|$)))+|\$[$I#GXN]?|")
EVIL = [
    "EVIL\nM112",
    "EVIL\rG1 X9",
    "EVIL\x18",
    "!~EVIL",
    "EVIL\x84",
    "EVIL\u2028G1 X9",
    "EVIL\x85",
    "\x1b]0;EVIL\x07",
    "\0EVIL",
]
NAMES = [*EVIL, "../../../EVIL", "/EVIL", "..", ".", "\N{PILE OF POO}" * 255, "a" * 255]
WRONG_NAMES = ["", "a" * 256]


def drawing(points: int) -> str:
    around = [f"G1 X{60 * math.cos(i / 30):.3f} Y{60 * math.sin(i / 40):.3f}" for i in range(points)]
    return "\n".join(
        ["(EVIL !~?)", "G0 X60 Y0 F3000 ; EVIL !~? \u2028 G1 X9", "M117 EVIL !", "M3 S500", *around, "M5", ""]
    )


def memory_kb(pid: int, what: str) -> int:
    """VmRSS: now; VmHWM: the most that there ever was."""
    return int(next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if what in line).split()[1])


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def tap(serve_plotter: Callable[..., tuple[str, subprocess.Popen[str]]]) -> Iterator[Callable[[float], Wiretap]]:
    """A tapped plotter at a speed; its ink is asked for by `ink_of`."""
    made: list[Wiretap] = []

    def make(speed: float) -> Any:
        port, process = serve_plotter("grbl", speed)
        made.append(Wiretap(port))
        made[-1].process = process  # type: ignore[attr-defined]
        return made[-1]

    yield make
    for one in made:
        one.close()


def ink_of(tapped: Any, path: Path) -> str:
    tapped.process.stdin.write(json.dumps({"do": "ink", "path": str(path)}) + "\n")
    tapped.process.stdin.flush()
    assert json.loads(tapped.process.stdout.readline())["ok"]
    return path.read_text()


class Attacker:
    """Raw connections to a daemon; all are closed in the end."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._open: list[socket.socket] = []

    def connect(self) -> socket.socket:
        near = socket.socket(socket.AF_UNIX)
        self._open.append(near)
        near.connect(self._path)
        near.setblocking(False)
        return near

    def send(self, near: socket.socket, data: bytes) -> None:
        """As much as is taken; none by one that was hung up on."""
        with contextlib.suppress(OSError):
            while data:
                data = data[near.send(data) :]

    def close(self) -> None:
        for near in self._open:
            near.close()
        self._open.clear()

    def connect_and_go(self, times: int) -> None:
        for _ in range(times):
            with socket.socket(socket.AF_UNIX) as near:
                near.connect(self._path)

    def crowd(self) -> None:
        """As many at once as this process may have."""
        room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - len(os.listdir("/proc/self/fd")) - 50
        for _ in range(min(room, 3_000)):
            self.connect()

    def half_lines(self) -> None:
        for _ in range(150):
            self.send(self.connect(), b'{"id":1,"method":"' + b"x" * 1_000_000)

    def deaf(self) -> None:
        for _ in range(60):
            near = self.connect()
            self.send(near, b'{"id":1,"method":"subscribe"}\n' + b'{"id":1,"method":"job.list"}\n' * 1000)

    def deaf_and_half_closed(self) -> None:
        for _ in range(200):
            near = self.connect()
            self.send(near, b'{"id":1,"method":"job.list"}\n' * 300)
            with contextlib.suppress(OSError):
                near.shutdown(socket.SHUT_WR)

    def nonsense(self) -> None:
        for line in (
            b"y" * (20 << 20),
            b"[" * 900_000,
            b'{"a":' * 100_000,
            b"\0" * 1000,
            b"\xff\xfe{}",
            b'{"id":' + b"9" * 4000 + b"}",
            b'{"id":"\\ud800","method":"status"}',
            b'[{"id":1,"method":"status"}]' * 1000,
            b'{"method":"nothing"}\n' * 2_000,
            b'{"id":1,"method":"job.begin","params":{"name":"a","size":2000000000}}\n' * 100,
            b'{"id":1,"method":"job.append","params":{"upload":"../../EVIL","data":"RVZJTA=="}}',
        ):
            self.send(self.connect(), line + b"\n")


def test_an_attack_changes_neither_drawing_nor_wire_nor_memory(
    rig: Callable[..., Any], tap: Callable[[float], Any], tmp_path: Path
) -> None:
    program = drawing(1500)
    quiet, attacked = tap(0.0), tap(30.0)
    one = rig(quiet.port, "grbl")
    one.client.call("plotter.home", here=True)
    one.wait_for_job(one.queue(program)["id"], "done")
    expected = ink_of(quiet, tmp_path / "quiet.svg")
    one.client.call("plotter.connect", port=attacked.port, profile="grbl")
    one.client.call("plotter.home", here=True)
    daemon, stream = one.pid, children(one.pid)[0]
    before, stream_before = memory_kb(daemon, "VmRSS"), memory_kb(stream, "VmRSS")
    job = one.queue(program, "a" * 255)

    attacker = Attacker(Address.find(one.state).socket)
    for attack in (
        lambda: attacker.connect_and_go(2000),
        attacker.crowd,
        attacker.half_lines,
        attacker.deaf,
        attacker.deaf_and_half_closed,
        attacker.nonsense,
    ):
        attack()
        with Client(Address.find(one.state).socket) as honest:
            assert honest.call("status")["state"] in ("plotting", "idle")
        attacker.close()
    with Client(Address.find(one.state).socket) as honest:
        _attack_with_texts(honest)
        while honest.call("job.show", job=job["id"])["state"] == "plotting":
            honest.call("subscribe")
            next(honest.events(within=30))
        done = honest.call("job.show", job=job["id"])

    assert (done["state"], done["resends"], done["row"]) == ("done", 0, done["rows"])
    assert ink_of(attacked, tmp_path / "attacked.svg") == expected
    for tapped in (quiet, attacked):
        assert b"EVIL" not in tapped.heard
        # Without questions, resets, and the hold before a reset: the queued job may have been cancelled at the machine.
        # Without the feed at 100 %, which every run begins with.
        heard = bytes(tapped.heard).replace(b"?", b"").replace(b"!\x18", b"").replace(b"\x18", b"")
        lines = heard.replace(b"\x90", b"").split(b"\n")
        assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert memory_kb(daemon, "VmHWM") - before < MORE_MEMORY_KB
    assert memory_kb(stream, "VmHWM") - stream_before < MORE_FOR_THE_STREAM_KB
    assert (one.state / "daemon.log").stat().st_size < LOG_BYTES
    assert {path.name for path in one.state.parent.iterdir()} <= {"config", one.state.name, "plotter0", "plotter1"}
    assert all(path.name.isdigit() for path in (one.state / "jobs").iterdir())


def _attack_with_texts(client: Client) -> None:
    for name in NAMES:
        ticket = client.call("job.begin", name=name, size=10)["upload"]
        assert re.fullmatch("[0-9a-f]{16}", ticket)
        client.call("job.abort", upload=ticket)
    for name in WRONG_NAMES:
        with pytest.raises(DcodeError):
            client.call("job.begin", name=name, size=10)
    with pytest.raises(UnsafeProgram):
        upload(client, NAMES[0], b"G1 X1 F500 ; EVIL \x18\nG1 X2\n")
    committed = upload(client, NAMES[0], b"G1 X1 F500 ; EVIL !\n")["job"]
    assert client.call("job.show", job=committed["id"])["name"] == NAMES[0]
    with contextlib.suppress(DcodeError):  # the other may be done already: then this is at the machine
        client.call("job.cancel", job=committed["id"])
    for text in EVIL:
        with pytest.raises(DcodeError):
            client.call("plotter.console", line=text)


def test_the_console_is_locked_while_a_job_is_at_the_machine(rig: Callable[..., Any]) -> None:
    one = rig("sim:grbl?speed=1")
    one.client.call("plotter.home", here=True)
    job = one.queue(drawing(2000))["id"]
    one.wait_for_job(job, "plotting")
    one.wait_for_state("plotting")
    for line in ("$$", "G0 X1", "?", "M5"):
        with pytest.raises(MachineNotReady):
            one.client.call("plotter.console", line=line)
    one.client.call("job.cancel")
    one.wait_for_job(job, "cancelled")
    one.wait_for_state("idle")
    for line in EVIL:
        with pytest.raises(DcodeError):
            one.client.call("plotter.console", line=line)
    assert one.client.call("plotter.console", line="$$")["replies"]


def test_a_port_has_one_daemon(rig: Callable[..., Any], serve_plotter: Callable[..., Any]) -> None:
    port, _ = serve_plotter("grbl")
    first, second = rig(port, "grbl"), rig(None, "grbl")
    assert first.client.call("plotter.connect")["state"] == "idle"
    with pytest.raises(PortBusy, match="in use"):
        second.client.call("plotter.connect", port=port, profile="grbl")
    assert first.client.call("plotter.home", here=True)["registered"]


def test_a_full_disk_is_said_in_one_sentence_and_loses_nothing(rig: Callable[..., Any]) -> None:
    one = rig("sim:grbl")
    one.client.call("plotter.connect")
    kept = one.queue("G0 X10 F3000\nM3 S500\nG1 X20 F500\nM5\n")
    one.wait_for_job(kept["id"], "done")
    sizes = resource.prlimit(one.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (100, sizes[1]))  # no file may grow beyond
    for program in ("G1 X5 F500\n" * 100, "G1 X5 F500\n"):
        with pytest.raises(DcodeError, match=r"^[^\n]*could not be written[^\n]*\.$"):
            one.queue(program)
    assert [job["id"] for job in one.client.call("job.list")["jobs"]] == [kept["id"]]
    resource.prlimit(one.pid, resource.RLIMIT_FSIZE, sizes)
    one.wait_for_job(one.queue("G0 X10 F3000\nM3 S500\nG1 X20 F500\nM5\n")["id"], "done")


@pytest.mark.parametrize("blocked", ["daemon.lock", "jobs", "jobs.sqlite", "uploads", "dcode.sock"])
def test_a_state_directory_that_cannot_be_used_is_a_bad_configuration(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch, blocked: str
) -> None:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(short_dir))
    state = short_dir / "state"
    state.mkdir(0o700)
    if blocked == "jobs":
        (state / blocked).touch()
    elif blocked == "uploads":
        (state / blocked).symlink_to("/nowhere")
    else:
        (state / blocked).mkdir()
    with pytest.raises(ConfigError, match=re.escape(blocked)):
        start(Address.find(state), Target("sim:grbl"))


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def test_a_state_directory_that_is_read_only_is_a_bad_configuration(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(short_dir / "config"))
    state = short_dir / "state"
    state.mkdir(0o700)
    alone = ["unshare", "--map-root-user", "--mount", "sh", "-c", READ_ONLY, str(state)]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not permitted here")
    daemon = [sys.executable, "-m", "dcode.daemon", "--state-dir", str(state)]
    ended = subprocess.run([*alone, *daemon], check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    assert re.fullmatch(r"dcode: [^\n]*Read-only file system\n", ended.stderr)


def test_a_daemon_that_was_refused_leaves_the_other_one_its_socket(
    rig: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, short_dir: Path
) -> None:
    monkeypatch.setenv("DCODE_SOCKET", str(short_dir / "one.sock"))
    monkeypatch.setenv("DCODE_STATE_DIR", str(short_dir / "state0"))
    one = rig("sim:grbl")
    other = {**os.environ, "DCODE_STATE_DIR": str(short_dir / "other")}
    ended = subprocess.run(
        [sys.executable, "-m", "dcode.daemon"], check=False, env=other, capture_output=True, text=True
    )
    assert (ended.returncode, "Another daemon answers" in ended.stderr) == (4, True)
    try:
        with Client(short_dir / "one.sock") as client:
            assert client.call("daemon.info")["pid"] == one.pid
    except DaemonUnreachable:
        pytest.fail("the socket of a daemon that lives was removed")
