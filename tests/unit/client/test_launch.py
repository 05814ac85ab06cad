from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dcode.client import launch
from dcode.client.address import Address
from dcode.client.launch import Target, running_or_started, start
from dcode.errors import ConfigError, DaemonUnreachable, MachineNotReady

ANSWERING = """
import json, os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(os.path.join(sys.argv[sys.argv.index("--state-dir") + 1], "dcode.sock"))
listener.listen()
while True:
    connection, _ = listener.accept()
    for line in connection.makefile("rb"):
        request = json.loads(line)
        result = {"arguments": sys.argv[1:], "folder": os.getcwd(), "session": os.getsid(0), "pid": os.getpid()}
        connection.sendall(json.dumps({"id": request["id"], "result": result}).encode() + b"\\n")
        if request["method"] == "daemon.stop":
            sys.exit()
"""


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Address:
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(launch, "POLLS_IF_LOCKED", 2)
    return Address.find(tmp_path / "state")


@pytest.fixture
def daemon_is(monkeypatch: pytest.MonkeyPatch):
    return lambda script: monkeypatch.setattr(launch, "DAEMON", (sys.executable, "-c", script))


def test_a_daemon_is_started_where_none_runs(address: Address, daemon_is):
    daemon_is(ANSWERING)
    client, started = running_or_started(address, Target(port="sim", machine=Path("machine.json")))
    with client:
        info = client.call("daemon.info")
        again, started_again = running_or_started(address, Target())
        again.close()
    other, ours = start(address, Target())  # two clients at the same moment: only one daemon gets the address
    with other as client:
        client.call("daemon.stop")
    assert (started, started_again, ours) == (True, False, False)
    assert info["arguments"] == [
        *("--state-dir", str(address.state_dir), "--port", "sim"),
        *("--machine", str(Path("machine.json").absolute())),
    ]
    assert info["session"] == info["pid"]  # a Ctrl-C at the client's terminal does not reach it
    assert Path(info["folder"], "dcode", "__init__.py").exists()  # and not the user's folder, with who knows what in it


def test_what_a_daemon_wrote_before_it_died_is_told(address: Address, daemon_is):
    address.state_dir.mkdir()
    address.log.write_text("an old line\n")
    daemon_is("import sys; sys.exit('dcode: the disk is full')")
    with pytest.raises(DaemonUnreachable, match="ended at once") as caught:
        start(address, Target())
    assert caught.value.fields["last_words"] == ["dcode: the disk is full"]


@pytest.mark.parametrize(("code", "kind"), [(2, ConfigError), (4, MachineNotReady)])
def test_a_daemon_that_says_why_it_ends_is_taken_at_its_word(address: Address, daemon_is, code: int, kind: type):
    daemon_is(f"import sys; print('dcode: machine.json: no such key'); sys.exit({code})")
    with pytest.raises(kind, match=r"^machine\.json: no such key$"):
        start(address, Target())


def test_a_daemon_that_never_answers_is_given_up(address: Address, daemon_is, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launch, "POLLS", 1)
    daemon_is("import signal; signal.pause()")
    with pytest.raises(DaemonUnreachable, match="does not answer"):
        start(address, Target())


@pytest.mark.parametrize("name", ["sim", "sim:marlin?speed=10", "socket://host:23", "rfc2217://h:1", "COM3", "grbl"])
def test_a_name_is_left_as_it_is(name: str):
    assert Target(port=name).full_port == name


@pytest.mark.parametrize("name", ["./plotter", "links/plotter", "mine.toml"])
def test_a_file_is_named_in_full(name: str):
    assert Target(profile=name).full_profile == str(Path(name).absolute())


def test_a_state_directory_has_one_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DCODE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("DCODE_STATE_DIR", str(tmp_path))
    assert Address.find() == Address.find(tmp_path)
    assert Address.find().socket == tmp_path / "dcode.sock"
