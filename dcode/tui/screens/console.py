"""The console: lines for the firmware and its replies; the wire, live; the notices. Searched, filtered, saved."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, RichLog, Static

from dcode.api.codec import Message
from dcode.client.sentences import sentences
from dcode.errors import DcodeError
from dcode.tui.history import History
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.store import Changes, Part
from dcode.tui.work import begin

SHOWN: Final = 5000  # lines
ARROWS: Final = {"out": "→", "in": "←", "note": "·", "typed": ">", "said": " ", "error": "✕"}
# What a firmware calls an error, in any of its dialects; and what dcode notes as one.
TROUBLE: Final = ("error", "alarm", "resend", "fail", "lost", "!!", "halt", "unknown command", "refused")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the console; `at` is Unix time, `way` one of ARROWS."""

    at: float
    way: str
    text: str

    @property
    def is_trouble(self) -> bool:
        low = self.text.lower()
        return self.way == "error" or any(word in low for word in TROUBLE)

    def rendered(self) -> Text:
        clock = time.strftime("%H:%M:%S", time.localtime(self.at))
        return Text(f"{clock} {ARROWS.get(self.way, '?')} {self.text}", style="bold" if self.is_trouble else "")


class ConsoleScreen(DcodeScreen):
    """One log for all of it, oldest first; it follows the end unless somebody has scrolled up."""

    DEFAULT_CSS = """
    ConsoleScreen RichLog { height: 1fr; border: round $foreground 40%; padding: 0 1; }
    ConsoleScreen #below { height: 3; }
    ConsoleScreen #line { width: 2fr; }
    ConsoleScreen #search { width: 1fr; }
    ConsoleScreen #how { height: 1; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "search", "Search", id="console.search", tooltip="Show only lines with a text."),
        Binding("ctrl+t", "errors", "Errors only", id="console.errors", tooltip="Show only what went wrong, or all."),
        Binding("ctrl+g", "wire", "Wire", id="console.wire", tooltip="Show the lines of the wire, or hide them."),
        Binding("ctrl+s", "save", "Save", id="console.save", tooltip="Write the wire, states and events to a file."),
        Binding("up", "older", "Older", id="console.older", show=False, tooltip="The line typed before."),
        Binding("down", "newer", "Newer", id="console.newer", show=False, tooltip="The line typed after."),
        Binding("escape", "leave", "Back", id="console.leave", tooltip="Back to the main screen."),
    ]
    wire: reactive[bool] = reactive(True)
    errors: reactive[bool] = reactive(False)
    search: reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[Line] = deque(maxlen=SHOWN)
        self._shown = 0  # of them
        self._wire_seen = 0
        self._wire_at = 0.0  # of the last line of the wire
        self._notices_seen = 0.0
        self._history = History()

    def content(self) -> Iterator[Widget]:
        yield RichLog(max_lines=SHOWN, wrap=True, markup=False, id="log")
        yield Static("", id="how", markup=False)
        line = Input(placeholder="a line for the firmware", id="line")
        yield Horizontal(line, Input(placeholder="search", id="search"), id="below")

    def on_mount(self) -> None:
        self._wire_seen, self._notices_seen = self.store.wire_count, time.time()
        self.query_one("#line").focus()
        begin(self, self._follow, "follow", exclusive=True)

    async def _follow(self) -> None:
        """The last lines come once; after a lost connection only those that are new."""
        if self.store.live and (log := await self.dcode.ask("wire.follow", on=True)):
            self._add_wire(line for line in log["lines"] if line["at"] > self._wire_at)

    def _add_wire(self, lines: Iterable[Message]) -> None:
        new = [Line(line["at"], line["way"], line["text"]) for line in lines]
        self._wire_at = max([self._wire_at, *(line.at for line in new)])
        self._add(new)

    def on_unmount(self) -> None:
        if self.store.live:
            self.dcode.act("wire.follow", on=False)

    def store_changed(self, changes: Changes) -> None:
        if Part.WIRE in changes:
            new = min(self.store.wire_count - self._wire_seen, len(self.store.wire))
            self._wire_seen = self.store.wire_count
            if new:
                self._add_wire(list(self.store.wire)[-new:])
        if Part.NOTICES in changes:
            new_notices = [one for one in self.store.notices if one.at > self._notices_seen]
            if new_notices:
                self._notices_seen = new_notices[-1].at
                self._add(Line(one.at, "error" if one.kind == "error" else "note", one.message) for one in new_notices)
        if Part.LINK in changes and not self.store.live:
            self._add([Line(time.time(), "error", self.store.link_message or "The daemon is gone.")])
        if Part.LINK in changes and self.store.live:
            begin(self, self._follow, "follow", exclusive=True)

    # What is shown.

    def _add(self, lines: Iterable[Line]) -> None:
        log = self.query_one(RichLog)
        for line in lines:
            if len(self._lines) == SHOWN:
                self._shown -= self._wanted(self._lines[0])
            self._lines.append(line)
            if self._wanted(line):
                self._shown += 1
                log.write(line.rendered(), scroll_end=log.is_vertical_scroll_end)
        self._say_how()

    def _wanted(self, line: Line) -> bool:
        if line.way in ("out", "in") and not self.wire:
            return False
        return (not self.errors or line.is_trouble) and self.search.lower() in line.text.lower()

    def _again(self) -> None:
        if not self.is_mounted:
            return
        log = self.query_one(RichLog)
        log.clear()
        wanted = [line for line in self._lines if self._wanted(line)]
        self._shown = len(wanted)
        for line in wanted:
            log.write(line.rendered())
        self._say_how()

    def _say_how(self) -> None:
        parts = [f"{self._shown} of {len(self._lines)} lines", "wire shown" if self.wire else "wire hidden"]
        parts += ["errors only"] * self.errors + [f'with "{self.search}"'] * bool(self.search)
        self.query_one("#how", Static).update(", ".join(parts))

    watch_wire = watch_errors = watch_search = _again

    def action_wire(self) -> None:
        self.wire = not self.wire

    def action_errors(self) -> None:
        self.errors = not self.errors

    def action_search(self) -> None:
        self.query_one("#search").focus()

    async def action_leave(self) -> None:
        search = self.query_one("#search", Input)
        if search.has_focus:
            search.value = ""
            self.query_one("#line").focus()
        else:
            self.leave()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "search":
            self.search = event.value

    # What is sent.

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "search":
            self.query_one("#line").focus()
        elif text := event.value.strip():
            self._history.add(text)
            event.input.value = ""
            begin(self, partial(self._send, text), "send")

    async def _send(self, text: str) -> None:
        self._add([Line(time.time(), "typed", text)])
        try:
            replies = (await self.dcode.link.call("plotter.console", line=text))["replies"]
        except DcodeError as error:
            sentence, below = sentences(error)
            self._add(Line(time.time(), "error", line) for line in (sentence, *below))
        else:
            self._add(Line(time.time(), "said", reply) for reply in replies)

    def action_older(self) -> None:
        self._recall(self._history.older(self.query_one("#line", Input).value))

    def action_newer(self) -> None:
        self._recall(self._history.newer())

    def _recall(self, text: str) -> None:
        line = self.query_one("#line", Input)
        line.value = text
        line.cursor_position = len(text)

    def action_save(self) -> None:
        begin(self, self._save, "save")

    async def _save(self) -> None:
        if saved := await self.dcode.ask("wire.snapshot"):
            self.notify(f"Written to {saved['path']}", markup=False)
