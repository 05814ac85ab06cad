"""A file is chosen, looked at as it will be drawn, set up, and queued."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Input

from dcode.api.codec import Message
from dcode.client.sentences import sentences
from dcode.errors import DcodeError, UnsafeProgram
from dcode.tui.effect import refusal_lines
from dcode.tui.limits import Limits
from dcode.tui.messages import Failed
from dcode.tui.preparing import Prepared
from dcode.tui.remembered import last_folder, remember_folder
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.screens.rehearse import HowDialog
from dcode.tui.store import Changes, Part
from dcode.tui.uploading import queue_program
from dcode.tui.widgets.answers import Answers
from dcode.tui.widgets.file_pane import FilePane
from dcode.tui.widgets.files import Files, PathSuggester, is_folder, may_be_read
from dcode.tui.work import begin

SENDING: Final = "◌ Sending {name}: {percent} %"


class AddScreen(DcodeScreen):
    """Files on one side, the one that is chosen on the other; where it is narrow, one of the two."""

    DEFAULT_CSS = """
    AddScreen #files { width: 40; border: round $foreground 40%; }
    AddScreen #files:focus-within { border: round $accent; }
    AddScreen #files Input { border: none; height: 1; background: $boost; }
    AddScreen #files Files { background: transparent; }
    AddScreen FilePane { width: 1fr; }
    AddScreen.narrow #files { width: 1fr; }
    AddScreen.narrow FilePane { display: none; }
    AddScreen.narrow.chosen #files { display: none; }
    AddScreen.narrow.chosen FilePane { display: block; }
    AddScreen.narrow Settings { max-height: 9; }
    """
    AUTO_FOCUS = "Files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", "Type", id="add.type", tooltip="Type a path."),
        Binding("escape", "leave", "Back", id="add.leave", tooltip="To the files; from there to the main screen."),
    ]

    @dataclass
    class Sent(TextualMessage):
        """How sending goes on, from a thread."""

        line: str

    def __init__(self) -> None:
        super().__init__()
        self._sending = False

    def content(self) -> Iterator[Widget]:
        folder = last_folder(self.dcode.link.address.state_dir)
        typed = Input(placeholder="a path", suggester=PathSuggester(), id="path")
        yield Horizontal(Vertical(typed, Files(folder), id="files"), FilePane())

    def on_mount(self) -> None:
        self.query_one("#files").border_title = "Files"
        begin(self, self._limits, "limits", exclusive=True)

    def store_changed(self, changes: Changes) -> None:
        if changes & {Part.LINK, Part.MACHINE} and self.store.live:
            begin(self, self._limits, "limits", exclusive=True)

    async def _limits(self) -> None:
        if self.store.live and (answer := await self.dcode.ask("machine.limits")) is not None:
            self.query_one(FilePane).show_limits(Limits.of(answer))

    # Which file.

    def on_directory_tree_file_selected(self, event: Files.FileSelected) -> None:
        event.stop()
        self._choose(event.path)

    def on_directory_tree_directory_selected(self, event: Files.DirectorySelected) -> None:
        event.stop()
        self._can_look_into(event.path)

    def _can_look_into(self, folder: Path) -> bool:
        """Whether a folder can be read; one that cannot would look like one that has nothing in it."""
        if not (can := may_be_read(folder)):
            self.notify(f"{folder} cannot be read: you have no permission.", severity="warning", markup=False)
        return can

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        files, typed = self.query_one(Files), event.value.strip()
        try:
            path = Path(typed).expanduser().absolute()
        except RuntimeError:  # ~stranger
            path = Path(typed).absolute()
        if typed and is_folder(path):
            if self._can_look_into(path):
                files.path = path
                self.set_focus(files)
        elif typed:
            self._choose(path)

    def _choose(self, file: Path) -> None:
        file = file.absolute()
        remember_folder(self.dcode.link.address.state_dir, file.parent)
        self.add_class("chosen")
        self.query_one(FilePane).choose(file)

    # What is done with it.

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        event.stop()
        pane = self.query_one(FilePane)
        match event.choice:
            case "queue":
                self._queue({"audit": pane.audit})
            case "rehearse":
                begin(self, self._rehearse, "rehearse", exclusive=True)
            case "files":
                self._to_files()

    async def _rehearse(self) -> None:
        found = self.query_one(FilePane).prepared
        if found is None or not found.ok:
            self._queue({})
        elif (how := await self.app.push_screen_wait(HowDialog(found.name))) is not None:
            self._queue({"rehearse": how})

    def _queue(self, also: Message) -> None:
        pane = self.query_one(FilePane)
        found = pane.prepared
        if pane.refused:
            self.notify("It cannot be drawn so.")
        elif found is None:
            self.notify("It is not prepared yet.")
        elif not self._sending:
            self._sending = True
            begin(self, partial(self._send, found, also), "send")

    async def _send(self, found: Prepared, also: Message) -> None:
        """To the daemon, which checks it again. G-code that stays as it is is fitted or clipped there."""
        if found.made is None and found.how.place != "keep":
            also = {**also, found.how.place: True}

        def tell(sent: int) -> None:
            percent = 100 * sent // max(len(found.program), 1)
            self.post_message(self.Sent(SENDING.format(name=found.name, percent=percent)))

        pane = self.query_one(FilePane)
        try:
            address = self.dcode.link.address
            answer = await asyncio.to_thread(queue_program, address, found.name, found.program, also, tell)
        except UnsafeProgram as error:
            report = error.fields.get("report")
            if isinstance(report, dict) and report.get("violations"):
                lines = refusal_lines(found.name, report, found.how.place, made=found.made is not None)
                pane.say("\n".join(lines))
            else:
                pane.refuse(error)
        except DcodeError as error:
            sentence, below = sentences(error)
            self.post_message(Failed(sentence, "\n".join(below)))
            pane.say_effect(found)
        else:
            job = answer["job"]
            told = [f"Job {job['id']}, {job['name']}, is queued.", *answer.get("warnings", [])]
            self.notify("\n".join(told), markup=False)
            if self.app.screen is self:
                self.leave()
        finally:
            self._sending = False

    def on_add_screen_sent(self, message: Sent) -> None:
        message.stop()
        if self._sending:
            self.query_one(FilePane).say(message.line)

    def action_type(self) -> None:
        """Forget what was chosen, and type where another file is."""
        self._to_files()
        self.set_focus(self.query_one("#path"))

    def _to_files(self) -> None:
        self.query_one(FilePane).drop()
        self.remove_class("chosen")
        self.set_focus(self.query_one(Files))

    def action_leave(self) -> None:
        if not self.query_one(Files).has_focus:
            self._to_files()
        else:
            self.leave()
