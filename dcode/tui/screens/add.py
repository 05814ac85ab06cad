"""A file is chosen, looked at as it will be drawn, set up, and queued."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Input, Static

from dcode.api.codec import Message
from dcode.client.recognise import Kind
from dcode.client.sentences import sentences
from dcode.errors import DcodeError, UnsafeProgram
from dcode.tui.effect import effect_lines, refusal_lines
from dcode.tui.file_settings import Layers, by_itself, changed, file_settings, layers_of
from dcode.tui.limits import Limits, pen_colours, pen_names
from dcode.tui.messages import Failed
from dcode.tui.preparing import How, Prepared, kind_of, prepare
from dcode.tui.remembered import last_folder, remember_folder
from dcode.tui.screens.base import DcodeScreen
from dcode.tui.screens.rehearse import HowDialog
from dcode.tui.store import Changes, Part
from dcode.tui.uploading import queue_program
from dcode.tui.widgets.answers import Answers, Choice
from dcode.tui.widgets.files import Files, PathSuggester
from dcode.tui.widgets.settings import Settings
from dcode.tui.widgets.sheet import Sheet

WIDE: Final = 100  # columns from which files and drawing have room beside each other
SETTLED: Final = 0.15  # seconds that a key may be followed by the next before work begins on it
CHOOSE: Final = "Choose a file and press Enter; or type its path after /, → goes on with it."
LOOKING: Final = "◌ Preparing {name} …"
SENDING: Final = "◌ Sending {name}: {percent} %"
QUEUE: Final = Choice("queue", "enter", "queue it")
REHEARSE: Final = Choice("rehearse", "s", "rehearse it: go through it with the pen up")
FILES: Final = Choice("files", "b", "another file")


class AddScreen(DcodeScreen):
    """What is chosen is prepared in child processes; another choice, or leaving, ends those that still work."""

    DEFAULT_CSS = """
    AddScreen #files { width: 40; border: round $foreground 40%; }
    AddScreen #files:focus-within { border: round $accent; }
    AddScreen #files Input { border: none; height: 1; background: $boost; }
    AddScreen #files Files { background: transparent; }
    AddScreen #drawing { width: 1fr; }
    AddScreen Sheet { height: 1fr; min-height: 6; }
    AddScreen #found { height: 10; padding: 0 1; }
    AddScreen #how { height: auto; }
    AddScreen.narrow #files { width: 1fr; }
    AddScreen.narrow #drawing { display: none; }
    AddScreen.narrow.chosen #files { display: none; }
    AddScreen.narrow.chosen #drawing { display: block; }
    AddScreen.narrow Sheet { min-height: 5; }
    AddScreen.narrow #found { height: 7; }
    AddScreen.narrow #how { max-height: 9; }
    """
    AUTO_FOCUS = "Files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", "Type", id="add.type", tooltip="Type a path."),
        Binding("escape", "leave", "Back", id="add.leave", tooltip="To the files; from there to the main screen."),
    ]

    @dataclass
    class Said(TextualMessage):
        """How preparing or sending goes on, from a thread too."""

        line: str

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path()  # to work in; there while this is on the screen
        self._number = 0  # of preparations: each has a folder of its own
        self._file: Path | None = None
        self._kind = Kind.GCODE
        self._how = How()
        self._audit = "off"
        self._found: Prepared | None = None
        self._layers: Layers = {}  # as they were known last
        self._sending = False

    def content(self) -> Iterator[Widget]:
        folder = last_folder(self.dcode.link.address.state_dir)
        typed = Input(placeholder="a path", suggester=PathSuggester(), id="path")
        found = VerticalScroll(Static(CHOOSE, id="said", markup=False), id="found", can_focus=False)
        drawing = Vertical(Sheet(id="sheet"), found, Settings(id="how"), id="drawing")
        yield Horizontal(Vertical(typed, Files(folder), id="files"), drawing)

    def on_mount(self) -> None:
        self._folder = Path(mkdtemp(prefix="dcode-tui-"))
        self.query_one("#files").border_title = "Files"
        self.query_one(Sheet).border_title = "As it will be drawn"
        self.query_one(Settings).display = False
        self.run_worker(self._limits(), group="limits", exclusive=True)

    def on_unmount(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def on_resize(self) -> None:
        self.set_class(self.app.size.width < WIDE, "narrow")

    def store_changed(self, changes: Changes) -> None:
        if changes & {Part.LINK, Part.MACHINE} and self.store.live:
            self.run_worker(self._limits(), group="limits", exclusive=True)

    async def _limits(self) -> None:
        if self.store.live and (answer := await self.dcode.ask("machine.limits")) is not None:
            limits = Limits.of(answer)
            self.query_one(Sheet).show_area(limits.area, limits.unreachable)

    # Which file.

    def on_directory_tree_file_selected(self, event: Files.FileSelected) -> None:
        event.stop()
        self._choose(event.path)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        files, typed = self.query_one(Files), event.value.strip()
        try:
            path = Path(typed).expanduser().absolute()
        except RuntimeError:  # ~stranger
            path = Path(typed).absolute()
        if typed and path.is_dir():
            files.path = path
            self.set_focus(files)
        elif typed:
            self._choose(path)

    def _choose(self, file: Path) -> None:
        file = file.absolute()
        self._file, self._found, self._how, self._layers = file, None, How(), {}
        remember_folder(self.dcode.link.address.state_dir, file.parent)
        self.query_one(Sheet).border_title = file.name
        self.query_one(Sheet).show_path(None)
        self.add_class("chosen")
        self.run_worker(self._begin(file), group="prepare", exclusive=True)

    async def _begin(self, file: Path) -> None:
        """What kind of file it is says what there is to be set."""
        self._say(LOOKING.format(name=file.name))
        try:
            self._kind = await kind_of(file)
        except DcodeError as error:
            self._refuse(error)
            return
        self._how = by_itself(self._kind)
        self._show_settings()
        self.set_focus(self.query_one(Settings))
        await self._prepare(file)

    # How it is prepared.

    def _again(self) -> None:
        """Something else was set."""
        self._found = None
        self._show_settings()
        if self._file:
            self.run_worker(self._settle(self._file), group="prepare", exclusive=True)

    async def _settle(self, file: Path) -> None:
        self._say(LOOKING.format(name=file.name))
        await asyncio.sleep(SETTLED)
        await self._prepare(file)

    async def _prepare(self, file: Path) -> None:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        try:
            where = await self._where()
            kind = Kind.GCODE if self._kind is Kind.FOREIGN else self._kind
            found = await prepare(file, kind, self._how, folder, where, lambda line: self.post_message(self.Said(line)))
        except DcodeError as error:
            self._refuse(error)
        else:
            self._take(found)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _where(self) -> list[str]:
        """The machine is the daemon's; where none answers it is that of the settings."""
        where = ["--state-dir", str(self.dcode.link.address.state_dir)]
        try:
            info = await self.dcode.link.call("daemon.info")
        except DcodeError:
            return where
        profile = self.store.status.get("profile")
        return [*where, "--machine", str(info["machine"]), *(["--profile", str(profile)] if profile else [])]

    def _take(self, found: Prepared) -> None:
        self._found = found
        if found.made:
            self._layers = layers_of(self._kind, found.made)
        sheet = self.query_one(Sheet)
        sheet.show_path(found.path, pen_colours(self.store.machine) if self.store.machine else {})
        sheet.show_progress(found.path.rows, found.path.rows)
        self._say("\n".join(effect_lines(found)))
        self._show_settings()

    def _refuse(self, error: DcodeError) -> None:
        """The one sentence about a broken file; what the command line would do about it does not help here."""
        sentence, below = sentences(error)
        helpful = [line for line in below if not line.startswith("dcode ")]
        fits = ["p fits it to the sheet."] if error.fields.get("reason") == "size" else []
        self._say("\n".join([f"✕ {sentence}", *helpful, *fits]))

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)

    def on_add_screen_said(self, message: Said) -> None:
        message.stop()
        if self._file and (self._found is None or self._sending):
            first = LOOKING.format(name=self._file.name) + "\n" if not self._sending else ""
            self._say(f"{first}{message.line}")

    # What is set.

    def _show_settings(self) -> None:
        shown = self.query_one(Settings)
        shown.display = True
        settings = file_settings(self._kind, self._how, self._audit, self._layers, pen_names(self.store.machine))
        shown.show_settings([QUEUE, REHEARSE, FILES], list(settings))

    def on_settings_changed(self, event: Settings.Changed) -> None:
        event.stop()
        name, value = event.setting, event.value
        if name == "audit":
            self._audit = value
            self._show_settings()
            return
        if name == "layers":
            self._layers = {}
        self._how = changed(self._how, name, value)
        self._again()

    # What is done with it.

    def on_answers_chosen(self, event: Answers.Chosen) -> None:
        event.stop()
        match event.choice:
            case "queue":
                self._queue({"audit": self._audit})
            case "rehearse":
                self.run_worker(self._rehearse(), group="rehearse", exclusive=True)
            case "files":
                self._to_files()

    async def _rehearse(self) -> None:
        if self._found is None or not self._found.ok:
            self._queue({})
        elif (how := await self.app.push_screen_wait(HowDialog(self._found.name))) is not None:
            self._queue({"rehearse": how})

    def _queue(self, also: Message) -> None:
        if self._found is None:
            self.notify("It is not prepared yet.")
        elif not self._found.ok:
            self.notify("It cannot be drawn so.")
        elif not self._sending:
            self._sending = True
            self.run_worker(self._send(self._found, also), group="send")

    async def _send(self, found: Prepared, also: Message) -> None:
        """To the daemon, which checks it again. G-code that stays as it is is fitted or clipped there."""
        if found.made is None and found.how.place != "keep":
            also = {**also, found.how.place: True}

        def tell(sent: int) -> None:
            percent = 100 * sent // max(len(found.program), 1)
            self.post_message(self.Said(SENDING.format(name=found.name, percent=percent)))

        try:
            address = self.dcode.link.address
            answer = await asyncio.to_thread(queue_program, address, found.name, found.program, also, tell)
        except UnsafeProgram as error:
            report = error.fields.get("report")
            if isinstance(report, dict) and report.get("violations"):
                lines = refusal_lines(found.name, report, found.how.place, made=found.made is not None)
                self._say("\n".join(lines))
            else:
                self._refuse(error)
        except DcodeError as error:
            sentence, below = sentences(error)
            self.post_message(Failed(sentence, "\n".join(below)))
            self._say("\n".join(effect_lines(found)))
        else:
            job = answer["job"]
            told = [f"Job {job['id']}, {job['name']}, is queued.", *answer.get("warnings", [])]
            self.notify("\n".join(told), markup=False)
            if self.app.screen is self:
                self.app.call_later(self.dcode.action_back)  # this worker ends with its screen
        finally:
            self._sending = False

    def action_type(self) -> None:
        """Forget what was chosen, and type where another file is."""
        self._to_files()
        self.set_focus(self.query_one("#path"))

    def _to_files(self) -> None:
        self.workers.cancel_group(self, "prepare")
        self.remove_class("chosen")
        self.set_focus(self.query_one(Files))

    async def action_leave(self) -> None:
        if not self.query_one(Files).has_focus:
            self._to_files()
        else:
            await self.dcode.action_back()
