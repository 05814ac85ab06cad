"""Help: what the keys do here, told by the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, NamedTuple

from rich.table import Column, Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from dcode.client.sentences import with_stop
from dcode.tui.bindings import STOP
from dcode.tui.catalogue import key_text
from dcode.tui.keymap import first_key
from dcode.tui.screens.base import FramedDialog

# Panes of Textual's, and lists. Others say what they are by HELP, or by the first sentence of their docstring.
ABOUT: Final = {
    "Answers": "Choices. The arrows and Enter take one, and so does the key before it.",
    "Input": "A line to type in; letters are typed here. Tab goes to the next field, Shift+Tab to the one before.",
    "OptionList": "A list. The arrows go through it, Enter takes what is highlighted.",
    "Select": "A choice of several. Enter opens it, the arrows and Enter choose.",
    "Checkbox": "Yes or no. Enter or Space changes it.",
    "Button": "Enter presses it.",
    "RichLog": "Lines, oldest first. The arrows scroll.",
    "DataTable": "A table. The arrows go through it, Enter takes the row.",
    "DirectoryTree": "Folders and files. The arrows go through them, Enter opens a folder or takes a file.",
}
LEAVES: Final = "Escape closes this."


class Section(NamedTuple):
    """The keys of one place."""

    title: str
    about: str
    rows: list[list[str]]  # key, what it does, more of it, id


def sections(screen: Screen[object]) -> Iterator[Section]:
    """The keys that work on a screen now: of the focused pane, of what is around it, of the screen, everywhere."""
    by_node: dict[DOMNode, list[Binding]] = {}
    for active in screen.active_bindings.values():
        if _is_worth_a_line(active):
            by_node.setdefault(active.node, []).append(active.binding)
    focused = screen.focused
    if focused is not None:
        by_node.setdefault(focused, [])
    for node, bindings in by_node.items():
        if node is focused and focused is not None:
            yield Section(f"Focused: {_name(focused)}", about(focused), _rows(bindings))
        elif node is screen:
            yield Section("This dialog" if screen.is_modal else "This screen", about(screen), _rows(bindings))
        else:
            yield Section("Everywhere" if node is screen.app else _name(node), "", _rows(bindings))


def about(node: DOMNode) -> str:
    """What a pane is, in a line or two."""
    if node.HELP:
        return node.HELP
    for kind in type(node).__mro__:
        if kind.__name__ in ABOUT:
            return ABOUT[kind.__name__]
        if kind.__module__.startswith("dcode.") and kind.__doc__:
            return with_stop(" ".join(kind.__doc__.split("\n\n")[0].split()).split(". ")[0])
    return ""


def _is_worth_a_line(active: ActiveBinding) -> bool:
    """What has words, less what Textual does for itself; STOP has a line of its own."""
    binding = active.binding
    return bool(binding.description) and not binding.system and binding.id != STOP.id


def _rows(bindings: Iterable[Binding]) -> list[list[str]]:
    """A row for each thing to do, with all its keys; what has an id first, the rest is Textual's."""
    rows: dict[str, list[str]] = {}
    for binding in sorted(bindings, key=lambda one: not one.id):
        row = rows.setdefault(
            binding.action.removeprefix("app."), ["", binding.description, binding.tooltip, binding.id or ""]
        )
        row[0] = f"{row[0]} {key_text(binding.key)}".strip()
    return list(rows.values())


def _name(node: DOMNode) -> str:
    title = node.border_title if isinstance(node, Widget) else None
    return str(title or node.name or type(node).__name__)


def told(found: Iterable[Section]) -> Table:
    """Sections one below the other: key, what it does and more of that, id."""
    text = Table.grid(Column(no_wrap=True), Column(ratio=1), Column(no_wrap=True), padding=(0, 2, 0, 0), expand=True)
    for section in found:
        if section.rows or section.about:
            text.add_row(
                "", Text.assemble((section.title, "bold underline"), f"\n{section.about}" if section.about else "")
            )
            for key, what, more, id in section.rows:
                text.add_row(Text(f" {key}", "bold"), Text.assemble((what, "bold"), f"  {more}"), Text(id))
            text.add_row("")
    return text


class HelpDialog(FramedDialog[None]):
    """The keys that work where it was called, each with the id by which dcode.toml gives it another."""

    DEFAULT_CSS = """
    HelpDialog > Vertical { width: 96%; max-width: 110; height: 90%; border: heavy $primary; padding: 0 1; }
    HelpDialog #stop { text-style: bold reverse; height: 1; }
    HelpDialog VerticalScroll { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Close", id="help.close", show=False, tooltip="Close this help."),
    ]

    def __init__(self, about: Screen[object]) -> None:
        super().__init__()
        self._found = list(sections(about))

    def compose(self) -> ComposeResult:
        key = key_text(first_key(self.dcode.keymap, STOP))
        with Vertical() as whole:
            whole.border_title, whole.border_subtitle = "Help", LEAVES
            yield Static(f" {key}  STOP: {STOP.tooltip} ", id="stop", markup=False)
            with VerticalScroll():
                yield Static(told(self._found), id="keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
