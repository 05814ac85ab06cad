"""dcode daemon install: what it writes, what it says, and what it leaves alone."""

from __future__ import annotations

import getpass
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dcode.cli.service_files import RULES, SYSTEM_UNIT, USER_UNIT, Service, command_line, quoted, rules_text, unit_text
from dcode.cli.service_owner import Owner, Places
from dcode.config.paths import data_dir
from dcode.errors import ConfigError

UNIT = "etc/systemd/system/dcode.service"
UDEV = "etc/udev/rules.d/70-dcode.rules"
TEMPLATES = data_dir("configs") / "system"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture(autouse=True)
def called_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUDO_USER", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


def values(unit: str) -> dict[str, list[str]]:
    """The settings of a unit's [Service] section, each with all that it is set to."""
    section = unit.partition("[Service]")[2].partition("\n[")[0]
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def service(**changes: object) -> Service:
    usual = {
        "command": [sys.executable, "-m", "dcode.daemon", "--state-dir", "/home/anna/.local/state/dcode"],
        "environment": {"DCODE_CONFIG_DIR": "/home/anna/.config/dcode"},
        "package_home": Path("/opt/dcode/lib"),
        "state_dir": Path("/home/anna/.local/state/dcode"),
        "writable": ["/home/anna/.local/state/dcode", "-/home/anna/.config/dcode"],
        "user": "anna",
        "group": "dialout",
    }
    return Service(**(usual | changes))  # type: ignore[arg-type]


# -- the files


def test_a_system_unit_starts_this_daemon_as_this_user_and_keeps_its_port(dcode, root: Path, tmp_path: Path):
    ended = dcode("daemon", "install", "--system", "--root", root, "--port", "/dev/serial/by-id/usb-1a86")
    assert (ended.code, ended.err) == (0, "")
    assert f"{root / UNIT}: written." in ended.out.splitlines()
    unit = values((root / UNIT).read_text())
    (start,) = unit["ExecStart"]
    assert start == (
        f"{sys.executable} -m dcode.daemon --state-dir {tmp_path / 'state'} --port /dev/serial/by-id/usb-1a86"
    )
    assert unit["User"] == [getpass.getuser()]
    assert unit["Type"] == ["notify"] and unit["NotifyAccess"] == ["main"] and unit["WatchdogSec"] == ["30"]
    assert unit["FileDescriptorStoreMax"] == ["1"]
    assert f"DCODE_CONFIG_DIR={tmp_path / 'config'}" in unit["Environment"][0]
    assert unit["ReadWritePaths"] == [f"{tmp_path / 'state'} -{tmp_path / 'config'}"]


@pytest.mark.parametrize("name", [SYSTEM_UNIT, USER_UNIT])
def test_both_units_treat_the_daemon_alike(name: str):
    unit = values(unit_text((TEMPLATES / name).read_text(), service()))
    expected = {
        "KillMode": ["control-group"],
        "TimeoutStopSec": ["120"],
        "Restart": ["on-failure"],
        "RestartPreventExitStatus": ["2 4"],
        "OOMPolicy": ["continue"],
    }
    assert {key: unit[key] for key in expected} == expected


@pytest.mark.parametrize("name", [SYSTEM_UNIT, USER_UNIT])
def test_nothing_of_a_template_is_left_over(name: str):
    assert not re.search(r"@[A-Z_]+@", unit_text((TEMPLATES / name).read_text(), service()))


@pytest.mark.parametrize("name", [SYSTEM_UNIT, USER_UNIT])
def test_systemd_takes_the_unit(name: str, tmp_path: Path):
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        pytest.skip("there is no systemd-analyze here")
    odd = tmp_path / 'a "b" 100% $HOME' / "state"
    command = [sys.executable, "-m", "dcode.daemon", "--state-dir", str(odd)]
    text = unit_text(
        (TEMPLATES / name).read_text(),
        service(command=command, user=getpass.getuser(), state_dir=odd, writable=[str(odd)], package_home=tmp_path),
    )
    (tmp_path / "dcode.service").write_text(text)
    done = subprocess.run(
        [verifier, "verify", "--man=no", str(tmp_path / "dcode.service")], capture_output=True, text=True
    )
    assert "dcode.service" not in done.stderr + done.stdout


def test_a_unit_of_a_user_is_in_the_users_own_folder(dcode, root: Path, tmp_path: Path):
    assert dcode("daemon", "install", "--root", root).code == 0
    (written,) = [path for path in root.rglob("*") if path.is_file()]
    assert written == root / (tmp_path / "home/.config/systemd/user/dcode.service").relative_to("/")
    assert "User" not in values(written.read_text())


def test_words_survive_systemds_reading():
    assert quoted("/usr/bin/python3") == "/usr/bin/python3"
    assert quoted("/home/anna k/100%") == '"/home/anna k/100%%"'
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'
    assert quoted("") == '""'
    assert command_line(["/opt/$x/python", "--port", "$HOME"]) == '"/opt/$x/python" --port "$$HOME"'
    with pytest.raises(ConfigError, match="control character"):
        quoted("a\nExecStartPre=/bin/sh")


def test_the_rule_names_the_group_of_this_system():
    text = (TEMPLATES / RULES).read_text()
    assert 'GROUP="dialout", MODE="0660"' in rules_text(text, "dialout")
    assert 'GROUP="uucp", MODE="0660"' in rules_text(text, "uucp")


def test_the_rule_jumps_only_forward_and_to_what_is_there():
    lines = (TEMPLATES / RULES).read_text().splitlines()
    labels = {match[1]: number for number, line in enumerate(lines) if (match := re.match(r'LABEL="(\w+)"', line))}
    jumps = [(match[1], number) for number, line in enumerate(lines) if (match := re.search(r'GOTO="(\w+)"', line))]
    assert jumps and all(number < labels[label] for label, number in jumps)
    rule = "\n".join(lines)
    assert 'ENV{ID_MM_PORT_IGNORE}="1"' in rule and 'ATTR{latency_timer}="1"' in rule
    for vendor in ("2341", "2a03", "1a86", "0403", "10c4", "0483", "2e8a", "303a", "067b"):
        assert vendor in rule


# -- doing it


def test_a_second_time_changes_nothing(dcode, root: Path):
    dcode("daemon", "install", "--system", "--root", root)
    before = (root / UNIT).stat()
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert [line for line in ended.out.splitlines() if "there already" in line] == [
        f"{root / UNIT}: there already.",
        f"{root / UDEV}: there already.",
    ]
    assert (root / UNIT).stat() == before
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["70-dcode.rules", "dcode.service"]


def test_a_file_that_was_changed_is_kept_beside_the_new_one(dcode, root: Path):
    (root / UNIT).parent.mkdir(parents=True)
    (root / UNIT).write_text("[Service]\nExecStart=/usr/local/bin/mine\n")
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert f"{root / UNIT}: replaced; what was there is kept as {root / UNIT}.bak." in ended.out.splitlines()
    assert Path(f"{root / UNIT}.bak").read_text() == "[Service]\nExecStart=/usr/local/bin/mine\n"


def test_a_dry_run_shows_all_and_writes_nothing(dcode, root: Path, tmp_path: Path):
    ended = dcode("daemon", "install", "--system", "--root", root, "--dry-run")
    assert ended.code == 0
    assert f"{root / UNIT}: would be written." in ended.out.splitlines()
    assert "    Type=notify" in ended.out.splitlines()
    assert not root.exists() and not (tmp_path / "state").exists()


def test_in_json_it_is_one_object(dcode, root: Path):
    told = dcode("daemon", "install", "--system", "--root", root, "--json").json
    assert [(file["path"], file["action"]) for file in told["files"]] == [
        (str(root / UNIT), "written"),
        (str(root / UDEV), "written"),
    ]
    assert (told["scope"], told["user"], told["dry_run"], told["ran"]) == ("system", getpass.getuser(), False, [])
    assert [one["command"] for one in told["left"]] == ["sudo systemctl enable --now dcode"]


def test_what_a_client_must_set_is_said(dcode, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told = dcode("daemon", "install", "--root", root, "--json").json
    assert any(f"DCODE_STATE_DIR={tmp_path / 'state'}" in note for note in told["notes"])
    monkeypatch.delenv("DCODE_STATE_DIR")
    told = dcode("daemon", "install", "--root", root, "--json").json
    assert any("find it as they are" in note for note in told["notes"])


def test_what_a_user_unit_leaves_to_do_is_said(dcode, root: Path):
    commands = [one["command"] for one in dcode("daemon", "install", "--root", root, "--json").json["left"]]
    assert "systemctl --user enable --now dcode" in commands
    assert f"sudo loginctl enable-linger {getpass.getuser()}" in commands
    assert any(str(TEMPLATES / RULES) in command for command in commands)


def test_uninstalling_takes_away_what_was_installed_and_no_more(dcode, root: Path):
    dcode("daemon", "install", "--system", "--root", root)
    (root / UDEV).write_text("# my own\n")
    ended = dcode("daemon", "install", "--system", "--root", root, "--uninstall")
    assert ended.out.splitlines()[:2] == [
        f"{root / UNIT}: removed.",
        f"{root / UDEV}: left alone: dcode did not write it.",
    ]
    assert not (root / UNIT).exists() and (root / UDEV).exists()
    ended = dcode("daemon", "install", "--system", "--root", root, "--uninstall")
    assert (ended.code, ended.out.splitlines()[0]) == (0, f"{root / UNIT}: not there.")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Puts a systemctl and a udevadm of ours in front of all others; they write down how they are called."""

    def make(code: int) -> Path:
        folder, log = tmp_path / "bin", tmp_path / "called"
        folder.mkdir()
        for name in ("systemctl", "udevadm"):
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\necho no bus >&2\nexit {code}\n')
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return log

    return make


def test_without_root_folder_systemd_is_told(dcode, tmp_path: Path, programs: Callable[[int], Path]):
    log = programs(0)
    told = dcode("daemon", "install", "--json").json
    assert log.read_text() == "systemctl --user daemon-reload\n"
    assert told["ran"] == ["systemctl --user daemon-reload"]
    assert (tmp_path / "home/.config/systemd/user/dcode.service").exists()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700, "a service does not start without the folder"
    dcode("daemon", "install", "--uninstall")
    assert log.read_text().splitlines()[1:] == [
        "systemctl --user disable dcode.service",
        "systemctl --user daemon-reload",
    ]


def test_what_systemd_refuses_is_left_to_do_by_hand(dcode, programs: Callable[[int], Path]):
    programs(1)
    ended = dcode("daemon", "install", "--json")
    first = ended.json["left"][0]
    assert (ended.code, ended.json["ran"]) == (0, [])
    assert first["command"] == "systemctl --user daemon-reload" and "no bus" in first["why"]


def test_a_daemon_that_runs_is_to_be_ended_first(dcode, daemon, programs: Callable[[int], Path]):
    programs(0)
    daemon()
    assert "dcode daemon stop" in [one["command"] for one in dcode("daemon", "install", "--json").json["left"]]


def test_root_and_dry_run_call_no_program(dcode, root: Path, programs: Callable[[int], Path]):
    log = programs(0)
    for options in (["--root", root], ["--dry-run"], ["--root", root, "--uninstall"]):
        assert dcode("daemon", "install", "--user", *options).code == 0
    assert not log.exists()


# -- what goes wrong


def test_only_root_may_do_it_for_the_system(dcode, monkeypatch: pytest.MonkeyPatch, programs: Callable[[int], Path]):
    log = programs(0)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.getpwnam("nobody"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for options in ([], ["--uninstall"]):
        ended = dcode("daemon", "install", "--system", *options)
        assert (ended.code, ended.out) == (2, "")
        assert "sudo" in ended.err and len(ended.err.splitlines()) == 1
    assert not log.exists()


def test_a_place_that_cannot_be_written_is_one_sentence(dcode, root: Path):
    root.mkdir()
    (root / "etc").write_text("a file")
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert (ended.code, ended.out) == (2, "")
    assert str(root / UNIT) in ended.err and len(ended.err.splitlines()) == 1


def test_a_machine_file_that_is_wrong_is_said_now(dcode, root: Path, tmp_path: Path):
    (tmp_path / "bad.json").write_text("{}")
    assert dcode("daemon", "install", "--root", root, "--machine", tmp_path / "bad.json").code == 2
    assert not root.exists()


def test_a_system_service_has_its_socket_in_its_folder(
    dcode, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DCODE_SOCKET", str(tmp_path / "elsewhere.sock"))
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert ended.code == 2 and "socket" in ended.err
    assert dcode("daemon", "install", "--user", "--root", root).code == 0


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user who calls sudo. Her number is root's, because this interpreter may be in root's home."""
    home = tmp_path / "anna"
    account = pwd.struct_passwd(("anna", "x", 0, 0, "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", lambda name: account)
    monkeypatch.setenv("SUDO_USER", "anna")
    return home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_under_sudo_the_daemon_is_that_of_the_caller(dcode, root: Path, anna: Path):
    ended = dcode("daemon", "install", "--system", "--root", root)
    unit = values((root / UNIT).read_text())
    assert unit["User"] == ["anna"]
    assert unit["ExecStart"][0].endswith(f" --state-dir {anna}/.local/state/dcode")
    assert unit["Environment"] == [f"DCODE_CONFIG_DIR={anna}/.config/dcode"]
    assert f"The commands of anna find it as they are, and nobody else's do (it is in {anna}" in ended.out
    assert not anna.exists(), "with --root nothing else is touched"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_under_sudo_the_callers_own_settings_count(dcode, root: Path, anna: Path):
    config = anna / ".config" / "dcode"
    config.mkdir(parents=True)
    (config / "dcode.toml").write_text('state_dir = "/srv/plotter"\n')
    dcode("daemon", "install", "--system", "--root", root)
    assert values((root / UNIT).read_text())["ReadWritePaths"] == [f"/srv/plotter -{config}"]
    (config / "dcode.toml").write_text("state_dir = 3\n")
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert ended.code == 2 and "as anna: " in ended.err and "is not a path" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_state_folder_is_made_by_its_owner(anna: Path):
    Places(anna / "state", anna / "state" / "dcode.sock", anna).make_state_dir(Owner("anna", is_self=False))
    assert (anna / "state").stat().st_mode & 0o777 == 0o700


def test_who_does_it_alone_is_its_owner(anna: Path):
    assert Owner.find(system=False).is_self


def test_a_caller_whom_nobody_knows_is_refused(dcode, root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "no-such-user-here")
    ended = dcode("daemon", "install", "--system", "--root", root)
    assert ended.code == 2 and "no-such-user-here" not in ended.out and "no such user" in ended.err
