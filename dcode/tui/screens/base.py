"""What every screen and every dialog has: the store, calls to the daemon, and the key for STOP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from dcode.tui.bindings import ALWAYS
from dcode.tui.repaint import ExactCompositor
from dcode.tui.store import Changes, Store
from dcode.tui.widgets.keys_line import KeysLine
from dcode.tui.widgets.status_line import StatusLine
from dcode.tui.work import begin

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

WIDE: Final = 100  # columns from which two panes have room beside each other

T = TypeVar("T")


class DcodeScreen(Screen[None]):
    """The status line, what the screen is for, and the keys. Subclasses say `content` and `store_changed`.

    Below WIDE columns it has the class `narrow`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*ALWAYS]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._compositor = ExactCompositor()

    @property
    def dcode(self) -> DcodeApp:
        """The application, by its own type."""
        return cast("DcodeApp", self.app)

    @property
    def store(self) -> Store:
        return self.dcode.store

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield from self.content()
        yield KeysLine()

    def content(self) -> Iterator[Widget]:
        """The widgets between the status line and the keys."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """After that of a subclass, which does not call it: Textual calls each class's own."""
        self.dcode.changed.subscribe(self, self.store_changed)
        self.store_changed(Changes(()))

    def on_resize(self) -> None:
        self.set_class(self.app.size.width < WIDE, "narrow")

    def leave(self) -> None:
        """To the screen before. In a worker of the application: who waits for the end of a screen in one of its own
        handlers waits for ever.
        """
        begin(self.dcode, self.dcode.action_back, "leave")

    def store_changed(self, changes: Changes) -> None:
        """The store has changed in these parts; called with none of them when the screen is first shown."""


class DcodeDialog(ModalScreen[T]):
    """Something to be answered. Escape leaves it without an answer; STOP is there as everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ALWAYS,
        Binding("escape", "leave", "Leave", id="dialog.leave", tooltip="Close without an answer."),
    ]

    @property
    def dcode(self) -> DcodeApp:
        """The application, by its own type."""
        return cast("DcodeApp", self.app)

    @property
    def store(self) -> Store:
        return self.dcode.store

    _over = False

    def finish(self, answer: T | None = None) -> None:
        """Close it, once; under another dialog (STOP) as soon as that one is closed."""
        if self.app.screen is self and not self._over:
            self._over = True
            self.dismiss(answer)

    def action_leave(self) -> None:
        self.finish()


class FramedDialog(DcodeDialog[T]):
    """A dialog in a frame in the middle of the screen; subclasses compose one Vertical."""

    DEFAULT_CSS = """
    FramedDialog { align: center middle; }
    FramedDialog > Vertical {
        width: 72;
        max-width: 95%;
        height: auto;
        border: heavy $accent;
        padding: 1 2;
        background: $surface;
    }
    """
