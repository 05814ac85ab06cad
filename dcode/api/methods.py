"""Every method of the daemon, with what it takes and what it gives: the one place where the API is written down.

A method is a line in METHODS: its name, the model of its params, the model of its result. The daemon checks params
against it at the door and results in its tests; `dcode daemon api` prints it. Lengths are mm, times seconds, feeds
mm/min, y up. Failures are JSON-RPC errors; those that dcode raises on purpose have code -32000 and
data = {"kind": class of dcode.errors, "fields": {...}}, for UnsafeProgram fields.report is the check's report.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from pydantic import Field

from dcode.api import calibration, motion, pens
from dcode.api.model import Model as Model

JobState = Literal["drawing", "checking", "ready", "plotting", "paused", "interrupted", "done", "failed", "cancelled"]
PlotterState = Literal[
    "disconnected", "connecting", "idle", "homing", "plotting", "pausing", "paused", "stopping", "alarm"
]


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
    drift: tuple[float, float] | None = Field(None, description="mm right and up, as the job's last audit found it")
    pen_in_hand: pens.PenInk | None = Field(None, description="the pen that was put in last, and its ink")
    asks: pens.Asked | None = Field(None, description="what a paused job waits for")
    feed_override: float = Field(100, description="% of the feeds that the program says, as it was adjusted")
    pen_offset: float = Field(0, description="degrees that the pen is lowered further than machine.json says")
    message: str | None = Field(None, description="why the machine is not idle, or what went wrong last")
    report: str | None = Field(None, description="the firmware's own state, where it reports one")


class Job(Model):
    """A program in the queue, and what became of it."""

    id: int
    name: str
    kind: Literal["drawing", "rehearsal"] = Field("drawing", description="a rehearsal is gone through with the pen up")
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
    placed: Literal["as_is", "fit", "clip"] = Field("as_is", description="what was done to the program that came")
    audit: Literal["off", "mark"] = Field("off", description="whether the gondola goes to a mark at changes of pens")
    drift: tuple[float, float] | None = Field(None, description="mm right and up that an audit found last")
    feed_override: float = Field(100, description="% of the feeds, as it was adjusted last while it was drawn")
    pen_offsets: dict[str, float] = Field(default_factory=dict, description="degrees further down, by pen, likewise")
    prompt: str = Field("", description="what it was drawn from; empty for a program that was sent")
    held: bool = Field(False, description="it waits for a yes: job.confirm")
    growing: bool = Field(False, description="strokes are still being drawn and added to its end")


class MachineValue(Model):
    """A value of machine.json, and whether the file says it, it is a default, or it follows from other keys."""

    value: Any
    source: Literal["file", "default", "derived"]


class MachineShown(Model):
    """The machine that the daemon goes by. `others` are keys of the file that it keeps and does not know."""

    path: str
    values: dict[str, MachineValue] = Field(description="by dotted key: pen.up_angle, pens[0].name")
    others: list[str]


class MachineChanges(Model):
    """Keys of machine.json, dotted, and their new values; null takes a key out. A list takes a new item at its end."""

    changes: dict[str, Any] = Field(min_length=1)


class Limits(Model):
    """Where the gondola may go, mm: the work area, and closed outlines of what of it the belts cannot hold."""

    area: tuple[float, float, float, float] = Field(description="left, right, top, bottom")
    unreachable: list[list[tuple[float, float]]]


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


class Audit(Model):
    """Go to a mark, pen up, so that a user sees how far off it is; null: the one registered last, or home."""

    mark: str | None = None


class Audited(Model):
    """Where the gondola went; plotter.drift takes what is seen there."""

    mark: Mark
    status: Status


class Drift(Model):
    """The gondola is dx further right and dy higher, mm, than dcode believes. `correct`: it believes so from now on."""

    dx: float
    dy: float
    correct: bool = False


class Drifted(Model):
    """What an audit found."""

    sentence: str
    mm: float
    corrected: bool
    status: Status


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
    `back_mm` of ink before the former (`back`). A paused job goes on where it is, or as far `back`, at most to where
    its pen was put in.
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


class Rehearsal(Model):
    """A drawing gone through with the pen up: around its bounding box or its hull, or its first seconds."""

    what: Literal["box", "hull", "seconds"] = "box"
    seconds: float = Field(30, gt=0, le=86_400)
    row: int = Field(0, ge=0, description="row of the program with which the seconds begin")
    times: int = Field(1, ge=1, le=100)


class Begin(Model):
    """The start of an upload. `fit` scales and centres, `clip` cuts at the edge; not both."""

    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=2_000_000_000, description="bytes that will follow")
    fit: bool = False
    clip: bool = False
    audit: Literal["off", "mark"] = "off"
    rehearse: Rehearsal | None = Field(None, description="not to draw it, but to go through it with the pen up")


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
    """The job, and the report of the check. `warnings`: pens that run dry in it, a sentence each."""

    job: Job
    report: dict[str, Any]
    warnings: list[str] = Field(default_factory=list)


class Draw(Model):
    """A prompt to be drawn; null leaves a choice to the engine. Sizes in mm, both or none: None is the work area's.

    `model` is a hub id or a folder, `max_len` counts tokens. `confirmed`: plot the best drawing without asking.
    `require_ready`: refuse (MachineNotReady) unless the machine can plot now.
    """

    prompt: str = Field(min_length=1, max_length=2000)
    engine: str | None = Field(None, max_length=1000)
    model: str | None = Field(None, max_length=1000)
    seed: int = Field(0, ge=0, lt=1 << 63)
    count: int = Field(1, ge=1, le=64)
    width_mm: float | None = Field(None, ge=1, le=1e5)
    height_mm: float | None = Field(None, ge=1, le=1e5)
    style: str | None = Field(None, max_length=1000)
    steps: int | None = Field(None, ge=1, le=1000)
    guidance: float | None = Field(None, ge=0, le=100)
    temperature: float | None = Field(None, ge=0, le=10)
    max_len: int | None = Field(None, ge=1, le=1_000_000)
    live: bool = Field(False, description="plot strokes as they come, where the engine draws stroke by stroke")
    confirmed: bool = False
    require_ready: bool = False


class Drawing(Model):
    """One drawing of a prompt, the best being the first; `strokes` and `points` as the engine drew them."""

    engine: str
    model: str
    seed: int
    score: float | None = Field(description="how well it is thought to show the prompt")
    source: str | None = Field(description="what it was drawn after, with its licence")
    strokes: int
    points: int
    seconds: float


class Drawings(Model):
    """What came of a prompt. `chosen`: the one that is the job's program, counted from 0."""

    job: Job
    drawings: list[Drawing]
    chosen: int
    notes: list[str] = Field(description="for the person: that another engine was used, and why")


class Pick(JobRef):
    """Which drawing is to be the job's program, counted from 0."""

    drawing: int = Field(ge=0)


class Read(JobRef):
    """Where in the job's program to begin."""

    offset: int = Field(0, ge=0)


class Piece(Model):
    """Some of a job's program: base64, at most 512 KiB of its `size` bytes."""

    data: str
    size: int


class FromRow(JobRef):
    """Which row of the job's program to begin with; one that is not there yet gives none."""

    row: int = Field(0, ge=0)


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
    "plotter.audit": Method(Audit, Audited, "go to a mark, pen up, to see whether steps were lost"),
    "plotter.drift": Method(Drift, Drifted, "say what was seen there"),
    "plotter.pen_changed": Method(pens.PenChanged, Status, "the pen that a paused job waits for is in: go on"),
    "plotter.touch_test": Method(Nothing, Status, "try the pen of a paused job beside the drawing"),
    "plotter.adjust": Method(pens.Adjust, Status, "change the pen's depth and the feeds while a job is drawn"),
    "plotter.keep_adjusted": Method(pens.Keep, pens.Kept, "write what was adjusted to machine.json"),
    "pens.ledger": Method(Nothing, pens.Ledger, "how far each pen has drawn, and how far it still goes"),
    "pens.fresh": Method(pens.Fresh, pens.Ledger, "a pen is a fresh one now"),
    "plotter.stop": Method(Nothing, Status, "the fastest true stop; the position is lost unless proved otherwise"),
    "job.begin": Method(Begin, Upload, "start an upload"),
    "job.append": Method(Append, Appended, "the next piece"),
    "job.commit": Method(Commit, Committed, "check and queue"),
    "job.abort": Method(Upload, Nothing, "forget an upload"),
    "job.draw": Method(Draw, Job, "have a drawing made of a prompt, and queue it"),
    "job.drawings": Method(JobRef, Drawings, "what came of a prompt"),
    "job.pick": Method(Pick, Committed, "take another drawing of a job that waits for a yes"),
    "job.confirm": Method(JobRef, Job, "say yes to a job"),
    "job.read": Method(Read, Piece, "the G-code of a job"),
    "job.motion": Method(FromRow, motion.MotionRows, "the way of the pen in a job, row by row"),
    "job.list": Method(Nothing, Jobs, "all jobs"),
    "job.show": Method(JobRef, Job, "one job"),
    "job.recovery": Method(Recover, Recovery, "what is known of an interrupted job"),
    "job.cancel": Method(JobRef, Job, "take a job off the queue, or off the machine pen-up"),
    "job.move": Method(MoveJob, Jobs, "reorder the queue"),
    "job.retry": Method(JobRef, Job, "queue an ended job again from the start"),
    "job.forget": Method(JobRef, Nothing, "remove an ended job and its files"),
    "wire.follow": Method(Follow, WireLog, "the last lines of the wire; then they come as events"),
    "wire.snapshot": Method(Nothing, Snapshot, "write the last lines, states and events to a file"),
    "machine.show": Method(Nothing, MachineShown, "every key of machine.json, its value and where that is from"),
    "machine.limits": Method(Nothing, Limits, "where the gondola may go"),
    "machine.change": Method(MachineChanges, MachineShown, "write keys of machine.json, when no job is at the machine"),
    "calibrate.begin": Method(calibration.Guide, calibration.Guided, "open a guide, when no job is at the machine"),
    "calibrate.show": Method(Nothing, calibration.Guided, "what the open guide shows"),
    "calibrate.answer": Method(calibration.Answer, calibration.Guided, "take a choice; answered when it is done"),
    "calibrate.leave": Method(Nothing, calibration.Guided, "end the guide: the pen goes up, nothing is saved"),
    "sim.ink": Method(Ink, Ink, "write the ink of the simulated plotter as SVG"),
}
