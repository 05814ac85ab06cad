"""The last line of a screen: its keys, as many as there is room for, and always those for help and for STOP."""

from __future__ import annotations

from typing import Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer, Static

from dcode.tui.bindings import HELP, STOP
from dcode.tui.catalogue import key_text
from dcode.tui.keymap import first_key

NARROW: Final = 100  # columns below which keys stand closer


class KeysLine(Footer):
    """Keys of the focused pane first, then of the screen, then of the application. Each may be clicked."""

    DEFAULT_CSS = """
    KeysLine > #always { dock: right; width: auto; height: 1; background: $footer-background; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Static(self._always(), id="always")

    def on_resize(self, event: events.Resize) -> None:
        self.compact = event.size.width < NARROW

    def _always(self) -> Text:
        """What nothing may push aside."""
        keymap = self.app._keymap
        text = Text(no_wrap=True)
        for binding, style in ((HELP, "bold"), (STOP, "bold reverse")):
            words = f" {key_text(first_key(keymap, binding))} {binding.description} "
            text.append(words, Style.parse(style) + Style(meta={"@click": binding.action}))
        return text
