"""dcode report: what is in it, what is not, and that it needs nobody."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sqlite3
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.cli import evidence, findings
from dcode.cli.commands import report
from dcode.cli.findings import Findings
from dcode.cli.scrub import Scrubber
from dcode.daemon import prepared
from dcode.daemon.blackbox import FOLDER, BlackBox
from dcode.link.ports import PortInfo
from tests.cli.fake_daemon import RECOVERY, FakeDaemon, Refusal, a_status

SECRETS = {"hf_Zq7Zq7Zq7Zq7Zq7Zq7": "a token", "Zq8swordfish": "a password", "Zq9Zq9Zq9Zq9Zq9Zq9Zq9": "a key"}
TOKEN, PASSWORD, KEY = SECRETS
PERSON, HOST = "annalovelace", "annas-laptop"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user, a computer and a folder with names of their own, and one port."""
    monkeypatch.setenv("USER", PERSON)
    monkeypatch.setattr("socket.gethostname", lambda: f"{HOST}.lan")
    port = PortInfo("/dev/ttyUSB0", "/dev/serial/by-id/usb-1a86-port0", "USB2.0-Serial", 0x1A86, 0x7523, None)
    monkeypatch.setattr(evidence, "list_ports", lambda: [port])
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def left_by_a_daemon(state: Path) -> None:
    """What a daemon leaves on disk, with a secret in every file."""
    state.mkdir(exist_ok=True)
    (state / "daemon.log").write_text(f"INFO pid 1 of {PERSON}\nERROR Authorization: Bearer {TOKEN}\n")
    box = BlackBox(clock=lambda: 1_750_000_000.0)
    box.out(b"G1 X1\n$Sta/Password=%s\n" % PASSWORD.encode())
    box.write(state / FOLDER, f"PortGone: socket://u:{PASSWORD}@{HOST}:23", {"token": TOKEN})
    (state / "jobs").mkdir()
    for number in range(1, 8):
        folder = state / "jobs" / str(number)
        folder.mkdir()
        written = b"dcode journal 1\n\x01\x02\x00" + f"socket://u:{PASSWORD}@plotter:23\0".encode() + b"\xff\x80end"
        (folder / "journal").write_bytes(written + bytes(70_000))
        (folder / "source.gcode").write_text(f"; by {PERSON}\nG1 X1\n")
        os.utime(folder / "journal", (number, number))
        os.utime(folder / "source.gcode", (1, 1))
    with sqlite3.connect(state / "jobs.sqlite") as database:
        database.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, state TEXT)")
        database.execute("INSERT INTO jobs VALUES (7, ?, 'interrupted')", (f"{PERSON}.gcode",))
    database.close()


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def told(dcode: Any, *arguments: object) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the command says, and what it wrote."""
    ended = dcode("report", "--json", "-o", "report.zip", *arguments)
    assert (ended.code, ended.err) == (0, "")
    return ended.json, contents(Path("report.zip"))


def why(answer: dict[str, Any], what: str) -> str:
    (one,) = [one["why"] for one in answer["left_out"] if one["what"] == what]
    return one


# -- what is in it ---------------------------------------------------------------------------------------------------


def test_after_a_crash_it_has_what_lies_on_disk(dcode, state: Path):
    left_by_a_daemon(state)
    answer, files = told(dcode)
    assert list(files) == [
        "README.txt",
        *("system.json", "config.json", "ports.json", "machine.json", "daemon.log"),
        *("blackbox/blackbox-20250615T150640Z-1.log", "jobs.json"),
        *(f"jobs/{number}/journal" for number in (7, 6, 5, 4, 3)),
        "manifest.json",
    ]
    assert why(answer, "what the daemon says") == "No daemon is running."
    assert b"\nERROR Authorization: ***\n" in files["daemon.log"]
    assert json.loads(files["jobs.json"])[0]["state"] == "interrupted"
    assert json.loads(files["ports.json"])[0]["device"] == "/dev/ttyUSB0"
    assert json.loads(files["system.json"])["environment"].keys() == {"DCODE_CONFIG_DIR", "DCODE_STATE_DIR"}


def test_it_starts_no_daemon_and_leaves_the_queue_alone(dcode, state: Path):
    left_by_a_daemon(state)
    before = {path: path.stat().st_mtime_ns for path in sorted(state.rglob("*"))}
    told(dcode)
    assert {path: path.stat().st_mtime_ns for path in sorted(state.rglob("*"))} == before


def test_where_no_daemon_ever_ran_there_is_a_report_too(dcode, state: Path):
    answer, files = told(dcode)
    assert "config.json" in files and not state.exists()
    assert why(answer, "logs and journals").endswith("no daemon has run.")


def test_a_daemon_that_answers_is_asked_everything(dcode, daemon, state: Path):
    def snapshot(params: dict[str, Any]) -> dict[str, Any]:
        return {"path": str(BlackBox().write(state / FOLDER, "asked for", {}))}

    jobs = {"jobs": [RECOVERY["job"] | {"id": 7}, RECOVERY["job"]]}
    fake: FakeDaemon = daemon(answers={"wire.snapshot": snapshot, "job.list": jobs, "job.recovery": RECOVERY})
    _, files = told(dcode)
    asked = ["daemon.info", "status", "job.list", "job.recovery", "wire.snapshot"]
    assert [method for method, _ in fake.calls] == asked
    assert fake.asked("job.recovery") == [{"job": 12}]
    assert {f"daemon/{method}.json" for method in asked} <= files.keys()
    assert json.loads(files["daemon/job.recovery.json"])["stretch_mm"] == 38.2
    assert [name for name in files if name.startswith("blackbox/")]
    assert json.loads(files["profile.json"])["name"] == "makelangelo"  # that of the status, with what it extends
    assert "jobs.json" not in files


def test_without_an_interrupted_job_there_is_no_recovery(dcode, daemon):
    fake = daemon(answers={"wire.snapshot": Refusal("MachineNotReady", "Not connected.")})
    answer, files = told(dcode)
    assert not fake.asked("job.recovery")
    assert why(answer, "daemon/wire.snapshot.json") == "Not connected."
    assert "daemon/status.json" in files


def test_a_daemon_that_hangs_up_does_not_end_it(dcode, daemon):
    fake = daemon()
    fake.answers["status"] = lambda params: fake.hang_up()
    answer, files = told(dcode)
    assert why(answer, "what the daemon says") == "The daemon hung up."
    assert "daemon/daemon.info.json" in files and "daemon/job.list.json" not in files


def test_the_manifest_has_the_size_and_the_digest_of_every_file(dcode, state: Path):
    left_by_a_daemon(state)
    answer, files = told(dcode)
    listed = json.loads(files["manifest.json"])
    assert listed == {"files": answer["files"], "left_out": answer["left_out"]}
    assert {one["name"] for one in listed["files"]} == files.keys() - {"README.txt", "manifest.json"}
    for one in listed["files"]:
        data = files[one["name"]]
        assert (one["bytes"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_the_readme_names_every_kind_of_file(dcode, state: Path):
    left_by_a_daemon(state)
    _, files = told(dcode)
    readme = files.pop("README.txt").decode()
    assert all(name.partition("/")[0] in readme for name in files)
    assert "source.gcode" not in readme


# -- what is not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [True, False])
def test_no_secret_is_in_it(dcode, daemon, state: Path, tmp_path: Path, monkeypatch, answers: bool):
    if answers:
        refusal = Refusal("PortBusy", f"socket://u:{PASSWORD}@{HOST}:23 is busy")
        status = a_status(port=f"socket://{PERSON}:{PASSWORD}@{HOST}:23", message=f"token: {TOKEN}")
        info = {"machine": str(tmp_path / "config" / "machine.json")}
        daemon(answers={"status": status, "wire.snapshot": refusal, "daemon.info": info})
    left_by_a_daemon(state)
    config = tmp_path / "config"
    config.mkdir()
    (config / "dcode.toml").write_text(f'port = "socket://u:{PASSWORD}@{HOST}:23" # token = {TOKEN}\n')
    machine = json.loads((evidence.paths.data_dir("configs") / "machine.json").read_text())
    (config / "machine.json").write_text(json.dumps(machine | {"serial": {"port": f"socket://u:{PASSWORD}@{HOST}"}}))
    for name, secret in {"DCODE_API_KEY": KEY, "HF_TOKEN": TOKEN, "DCODE_PORT": f"socket://:{PASSWORD}@x"}.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("HOME", str(tmp_path))
    answer, files = told(dcode, "--with-drawings")
    assert {"dcode.toml", "machine.json", "jobs/7/source.gcode"} <= files.keys()
    assert ("daemon/status.json" in files, "jobs.json" in files) == (answers, not answers)
    for name, data in (*files.items(), ("the answer", json.dumps(answer["left_out"]).encode())):
        for planted in (TOKEN, PASSWORD, KEY, PERSON, HOST, str(tmp_path)):
            assert planted.encode() not in data, (name, planted)


def test_drawings_are_left_out_unless_they_are_asked_for(dcode, state: Path):
    left_by_a_daemon(state)
    answer, files = told(dcode)
    assert not [name for name in files if "source" in name]
    assert "--with-drawings" in why(answer, "drawings")
    Path("report.zip").unlink()
    _, files = told(dcode, "--with-drawings")
    assert files["jobs/7/source.gcode"] == b"; by <user>\nG1 X1\n"
    assert "source.gcode" in files["README.txt"].decode()


def test_a_journal_keeps_every_byte_in_its_place_and_loses_the_zeros_after_it(dcode, state: Path):
    left_by_a_daemon(state)
    answer, files = told(dcode)
    journal = files["jobs/7/journal"]
    masked = b"socket://***@plotter:23".ljust(len(f"socket://u:{PASSWORD}@plotter:23"), b"*")
    assert journal == b"dcode journal 1\n\x01\x02\x00" + masked + b"\0\xff\x80end"
    assert "masked" in why(answer, "jobs/7/journal, some texts")


@given(st.binary(max_size=300))
def test_data_without_texts_stays_as_it_is(data: bytes):
    scrubbed = Scrubber([], ["annalovelace"]).binary(data)
    assert len(scrubbed) == len(data)
    assert Scrubber().binary(data.replace(b":", b"").replace(b"/", b"")) == data.replace(b":", b"").replace(b"/", b"")


def test_only_plain_files_are_read(dcode, state: Path, tmp_path: Path):
    (tmp_path / "private").write_text("nobody's business")
    folder = state / FOLDER
    folder.mkdir(parents=True)
    (folder / "blackbox-20250615T150640Z-1.log").symlink_to(tmp_path / "private")
    os.mkfifo(state / "daemon.log")
    answer, files = told(dcode)
    assert not [name for name in files if name.startswith(("blackbox", "daemon"))]
    assert why(answer, "daemon.log") == "It is not a plain file."
    assert why(answer, "blackbox/blackbox-20250615T150640Z-1.log")


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_of_a_long_log_there_is_the_end_from_the_start_of_a_line(dcode, state: Path, monkeypatch):
    monkeypatch.setattr(evidence, "TEXT_BYTES", 100)
    state.mkdir()
    (state / "daemon.log").write_text(f"{'x' * 50}\npassword={'a' * 120}\nlast line\n")
    answer, files = told(dcode)
    assert files["daemon.log"] == b"last line\n"
    assert why(answer, "daemon.log, the beginning") == "It has 191 bytes; the last 100 are here."


def test_what_is_too_large_is_left_out_and_said(tmp_path: Path):
    found = Findings(Scrubber(), room=1000)
    (tmp_path / "drawing").write_bytes(b"G1 X1\n" * 500)
    found.add_value("small", "x" * 897)  # between quotes, and a line
    found.add_value("large", "x" * 98)
    found.add_file("drawing", tmp_path / "drawing", 1000, whole=True)
    found.add_file("gone", tmp_path / "gone", 1000)
    assert [one["name"] for one in found.files] == ["small"]
    assert found.left_out == [
        {"what": "large", "why": "The report would be too large."},
        {"what": "drawing", "why": "It has 3000 bytes."},
        {"what": "gone", "why": "No such file or directory."},
    ]


def test_a_long_journal_is_cut_at_its_beginning(tmp_path: Path):
    found = Findings(Scrubber())
    (tmp_path / "journal").write_bytes(bytes(range(1, 256)) * 2000 + bytes(findings.AHEAD))
    found.add_journal("journal", tmp_path / "journal", 1000)
    assert [one["bytes"] for one in found.files] == [1000]
    assert found.left_out[0]["what"] == "journal, the beginning"


# -- trouble ---------------------------------------------------------------------------------------------------------


def test_settings_that_cannot_be_read_are_what_a_report_is_for(dcode, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("DCODE_STATE_DIR")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dcode.toml").write_text('prot = "sim\n')
    answer, files = told(dcode)
    assert files["dcode.toml"] == b'prot = "sim\n'
    assert "not TOML" in why(answer, "config.json")
    assert "not TOML" in why(answer, "the daemon and its files")
    assert "machine.json" in files


def test_a_queue_that_is_no_database_is_left_out(dcode, state: Path):
    state.mkdir()
    (state / "jobs.sqlite").write_bytes(b"not a database, " * 100)
    answer, _ = told(dcode)
    assert "DatabaseError" in why(answer, "jobs.json")


def test_nothing_is_written_over(dcode, daemon):
    fake = daemon()
    Path("report.zip").write_text("mine")
    ended = dcode("report", "-o", "report.zip")
    assert (ended.code, ended.out, fake.calls) == (2, "", [])
    assert ended.err.startswith("dcode: report.zip is there already, and is not written over")
    assert Path("report.zip").read_text() == "mine"


def test_by_default_it_is_named_for_the_day_and_lies_here(dcode):
    ended = dcode("report")
    (path,) = Path().iterdir()
    assert path.match("dcode-report-20??-??-??-??????.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    assert ended.code == 0 and ended.out.startswith(f"{path}: ")
    assert "Left out:\n" in ended.out and "  system.json " in ended.out


def test_a_folder_that_is_not_there_is_a_sentence(dcode):
    ended = dcode("report", "-o", "nowhere/report.zip")
    assert (ended.code, ended.err) == (2, "dcode: nowhere/report.zip: No such file or directory.\n")


def test_a_full_disk_leaves_no_half_report(dcode, monkeypatch):
    class Full(io.FileIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(report, "open", Full, raising=False)
    ended = dcode("report", "-o", "report.zip")
    assert ended.code == 2 and "No space left on device." in ended.err
    assert not Path("report.zip").exists()


def test_client_and_daemon_agree_where_things_are():
    assert evidence.BLACK_BOX.startswith(f"{FOLDER}/")
    assert Path(prepared.JOURNAL).match(evidence.JOURNAL)
    assert evidence.SOURCE == prepared.SOURCE


def test_names_that_are_found_of_this_computer(monkeypatch, tmp_path: Path):
    entry = SimpleNamespace(pw_dir="/home/ada", pw_name="ada", pw_gecos="Ada King,,,")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: entry)
    (tmp_path / "linked").symlink_to(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "linked"))
    text = f"/home/ada/x {tmp_path}/linked/x {tmp_path}/work/x Ada King, ada, {PERSON} on {HOST}.lan, {HOST}"
    assert report.here().text(text) == "~/x ~/x ~/x <user>, <user>, <user> on <host>, <host>"
