"""Every method of the daemon, with what it takes and what it gives: the one place where the API is written down.

A method is a line in METHODS: its name, the model of its params, the model of its result. The daemon checks params
against it at the door and results in its tests; `dcode daemon api` prints it. Lengths are mm, times seconds, feeds
mm/min, y up. Failures are JSON-RPC errors; those that dcode raises on purpose have code -32000 and
data = {"kind": class of dcode.errors, "fields": {...}}, for UnsafeProgram fields.report is the check's report.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

JobState = Literal["checking", "ready", "plotting", "paused", "interrupted", "done", "failed", "cancelled"]
PlotterState = Literal[
    "disconnected", "connecting", "idle", "homing", "plotting", "pausing", "paused", "stopping", "alarm"
]


class Model(BaseModel):
    """What every message is: closed, so that a mistyped key is an error and not silence."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Nothing(Model):
    """No params, or no result."""


class JobRef(Model):
    """A job that is in the queue: its number, or 0 for the one at the machine."""

    job: int = Field(0, ge=0)


class JobBrief(Model):
    """What a status says of the job at the machine."""

    id: int
    name: str
    state: JobState


class Status(Model):
    """The machine and what it is doing, now."""

    state: PlotterState
    port: str | None = None
    profile: str | None = None
    registered: bool = Field(False, description="the position is known")
    position: tuple[float, float] | None = Field(None, description="x, y in mm")
    pen: Literal["up", "down", "unknown"] = "unknown"
    job: JobBrief | None = None
    progress: float | None = Field(None, ge=0, le=1)
    eta_seconds: float | None = Field(None, description="what the job still takes: the estimate at its pace so far")
    eta_band: tuple[float, float] | None = Field(None, description="seconds: nine times in ten it is between these")
    feed: float | None = Field(None, description="mm/min of the move that was sent last")
    lines_sent: int = 0
    lines_acked: int = 0
    resends: int = 0
    in_flight: int = 0
    window: int = Field(0, description="lines that may be in flight; 1 while the link is poor")
    resend_ratio: float = Field(0, description="share of the last lines that went out more than once")
    starved: int = Field(0, description="times that the firmware ran out of moves in mid-stroke")
    poor: bool = Field(False, description="the link is so bad that one line at a time is sent")
    ack_ms: float | None = Field(None, description="round trip of a line, mean of the last hundred")
    ack_max_ms: float | None = Field(None, description="the longest of them")
    queued: int = Field(0, description="jobs that are ready and wait")
    message: str | None = Field(None, description="why the machine is not idle, or what went wrong last")
    report: str | None = Field(None, description="the firmware's own state, where it reports one")


class Job(Model):
    """A program in the queue, and what became of it."""

    id: int
    name: str
    state: JobState
    reason: str | None = None
    created: float = Field(description="Unix time")
    started: float | None = None
    ended: float | None = None
    seconds: float = Field(0, description="time at the machine")
    rows: int = 0
    row: int = Field(0, description="rows that the firmware has acknowledged")
    sent_row: int = Field(0, description="rows that have gone out; the pen is between executed_row and this")
    executed_row: int = Field(0, description="rows that are proved to be on the paper")
    lines: int = Field(0, description="lines of the source")
    sent: int = Field(0, description="lines that went out on the wire")
    acked: int = 0
    resends: int = 0
    estimate_seconds: float = 0
    draw_mm: float = 0
    travel_mm: float = 0
    pen_lifts: int = 0
    bounds: tuple[float, float, float, float] | None = Field(None, description="left, right, top, bottom")
    profile: str | None = None


class DaemonInfo(Model):
    """Who answers."""

    pid: int
    socket: str
    version: str
    state_dir: str
    machine: str
    started: float


class Connect(Model):
    """Port (a device, a pyserial URL, or sim[:profile][?speed=N]) and profile; null leaves it as it was set."""

    port: str | None = Field(None, max_length=1000)
    profile: str | None = Field(None, max_length=1000)


class Home(Model):
    """With `here`, the gondola is taken to be at the home position; without, the firmware homes by its end-stops."""

    here: bool = False


class Jog(Model):
    """By (dx, dy), or to (x, y); pen up, checked like any move."""

    dx: float = 0
    dy: float = 0
    x: float | None = None
    y: float | None = None
    feed: float | None = Field(None, gt=0, description="mm/min; the machine's travel speed by default")


class Pen(Model):
    """Up, down, or a servo angle in degrees."""

    to: Literal["up", "down"] | float


class Console(Model):
    """One line for the firmware. Refused while a job is at the machine, and where it would pass the limits."""

    line: str = Field(max_length=200)


class Replies(Model):
    """What the firmware said, without acknowledgements."""

    replies: list[str]


class Nudge(Model):
    """A small step with the pen up, also where the position is not known: by (dx, dy)."""

    dx: float = Field(0, ge=-50, le=50)
    dy: float = Field(0, ge=-50, le=50)


class Mark(Model):
    """A place on the paper that can be found by eye."""

    name: str
    x: float
    y: float
    about: str


class Marks(Model):
    """The marks that there are now: home, corners, the ends of the strokes around an interruption."""

    marks: list[Mark]


class Register(Model):
    """The gondola is at a mark, or at (x, y), now. `second`: the last one stays, and the two give the turn as well."""

    mark: str | None = None
    x: float | None = None
    y: float | None = None
    second: bool = False


class Registered(Model):
    """What a registration found: where dcode thought the gondola was, and how the sheet lies."""

    status: Status
    offset: tuple[float, float] | None = Field(None, description="true less believed position, mm; null: none was")
    rotation_degrees: float = Field(default=0.0, description="of the sheet, counter-clockwise; 0 with one mark")
    scale: float = 1.0


class Place(Model):
    """How far a program has come: rows before `row` whole, and of `row` the way to (x, y). `line` is the source's."""

    row: int
    x: float
    y: float
    line: int = 0


class Recovery(Model):
    """What is known of an interrupted job. The pen was last somewhere between `executed` and `sent`."""

    job: Job
    executed: Place
    acked: Place
    sent: Place
    stretch: list[list[tuple[float, float]]] = Field(description="polylines that may or may not be on the paper, mm")
    stretch_mm: float
    done_mm: float = Field(description="ink that is surely on the paper")
    back: Place = Field(description="where `how = back` would begin, with back_mm")
    registered: bool = Field(description="the position is known: the job can be resumed now")


class Recover(JobRef):
    """The job to look at; 0: the one that was interrupted last. `back_mm` of ink before `executed`."""

    back_mm: float = Field(10, ge=0)


class Resume(JobRef):
    """Go on with the paused job, or with an interrupted one; 0: whichever there is.

    An interrupted job begins again where it is surely drawn (`redraw`), where the last line went (`skip`), or
    `back_mm` of ink before the former (`back`).
    """

    how: Literal["redraw", "skip", "back"] = "redraw"
    back_mm: float = Field(10, ge=0)


class Follow(Model):
    """Whether this client wants `wire` events."""

    on: bool = True


class WireLine(Model):
    """One line of the wire, or a note of dcode's own (a state, an event). `at` is Unix time."""

    at: float
    way: Literal["out", "in", "note"]
    text: str


class WireLog(Model):
    """The last lines, oldest first."""

    lines: list[WireLine]


class Snapshot(Model):
    """A file with the last wire lines, states and events."""

    path: str


class Pause(Model):
    """At the end of the stroke, or at once with the pen lifted in it."""

    now: bool = False


class Begin(Model):
    """The start of an upload. `fit` scales and centres, `clip` cuts at the edge; not both."""

    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=2_000_000_000, description="bytes that will follow")
    fit: bool = False
    clip: bool = False


class Upload(Model):
    """An upload in progress."""

    upload: str


class Append(Upload):
    """The next bytes of a file, base64, at most 512 KiB of them."""

    data: str


class Appended(Model):
    """How much has arrived."""

    received: int


class Commit(Upload):
    """The end of an upload: the program is checked, and queued if it is safe."""

    require_ready: bool = Field(False, description="refuse (MachineNotReady) unless the machine can plot now")


class Committed(Model):
    """The job, and the report of the check."""

    job: Job
    report: dict[str, Any]


class MoveJob(JobRef):
    """Put a waiting job at a place in the queue; 1 is next."""

    to: int = Field(ge=1)


class Jobs(Model):
    """Jobs: first the one at the machine, then those that wait in order, then history, newest first."""

    jobs: list[Job]


class Ink(Model):
    """Where a simulated plotter is to leave its drawing."""

    path: str


class Stop(Model):
    """`idle`: refuse while a job is at the machine. `now`: pause it pen-up first; it stays resumable."""

    when: Literal["idle", "now"] = "idle"


class Subscribed(Model):
    """The snapshot that comes before the first change."""

    status: Status
    jobs: list[Job]


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
    "plotter.connect": Method(Connect, Status, "open the port, or another one, when no job is at the machine"),
    "plotter.disconnect": Method(Nothing, Status, "close the port"),
    "plotter.home": Method(Home, Status, "home, or register the position"),
    "plotter.jog": Method(Jog, Status, "move with the pen up"),
    "plotter.pen": Method(Pen, Status, "raise or lower the pen"),
    "plotter.console": Method(Console, Replies, "send one line"),
    "plotter.pause": Method(Pause, Status, "pause the job at the machine"),
    "plotter.resume": Method(Resume, Status, "go on with a paused or an interrupted job"),
    "plotter.nudge": Method(Nudge, Status, "a small step, pen up, also where the position is not known"),
    "plotter.marks": Method(Nothing, Marks, "places that can be found by eye"),
    "plotter.register": Method(Register, Registered, "say at which place the gondola is"),
    "plotter.stop": Method(Nothing, Status, "the fastest true stop; the position is lost unless proved otherwise"),
    "job.begin": Method(Begin, Upload, "start an upload"),
    "job.append": Method(Append, Appended, "the next piece"),
    "job.commit": Method(Commit, Committed, "check and queue"),
    "job.abort": Method(Upload, Nothing, "forget an upload"),
    "job.list": Method(Nothing, Jobs, "all jobs"),
    "job.show": Method(JobRef, Job, "one job"),
    "job.recovery": Method(Recover, Recovery, "what is known of an interrupted job"),
    "job.cancel": Method(JobRef, Job, "take a job off the queue, or off the machine pen-up"),
    "job.move": Method(MoveJob, Jobs, "reorder the queue"),
    "job.retry": Method(JobRef, Job, "queue an ended job again from the start"),
    "job.forget": Method(JobRef, Nothing, "remove an ended job and its files"),
    "wire.follow": Method(Follow, WireLog, "the last lines of the wire; then they come as events"),
    "wire.snapshot": Method(Nothing, Snapshot, "write the last lines, states and events to a file"),
    "sim.ink": Method(Ink, Ink, "write the ink of the simulated plotter as SVG"),
}
