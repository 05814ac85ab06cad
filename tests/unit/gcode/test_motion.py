from __future__ import annotations

from pathlib import Path

import pytest

from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.motion import COLUMNS, Kind, Motion, Step


@pytest.fixture
def motion() -> Motion:
    return interpret(b"G0 X1 Y2\nM3\nG1 X3\nM0 Blue\nM5", Reading(home=(7.0, 8.0))).motion


def test_rows_are_steps(motion):
    assert motion[0] == Step(Kind.TRAVEL, 1.0, 2.0, 1000.0, 1)
    assert [step.kind for step in motion] == [Kind.TRAVEL, Kind.PEN_DOWN, Kind.DRAW, Kind.PAUSE, Kind.PEN_UP]


def test_the_position_before_a_row(motion):
    assert motion.position_before(0) == (7.0, 8.0)
    assert motion.position_before(3) == (3.0, 2.0)


def test_a_motion_survives_being_saved(motion, tmp_path: Path):
    motion.save(tmp_path / "a.motion")
    loaded = Motion.load(tmp_path / "a.motion")
    assert list(loaded) == list(motion)
    assert (loaded.start, loaded.texts, loaded.holder) == (motion.start, motion.texts, motion.holder)


def test_a_torn_file_is_refused(motion, tmp_path: Path):
    motion.save(tmp_path / "a.motion")
    whole = (tmp_path / "a.motion").read_bytes()
    (tmp_path / "b.motion").write_bytes(whole[:-10])
    with pytest.raises(ValueError, match="shorter"):
        Motion.load(tmp_path / "b.motion")
    (tmp_path / "c.motion").write_bytes(b"G0 X1\n")
    with pytest.raises(ValueError, match="not a motion"):
        Motion.load(tmp_path / "c.motion")


def test_a_row_takes_25_bytes(motion):
    assert sum(getattr(motion, name).itemsize for name in COLUMNS) == 25
