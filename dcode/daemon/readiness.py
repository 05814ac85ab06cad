"""Whether the machine could plot now: what keeps it from that is raised, in words that say what to do."""

from __future__ import annotations

from typing import Final

from dcode.daemon.machine_desk import MachineDesk
from dcode.errors import DcodeError, MachineNotReady
from dcode.geometry.bounds import Bounds
from dcode.jobs.job import Job

_EDGE_MM: Final = 0.01  # firmwares say their limits with two decimals


def must_be_ready(machine: MachineDesk, not_connected: DcodeError | None) -> None:
    """Raises what keeps the machine from plotting now."""
    if not_connected:
        raise not_connected
    if machine.led_job is None:
        machine.must_not_be_led()
    status = machine.plotter.status
    if status["state"] in ("alarm", "disconnected"):
        raise MachineNotReady(
            f"The plotter is in state {status['state']}: {status.get('message') or 'it was not connected yet.'}",
            reason=status["state"],
        )
    if not status["registered"]:
        raise MachineNotReady(
            "The plotter's position is not known. Bring the gondola to the home position, then run: "
            "dcode home --here   (with end-stops: dcode home; at another mark: dcode register)",
            reason="unregistered",
        )


def must_be_in_reach(machine: MachineDesk, job: Job) -> None:
    """The firmware's own limits may be tighter than machine.json's: Marlin ends moves at them without a word."""
    area = machine.plotter.status.get("area")
    if not area or not job.bounds:
        return
    drawing, limits = Bounds(*job.bounds), Bounds(*area)
    if not limits.holds(drawing, _EDGE_MM):
        raise MachineNotReady(
            f"The drawing reaches {_spelled(drawing)}, and the firmware's own limits are {_spelled(limits)}: widen "
            "them there, or make work_area in machine.json as small and use --fit.",
            reason="firmware limits",
        )


def _spelled(area: Bounds) -> str:
    return f"X {area.left:.1f} to {area.right:.1f}, Y {area.bottom:.1f} to {area.top:.1f}"
