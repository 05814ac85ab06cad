"""The file that was chosen: as it will be drawn, what that comes to, and what can be set about it."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from dcode.client.recognise import Kind
from dcode.client.sentences import sentences
from dcode.errors import DcodeError
from dcode.tui.algorithms import Algorithms, algorithms
from dcode.tui.effect import effect_lines
from dcode.tui.file_settings import Layers, by_itself, changed, file_settings, layers_of
from dcode.tui.how import How
from dcode.tui.limits import Limits, pen_colours, pen_names
from dcode.tui.preparing import Prepared, kind_of, prepare
from dcode.tui.widgets.answers import Choice
from dcode.tui.widgets.settings import Settings
from dcode.tui.widgets.sheet import Sheet
from dcode.tui.widgets.value_field import ValueField
from dcode.tui.work import begin

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

SETTLED: Final = 0.15  # seconds that a key may be followed by the next before work begins on it
CHOOSE: Final = "Choose a file and press Enter; or type its path after /, → goes on with it."
LOOKING: Final = "◌ Preparing {name} …"
QUEUE: Final = Choice("queue", "enter", "queue it")
REHEARSE: Final = Choice("rehearse", "s", "rehearse it: go through it with the pen up")
FILES: Final = Choice("files", "b", "another file")


class FilePane(Vertical):
    """Prepares in child processes; another file, another setting, or the end of this pane ends those at work.

    What is to be done is told by Answers.Chosen: QUEUE, REHEARSE, FILES.
    """

    DEFAULT_CSS = """
    FilePane #looks { height: 1fr; min-height: 6; }
    FilePane Sheet { width: 1fr; height: 1fr; }
    FilePane #found { width: 45%; min-width: 38; height: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._folder = Path()  # to work in; there while this is on the screen
        self._number = 0  # of preparations: each has a folder of its own
        self._file: Path | None = None
        self._kind = Kind.GCODE
        self._algorithms: Algorithms = {}
        self._how = How()
        self._layers: Layers = {}  # as they were known last
        self.audit = "off"
        self.prepared: Prepared | None = None  # None while something is at work, and for what cannot be read
        self.refused = False  # it is known that it cannot be drawn so

    @property
    def _app(self) -> DcodeApp:
        return cast("DcodeApp", self.app)

    def compose(self) -> ComposeResult:
        found = VerticalScroll(Static(CHOOSE, id="said", markup=False), id="found", can_focus=False)
        yield Horizontal(Sheet(id="sheet"), found, id="looks")
        yield Settings(id="how")
        yield ValueField()

    def on_mount(self) -> None:
        self._folder = Path(mkdtemp(prefix="dcode-tui-"))
        self.query_one(Sheet).border_title = "As it will be drawn"
        self.query_one(Settings).display = False

    def on_unmount(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def show_limits(self, limits: Limits) -> None:
        self.query_one(Sheet).show_area(limits.area, limits.unreachable)

    def say(self, text: str) -> None:
        """About the file."""
        self.query_one("#said", Static).update(text)

    def say_effect(self, found: Prepared) -> None:
        """What it comes to."""
        self.say("\n".join(effect_lines(found)))

    def refuse(self, error: DcodeError) -> None:
        """The one sentence about a broken file; what the command line would do about it does not help here."""
        sentence, below = sentences(error)
        helpful = [line for line in below if not line.startswith("dcode ")]
        fits = ["p fits it to the sheet."] if error.fields.get("reason") == "size" else []
        self.say("\n".join([f"✕ {sentence}", *helpful, *fits]))

    # Which file.

    def choose(self, file: Path) -> None:
        """Prepare another file, as it is drawn when nothing is set."""
        self._file, self._how, self._layers = file, How(), {}
        self.prepared, self.refused = None, False
        self.query_one(ValueField).close()
        self.query_one(Sheet).border_title = file.name
        self.query_one(Sheet).show_path(None)
        begin(self, partial(self._begin, file), "prepare", exclusive=True)

    def drop(self) -> None:
        """Nothing is to be done with it any longer."""
        self.workers.cancel_group(self, "prepare")
        self.query_one(ValueField).close()

    async def _begin(self, file: Path) -> None:
        """What kind of file it is says what there is to be set."""
        self.say(LOOKING.format(name=file.name))
        try:
            self._kind = await kind_of(file)
            if self._kind is Kind.PICTURE and not self._algorithms:
                self._algorithms = await algorithms(await self._where())
        except DcodeError as error:
            self.refused = True
            self.refuse(error)
            return
        self._how = by_itself(self._kind, self._algorithms)
        self._show_settings()
        self.screen.set_focus(self.query_one(Settings))
        await self._prepare(file)

    # How it is prepared.

    def _again(self) -> None:
        """Something else was set."""
        self.prepared, self.refused = None, False
        self._show_settings()
        if self._file:
            self.say(LOOKING.format(name=self._file.name))
            begin(self, partial(self._settle, self._file), "prepare", exclusive=True)

    async def _settle(self, file: Path) -> None:
        await asyncio.sleep(SETTLED)
        await self._prepare(file)

    async def _prepare(self, file: Path) -> None:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        kind = Kind.GCODE if self._kind is Kind.FOREIGN else self._kind  # the command line says what it is

        def tell(line: str) -> None:
            self.say(f"{LOOKING.format(name=file.name)}\n{line}")

        try:
            found = await prepare(file, kind, self._how, folder, await self._where(), tell)
        except DcodeError as error:
            self.refused = True
            self.refuse(error)
        else:
            self._take(found)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _where(self) -> list[str]:
        """The machine is the daemon's; where none answers it is that of the settings."""
        where = ["--state-dir", str(self._app.link.address.state_dir)]
        try:
            info = await self._app.link.call("daemon.info")
        except DcodeError:
            return where
        profile = self._app.store.status.get("profile")
        return [*where, "--machine", str(info["machine"]), *(["--profile", str(profile)] if profile else [])]

    def _take(self, found: Prepared) -> None:
        self.prepared, self.refused = found, not found.ok
        if found.made:
            self._layers = layers_of(self._kind, found.made)
        sheet = self.query_one(Sheet)
        sheet.show_path(found.path, self._colours(found))
        sheet.show_progress(found.path.rows, found.path.rows)
        self.say_effect(found)
        self._show_settings()

    def _colours(self, found: Prepared) -> dict[int, str]:
        """Of the pens by their numbers: the machine's, and for others those of the file's layers."""
        layers = found.made["layers"] if found.made else []
        own = {one["pen"]: one["colour"] for one in layers if one["pen"] and one["colour"]}
        return own | (pen_colours(self._app.store.machine) if self._app.store.machine else {})

    # What is set.

    def _show_settings(self) -> None:
        shown = self.query_one(Settings)
        shown.display = True
        pens = pen_names(self._app.store.machine)
        settings = file_settings(self._kind, self._how, self.audit, self._layers, pens, self._algorithms)
        shown.show_settings([QUEUE, REHEARSE, FILES], list(settings))

    def on_settings_asked(self, event: Settings.Asked) -> None:
        event.stop()
        self.query_one(ValueField).ask(event.setting)

    def on_value_field_entered(self, event: ValueField.Entered) -> None:
        event.stop()
        self.screen.set_focus(self.query_one(Settings))
        self._set(event.setting, event.value)

    def on_value_field_left(self, event: ValueField.Left) -> None:
        event.stop()
        self.screen.set_focus(self.query_one(Settings))

    def on_settings_changed(self, event: Settings.Changed) -> None:
        event.stop()
        self._set(event.setting, event.value)

    def _set(self, setting: str, value: str) -> None:
        if setting == "audit":
            self.audit = value
            self._show_settings()
            return
        before, self._how = self._how, changed(self._how, setting, value)
        if self._how == before:
            return
        if setting in ("layers", "inks") or (setting == "algorithm" and not self._how.inks):
            self._layers = {}
        self._again()
