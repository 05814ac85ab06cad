from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcode.config import paths
from dcode.errors import ConfigError


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime directory with a short path, which that of a test need not have."""
    with tempfile.TemporaryDirectory() as path:
        monkeypatch.setenv("XDG_RUNTIME_DIR", path)
        yield Path(path)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_state_dir_is_what_was_told_then_the_environment_then_the_users_file_then_the_systems(
    own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert paths.state_dir().name == "dcode"
    (own_config / "dcode.toml").write_text('state_dir = "here"\n')
    assert paths.state_dir() == own_config / "here"
    monkeypatch.setenv("DCODE_STATE_DIR", str(tmp_path / "there"))
    assert paths.state_dir() == tmp_path / "there"
    assert paths.state_dir(tmp_path / "told") == tmp_path / "told"


def test_a_state_dir_is_made_for_its_owner_alone(tmp_path: Path):
    path = paths.make_state_dir(tmp_path / "new" / "state")
    assert mode(path) == 0o700


def test_an_empty_state_dir_is_closed_to_others(tmp_path: Path):
    path = tmp_path / "state"
    path.mkdir(mode=0o755)
    assert mode(paths.make_state_dir(path)) == 0o700


def test_a_directory_with_other_things_in_it_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "documents"
    path.mkdir()
    path.chmod(0o755)
    (path / "letter.txt").touch()
    assert mode(paths.make_state_dir(path)) == 0o755


def test_a_directory_where_others_may_write_is_refused(tmp_path: Path):
    path = tmp_path / "shared"
    path.mkdir()
    path.chmod(0o777)
    with pytest.raises(ConfigError, match="chmod 700"):
        paths.make_state_dir(path)


def test_a_directory_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(ConfigError, match="somebody else"):
        paths.make_state_dir(tmp_path)


def test_a_file_in_its_place_is_an_error(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError):
        paths.make_state_dir(tmp_path / "file")
    with pytest.raises(ConfigError):
        paths.make_state_dir(tmp_path / "file" / "below")


def test_the_socket_is_in_the_state_dir(tmp_path: Path):
    assert paths.socket_path(Path("/var/x")) == Path("/var/x/dcode.sock")


def test_a_long_state_dir_gets_a_short_socket_in_a_private_directory(runtime: Path, tmp_path: Path):
    long = tmp_path / ("d" * 60) / ("e" * 60)
    socket = paths.socket_path(long)
    assert len(os.fsencode(socket)) <= paths.SOCKET_PATH_MAX
    assert socket.parent == runtime / "dcode"
    assert mode(socket.parent) == 0o700
    assert socket == paths.socket_path(long)
    assert socket != paths.socket_path(long / "other")


def test_a_private_directory_that_others_can_enter_is_refused(runtime: Path, tmp_path: Path):
    (runtime / "dcode").mkdir(mode=0o700)
    (runtime / "dcode").chmod(0o755)
    with pytest.raises(ConfigError, match="chmod 700"):
        paths.socket_path(tmp_path / ("d" * 120))


def test_a_link_in_place_of_the_private_directory_is_refused(runtime: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (runtime / "dcode").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        paths.socket_path(tmp_path / ("d" * 120))


def test_a_chosen_socket_is_that_of_the_usual_state_dir_alone(
    own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (own_config / "dcode.toml").write_text('socket = "/run/file.sock"\n')
    assert paths.socket_path(paths.state_dir()) == Path("/run/file.sock")
    assert paths.socket_path(Path("/var/other")) == Path("/var/other/dcode.sock")
    monkeypatch.setenv("DCODE_STATE_DIR", "/var/usual")
    assert paths.socket_path(paths.state_dir()) == Path("/var/usual/dcode.sock")
    monkeypatch.setenv("DCODE_SOCKET", "/run/environment.sock")
    assert paths.socket_path(paths.state_dir()) == Path("/run/environment.sock")


def test_data_comes_with_dcode():
    assert (paths.data_dir("configs") / "machine.json").is_file()
    with pytest.raises(ConfigError, match="no_such_data"):
        paths.data_dir("no_such_data")


def test_clients_get_paths_without_pydantic():
    code = "import sys, dcode.config.paths; print([n for n in ('pydantic', 'tomllib', 'numpy') if n in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
