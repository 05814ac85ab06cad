"""A yes or no that is told apart without colour."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class YesNo(Checkbox):
    """Yes is a tick, no is nothing."""

    DEFAULT_CSS = """
    YesNo { border: none; padding: 0; height: 1; }
    YesNo:focus > .toggle--label { text-style: bold reverse; }
    """

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(label, value, id=id)
        self._mark(value)

    def watch_value(self) -> None:
        self._mark(self.value)
        super().watch_value()

    @property
    def _button(self) -> Content:
        """In the colours of the label: Textual's are a block in the colour of the panel."""
        return Content(f"{self.BUTTON_LEFT}{self.BUTTON_INNER}{self.BUTTON_RIGHT}")

    def _mark(self, value: bool) -> None:
        self.BUTTON_LEFT, self.BUTTON_INNER, self.BUTTON_RIGHT = "[", "x" if value else " ", "]"
