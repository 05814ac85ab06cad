"""The last line of a screen: its keys, as many as there is room for, and always those for help and for STOP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.screen import Screen
from textual.widget import Widget

from dcode.tui.bindings import HELP, STOP
from dcode.tui.catalogue import key_text
from dcode.tui.keymap import first_key

NARROW: Final = 100  # columns below which keys stand closer
BACK: Final = "escape"  # the way out is shown wherever there is one


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as it is written, what it does, and whether it does anything now."""

    key: str
    name: str
    words: str
    works: bool

    @property
    def width(self) -> int:
        return cell_len(self.name) + 1 + cell_len(self.words)


class KeysLine(Widget):
    """Keys of the focused pane first, then of the screen, then of the application. Each may be clicked."""

    DEFAULT_CSS = """
    KeysLine {
        dock: bottom; height: 1; text-wrap: nowrap; color: $footer-foreground; background: $footer-background;
    }
    KeysLine > .keys-line--key { color: $footer-key-foreground; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys-line--key"}
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.auto_links = False  # keys look like keys

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Text:
        """Both ends of the line; what nothing may push aside stands on the right."""
        always, width = self._always(), self.size.width
        gap = 1 if width < NARROW else 2
        line = Text(" " * (gap - 1), no_wrap=True)
        key_style = self.get_component_rich_style("keys-line--key", partial=True)
        for one in fitting(list(self._keys()), width - always.cell_len - gap, gap):
            faint = Style(dim=not one.works)
            click = Style(meta={"@click": f"press({one.key!r})"})
            line.append(one.name, key_style + faint + click)
            line.append(f" {one.words}", faint + click)
            line.append(" " * gap)
        line.pad_right(max(width - line.cell_len - always.cell_len, 0))
        return line.append_text(always)

    def _keys(self) -> Iterator[Shown]:
        """One for each thing to do, though it may have several keys."""
        seen = set()
        for _, binding, works, _ in self.screen.active_bindings.values():
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                yield Shown(binding.key, self.app.get_key_display(binding), binding.description, works)

    def _always(self) -> Text:
        keymap = self.app._keymap
        text = Text(no_wrap=True)
        for binding, style in ((HELP, "bold"), (STOP, "bold reverse")):
            words = f" {key_text(first_key(keymap, binding))} {binding.description} "
            text.append(words, Style.parse(style) + Style(meta={"@click": binding.action}))
        return text

    def action_press(self, key: str) -> None:
        """A click is the key."""
        self.app.simulate_key(key)


def fitting(keys: Sequence[Shown], room: int, gap: int) -> list[Shown]:
    """As many as fit in `room` columns, whole, in their order; the way out is the last to go.

    Where not all fit, those that do nothing now are left out first.
    """
    if _width(keys, gap) <= room:
        return list(keys)
    chosen = [one for one in keys if one.key == BACK]
    for one in keys:
        if one.works and one not in chosen:
            if _width([*chosen, one], gap) > room:
                break
            chosen.append(one)
    return [one for one in keys if one in chosen]


def _width(keys: Sequence[Shown], gap: int) -> int:
    return sum(one.width + gap for one in keys)
