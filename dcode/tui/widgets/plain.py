"""Lines that change often, written to the terminal only when they do: over ssh every byte counts."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


def tell(widget: Static, text: str, *, ellipsis: bool = False) -> None:
    """Show a text that does not wrap. Nothing is painted when it is there already, nor laid out anew in vain."""
    shown = str(widget.content)
    if text != shown:
        grown = text.count("\n") != shown.count("\n") or bool(text) != bool(shown)
        widget.update(Text(text, no_wrap=True, overflow="ellipsis" if ellipsis else None), layout=grown)
