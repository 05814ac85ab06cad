"""Every method of the daemon, with what it takes and what it gives: the one place where the API is written down.

A method is a line in METHODS: its name, the model of its params, the model of its result; the models are in the modules
beside this one, by what they are about. The daemon checks params against it at the door and results in its tests;
`dcode daemon api` prints it. Lengths are mm, times seconds, feeds mm/min, y up.

Failures are JSON-RPC errors; those that dcode raises on purpose have code -32000 and data = {"kind": class of
dcode.errors, "fields": {...}}, for UnsafeProgram fields.report is the check's report.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dcode.api import by_hand, calibration, drawing, jobs, marks, motion, pens, recovery, wire
from dcode.api.jobs import Job, JobRef
from dcode.api.machine import Limits, MachineChanges, MachineShown
from dcode.api.model import Model, Nothing
from dcode.api.status import DaemonInfo, Status, Stop, Subscribed


class Method(NamedTuple):
    """One method of the API."""

    params: type[Model]
    result: type[Model]
    about: str


METHODS: Final[dict[str, Method]] = {
    "daemon.info": Method(Nothing, DaemonInfo, "who answers"),
    "daemon.stop": Method(Stop, Nothing, "end the daemon"),
    "status": Method(Nothing, Status, "the machine, now"),
    "subscribe": Method(Nothing, Subscribed, "a snapshot, then events of dcode.api.events, at most 10 a second"),
    "plotter.connect": Method(by_hand.Connect, Status, "open the port, or another one, when no job is at the machine"),
    "plotter.disconnect": Method(Nothing, Status, "close the port"),
    "plotter.home": Method(by_hand.Home, Status, "home, or register the position"),
    "plotter.jog": Method(by_hand.Jog, Status, "move with the pen up"),
    "plotter.pen": Method(by_hand.Pen, Status, "raise or lower the pen"),
    "plotter.console": Method(by_hand.Console, by_hand.Replies, "send one line"),
    "plotter.pause": Method(recovery.Pause, Status, "pause the job at the machine"),
    "plotter.resume": Method(recovery.Resume, Status, "go on with a paused or an interrupted job"),
    "plotter.nudge": Method(by_hand.Nudge, Status, "a small step, pen up, also where the position is not known"),
    "plotter.marks": Method(Nothing, marks.Marks, "places that can be found by eye"),
    "plotter.register": Method(marks.Register, marks.Registered, "say at which place the gondola is"),
    "plotter.audit": Method(marks.Audit, marks.Audited, "go to a mark, pen up, to see whether steps were lost"),
    "plotter.drift": Method(marks.Drift, marks.Drifted, "say what was seen there"),
    "plotter.pen_changed": Method(pens.PenChanged, Status, "the pen that a paused job waits for is in: go on"),
    "plotter.touch_test": Method(Nothing, Status, "try the pen of a paused job beside the drawing"),
    "plotter.adjust": Method(pens.Adjust, Status, "change the pen's depth and the feeds while a job is drawn"),
    "plotter.keep_adjusted": Method(pens.Keep, pens.Kept, "write what was adjusted to machine.json"),
    "pens.ledger": Method(Nothing, pens.Ledger, "how far each pen has drawn, and how far it still goes"),
    "pens.fresh": Method(pens.Fresh, pens.Ledger, "a pen is a fresh one now"),
    "plotter.stop": Method(Nothing, Status, "the fastest true stop; the position is lost unless proved otherwise"),
    "job.begin": Method(jobs.Begin, jobs.Upload, "start an upload"),
    "job.append": Method(jobs.Append, jobs.Appended, "the next piece"),
    "job.commit": Method(jobs.Commit, jobs.Committed, "check and queue"),
    "job.abort": Method(jobs.Upload, Nothing, "forget an upload"),
    "job.draw": Method(drawing.Draw, Job, "have a drawing made of a prompt, and queue it"),
    "job.drawings": Method(JobRef, drawing.Drawings, "what came of a prompt"),
    "job.pick": Method(drawing.Pick, jobs.Committed, "take another drawing of a job that waits for a yes"),
    "job.confirm": Method(JobRef, Job, "say yes to a job"),
    "job.read": Method(jobs.Read, jobs.Piece, "the G-code of a job"),
    "job.motion": Method(jobs.FromRow, motion.MotionRows, "the way of the pen in a job, row by row"),
    "job.list": Method(Nothing, jobs.Jobs, "all jobs"),
    "job.show": Method(JobRef, Job, "one job"),
    "job.recovery": Method(recovery.Recover, recovery.Recovery, "what is known of an interrupted job"),
    "job.cancel": Method(JobRef, Job, "take a job off the queue, or off the machine pen-up"),
    "job.move": Method(jobs.MoveJob, jobs.Jobs, "reorder the queue"),
    "job.retry": Method(JobRef, Job, "queue an ended job again from the start"),
    "job.forget": Method(JobRef, Nothing, "remove an ended job and its files"),
    "wire.follow": Method(wire.Follow, wire.WireLog, "the last lines of the wire; then they come as events"),
    "wire.snapshot": Method(Nothing, wire.Snapshot, "write the last lines, states and events to a file"),
    "machine.show": Method(Nothing, MachineShown, "every key of machine.json, its value and where that is from"),
    "machine.limits": Method(Nothing, Limits, "where the gondola may go"),
    "machine.change": Method(MachineChanges, MachineShown, "write keys of machine.json, when no job is at the machine"),
    "calibrate.begin": Method(calibration.Guide, calibration.Guided, "open a guide, when no job is at the machine"),
    "calibrate.show": Method(Nothing, calibration.Guided, "what the open guide shows"),
    "calibrate.answer": Method(calibration.Answer, calibration.Guided, "take a choice; answered when it is done"),
    "calibrate.leave": Method(Nothing, calibration.Guided, "end the guide: the pen goes up, nothing is saved"),
    "sim.ink": Method(by_hand.Ink, by_hand.Ink, "write the ink of the simulated plotter as SVG"),
}
