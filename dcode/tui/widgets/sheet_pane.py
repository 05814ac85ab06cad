"""The sheet of the main screen: the path of the job at the machine, and where the pen is."""

from __future__ import annotations

from textual.widgets import Static


class SheetPane(Static):
    """Follows the store."""
