"""Step-loss audits: what the gondola does by itself, what is told, and that a correction puts the ink right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dcode.errors import JobError, MachineNotReady
from tests.daemon.ink_file import polylines

Starter = Callable[..., Any]

TWO_PENS = (
    "G21 G90\nM280 P0 S90\nG0 X-50 Y0\nM280 P0 S40\nG1 X50 Y0 F500\nM280 P0 S90\nT2 M6\n"
    "G0 X-50 Y20\nM280 P0 S40\nG1 X50 Y20\nM280 P0 S90\n"
)


def audit_notice(machine: Any) -> dict[str, Any]:
    return next(event for event in machine.events if event["event"] == "notice" and event["kind"] == "audit")


def slip(machine: Any, dx: float, dy: float) -> None:
    """The gondola is now (dx, dy) from where dcode believes it to be, as after lost steps."""
    x, y = machine.status()["position"]
    machine.client.call("plotter.register", x=x - dx, y=y - dy)


@pytest.mark.parametrize("profile", ["marlin", "grbl"])
def test_a_drift_that_is_found_at_a_change_of_pens_is_told_and_corrected(rig: Starter, profile: str) -> None:
    machine = rig(f"sim:{profile}")
    job = machine.queue(TWO_PENS, require_ready=True, also={"audit": "mark"})["id"]
    machine.wait_for_job(job, "paused")
    notice = audit_notice(machine)
    assert (notice["job"], "over home" in notice["message"]) == (job, True)
    assert machine.status()["position"] == [0.0, 0.0]
    slip(machine, -3.0, 2.0)
    machine.client.call("plotter.audit")
    found = machine.client.call("plotter.drift", dx=-3.0, dy=2.0, correct=True)
    assert (found["mm"], found["corrected"]) == (pytest.approx(13**0.5), True)
    assert found["status"]["position"] == pytest.approx([-3.0, 2.0])
    assert "3.61 mm" in audit_notice(machine)["message"]
    assert machine.job(job)["drift"] == machine.status()["drift"] == [-3.0, 2.0]
    assert any("3.61 mm" in line["text"] for line in machine.client.call("wire.follow")["lines"])
    machine.client.call("plotter.resume")
    assert machine.wait_for_job(job, "done", "interrupted", "failed")["state"] == "done"
    first, second = polylines(machine.ink())
    assert [point for end in (second[0], second[-1]) for point in end] == pytest.approx(
        [first[0][0], first[0][1] + 20, first[-1][0], first[-1][1] + 20], abs=0.1
    )


def test_without_an_audit_nobody_is_asked_how_far_the_pen_is_off(rig: Starter) -> None:
    machine = rig("sim:marlin")
    job = machine.queue(TWO_PENS, require_ready=True)["id"]
    machine.wait_for_job(job, "paused")
    machine.client.call("plotter.resume")
    assert machine.wait_for_job(job, "done", "interrupted", "failed")["state"] == "done"
    assert not any("audit" in line["text"] for line in machine.client.call("wire.follow")["lines"])


def test_a_drift_is_only_corrected_on_request(rig: Starter) -> None:
    machine = rig("sim")
    machine.client.call("plotter.audit", mark="top left")
    before = machine.status()["position"]
    found = machine.client.call("plotter.drift", dx=0.4, dy=0.0)
    assert (found["corrected"], machine.status()["position"]) == (False, before)
    assert not machine.client.call("plotter.drift", dx=0.01, dy=0.0, correct=True)["corrected"]


def test_what_is_no_drift_is_refused(rig: Starter) -> None:
    machine = rig("sim")
    machine.client.call("plotter.jog", dx=1)
    with pytest.raises(JobError, match="no drift"):
        machine.client.call("plotter.drift", dx=300, dy=0, correct=True)
    with pytest.raises(JobError, match="no mark"):
        machine.client.call("plotter.audit", mark="nowhere")


def test_a_machine_whose_position_is_not_known_goes_nowhere(rig: Starter, serve_plotter: Any) -> None:
    port, _ = serve_plotter("grbl")
    machine = rig(port, "grbl")
    machine.client.call("plotter.connect")
    for method, params in (("plotter.audit", {}), ("plotter.drift", {"dx": 1, "dy": 0})):
        with pytest.raises(MachineNotReady, match="not known"):
            machine.client.call(method, **params)
