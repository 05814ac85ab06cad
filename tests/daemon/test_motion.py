"""The way of the pen in a job, and where it may go, as a screen asks for them."""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from struct import unpack

import pytest

from dcode.api.kinds import Kind
from dcode.api.machine import Limits
from dcode.api.motion import MotionRows
from dcode.errors import DcodeError
from tests.daemon.conftest import Rig

ROOT = Path(__file__).parents[2]
PROGRAM = "G21 G90\nM280 P0 S90\nG0 X10 Y20 F1000\nM280 P0 S40\nG1 X110 Y20 F500\nM280 P0 S90\n"


def moves(answer: MotionRows) -> list[tuple[Kind, float, float]]:
    kinds, x, y = (b64decode(text) for text in (answer.kinds, answer.x, answer.y))
    places = zip(unpack(f"<{len(kinds)}f", x), unpack(f"<{len(kinds)}f", y), strict=True)
    return [(Kind(kind), *place) for kind, place in zip(kinds, places, strict=True) if kind in (Kind.TRAVEL, Kind.DRAW)]


def motion(rig: Rig, job: int, row: int = 0) -> MotionRows:
    return MotionRows.model_validate(rig.client.call("job.motion", job=job, row=row))


def test_the_rows_of_a_job_are_its_program(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = daemon.queue(PROGRAM)
    answer = motion(daemon, job["id"])
    assert answer.rows == job["rows"]
    assert moves(answer) == [(Kind.TRAVEL, 10, 20), (Kind.DRAW, 110, 20)]
    rest = motion(daemon, job["id"], answer.rows - 1)
    assert (rest.row, len(b64decode(rest.kinds))) == (answer.rows - 1, 1)
    with pytest.raises(DcodeError):
        motion(daemon, 99)


def test_a_program_that_grows_is_read_on_where_it_ended(
    rig: Callable[..., Rig], short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = short_dir / "python"
    engine = "--engine live=tests.generation.fake_engines:Live"
    worker = f'exec "{sys.executable}" -m dcode.generation.worker {engine}'
    script.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\n{worker}\n')
    script.chmod(0o700)
    monkeypatch.setenv("DCODE_GENERATION_PYTHON", str(script))
    daemon = rig("sim")
    wish = {"engine": "live", "live": True, "confirmed": True, "require_ready": True}
    job = daemon.client.call("job.draw", prompt="squares", seed=9, width_mm=120.0, height_mm=120.0, **wish)["id"]
    known, pieces = b"", 0
    while True:
        shown = daemon.job(job)
        if shown["rows"] > len(known):
            answer = motion(daemon, job, len(known))
            assert answer.row == len(known)
            known += b64decode(answer.kinds)
            pieces += 1
        elif shown["state"] == "done":
            break
        else:
            next(daemon.events)
    whole = motion(daemon, job)
    assert b64decode(whole.kinds) == known
    assert whole.rows == len(known)
    assert pieces >= 1


def test_a_job_without_a_program_says_so(rig: Callable[..., Rig]) -> None:
    daemon = rig("sim")
    job = daemon.queue(PROGRAM)["id"]
    daemon.wait_for_job(job, "done")
    (file,) = daemon.state.glob(f"**/{job}/motion")
    file.unlink()
    with pytest.raises(DcodeError, match="no checked program"):
        motion(daemon, job)


def test_the_limits_are_the_work_area_and_what_of_it_is_out_of_reach(rig: Callable[..., Rig], short_dir: Path) -> None:
    daemon = rig("sim")
    limits = Limits.model_validate(daemon.client.call("machine.limits"))
    assert limits.area == (-420.5, 420.5, 594.5, -594.5)
    assert limits.unreachable == []

    described = json.loads((ROOT / "configs" / "machine.json").read_text())
    described["work_area"]["top"] = 740
    machine = short_dir / "high.json"
    machine.write_text(json.dumps(described))
    high = Limits.model_validate(rig("sim", machine=machine).client.call("machine.limits"))
    (outline,) = high.unreachable
    assert max(y for _, y in outline) == 740
    assert 594.5 < min(y for _, y in outline) < 740
