"""The machine by hand: jog, home, marks, pen; and feed and depth while a job is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from dcode.api.codec import Message
from dcode.client.words import adjusted_words, drift_words, ink_words, table
from dcode.tui.messages import Told
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.widgets.hanging import hanging
from dcode.tui.widgets.jogging import Jogging
from dcode.tui.widgets.sheet_pane import SheetPane
from dcode.tui.work import begin

FEED_STEP: Final = 5.0  # %
DEPTH_STEP: Final = 0.5  # degrees


class MachineScreen(DcodeScreen):
    """Marks are a list: Enter goes to one, pen up."""

    DEFAULT_CSS = """
    MachineScreen SheetPane { width: 1fr; height: 1fr; }
    MachineScreen #hand { width: 46; }
    MachineScreen.narrow SheetPane { display: none; }
    MachineScreen.narrow #hand { width: 1fr; }
    MachineScreen #facts { border: round $foreground 40%; padding: 0 1; height: auto; }
    MachineScreen #marks { border: round $foreground 40%; height: 1fr; min-height: 4; }
    MachineScreen #marks { text-wrap: nowrap; text-overflow: ellipsis; }
    MachineScreen #marks:focus { border: round $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "home", "Home", id="machine.home", tooltip="Go home by the end-stops."),
        Binding("H", "here", "Home is here", id="machine.here", tooltip="Say that the gondola hangs at home now."),
        Binding("r", "register", "Register", id="machine.register", tooltip="Say at which mark the gondola is."),
        Binding("R", "rehearse", "Rehearse", id="machine.rehearse", tooltip="Go through a drawing with the pen up."),
        Binding("greater_than_sign", "feed(1)", "Faster", id="machine.faster", show=False, tooltip="Feed up by 5 %."),
        Binding("less_than_sign", "feed(-1)", "Slower", id="machine.slower", show=False, tooltip="Feed down by 5 %."),
        Binding("D", "depth(1)", "Deeper", id="machine.deeper", show=False, tooltip="The pen half a degree down."),
        Binding("L", "depth(-1)", "Lighter", id="machine.lighter", show=False, tooltip="The pen half a degree up."),
        Binding("z", "undo", "As set", id="machine.undo", tooltip="Feed and depth as machine.json says."),
        Binding("k", "keep", "Keep", id="machine.keep", tooltip="Write the adjusted feed and depth to machine.json."),
        Binding(
            "f", "fresh", "Fresh pen", id="machine.fresh", show=False, tooltip="The pen that is in is a fresh one."
        ),
        Binding("escape", "app.back", "Back", id="machine.back", tooltip="Back to the main screen."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[Message] = []
        self._feed: float | None = None  # what was asked for, until the daemon has answered
        self._known_marks: object = None  # what the list of marks was asked for

    def content(self) -> Iterator[Widget]:
        hand = Vertical(Static("", id="facts", markup=False), Jogging(), OptionList(id="marks"), id="hand")
        yield Horizontal(SheetPane(), hand)

    def on_mount(self) -> None:
        self.query_one("#facts").border_title = "Machine"
        self.query_one("#marks").border_title = "Go to"
        self.query_one(Jogging).focus()

    def store_changed(self, changes: Changes) -> None:
        if not changes or changes & {Part.STATUS, Part.LINK, Part.PEN_CHANGE}:
            self.query_one("#facts", Static).update(hanging(fact_lines(self.store.status)))
        if not changes or changes & {Part.JOBS, Part.LINK, Part.MACHINE}:
            self._look(anew=bool(changes & {Part.LINK, Part.MACHINE}))

    def _look(self, *, anew: bool) -> None:
        """Marks are the machine's, and the ends of the strokes where a job was interrupted."""
        interrupted = self.store.interrupted
        about = (interrupted["id"], interrupted["ended"]) if interrupted else "no job"
        if self.store.live and (anew or about != self._known_marks):
            self._known_marks = about
            begin(self, self._list_marks, "marks", exclusive=True)

    async def _list_marks(self) -> None:
        found = await self.dcode.ask("plotter.marks")
        if found is None:
            self._known_marks = None  # the next change asks again
            return
        self._marks = found["marks"]
        marks = self.query_one("#marks", OptionList)
        at = marks.highlighted
        marks.clear_options()
        rows = [[mark["name"], f"X {mark['x']:.1f} Y {mark['y']:.1f}", mark["about"]] for mark in self._marks]
        marks.add_options([Option(Content(line)) for line in table(rows)] if rows else [])
        marks.highlighted = min(at or 0, len(rows) - 1) if rows else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        mark = self._marks[event.option_index]
        self.dcode.act("plotter.jog", x=mark["x"], y=mark["y"])

    def action_home(self) -> None:
        self.dcode.act("plotter.home")

    def action_here(self) -> None:
        self.dcode.act("plotter.home", here=True)

    def action_register(self) -> None:
        self.dcode.action_register()

    def action_rehearse(self) -> None:
        self.dcode.action_rehearse()

    def action_feed(self, way: int) -> None:
        """The daemon holds it between 10 and 200 %. Keys that come faster than its answers add up."""
        now = self._feed if self._feed is not None else float(self.store.status.get("feed_override", 100))
        self._feed = min(max(now + way * FEED_STEP, 10.0), 200.0)
        begin(self, partial(self._ask_for_feed, self._feed), "feed")

    async def _ask_for_feed(self, feed: float) -> None:
        status = await self.dcode.ask("plotter.adjust", feed=feed)
        if status is not None:
            self.app.post_message(Told({"event": "status", "status": status}))
        if self._feed == feed or status is None:
            self._feed = None

    def action_depth(self, way: int) -> None:
        self.dcode.act("plotter.adjust", pen_degrees=way * DEPTH_STEP)

    def action_undo(self) -> None:
        self.dcode.act("plotter.adjust", undo=True)

    def action_keep(self) -> None:
        begin(self, self._keep, "keep")

    async def _keep(self) -> None:
        if kept := await self.dcode.ask("plotter.keep_adjusted"):
            changes = ", ".join(f"{key} = {value:g}" for key, value in kept["changes"].items())
            self.notify(f"machine.json: {changes}", markup=False)

    def action_fresh(self) -> None:
        self.dcode.act("pens.fresh")


def fact_lines(status: Message) -> list[str]:
    """What a person at the machine wants to know of it."""
    rows = [["state", str(status["state"])], ["position", "known" if status.get("registered") else "not known"]]
    if position := status.get("position"):
        rows.append(["", f"X {position[0]:.2f} Y {position[1]:.2f}"])
    rows.append(["pen", str(status.get("pen", "unknown"))])
    if status.get("pen_in_hand"):
        rows.append(["ink", ink_words(status["pen_in_hand"])])
    rows.append(["adjusted", adjusted_words(status) or "nothing:  < > feed, D L depth"])
    if status.get("drift"):
        rows.append(["drift", drift_words(status["drift"])])
    if status.get("report"):
        rows.append(["firmware", str(status["report"])])
    if status.get("message"):
        rows.append(["", str(status["message"])])
    return table(rows)
