from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dcode.config import kept_file
from dcode.config.kept_file import KEPT, kept_files
from dcode.config.machine_store import MachineStore
from dcode.config.paths import data_dir
from dcode.errors import ConfigError

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
TEXT = """{
  "machine": {"width_mm": 1219.2, "height_mm": 1524.0},
  "work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
  "_bought": "at the fair, with the long belts",
  "pen": {"up_angle": 90, "down_angle": 40, "travel_speed": 1000, "draw_speed": 500, "zzz": [1, 2.50]},
  "pens": [{"name": "red"}]
}
"""
SHIPPED = data_dir("configs") / "machine.json"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plotter" / "machine.json"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def store(path: Path, now: datetime = NOW, **settings: Any) -> MachineStore:
    return MachineStore(path, now=lambda: now, **settings)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- what is written --------------------------------------------------------------------------------------------------


def test_a_change_is_written_and_nothing_else_moves(file: Path) -> None:
    machine = store(file).change({"pen.down_angle": 43.500000001})
    assert machine.pen.down_angle == 43.5
    expected = TEXT.replace("{\n", '{\n  "schema_version": 1,\n', 1).replace("40", "43.5").replace("2.50", "2.5")
    assert file.read_text() == expected
    assert store(file).machine == machine


def test_sections_lists_and_places_are_made_and_taken_out(file: Path) -> None:
    kept = store(file)
    kept.change({"belts.left_anchor": (-600.0, 700), "pens[0].down_angle": 35, "pens[1].name": "blue"})
    assert kept.machine.left_anchor == (-600.0, 700.0)
    assert [(pen.name, pen.pen.down_angle) for pen in kept.machine.pens] == [("red", 35), ("blue", 40)]
    assert json.loads(file.read_text())["belts"] == {"left_anchor": {"x": -600, "y": 700}}
    kept.change({"belts.left_anchor": None, "pens[1]": None, "pens[0].down_angle": None, "gondola.mass_kg": None})
    data = json.loads(file.read_text())
    assert data == json.loads(TEXT) | {"schema_version": 1}
    assert list(data)[1:] == list(json.loads(TEXT))


def test_whole_sections_and_lists_can_be_given(file: Path) -> None:
    kept = store(file)
    kept.change({"pens": [{"name": "a"}, {"name": "b", "up_angle": 80.0}], "home": [1.0, 2.0]})
    assert [pen.name for pen in kept.machine.pens] == ["a", "b"]
    assert kept.machine.home == (1.0, 2.0)


def test_a_long_list_is_broken_into_lines_that_can_be_read(file: Path) -> None:
    store(file).change({"pens": [{"name": f"pen {n}", "colour": "#c00", "width_mm": 0.5} for n in range(4)]})
    lines = file.read_text().splitlines()
    assert '    {"name": "pen 0", "colour": "#c00", "width_mm": 0.5},' in lines
    assert max(map(len, lines)) <= 110


def test_half_a_character_in_a_note_is_written_back_as_it_was(file: Path) -> None:
    file.write_text(TEXT.replace("the fair", r"the \ud83d fair"))
    store(file).change({"pen.down_angle": 41})
    assert r"the \ud83d fair" in file.read_text()


def test_what_changes_nothing_writes_nothing(file: Path) -> None:
    store(file).change({"pen.down_angle": 40.0})
    assert file.read_text() == TEXT
    assert names(file.parent) == {"machine.json"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"pen.down_angle": 90}, "pen.down_angle"),
        ({"pen.down_angle": "low"}, "pen.down_angle"),
        ({"pen.down_angle": None}, "pen.down_angle"),
        ({"pen.donw_angle": 40}, "pen.donw_angle"),
        ({"pen.up_angle": 80, "work_area.left": 500}, "work_area.left"),
        ({"pens[2].name": "blue"}, "pens[2].name"),
        ({"pens[1].up_angle": 80}, "pens[1].name"),
        ({"pens.name": "blue"}, "pens.name"),
        ({"pen[0]": 1}, "pen[0]"),
        ({"pen.up_angle.x": 1}, "pen.up_angle.x"),
        ({"pen..up_angle": 1}, "pen..up_angle"),
        ({"": 1}, ""),
        ({"pen.down_angle": float("nan")}, "pen.down_angle"),
        ({"schema_version": 9}, "schema_version"),
    ],
)
def test_nonsense_is_refused_and_the_file_stays(file: Path, changes: dict[str, Any], key: str) -> None:
    kept = store(file)
    before = kept.machine
    with pytest.raises(ConfigError) as refused:
        kept.change(changes)
    assert refused.value.key == key
    assert (file.read_text(), names(file.parent), kept.machine) == (TEXT, {"machine.json"}, before)


def test_what_a_person_changed_in_the_file_meanwhile_is_kept(file: Path) -> None:
    kept = store(file)
    file.write_text(TEXT.replace("1000", "1234"))
    machine = kept.change({"pen.down_angle": 41})
    assert (machine.pen.travel_speed, machine.pen.down_angle) == (1234, 41)


def test_a_file_that_a_person_broke_meanwhile_is_not_written_over(file: Path) -> None:
    kept = store(file)
    file.write_text("{")
    with pytest.raises(ConfigError, match="line 1"):
        kept.change({"pen.down_angle": 41})
    assert file.read_text() == "{"
    assert kept.machine.pen.down_angle == 40


# -- where it is written ----------------------------------------------------------------------------------------------


def test_the_file_that_comes_with_dcode_stays_and_the_users_own_is_made(own_config: Path) -> None:
    before = SHIPPED.read_bytes()
    kept = store(SHIPPED)
    kept.change({"pen.down_angle": 41})
    assert kept.path == own_config / "machine.json"
    kept.change({"pen.up_angle": 85})
    assert store(own_config / "machine.json").machine == kept.machine
    assert SHIPPED.read_bytes() == before
    assert names(own_config) == {"machine.json", "machine.json.2026-11-23T143000"}


def test_a_folder_for_the_users_own_is_made(own_config: Path) -> None:
    own_config.rmdir()
    store(SHIPPED).change({"pen.down_angle": 41})
    assert (own_config / "machine.json").exists()


def test_a_file_of_the_users_that_is_there_is_not_replaced_by_the_shipped_one(own_config: Path) -> None:
    (own_config / "machine.json").write_text(TEXT)
    with pytest.raises(ConfigError, match="comes with dcode"):
        store(SHIPPED).change({"pen.down_angle": 41})
    assert (own_config / "machine.json").read_text() == TEXT


def test_a_link_is_followed_and_the_mode_stays(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    folder = tmp_path / "linked"
    folder.mkdir()
    link = folder / "m.json"
    link.symlink_to("../plotter/machine.json")
    store(link).change({"pen.down_angle": 41})
    assert link.is_symlink()
    assert json.loads(file.read_text())["pen"]["down_angle"] == 41
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert names(folder) == {"m.json"}
    (kept,) = kept_files(file)
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (TEXT, 0o640)


# -- the old ones -----------------------------------------------------------------------------------------------------


def test_the_old_file_is_kept_under_its_date_with_a_number_in_the_same_second(file: Path) -> None:
    kept = store(file)
    for angle in (41, 42, 43):
        kept.change({"pen.down_angle": angle})
    assert [path.name for path in kept_files(file)] == [
        "machine.json.2026-11-23T143000",
        "machine.json.2026-11-23T143000-2",
        "machine.json.2026-11-23T143000-3",
    ]
    assert [json.loads(path.read_text())["pen"]["down_angle"] for path in kept_files(file)] == [40, 41, 42]


def test_the_newest_are_kept_and_files_of_other_names_stay(file: Path) -> None:
    for name in ("machine.json.bak", "machine.json.2026-11-23", "other.json.2026-01-01T000000"):
        file.with_name(name).write_text("mine")
    for n in range(KEPT + 5):
        store(file, NOW + timedelta(minutes=n)).change({"pen.down_angle": 10 + n})
    kept = kept_files(file)
    assert len(kept) == KEPT
    assert [json.loads(path.read_text())["pen"]["down_angle"] for path in kept] == [*range(14, 14 + KEPT)]
    assert {"machine.json.bak", "machine.json.2026-11-23", "other.json.2026-01-01T000000"} < names(file.parent)


def test_where_files_cannot_have_two_names_the_old_one_is_copied(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    kept = store(file)
    kept.change({"pen.down_angle": 41})
    kept.change({"pen.down_angle": 42})
    assert [json.loads(path.read_text())["pen"]["down_angle"] for path in kept_files(file)] == [40, 41]


# -- what goes wrong --------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from dcode.config.machine_store import MachineStore
Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
MachineStore(Path(sys.argv[1])).change({"pen.down_angle": 41})
"""


def test_a_kill_before_the_rename_leaves_the_old_file_whole_and_the_next_change_cleans_up(file: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, file], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.read_text() == TEXT
    assert ".machine.json.new" in names(file.parent)
    assert store(file).change({"pen.down_angle": 42}).pen.down_angle == 42
    assert ".machine.json.new" not in names(file.parent)


@pytest.mark.parametrize("step", ["write", "fsync", "replace", "keep"])
def test_a_full_disk_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*arguments: Any, **settings: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = store(file)
    before = kept.machine
    where: dict[str, tuple[Any, str]] = {
        "write": (kept_file, "_write"),
        "fsync": (os, "fsync"),
        "replace": (Path, "replace"),
        "keep": (kept_file, "_keep"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*where[step], full)
        with pytest.raises(ConfigError, match="No space left"):
            kept.change({"pen.down_angle": 41})
    assert (file.read_text(), names(file.parent), kept.machine) == (TEXT, {"machine.json"}, before)
    assert kept.change({"pen.down_angle": 41}).pen.down_angle == 41


def test_a_folder_that_may_not_be_written_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(path: Any, flags: int, *more: Any) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", refuse)  # a mode would not keep out root, who runs tests in containers
    with pytest.raises(ConfigError, match=r"machine\.json: cannot be written: Permission denied"):
        store(file).change({"pen.down_angle": 41})
    assert (file.read_text(), names(file.parent)) == (TEXT, {"machine.json"})


def test_changes_at_once_are_all_in_the_file(file: Path) -> None:
    """By one store and by two, as two daemons have them."""
    stores = [store(file), store(file)]
    keys = [
        "pen.raise_seconds",
        "pen.lower_seconds",
        "pen.travel_speed",
        "pen.draw_speed",
        "machine.max_feed",
        "home.y",
    ]
    changes = [threading.Thread(target=stores[n % 2].change, args=({key: n + 1},)) for n, key in enumerate(keys)]
    changes.append(threading.Thread(target=stores[0].change, args=({"home": [0, 6]},)))
    for thread in changes[:5] + changes[6:]:
        thread.start()
    for thread in changes[:5] + changes[6:]:
        thread.join()
    machine = store(file).machine
    pen = machine.pen
    assert (pen.raise_seconds, pen.lower_seconds, pen.travel_speed, pen.draw_speed) == (1, 2, 3, 4)
    assert (machine.max_feed, machine.home) == (5, (0, 6))
    assert len(kept_files(file)) == 6


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_reload_takes_what_was_edited_and_keeps_the_old_machine_when_that_is_broken(file: Path) -> None:
    kept = store(file)
    assert not kept.reload()
    file.write_text(TEXT.replace("1000", "1234"))
    assert kept.reload()
    file.write_text(TEXT.replace("1000", '"fast"'))
    with pytest.raises(ConfigError, match="travel_speed"):
        kept.reload()
    assert kept.machine.pen.travel_speed == 1234


def _second(data: dict[str, Any]) -> dict[str, Any]:
    data["pen"]["draw_speed"] = 60 * data["pen"].pop("draw_mm_s")
    return data


def test_an_older_schema_is_migrated_in_memory_and_written_with_the_next_change(file: Path) -> None:
    old = TEXT.replace('"draw_speed": 500', '"draw_mm_s": 5')
    file.write_text(old)
    kept = store(file, migrations={1: _second})
    assert kept.machine.pen.draw_speed == 300
    assert file.read_text() == old
    kept.change({"pen.down_angle": 41})
    data = json.loads(file.read_text())
    assert (data["schema_version"], data["pen"]["draw_speed"], "draw_mm_s" in data["pen"]) == (2, 300, False)
    assert [path.read_text() for path in kept_files(file)] == [old]
    assert store(file, migrations={1: _second}).machine == kept.machine
    with pytest.raises(ConfigError, match="version 2"):
        store(file)


def test_every_value_says_where_it_is_from(file: Path) -> None:
    values = store(file).values()
    assert values["pen.down_angle"] == (40, "file")
    assert values["pen.raise_seconds"] == (0.3, "default")
    assert values["home.x"] == (0.0, "default")
    assert values["belts.left_anchor.x"] == (-609.6, "derived")
    assert values["belts.max_length_mm"].source == "derived"
    assert values["pens[0].name"] == ("red", "file")
    assert values["pens[0].down_angle"] == (40.0, "derived")
    assert values["serial.port"] == (None, "default")
    assert "pen.zzz" not in values
    assert set(store(file).others) == {"_bought", "pen.zzz"}
