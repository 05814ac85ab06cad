"""The G-code of a job, to be read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from dcode.client.sentences import sentences
from dcode.client.words import plural
from dcode.errors import DcodeError
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.uploading import program_of
from dcode.tui.widgets.program_view import ProgramView


class ProgramScreen(DcodeScreen):
    """Over the screen of jobs. What is typed below is looked for; a number is a line to go to."""

    DEFAULT_CSS = """
    ProgramScreen Input { border: none; height: 1; background: $boost; }
    ProgramScreen #said { height: 1; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "search", "Search", id="program.search", key_display="/", tooltip="Look for a text or a line."
        ),
        Binding("n", "next", "Next", id="program.next", tooltip="The next line with the text."),
        Binding("escape", "leave", "Back", id="program.leave", tooltip="Back to the jobs."),
    ]

    def __init__(self, job: int, name: str) -> None:
        super().__init__()
        self._job, self._name = job, name

    def content(self) -> Iterator[Widget]:
        yield ProgramView()
        yield Static("◌ Reading …", id="said", markup=False)
        yield Input(placeholder="a text, or the number of a line", id="wanted")

    def on_mount(self) -> None:
        self.query_one(ProgramView).border_title = f"Job {self._job}  {self._name}"
        self.query_one(ProgramView).focus()
        self.run_worker(self._read(), group="read")

    async def _read(self) -> None:
        said = self.query_one("#said", Static)
        try:
            program = await asyncio.to_thread(program_of, self.dcode.link.address, self._job)
        except DcodeError as error:
            said.update(f"✕ {sentences(error)[0]}")
            return
        view = self.query_one(ProgramView)
        view.show(program)
        said.update(plural(view.count, "line"))

    def action_search(self) -> None:
        self.query_one("#wanted", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        wanted, view = event.value.strip(), self.query_one(ProgramView)
        if wanted.isdecimal():
            view.go_to(int(wanted))
        elif wanted:
            self._find(wanted)
        view.focus()

    def action_next(self) -> None:
        if wanted := self.query_one("#wanted", Input).value.strip():
            self._find(wanted)

    def _find(self, wanted: str) -> None:
        view, said = self.query_one(ProgramView), self.query_one("#said", Static)
        if (line := view.find(wanted)) is None:
            said.update(f'No line has "{wanted}".')
        else:
            view.go_to(line)
            said.update(f"line {line} of {view.count}")

    async def action_leave(self) -> None:
        if self.query_one(Input).has_focus:
            self.query_one(ProgramView).focus()
        else:
            await self.dcode.pop_screen()
